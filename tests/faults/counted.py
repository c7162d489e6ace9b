"""Results of one fault, in counts that must all be 0, and the table of them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Counts:
    """Faults found. A row lies where its track is not there, or not the one that it states.

    A wrong end is an exit code other than the right one, or an end that did not come in time.
    """

    tries: int = 0
    lost: int = 0
    doubled: int = 0
    lying: int = 0
    halves: int = 0
    left: int = 0
    tracebacks: int = 0
    wrong_ends: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        names = [field.name for field in fields(self)]
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def holds(self) -> bool:
        """True where nothing but tries was counted."""
        return replace(self, tries=0) == Counts()


NOTHING = Counts()

HEAD = ("fault", "tries", "rows lost", "doubled", "that lie", "half files", "processes left",
        "tracebacks", "wrong ends")  # fmt: skip


def markdown(lines: Mapping[str, Counts]) -> str:
    """The table, one line a fault, and the sum."""
    rows = [HEAD, ("---", *["---:"] * (len(HEAD) - 1))]
    for name, counts in {**lines, "all": sum(lines.values(), Counts())}.items():
        rows.append((name, *(f"{getattr(counts, field.name):,}" for field in fields(counts))))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)

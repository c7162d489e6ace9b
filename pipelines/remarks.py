"""Remarks on the rows of a job: which were set aside and why, and what to know of the others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

SHOWN = 20
"""Rows that are named; of the others there is a count."""


@dataclass(slots=True)
class Remark:
    """One sentence on a video, and the regions that it holds for."""

    about: str
    regions: list[str]
    text: str


@dataclass(slots=True)
class Remarks:
    """The first remarks of each kind, and how many rows have one: memory does not grow.

    Attributes:
        faults: reasons of rows that were set aside.
        notes: notes of rows that were made.
    """

    faults: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    faulty: int = 0
    noted: int = 0

    def take(self, row: Mapping[str, Any]) -> None:
        """Take a metadata row, those of one video one after another."""
        about = row.get("video_id") or f"row {row.get('manifest_row')} of the manifest"
        region = str(row.get("region"))
        if row.get("status") == "set_aside":
            self.faulty += 1
            _add(self.faults, Remark(about, [region], str(row.get("error"))))
            return
        said = [note for note in (*(row.get("notes") or ()), row.get("loudness_note")) if note]
        self.noted += bool(said)
        for note in said:
            _add(self.notes, Remark(about, [region], note))

    def lines(self, with_notes: bool) -> Iterator[str]:
        """Yield lines for a person: a heading and its remarks, then a count of the others."""
        if self.faults:
            yield f"{_rows(self.faulty)} set aside:"
            yield from _listed(self.faults, self.faulty)
        if self.notes and with_notes:
            yield f"{_rows(self.noted)} with notes:"
            yield from _listed(self.notes, self.noted)
        elif self.notes:
            yield f"{_rows(self.noted)} with notes; -v shows them"


def _add(remarks: list[Remark], new: Remark) -> None:
    same = [one for one in remarks if (one.about, one.text) == (new.about, new.text)]
    if same:
        same[0].regions += new.regions
    elif len(remarks) < SHOWN:
        remarks.append(new)


def _listed(remarks: list[Remark], rows: int) -> Iterator[str]:
    for one in remarks:
        yield f"  {one.about} ({', '.join(one.regions)}): {one.text}"
    named = len({(one.about, region) for one in remarks for region in one.regions})
    if rows > named:
        yield f"  … and {rows - named} more, see the metadata"


def _rows(count: int) -> str:
    return f"{count} row{'s' * (count != 1)}"

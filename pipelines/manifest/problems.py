"""Rows as a manifest's file holds them, and faults of the file as such."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from foley_core.errors import ManifestError

PROBLEMS_LISTED = 50
NAME_CHARS = 100
ROW_CHARS = 1 << 20
"""Characters that a row may have. Longer ones are damage, or would fill the memory of a job."""
COLUMN_CHARS = 300
HEADER_COLUMNS = 1000
"""Columns that a manifest may have: each is a column of the metadata."""


class RawRow(NamedTuple):
    """A row as it was written.

    `number` counts from 1; `weight` is about the bytes of memory it takes; `faults` say which
    values could not be read (they are None here).
    """

    number: int
    values: dict[str, Any]
    weight: int = 0
    faults: tuple[str, ...] = ()


@dataclass
class Problems:
    """Faults of the file, the first 50 in words and the rest counted."""

    listed: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, text: str) -> None:
        """Note one fault."""
        if len(self.listed) < PROBLEMS_LISTED:
            # It quotes what people wrote, which need not be text that can be printed.
            self.listed.append(text.encode(errors="backslashreplace").decode())
        else:
            self.more += 1

    def raise_if_any(self, uri: str, what: str = "the manifest") -> None:
        """Stop the command if there was any fault of the file; `what` it is, for the message.

        Raises:
            ManifestError: listing them.
        """
        if self.listed:
            tail = (f"and {self.more} more",) if self.more else ()
            raise ManifestError(f"{uri}: {what} cannot be used", (*self.listed, *tail))


def shown_name(name: str) -> str:
    """Return a column's name in quotes, cut, with half a surrogate pair escaped."""
    cut = name[:NAME_CHARS].encode(errors="backslashreplace").decode()
    return f"'{cut}'"


def is_not_utf8(text: str) -> bool:
    """Return True for a text that was read from bytes which are not UTF-8."""
    return not text.isascii() and any("\udc80" <= letter <= "\udcff" for letter in text)


def check_columns(names: Sequence[str], problems: Problems) -> None:
    """Note columns without a name, names that two columns have, and more columns than may be."""
    if len(names) > HEADER_COLUMNS:
        problems.add(f"there are {len(names)} columns; at most {HEADER_COLUMNS} are read")
        return
    seen: set[str] = set()
    for index, name in enumerate(names):
        if not name.strip():
            problems.add(f"column {index + 1} has no name")
        elif is_not_utf8(name):
            problems.add(f"column {index + 1}: its name is not UTF-8")
        elif len(name) > COLUMN_CHARS:
            problems.add(f"column {index + 1}: its name has {len(name)} characters")
        elif name in seen:
            problems.add(f"column {shown_name(name)} is there twice")
        seen.add(name)

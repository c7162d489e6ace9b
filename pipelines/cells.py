"""Cells of CSV files that people open in a spreadsheet: none of them runs there.

A spreadsheet takes text that begins with `=`, `+`, `-` or `@` (also after a tab, and their wide
forms) for a formula. Such a text gets an apostrophe before it, and one that begins with apostrophes
and a formula gets another, so that `plain_text` gives back what was written.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

_RUNS = re.compile(r"'*[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]")
_QUOTED = re.compile(r"'+[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]")


def inert(value: object) -> object:
    """Return a value that no spreadsheet runs; all but text is returned as it is."""
    return f"'{value}" if isinstance(value, str) and _RUNS.match(value) else value


def plain_text(cell: str) -> str:
    """Return the text that `inert` has made a cell of."""
    return cell[1:] if _QUOTED.match(cell) else cell


def csv_bytes(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """Return rows as CSV in UTF-8 under a header; what a row lacks is empty, what else it has is
    left out."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([inert(row.get(name, "")) for name in columns] for row in rows)
    return text.getvalue().encode()

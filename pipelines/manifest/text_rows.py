"""Rows of CSV and JSON Lines, plain or gzipped, in memory that does not grow with the file."""

import csv
import gzip
import io
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, BinaryIO, cast

from foley_core.errors import ManifestError
from foley_core.parsing import parsed_json
from pipelines.manifest.problems import (
    HEADER_COLUMNS,
    ROW_CHARS,
    Problems,
    RawRow,
    check_columns,
    is_not_utf8,
    shown_name,
)

UNPACKED_TIMES = 100
"""A gzipped manifest that unpacks to more than this is none; tables shrink to a tenth."""
UNPACKED_BYTES = 16 << 20
BLANK_LINES = 10_000
_LOOK_EVERY_CHARS = 4 << 20


class _TooLongError(Exception):
    """A line or a row that has no end within what may be."""


def text_rows(file: BinaryIO, uri: str, problems: Problems, before: int) -> Iterator[RawRow]:
    """Yield the rows of a CSV or JSON Lines file; the format follows from the name.

    Args:
        before: the rows of earlier files of the manifest.

    Raises:
        ManifestError: the gzip around it is damaged, or holds far more than its size.
    """
    name = uri.lower()
    packed = name.endswith(".gz")
    unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file
    text = io.TextIOWrapper(unpacked, encoding="utf-8-sig", errors="surrogateescape", newline="")
    lines = _Lines(text, (file, unpacked) if packed else None, uri)
    try:
        read = _csv if name.removesuffix(".gz").endswith(".csv") else _json_lines
        yield from read(lines, problems, before)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ManifestError(f"{uri}: damaged gzip file: {error}") from None
    finally:
        text.detach()


class _Lines:
    """Lines of a text, and how many characters were taken since the row began."""

    def __init__(
        self, text: io.TextIOWrapper, packed: tuple[BinaryIO, BinaryIO] | None, uri: str
    ) -> None:
        self.taken = 0
        self._text = text
        self._packed = packed
        self._uri = uri
        self._unseen = 0
        self._blank = 0

    def skip_blank(self) -> None:
        """Count a line without a row.

        Raises:
            ManifestError: the file holds little else.
        """
        self._blank += 1
        if self._blank > BLANK_LINES:
            raise ManifestError(f"{self._uri}: more than {BLANK_LINES} lines of it are empty")

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(ROW_CHARS):
            self.taken += len(line)
            if self.taken >= ROW_CHARS:
                raise _TooLongError
            self._unseen += len(line)
            if self._unseen > _LOOK_EVERY_CHARS:
                self._unseen = 0
                self._refuse_bomb()
            yield line

    def _refuse_bomb(self) -> None:
        if self._packed is None:
            return
        read, unpacked = (part.tell() for part in self._packed)
        if unpacked > UNPACKED_BYTES + UNPACKED_TIMES * read:
            raise ManifestError(
                f"{self._uri}: it unpacks to more than {UNPACKED_TIMES} times its size, which no "
                "manifest does; unpack it and look what it holds"
            )


def _too_long(number: int) -> str:
    return f"row {number} has more than {ROW_CHARS} characters; nothing was read on"


def _csv(lines: _Lines, problems: Problems, before: int) -> Iterator[RawRow]:
    number = before
    try:
        first = next(iter(lines), "")
        reader = csv.reader(chain([first], lines), delimiter=_separator(first), strict=True)
        header = next(reader, [])
        check_columns(header, problems)
        if len(header) > HEADER_COLUMNS:
            return
        lines.taken = 0
        for values in reader:
            weight, lines.taken = lines.taken, 0
            if not values:
                lines.skip_blank()
                continue
            number += 1
            if len(values) != len(header):
                problems.add(f"row {number}: {len(values)} fields, the header has {len(header)}")
                continue
            row: dict[str, Any] = dict(zip(header, values, strict=True))
            yield RawRow(number, row, weight, _emptied(row, is_not_utf8))
    except csv.Error as error:
        problems.add(f"row {number + 1}: not CSV: {error}; nothing was read on")
    except _TooLongError:
        problems.add(_too_long(number + 1))


def _separator(header: str) -> str:
    """Return what stands between the columns: where the comma is the decimal sign, spreadsheets
    write semicolons, and some write tabs."""
    return "," if "," in header else next((one for one in ";\t" if one in header), ",")


def _emptied(row: dict[str, Any], is_bad: Callable[[Any], bool]) -> tuple[str, ...]:
    """Empty the values of a row that are not UTF-8, and return a sentence for each."""
    bad = [name for name, value in row.items() if is_bad(value)]
    row.update(dict.fromkeys(bad))
    return tuple(f"column {shown_name(name)}: text that is not UTF-8" for name in bad)


def _holds_not_utf8(value: Any) -> bool:
    return is_not_utf8(json.dumps(value, ensure_ascii=False))


def _json_lines(lines: _Lines, problems: Problems, before: int) -> Iterator[RawRow]:
    number = before
    try:
        for line in lines:
            weight, lines.taken = lines.taken, 0
            if not line.strip():
                lines.skip_blank()
                continue
            number += 1
            row = _json_row(number, line, problems)
            if row is not None:
                # Half a surrogate pair that is written with letters is none of bytes.
                faults = _emptied(row, _holds_not_utf8) if is_not_utf8(line) else ()
                yield RawRow(number, row, weight, faults)
    except _TooLongError:
        problems.add(_too_long(number + 1))


def _json_row(number: int, line: str, problems: Problems) -> dict[str, Any] | None:
    try:
        row = parsed_json(line)
        # As many colons as keys: no key is there twice. Else this is looked at, which is slow.
        if not isinstance(row, dict) or line.count(":") != len(row):
            row = parsed_json(line, _once)
    except _TwiceError as twice:
        problems.add(f"row {number}, column {shown_name(str(twice))}: given twice")
    except ValueError as error:
        problems.add(f"row {number}: not JSON: {error}")
    else:
        if isinstance(row, dict):
            return row
        problems.add(f"row {number}: not a JSON object but {type(row).__name__}")
    return None


class _TwiceError(Exception):
    """A key that one JSON object has two of."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise _TwiceError(next(name for name, count in counts.items() if count > 1))
    return row

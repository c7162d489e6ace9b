"""Manifest files as a stream of plain rows: Parquet, CSV, JSON Lines (these two also gzipped).

A row is its number (the first is 1) and its values by column. What makes the file itself unreadable
goes into `Problems`, with row and column, and reading goes on, so that a person can mend all of it
in one go. Not known here: what a column means.
"""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from foley_core.errors import ManifestError, MissingError
from foley_core.storage.addresses import local_path
from foley_core.storage.store import Storage

PROBLEMS_LISTED = 50
LINE_LIMIT_CHARS = 1 << 20
BATCH_ROWS = 8192

RawRow = tuple[int, dict[str, Any]]


@dataclass
class Problems:
    """Faults of the file, the first 50 in words and the rest counted."""

    listed: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, text: str) -> None:
        """Note one fault."""
        if len(self.listed) < PROBLEMS_LISTED:
            self.listed.append(text)
        else:
            self.more += 1

    def raise_if_any(self, uri: str) -> None:
        """Stop the job if there was any fault.

        Raises:
            ManifestError: listing them.
        """
        if self.listed:
            tail = (f"and {self.more} more",) if self.more else ()
            raise ManifestError(f"{uri}: the manifest cannot be used", (*self.listed, *tail))


@contextmanager
def open_manifest(uri: str) -> Iterator[BinaryIO]:
    """The manifest's bytes.

    Raises:
        ManifestError: there is no such file, or it may not be read.
        StorageError: it cannot be read.
    """
    root, _, name = uri.rpartition("/")
    try:
        if (path := local_path(uri)) is not None:
            if not path.is_file():
                raise ManifestError(f"there is no manifest file at {uri}; check the path")
            file = cast(BinaryIO, path.open("rb"))
        else:
            file = Storage(root).open(name)
    except MissingError as error:
        raise ManifestError(f"there is no manifest at {uri}; check the name") from error
    except OSError as error:
        raise ManifestError(
            f"the manifest {uri} cannot be opened ({error.strerror}); check who may read it"
        ) from error
    with file:
        yield file


def raw_rows(file: BinaryIO, uri: str, problems: Problems) -> Iterator[RawRow]:
    """Rows of an opened manifest; the format follows from the name.

    Raises:
        ManifestError: the name's ending is unknown, or no rows can be told apart in the content.
    """
    name = uri.lower()
    if name.endswith(".parquet"):
        yield from _parquet(file, uri, problems)
        return
    if name.endswith(".gz"):
        name = name.removesuffix(".gz")
        file = cast(BinaryIO, gzip.GzipFile(fileobj=file))
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        if name.endswith(".csv"):
            yield from _csv(text, problems)
        elif name.endswith((".jsonl", ".ndjson")):
            yield from _json_lines(text, problems)
        else:
            raise ManifestError(
                f"{uri}: a manifest's name ends in .parquet, .csv, .jsonl, .csv.gz or .jsonl.gz"
            )
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ManifestError(f"{uri}: damaged gzip file: {error}") from None
    finally:
        text.detach()


def _parquet(file: BinaryIO, uri: str, problems: Problems) -> Iterator[RawRow]:
    number = 0
    try:
        table = pq.ParquetFile(file, pre_buffer=False)
        check_columns(table.schema_arrow.names, problems)
        if problems.listed:
            return
        for batch in table.iter_batches(BATCH_ROWS):
            columns = {
                name: _column(batch.column(index), number, name, problems)
                for index, name in enumerate(batch.schema.names)
            }
            for values in zip(*columns.values(), strict=True):
                number += 1
                yield number, dict(zip(columns, values, strict=True))
    except (pa.ArrowException, OSError) as error:
        raise ManifestError(
            f"{uri}: not a readable Parquet file (row {number + 1}): {error}"
        ) from None


def _column(array: Any, before: int, name: str, problems: Problems) -> list[Any]:
    try:
        return list(array.to_pylist())
    except UnicodeDecodeError:
        rows = f"rows {before + 1} to {before + len(array)}"
        problems.add(f"{rows}, column '{name}': text that is not UTF-8")
        return [None] * len(array)


def _lines(text: io.TextIOWrapper, problems: Problems) -> Iterator[str]:
    while line := text.readline(LINE_LIMIT_CHARS):
        if len(line) == LINE_LIMIT_CHARS and not line.endswith("\n"):
            problems.add(f"a line has more than {LINE_LIMIT_CHARS} characters; nothing was read on")
            return
        yield line


def _csv(text: io.TextIOWrapper, problems: Problems) -> Iterator[RawRow]:
    reader = csv.reader(_lines(text, problems), strict=True)
    number = 0
    try:
        header = next(reader, [])
        check_columns(header, problems)
        for values in reader:
            if not values:
                continue
            number += 1
            if len(values) != len(header):
                problems.add(f"row {number}: {len(values)} fields, the header has {len(header)}")
                continue
            if _is_utf8(number, header, values, problems):
                yield number, dict(zip(header, values, strict=True))
    except csv.Error as error:
        problems.add(f"row {number + 1}: not CSV: {error}; nothing was read on")


def _is_utf8(number: int, header: list[str], values: list[str], problems: Problems) -> bool:
    bad = [i for i, text in enumerate(values) if not text.isascii() and _escaped(text)]
    for index in bad:
        problems.add(f"row {number}, column '{header[index]}': text that is not UTF-8")
    return not bad


def _escaped(text: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in text)


def _json_lines(text: io.TextIOWrapper, problems: Problems) -> Iterator[RawRow]:
    number = 0
    for line in _lines(text, problems):
        if not line.strip():
            continue
        number += 1
        if not line.isascii() and _escaped(line):
            problems.add(f"row {number}: text that is not UTF-8")
            continue
        try:
            row = json.loads(line, object_pairs_hook=_once)
        except _Twice as twice:
            problems.add(f"row {number}, column '{twice}': given twice")
        except (ValueError, RecursionError) as error:
            problems.add(f"row {number}: not JSON: {error}")
        else:
            if isinstance(row, dict):
                yield number, row
            else:
                problems.add(f"row {number}: not a JSON object but {type(row).__name__}")


class _Twice(Exception):
    """A key that one JSON object has two of."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return row


def check_columns(names: list[str], problems: Problems) -> None:
    """Note columns without a name and names that two columns have."""
    for index, name in enumerate(names):
        if not name.strip():
            problems.add(f"column {index + 1} has no name")
        elif _escaped(name):
            problems.add(f"column {index + 1}: its name is not UTF-8")
        elif names.index(name) < index:
            problems.add(f"column '{name}' is there twice")

"""Rows of Parquet files, in memory that does not grow with what their headers state.

Texts stay in their dictionaries until a row is made: a text of 200 KB that a million rows share is
held once. What could not be held within the limits is said before it is unpacked.
"""

import os
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from foley_core.errors import ManifestError
from pipelines.manifest.page_bounds import rows_within
from pipelines.manifest.page_headers import footer_of, schema_depth
from pipelines.manifest.parquet_values import (
    column_weights,
    refused_type,
    values_of,
)
from pipelines.manifest.problems import (
    HEADER_COLUMNS,
    ROW_CHARS,
    Problems,
    RawRow,
    check_columns,
    shown_name,
)

BATCH_ROWS = 8192
GROUPS_TOGETHER = 256
FOOTER_BYTES = 16 << 20
SCHEMA_ELEMENTS = 5 * HEADER_COLUMNS
SCHEMA_DEPTH = 16
ROWS_PER_BYTE = 16
"""More rows than this for each byte are one row repeated; ids take a byte or so each."""
FEW_ROWS = 100_000
MADE_BYTES = 8 << 20
"""About the bytes of the rows that are made at once."""


def parquet_rows(file: BinaryIO, uri: str, problems: Problems, before: int) -> Iterator[RawRow]:
    """Yield the rows of a Parquet file.

    Args:
        before: the rows of earlier files of the manifest.

    Raises:
        ManifestError: it cannot be read, or would take far more memory than its size.
    """
    made = 0
    try:
        table = _opened(file, uri)
        check_columns(table.schema_arrow.names, problems)
        for column in table.schema_arrow:
            if reason := refused_type(column.type):
                problems.add(f"column {shown_name(column.name)}: {reason}")
        if problems.listed:
            return
        for groups, rows_at_once in _runs(file, table):
            for batch in table.iter_batches(rows_at_once, row_groups=groups):
                yield from _rows(batch, before + made, problems)
                made += len(batch)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        said = str(error).encode(errors="replace").decode()[:300]
        raise ManifestError(
            f"{uri}: not a readable Parquet file (row {made + 1}): {said}"
        ) from None


def _opened(file: BinaryIO, uri: str) -> Any:
    """Open a file whose footer is small enough to be read.

    Raises:
        ValueError: it is not.
    """
    size = file.seek(0, os.SEEK_END)
    elements, depth = schema_depth(footer_of(file, size, FOOTER_BYTES))
    if elements > SCHEMA_ELEMENTS or depth > SCHEMA_DEPTH:
        raise ValueError(f"its schema has {elements} elements, nested {depth} deep")
    file.seek(0)
    plain = pq.ParquetFile(file, pre_buffer=False, buffer_size=1 << 20)
    if plain.metadata.num_rows > FEW_ROWS + ROWS_PER_BYTE * size:
        raise ValueError(f"it states {plain.metadata.num_rows} rows in {size} bytes")
    columns = [plain.schema.column(index) for index in range(len(plain.schema))]
    # Arrow cannot keep the dictionaries of texts inside lists and structs from group to group.
    texts = [
        column.path
        for column in columns
        if column.physical_type == "BYTE_ARRAY"
        and column.logical_type.type != "DECIMAL"
        and "." not in column.path
    ]
    file.seek(0)
    return pq.ParquetFile(
        file, pre_buffer=False, buffer_size=1 << 20, metadata=plain.metadata, read_dictionary=texts
    )


def _runs(file: BinaryIO, table: Any) -> Iterator[tuple[list[int], int]]:
    """Yield row groups to be read together, small ones by the hundred, and rows a batch.

    Raises:
        ValueError: a group unpacks to more than may be held.
    """
    run: list[int] = []
    rows, rows_at_once = 0, BATCH_ROWS
    for number in range(table.metadata.num_row_groups):
        group = table.metadata.row_group(number)
        rows_at_once = min(rows_at_once, rows_within(file, table.schema, group, BATCH_ROWS))
        run.append(number)
        rows += group.num_rows
        if rows > BATCH_ROWS or len(run) == GROUPS_TOGETHER:
            yield run, rows_at_once
            run, rows, rows_at_once = [], 0, BATCH_ROWS
    if run:
        yield run, rows_at_once


def _rows(batch: Any, before: int, problems: Problems) -> Iterator[RawRow]:
    """Yield the rows of a batch, some megabytes of them made at a time."""
    names = batch.schema.names
    weights = np.full(len(batch), 64 * len(names), dtype=np.int64)
    for column in batch.columns:
        weights += column_weights(column)
    begin = 0
    while begin < len(batch):
        sums = np.cumsum(weights[begin:])
        end = begin + max(1, int(np.searchsorted(sums, MADE_BYTES)))
        part = batch.slice(begin, end - begin)
        yield from _made(part, weights[begin:end], before + begin, problems)
        begin = end


def _made(batch: Any, weights: Any, before: int, problems: Problems) -> Iterator[RawRow]:
    faults = dict[int, list[str]]()
    kept: list[int] = np.flatnonzero(weights <= ROW_CHARS).tolist()
    if len(kept) < len(batch):
        for place in np.flatnonzero(weights > ROW_CHARS).tolist():
            problems.add(f"row {before + place + 1} has more than {ROW_CHARS} characters")
        batch = batch.take(pa.array(kept, pa.int64()))
    names, columns = batch.schema.names, list[list[Any]]()
    for name, column in zip(names, batch.columns, strict=True):
        values, bad = values_of(column)
        columns.append(values)
        for place, reason in bad.items():
            faults.setdefault(place, []).append(f"column {shown_name(name)}: {reason}")
    for place, row in enumerate(zip(*columns, strict=True)):
        number = kept[place]
        yield RawRow(
            before + number + 1,
            dict(zip(names, row, strict=True)),
            int(weights[number]),
            tuple(faults.get(place, ())),
        )

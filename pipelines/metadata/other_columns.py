"""Columns of the metadata that hold whatever people put into a manifest.

Nothing they hold keeps a row from being committed, read or compacted: where values do not fit the
type that was declared, or files disagree about it, the column is text.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

Column: TypeAlias = "pa.ChunkedArray[Any]"

LARGEST_EXACT = 2**53
"""The largest integer up to which a float holds each one."""


def column_of(values: Sequence[Any], field: "pa.Field[Any]") -> "pa.Array[Any]":
    """Values as an array of the field's type; as text, if one of them does not fit it."""
    try:
        return pa.array(values, type=field.type)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return pa.array([text_of_value(value) for value in values], type=pa.string())


def text_of_value(value: Any) -> str | None:
    """A value as text that UTF-8 can hold; None stays None."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text.encode(errors="replace").decode()


def clean(value: Any) -> Any:
    """A value of lists, mappings and texts whose texts UTF-8 can hold."""
    if isinstance(value, str):
        return text_of_value(value)
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {key: clean(item) for key, item in value.items()}
    return value


def cast_column(column: Column, kind: pa.DataType) -> Column:
    """A column in another type, that of a merged schema."""
    if column.type == kind:
        return column
    try:
        return column.cast(kind)
    except pa.ArrowException:
        if not pa.types.is_string(kind):
            raise
        return pa.chunked_array([[text_of_value(value) for value in column.to_pylist()]], kind)


def without_loss(
    schema: pa.Schema, files: Iterable[tuple[pa.Schema, Callable[[str], Column]]]
) -> pa.Schema:
    """A merged schema, with text in place of floats that cannot hold a file's integers.

    Args:
        files: the schema of each, and what reads a column of it.
    """
    for own, read in files:
        for index, field in enumerate(schema):
            if not pa.types.is_float64(field.type) or field.name not in own.names:
                continue
            if pa.types.is_integer(own.field(field.name).type) and not _is_exact(read(field.name)):
                schema = schema.set(index, field.with_type(pa.string()))
    return schema


def _is_exact(column: Column) -> bool:
    ends = pc.min_max(column).as_py()
    numbers = [end for end in (ends["min"], ends["max"]) if end is not None]
    return all(abs(number) <= LARGEST_EXACT for number in numbers)

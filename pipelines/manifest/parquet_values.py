"""Values of Arrow columns as Python has them, and about how much memory they take."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

WIDEST_BYTES = 4096
WIDEST_LIST = 1000
_LISTS = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
_VALUE_BYTES = 64
_LITTLE_BYTES = 4 << 20


def refused_type(kind: Any) -> str | None:
    """Return why a column of a type is not read; None where it is."""
    if pa.types.is_fixed_size_binary(kind) and kind.byte_width > WIDEST_BYTES:
        return f"values of {kind.byte_width} bytes are not read"
    if pa.types.is_fixed_size_list(kind) and kind.list_size > WIDEST_LIST:
        return f"lists of {kind.list_size} values are not read"
    if pa.types.is_nested(kind):
        inner = (kind.field(index).type for index in range(kind.num_fields))
        return next(filter(None, map(refused_type, inner)), None)
    return None


def column_weights(column: Any) -> NDArray[np.int64]:
    """Return about the bytes that each value of a column takes in Python, shape `(rows,)`."""
    if pa.types.is_nested(column.type):
        whole = _nested_weight(column)
        if whole < _LITTLE_BYTES:
            return np.full(len(column), whole // max(1, len(column)), dtype=np.int64)
        return np.array([_nested_weight(column.slice(place, 1)) for place in range(len(column))])
    return _flat_weights(column)


def _flat_weights(column: Any) -> NDArray[np.int64]:
    kind = column.type
    if pa.types.is_dictionary(kind) and _is_text(kind.value_type):
        lengths = pc.binary_length(column.dictionary).take(column.indices.cast(pa.int64()))
    elif _is_text(kind):
        lengths = pc.binary_length(column)
    else:
        width = kind.byte_width if pa.types.is_fixed_size_binary(kind) else 0
        return np.full(len(column), width, dtype=np.int64)
    return np.asarray(lengths.fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64)


def _is_text(kind: Any) -> bool:
    return any(
        is_kind(kind)
        for is_kind in (
            pa.types.is_string,
            pa.types.is_binary,
            pa.types.is_large_string,
            pa.types.is_large_binary,
        )
    )


def _nested_weight(value: Any) -> int:
    return sum(_VALUE_BYTES * len(leaf) + int(_flat_weights(leaf).sum()) for leaf in _leaves(value))


def _leaves(array: Any) -> Iterator[Any]:
    if any(is_kind(array.type) for is_kind in _LISTS):
        yield from _leaves(array.flatten())
    elif pa.types.is_map(array.type):
        # Unlike those of lists, the values of maps are given whole, whatever was sliced.
        begin, end = array.offsets[0].as_py(), array.offsets[-1].as_py()
        for part in (array.keys, array.items):
            yield from _leaves(part.slice(begin, end - begin))
    elif pa.types.is_struct(array.type):
        for field in array.flatten():
            yield from _leaves(field)
    else:
        yield array


def values_of(column: Any) -> tuple[list[Any], dict[int, str]]:
    """Return the values of a column, and why some, by their place, cannot be had; they are None."""
    if pa.types.is_dictionary(column.type):
        return _texts_of(column)
    try:
        return list(column.to_pylist()), {}
    except (OverflowError, ValueError, pa.ArrowException):
        return _one_by_one(column)


def _texts_of(column: Any) -> tuple[list[Any], dict[int, str]]:
    """Make each text once that these rows use."""
    used, places = np.unique(
        column.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False),
        return_inverse=True,
    )
    known = used[used >= 0]
    texts, faults = _one_by_one_if_needed(column.dictionary.take(pa.array(known)))
    if len(known) < len(used):
        texts, faults = [None, *texts], {place + 1: why for place, why in faults.items()}
    bad = {row: faults[at] for row, at in enumerate(places.tolist()) if at in faults}
    return [texts[at] for at in places.tolist()], bad


def _one_by_one_if_needed(texts: Any) -> tuple[list[Any], dict[int, str]]:
    try:
        return list(texts.to_pylist()), {}
    except (OverflowError, ValueError, pa.ArrowException):
        return _one_by_one(texts)


def _one_by_one(column: Any) -> tuple[list[Any], dict[int, str]]:
    values: list[Any] = []
    faults: dict[int, str] = {}
    for place in range(len(column)):
        try:
            values.append(column[place].as_py())
        except UnicodeDecodeError:
            values.append(None)
            faults[place] = "text that is not UTF-8"
        except (OverflowError, ValueError, pa.ArrowException):
            values.append(None)
            faults[place] = f"a value of type {column.type} that is out of range"
    return values, faults

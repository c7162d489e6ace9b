"""Bound on what a Parquet row group unpacks to, from the headers of its pages."""

from typing import Any, BinaryIO

import pyarrow as pa

from pipelines.manifest.page_headers import Page, pages

OPEN_BYTES = 128 << 20
"""The pages that are open at once: of each column a dictionary and a page of values."""
LISTED_VALUES = 8_000_000
"""Values of a column of lists in one row group."""
LISTED_BYTES = 192 << 20
"""Bytes of the texts of such a column, or of those of a batch inside a struct."""
BATCH_BYTES = 64 << 20
DELTA_BYTE_ARRAY = 7


def rows_within(file: BinaryIO, schema: Any, group: Any, rows: int) -> int:
    """Return how many rows of a group can be unpacked at once, at most `rows`.

    Args:
        file: seekable bytes of the Parquet file.
        schema, group: its schema and the metadata of one row group, as pyarrow gives them.

    Raises:
        ValueError: it unpacks to more than may be held, or is damaged.
    """
    open_bytes = 0
    for index in range(group.num_columns):
        chunk, column = group.column(index), schema.column(index)
        start = chunk.data_page_offset
        if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < start:
            start = chunk.dictionary_page_offset
        dictionary: Page | None = None
        largest = values = 0
        for page in pages(file, start, chunk.total_compressed_size):
            if page.is_dictionary:
                dictionary = page
                continue
            largest = max(largest, page.unpacked_bytes)
            values += page.values
            # Each text may repeat the beginning of the one before.
            if page.encoding == DELTA_BYTE_ARRAY:
                rows = min(rows, max(1, BATCH_BYTES // max(1, page.unpacked_bytes)))
        open_bytes += largest + (dictionary.unpacked_bytes if dictionary else 0)
        if open_bytes > OPEN_BYTES:
            raise ValueError(f"its pages unpack to more than {OPEN_BYTES >> 20} MB")
        if column.max_repetition_level:
            if values > LISTED_VALUES:
                raise ValueError(f"column '{column.path}' holds {values} values in its lists")
        elif values > group.num_rows:
            raise ValueError(f"column '{column.path}' holds more values than there are rows")
        if dictionary and "." in column.path and column.physical_type == "BYTE_ARRAY":
            at_once = values if column.max_repetition_level else min(values, rows)
            longest = _longest(file, dictionary, chunk.compression)
            if at_once * longest > LISTED_BYTES:
                raise ValueError(
                    f"column '{column.path}' repeats texts of up to {longest} bytes {values} times"
                )
    return rows


def _longest(file: BinaryIO, dictionary: Page, compression: str) -> int:
    """Return the length of the longest text of a dictionary, bytes."""
    file.seek(dictionary.begin)
    packed, size = file.read(dictionary.packed_bytes), dictionary.unpacked_bytes
    if compression == "UNCOMPRESSED":
        data = packed
    elif pa.Codec.is_available(compression.lower()):
        data = pa.Codec(compression.lower()).decompress(packed, size, asbytes=True)
    else:
        return size
    place = longest = 0
    while place + 4 <= len(data):
        length = int.from_bytes(data[place : place + 4], "little")
        longest = max(longest, length)
        place += 4 + length
    return longest

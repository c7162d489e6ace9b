"""Parts of the metadata as files: opened for reading, a damaged one named."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from foley_core.errors import StorageError
from foley_core.storage.store import Storage

_MERGED = re.compile(r"-c\d+\.parquet$")
"""Ends of the keys of parts that a compaction made, of up to 128 MB."""


@contextmanager
def opened_part(storage: Storage, key: str) -> Iterator[Any]:
    """A part as a `ParquetFile`, for a `with` block that reads it.

    A part of a commit has a thousand rows at most and is fetched at once: asking for its size
    first would be a second request for each of the thousands that a long job leaves.

    Raises:
        StorageError: it cannot be read, or it is damaged.
    """
    is_merged = _MERGED.search(key) is not None
    with storage.open(key) if is_merged else io.BytesIO(storage.read(key)) as file:
        try:
            yield pq.ParquetFile(file)
        except (pa.ArrowException, OSError) as error:
            why = " ".join(str(error).split())[:200]
            raise StorageError(
                f"{storage.uri(key)} is damaged ({why}); put back a copy of it, or remove it: the "
                "tracks of its rows are then made again"
            ) from error

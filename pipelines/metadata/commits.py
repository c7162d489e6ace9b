"""Metadata on storage: commit rows, know what is committed, tidy up.

A part file appears whole or not at all, and its appearance is the commit. Parts are
`metadata/part-<run_id>-<number>.parquet`; run ids must sort by time, so that of two rows for one
video and region the one in the later name (and there, further down) counts.

A row with an empty `request` had no id of its own (none, a bad one, another row's) and is known by
its number in the manifest instead.
"""

import io
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from foley_core.errors import MissingError
from foley_core.storage.store import Storage
from pipelines.metadata.other_columns import clean, column_of, without_loss
from pipelines.metadata.part_files import opened_part
from pipelines.metadata.schema import SCHEMA, Field, conformed, merged_schema, schema_with

T = TypeVar("T")

METADATA_FOLDER = "metadata/"
PART_PREFIX = f"{METADATA_FOLDER}part-"
STEADY_READS = 5
ROWS_PER_PART = 1000
OTHER_BYTES = 32 << 20
"""About what the manifest's other columns may hold of the rows of one part."""
SCANNED_ROWS = 16_384
KEY_COLUMNS = ["video_id", "region", "request", "status", "manifest_row"]

Digests = NDArray[np.uint64]


class CommitLog:
    """Commits finished rows in parts of up to 1000; driver only.

    Rows are mappings by the column names of the schema; what is missing is null, and a mapping
    under `extra` holds the manifest's other columns, of the types that were declared.
    """

    def __init__(
        self,
        storage: Storage,
        run_id: str,
        rows_per_part: int = ROWS_PER_PART,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin with nothing to commit.

        Args:
            check: raises where this run may commit no more; asked before every part.
        """
        self.storage = storage
        self.run_id = run_id
        self.rows_per_part = rows_per_part
        self._check = check
        self._schema = SCHEMA
        self._rows: list[dict[str, Any]] = []
        self._other_bytes = 0
        self._number = 0
        self._flushing = threading.Lock()

    def declare(self, extra_fields: Sequence[Field]) -> None:
        """Say the names and types of the manifest's other columns, before the first row."""
        self._schema = schema_with(list(extra_fields))

    def add(self, row: Mapping[str, Any]) -> None:
        """Take a row; commits if there are enough.

        Raises:
            StorageError: the part cannot be stored; its rows are kept for the next call.
        """
        self._rows.append({"run_id": self.run_id, **row})
        others = (row.get("extra") or {}).values()
        self._other_bytes += sum(len(value) for value in others if isinstance(value, str))
        if len(self._rows) >= self.rows_per_part or self._other_bytes > OTHER_BYTES:
            self.flush()

    def flush(self) -> None:
        """Commit what was taken; call it every few seconds and at the end.

        Raises:
            StorageError: as `add`.
        """
        with self._flushing:
            self._flush()

    def flush_if_idle(self) -> None:
        """Commit what was taken, from another thread, unless `flush` is at it.

        Raises:
            StorageError: as `add`.
        """
        if self._flushing.acquire(blocking=False):
            try:
                self._flush()
            finally:
                self._flushing.release()

    def _flush(self) -> None:
        if not self._rows:
            return
        self._check()
        data = parquet_bytes(_table(self._rows, self._schema))
        while not self.storage.put_if_absent(self._part_key(), data):
            self._number += 1
        self._number += 1
        self._rows = []
        self._other_bytes = 0

    def _part_key(self) -> str:
        return f"{PART_PREFIX}{self.run_id}-{self._number:06}.parquet"


@dataclass(frozen=True, slots=True)
class MetadataPart:
    """Keys of one part file: digests `(K, 2)` of what each row is about; see `scan`."""

    key: str
    about: Digests
    asked: Digests
    ok: NDArray[np.bool_]


class Committed:
    """The requests that have a track already, in 16 bytes each."""

    def __init__(self, parts: Iterator[MetadataPart]) -> None:
        scanned = [(part.about, part.asked, part.ok) for part in parts]
        about, asked, ok = (
            np.concatenate(columns) if columns else empty
            for columns, empty in zip(
                zip(*scanned, strict=True) if scanned else ((), (), ()),
                (_no_digests(), _no_digests(), np.zeros(0, dtype=bool)),
                strict=True,
            )
        )
        counted = latest(about) & ok
        self._done = _sorted(asked[counted])

    def __len__(self) -> int:
        return len(self._done)

    def is_done(self, video_id: str, region: str, request: str) -> bool:
        """Return True where a video and region's latest row is `ok` and answers this request."""
        return bool(self.are_done([(video_id, region, request)])[0])

    def are_done(self, requests: Sequence[tuple[str, str, str]]) -> NDArray[np.bool_]:
        """`is_done` for many, shape `(K,)`."""
        asked = digests_of(requests)
        if not len(self._done) or not len(asked):
            return np.zeros(len(asked), dtype=bool)
        place = np.minimum(np.searchsorted(self._done[:, 0], asked[:, 0]), len(self._done) - 1)
        found: NDArray[np.bool_] = (self._done[place] == asked).all(axis=1)
        return found


def committed(storage: Storage) -> Committed:
    """Return the requests of all metadata parts, read in a stream.

    Raises:
        StorageError: a part cannot be read.
    """
    return read_steadily(lambda: Committed(scan(storage)))


def part_keys(storage: Storage) -> list[str]:
    """Part files, earliest first."""
    keys = (stored.key for stored in storage.list(METADATA_FOLDER))
    return sorted(key for key in keys if key.endswith(".parquet"))


def read_steadily(read: Callable[[], T]) -> T:
    """Return what `read` makes of the parts; again from the start where one of them went
    meanwhile, since its rows are in another then.

    Raises:
        StorageError: a part cannot be read.
    """
    for _ in range(STEADY_READS):
        with suppress(MissingError):
            return read()
    return read()


def scan(storage: Storage) -> Iterator[MetadataPart]:
    """Digests of every row of every part, earliest first.

    `about`: of video and region, or of the number in the manifest and the region where the row has
    no id. `asked`: of video, region and request.
    """
    for key in part_keys(storage):
        with opened_part(storage, key) as table:
            batches = list(_key_batches(table))
        about = [digests_of(batch[0]) for batch in batches]
        asked = [digests_of(batch[1]) for batch in batches]
        ok = np.array([flag for batch in batches for flag in batch[2]], dtype=bool)
        if batches:
            yield MetadataPart(key, np.concatenate(about), np.concatenate(asked), ok)
        else:
            yield MetadataPart(key, _no_digests(), _no_digests(), ok)


def _key_batches(
    table: Any,
) -> Iterator[tuple[list[tuple[str, str]], list[tuple[str, str, str]], list[bool]]]:
    for batch in table.iter_batches(SCANNED_ROWS, columns=KEY_COLUMNS):
        columns = [batch.column(name).to_pylist() for name in KEY_COLUMNS]
        rows = list(zip(*columns, strict=True))
        about = [
            (video_id, region) if request else (f"/{number}", region)
            for video_id, region, request, _, number in rows
        ]
        asked = [(row[0], row[1], row[2]) for row in rows]
        yield about, asked, [row[3] == "ok" for row in rows]


def latest(about: Digests) -> NDArray[np.bool_]:
    """Mask `(K,)` of the last row about each thing, given digests `(K, 2)` in order of commit."""
    order = np.lexsort((np.arange(len(about)), about[:, 1], about[:, 0]))
    ordered = about[order]
    last = np.ones(len(about), dtype=bool)
    last[:-1] = (ordered[1:] != ordered[:-1]).any(axis=1)
    mask = np.zeros(len(about), dtype=bool)
    mask[order[last]] = True
    return mask


def digests_of(texts: Sequence[tuple[str, ...]]) -> Digests:
    """128-bit digests, shape `(K, 2)`, of tuples of texts that hold no NUL."""
    joined = b"".join(blake2b("\0".join(t).encode(), digest_size=16).digest() for t in texts)
    return np.frombuffer(joined, dtype=np.uint64).reshape(-1, 2)


def read_metadata(storage: Storage) -> pa.Table:
    """All rows, whole and in memory: for people and tests, not for a catalogue of millions.

    Raises:
        StorageError: a part cannot be read.
    """

    def read() -> list[pa.Table]:
        tables = []
        for key in part_keys(storage):
            with opened_part(storage, key) as part:
                tables.append(part.read())
        return tables

    tables = read_steadily(read)
    if not tables:
        return SCHEMA.empty_table()
    schema = without_loss(
        merged_schema(table.schema for table in tables),
        [(table.schema, table.column) for table in tables],
    )
    return pa.concat_tables([conformed(table, schema) for table in tables])


def parquet_bytes(table: pa.Table) -> bytes:
    """A table as the bytes of a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    own, arrays = set(SCHEMA.names), []
    for field in schema:
        if field.name in own:
            arrays.append(_own_column([row.get(field.name) for row in rows], field))
        else:
            values = [(row.get("extra") or {}).get(field.name) for row in rows]
            arrays.append(column_of(values, field))
    fields = [field.with_type(array.type) for field, array in zip(schema, arrays, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=schema.metadata))


def _own_column(values: list[Any], field: Field) -> "pa.Array[Any]":
    try:
        return pa.array(values, type=field.type)
    except UnicodeError:
        return pa.array([clean(value) for value in values], type=field.type)


def _sorted(digests: Digests) -> Digests:
    return digests[np.lexsort((digests[:, 1], digests[:, 0]))]


def _no_digests() -> Digests:
    return np.zeros((0, 2), dtype=np.uint64)

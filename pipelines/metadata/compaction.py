"""Leave exactly one metadata row for each video and region, in few files.

Safe to kill at any step: new parts first, then the old ones go. In between, a reader may see a row
twice, in two parts; the next compaction mends it.
"""

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from foley_core.storage.store import Storage
from pipelines.metadata.commits import METADATA_FOLDER, SCANNED_ROWS, scan
from pipelines.metadata.latest_rows import latest_by_part
from pipelines.metadata.other_columns import without_loss
from pipelines.metadata.part_files import opened_part
from pipelines.metadata.schema import conformed, merged_schema

ROWS_PER_FILE = 100_000
BYTES_PER_FILE = 128 << 20
WORTH_KEEPING_ROWS = ROWS_PER_FILE // 2

Mask = NDArray[np.bool_]


def compact(storage: Storage, run_id: str, judged_again: Collection[str] = ()) -> int:
    """Merge parts and drop superseded rows; return how many rows were dropped. Memory flat.

    Args:
        run_id: of the job that has just ended; names the new parts.
        judged_again: regions for which this run has gone through the whole manifest, so that
            rows without an id from earlier runs no longer count.

    Raises:
        StorageError: a part cannot be read or written.
    """
    parts = list(scan(storage))
    masks = latest_by_part(parts)
    for part in parts:
        if judged_again:
            masks[part.key] &= ~_stale(storage, part.key, run_id, judged_again)
    old = [part.key for part in parts if not _stays(masks[part.key])]
    if len(old) > 1 or any(not masks[key].all() for key in old):
        _rewrite(storage, run_id, {key: masks[key] for key in old})
    return sum(int((~kept).sum()) for kept in masks.values())


def _stays(kept: Mask) -> bool:
    return len(kept) >= WORTH_KEEPING_ROWS and bool(kept.all())


def _stale(storage: Storage, key: str, run_id: str, regions: Collection[str]) -> Mask:
    """Mark rows of a part that have no id and are of an earlier run, for one of some regions."""
    with opened_part(storage, key) as part:
        table = part.read(columns=["request", "region", "run_id"])
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    stale = [not request and region in regions and run != run_id for request, region, run in rows]
    return np.array(stale, dtype=bool)


def _rewrite(storage: Storage, run_id: str, masks: dict[str, Mask]) -> None:
    schema = _schema_of(storage, list(masks))
    number = 0
    with TemporaryDirectory(prefix="foley-compact-") as folder:
        for path in _files(storage, masks, schema, Path(folder)):
            while storage.exists(key := f"{METADATA_FOLDER}part-{run_id}-c{number:06}.parquet"):
                number += 1
            storage.put_file(key, path)
            path.unlink()
    for key in masks:
        storage.delete(key)


def _schema_of(storage: Storage, keys: list[str]) -> pa.Schema:
    schemas = []
    for key in keys:
        with opened_part(storage, key) as part:
            schemas.append(part.schema_arrow)

    def column_of_part(name: str, key: str) -> "pa.ChunkedArray[Any]":
        with opened_part(storage, key) as part:
            return part.read(columns=[name])[name]

    readers = [partial(column_of_part, key=key) for key in keys]
    return without_loss(merged_schema(schemas), zip(schemas, readers, strict=True))


def _files(
    storage: Storage, masks: dict[str, Mask], schema: pa.Schema, folder: Path
) -> Iterator[Path]:
    """Local files with the rows that are kept, each up to a number of rows and of bytes."""
    path, writer, rows = folder / "part.parquet", None, 0
    for table in _kept_rows(storage, masks, schema):
        writer = writer or pq.ParquetWriter(path, schema, compression="zstd")
        writer.write_table(table)
        rows += len(table)
        if rows >= ROWS_PER_FILE or path.stat().st_size >= BYTES_PER_FILE:
            writer.close()
            yield path
            writer, rows = None, 0
    if writer:
        writer.close()
        yield path


def _kept_rows(storage: Storage, masks: dict[str, Mask], schema: pa.Schema) -> Iterator[pa.Table]:
    """Tables of some thousand rows, however small the parts are."""
    waiting: list[pa.Table] = []
    for key, kept in masks.items():
        start = 0
        with opened_part(storage, key) as part:
            for batch in part.iter_batches(SCANNED_ROWS):
                mask = pa.array(kept[start : start + len(batch)])
                start += len(batch)
                waiting.append(conformed(pa.Table.from_batches([batch]).filter(mask), schema))
                if sum(map(len, waiting)) >= SCANNED_ROWS:
                    yield pa.concat_tables(waiting)
                    waiting = []
    if sum(map(len, waiting)):
        yield pa.concat_tables(waiting)

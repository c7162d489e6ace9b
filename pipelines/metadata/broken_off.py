"""Remains of a run that broke off: put right before anything else is written.

A job that replaces another job's track writes the track first and its row some seconds later. If
it ends in between, the former row stands beside the new track and is not true. The plan of such a
run is still there, since only a finished one removes it, and names all that it may have replaced.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from foley_core.errors import MissingError, StorageError
from foley_core.storage.store import Storage
from pipelines.metadata.commits import PART_PREFIX, digests_of, parquet_bytes, scan
from pipelines.metadata.compaction import compact
from pipelines.metadata.latest_rows import latest_by_part
from pipelines.metadata.part_files import opened_part
from pipelines.metadata.run_names import new_run_id

PLAN_FOLDER = "_plan/"
RUNS_FOLDER = "_runs/"
_BLOCK_BYTES = 4 << 20

Numbers = NDArray[np.uint64]


def settle(store: Storage) -> int:
    """Set aside each row whose track a run that broke off has replaced, and remove what such runs
    left of their plans; only the owner of the output's lease may. Killed, the next goes on.

    Merges files too, since such a run may have been killed while it did so and left rows twice.
    Costs one request where nothing was left. Reads again only tracks that were to be replaced.

    Returns:
        How many rows were set aside.

    Raises:
        StorageError: the store failed.
    """
    left = [item.key for item in store.list(PLAN_FOLDER)]
    if not left:
        return 0
    run_id, count = new_run_id(store), 0
    for number, rows in enumerate(_replaced(store, [k for k in left if k.endswith(".parquet")])):
        false = [_set_aside(row, run_id) for row in rows.to_pylist() if not is_true(store, row)]
        if false:
            data = parquet_bytes(pa.Table.from_pylist(false, schema=rows.schema))
            store.put(f"{PART_PREFIX}{run_id}-{number:06}.parquet", data)
            count += len(false)
    compact(store, run_id)
    for run in dict.fromkeys(key.split("/")[1] for key in left):
        forget_run(store, run)
    return count


def forget_run(store: Storage, run_id: str) -> None:
    """Remove what only that run needed; its plan last, which says that it has not ended."""
    for prefix in (f"{RUNS_FOLDER}{run_id}/", f"{PLAN_FOLDER}{run_id}/"):
        for item in list(store.list(prefix)):
            store.delete(item.key)


def _replaced(store: Storage, shards: list[str]) -> Iterator[pa.Table]:
    """Rows that count and are `ok`, and whose video and region was to be made otherwise."""
    about, asked = _planned(store, shards)
    parts = list(scan(store))
    if not len(about):
        return
    masks = latest_by_part(parts)
    for part in parts:
        chosen = masks[part.key] & part.ok
        chosen &= np.isin(part.about[:, 0], about) & ~np.isin(part.asked[:, 0], asked)
        if chosen.any():
            with opened_part(store, part.key) as file:
                yield file.read().take(np.flatnonzero(chosen))


def _planned(store: Storage, shards: list[str]) -> tuple[Numbers, Numbers]:
    """First halves of the digests of what was to be made, without and with its request."""
    about, asked = [], []
    for shard in shards:
        columns = ["video_id", "regions", "requests"]
        with opened_part(store, shard) as file:
            rows = file.read(columns=columns).to_pylist()
        for row in rows:
            wanted = list(zip(row["regions"], row["requests"], strict=True))
            about += [(row["video_id"], region) for region, _ in wanted]
            asked += [(row["video_id"], region, request) for region, request in wanted]
    return digests_of(about)[:, 0], digests_of(asked)[:, 0]


def is_true(store: Storage, row: Mapping[str, Any]) -> bool:
    """Return True where the track is the one that a row states; reads it whole.

    Raises:
        StorageError: the store failed.
    """
    key = str(row["track_uri"]).rpartition("/tracks/")[2]
    digest = hashlib.sha256()
    try:
        with store.open(f"tracks/{key}") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    except MissingError:
        return False
    return digest.hexdigest() == str(row["track_sha256"])


def _set_aside(row: dict[str, Any], run_id: str) -> dict[str, Any]:
    reason = (
        f"a run that broke off has replaced the track of {row['video_id']} for {row['region']}; "
        "run the job again"
    )
    changed = {"status": "set_aside", "error_class": StorageError.__name__, "error": reason}
    return {**row, **changed, "run_id": run_id}

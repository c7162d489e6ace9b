"""After a run that broke off, no row states a track that another has replaced."""

import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from foley_core.storage.store import Storage
from pipelines.metadata.broken_off import settle
from pipelines.metadata.commits import CommitLog, parquet_bytes, read_metadata
from pipelines.metadata.run_names import new_run_id
from pipelines.plan import SHARD_SCHEMA

SHARD = "_plan/20260101T000000000000-abc/shard-000000.parquet"


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    """Three delivered videos, of which a run was to make two otherwise."""
    store = Storage(str(tmp_path))
    log = CommitLog(store, new_run_id(store))
    log.declare([pa.field("take", pa.int64())])
    for number, name in enumerate("abc"):
        log.add(delivered(store, name, extra={"take": number}))
    log.flush()
    planned = [
        {"manifest_row": n, "video_id": v, "uri": v, "regions": ["de"], "requests": [r]}
        for n, v, r in [(0, "a", "new"), (1, "b", "new"), (2, "c", "request")]
    ]
    store.put(SHARD, parquet_bytes(pa.Table.from_pylist(planned, schema=SHARD_SCHEMA)))
    store.put("_runs/20260101T000000000000-abc/perceive/x/part-00000", b"{}")
    return store


def delivered(store: Storage, name: str, **more: Any) -> dict[str, Any]:
    track = f"track of {name}".encode()
    key = f"tracks/region=de/{name}.wav"
    store.put(key, track)
    return {
        "video_id": name,
        "region": "de",
        "request": "request",
        "status": "ok",
        "track_uri": store.uri(key),
        "track_sha256": hashlib.sha256(track).hexdigest(),
        "manifest_row": 1,
        **more,
    }


def test_a_row_beside_a_replaced_track_is_set_aside(store: Storage) -> None:
    store.put("tracks/region=de/a.wav", b"by the run that broke off")
    assert settle(store) == 1
    rows = {row["video_id"]: row for row in read_metadata(store).to_pylist()}
    assert {name: row["status"] for name, row in rows.items()} == {
        "a": "set_aside", "b": "ok", "c": "ok",
    }  # fmt: skip
    assert "replaced the track of a for de; run the job again" in rows["a"]["error"]
    assert [rows[name]["take"] for name in "abc"] == [0, 1, 2]
    assert list(store.list("_plan/")) == list(store.list("_runs/")) == []
    assert settle(store) == 0


def test_a_track_that_is_gone_is_told_too(store: Storage) -> None:
    store.delete("tracks/region=de/b.wav")
    assert settle(store) == 1


def test_nothing_is_read_where_nothing_broke_off(
    store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.delete(SHARD)
    monkeypatch.setattr(store, "open", None)
    assert settle(store) == 0


def test_killed_at_any_deletion_it_goes_on(store: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put("tracks/region=de/a.wav", b"by the run that broke off")
    delete, left = Storage.delete, [0]

    def dying(self: Storage, key: str) -> None:
        if left[0] == 0:
            raise KeyboardInterrupt
        left[0] -= 1
        delete(self, key)

    for deletions in range(2):
        left[0] = deletions
        with monkeypatch.context() as patch:
            patch.setattr(Storage, "delete", dying)
            with pytest.raises(KeyboardInterrupt):
                settle(store)
    settle(store)
    rows = {row["video_id"]: row["status"] for row in read_metadata(store).to_pylist()}
    assert rows == {"a": "set_aside", "b": "ok", "c": "ok"}
    assert len(read_metadata(store)) == 3


def test_a_run_comes_after_those_of_a_machine_whose_clock_was_ahead(tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    log = CommitLog(store, "20990101T000000000000-abcdef")
    log.add(delivered(store, "a", track_sha256="of 2099"))
    log.flush()
    log = CommitLog(store, new_run_id(store))
    log.add(delivered(store, "a", track_sha256="now"))
    log.flush()
    assert [row["track_sha256"] for row in read_metadata(store).to_pylist()][-1] == "now"

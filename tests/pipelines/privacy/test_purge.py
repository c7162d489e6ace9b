"""A purge leaves nothing of its video and all of every other, and may be killed anywhere."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pytest

from foley_core.errors import ConfigError
from foley_core.ids import digest
from foley_core.soundtrack.traces import leave_trace, traces_of
from foley_core.storage.store import Storage
from pipelines.metadata.commits import CommitLog, parquet_bytes, read_metadata
from pipelines.metadata.compaction import compact
from pipelines.privacy.purge import is_named_after, purge_video, remains

OWN = ("features/own", "stems-store/own.flac", "tracks/region=de/a.wav", "cues/region=de/a.json",
       "stems/region=de/a/footsteps.wav", "muxed/region=de/a.mp4")  # fmt: skip
OTHERS = ("features/both", "stems-store/b.flac", "tracks/region=de/b.wav",
          "tracks/region=de/a.b.wav", "stems/region=de/ab/footsteps.wav")  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    """What a job leaves of two videos that share a feature."""
    store = Storage(str(tmp_path))
    for key in (*OWN, *OTHERS):
        store.put(key, b"x")
    leave_trace(store, "a", ["features/own", "features/both", "stems-store/own.flac", "gone"])
    leave_trace(store, "b", ["features/both", "stems-store/b.flac"])
    log = CommitLog(store, "run-1")
    for video_id in ("a", "b"):
        log.add({"video_id": video_id, "region": "de", "status": "ok", "request": "r"})
    log.flush()
    log.add({"video_id": "a", "region": "fr", "status": "ok", "request": "r"})
    log.flush()
    store.put("feedback/f.parquet", parquet_bytes(pa.table({"video_id": ["a", "b"]})))
    return store


def keys(store: Storage) -> set[str]:
    return {item.key for item in store.list() if not item.key.startswith("audit/")}


def test_nothing_of_it_is_left_and_nothing_else_is_lost(store: Storage) -> None:
    done = purge_video(store, "a")
    assert done.left == []
    assert done.shared == ["features/both"]
    assert keys(store).issuperset(OTHERS)
    assert keys(store).isdisjoint(OWN)
    assert not any(key.startswith(traces_of("a")) for key in keys(store))
    assert read_metadata(store)["video_id"].to_pylist() == ["b"]
    assert "a" not in {path.name for path in Path(store.root).rglob("*")}, "a folder has its name"


def test_a_second_purge_has_nothing_to_do(store: Storage) -> None:
    purge_video(store, "a")
    with pytest.raises(ConfigError, match="no trace"):
        purge_video(store, "a")


def test_files_that_a_job_merges_at_that_moment_are_found_where_they_went(
    store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, merged = Storage.open, list[str]()

    def open_late(self: Storage, key: str) -> AbstractContextManager[BinaryIO]:
        if key.startswith("metadata/") and not merged:
            merged.append(key)
            compact(self, "run-2")
        return opened(self, key)

    monkeypatch.setattr(Storage, "open", open_late)
    assert purge_video(store, "a").left == []
    assert merged
    assert read_metadata(store)["video_id"].to_pylist() == ["b"]


def test_an_output_that_holds_nothing_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is nothing"):
        purge_video(Storage(str(tmp_path / "none")), "a")


def test_a_slip_of_the_pen_is_told(store: Storage) -> None:
    with pytest.raises(ConfigError, match="did you mean 'b'"):
        purge_video(store, "b_")


@pytest.mark.parametrize("steps", range(12))
def test_killed_anywhere_the_next_one_ends_it(
    store: Storage, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    left = [steps]

    def dying(self: Storage, key: str) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        self.backend.delete(key)

    with monkeypatch.context() as patch:
        patch.setattr(Storage, "delete", dying)
        try:
            purge_video(store, "a")
        except KeyboardInterrupt:
            tracks = {item.key for item in store.list("tracks/region=de/a.wav")}
            rows = read_metadata(store)["video_id"].to_pylist()
            assert "a" not in rows or tracks
    if list(remains(store, "a", {"features/own", "stems-store/own.flac"})):
        assert purge_video(store, "a").left == []
    assert keys(store).issuperset(OTHERS)
    assert keys(store).isdisjoint(OWN)


def test_ids_are_not_confused() -> None:
    assert is_named_after("tracks/region=de/a.wav", "a")
    assert is_named_after("stems/region=de/a/mix.wav", "a")
    assert is_named_after("tracks/region=de/a.c2pa", "a")
    assert is_named_after("tracks/region=de/a.wav", "a.wav") is False
    assert is_named_after("tracks/region=de/a.b.wav", "a") is False
    assert is_named_after("tracks/region=de/a.b.wav", "a.b")
    assert is_named_after("audit/deletions/a/deleted.json", "a") is False
    assert is_named_after("asked/a.json", "a")
    for key in ("tracks/region=de/a.wav", "asked/a.json"):
        assert is_named_after(f"soundtracks/0b/{key}", "a")
        assert is_named_after(f"soundtracks/0b/{key}", "0b")
        assert is_named_after(f"soundtracks/0b/{key}", "tracks") is False
    assert is_named_after("ended/0b.json", "0b")
    assert is_named_after(f"feedback/{digest({'video_id': 'a'})}/000000.parquet", "a")


COMMON = ("metadata/part-1.parquet", "tracks/region=de/b.wav", "stems/region=de/b/mix.wav",
          "stems-store/v2/ab/cd.flac", "features/v4/ab/cd.json", "job.json", "summary.json",
          "takes/region=de/b/mix/1.wav", "review/videos/b/1.js", "asked/b.json")  # fmt: skip


@pytest.mark.parametrize("key", COMMON)
def test_a_video_with_the_name_of_a_folder_or_file_takes_no_other_with_it(key: str) -> None:
    parts = {name for part in key.split("/") for name in (part, part.partition(".")[0])}
    assert [name for name in parts - {"b"} if is_named_after(key, name)] == []

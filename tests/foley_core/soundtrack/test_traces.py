"""Traces: what is noted is found again, once, under any id."""

import pytest

from foley_core.errors import StorageError
from foley_core.soundtrack.traces import leave_trace, traced_keys, traces_of
from foley_core.storage.store import Storage


def test_what_is_noted_is_found_under_any_id(tmp_path_factory: pytest.TempPathFactory) -> None:
    store = Storage(str(tmp_path_factory.mktemp("out")))
    for video_id in ("a", "影片 1", "x/../y"):
        leave_trace(store, video_id, ["features/1", "features/2"])
        leave_trace(store, video_id, ["features/2", "features/1", "features/1"])
        notes = [item.key for item in store.list(traces_of(video_id))]
        assert len(notes) == 1
        assert list(traced_keys(store, notes[0])) == ["features/1", "features/2"]


def test_a_damaged_note_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    store = Storage(str(tmp_path_factory.mktemp("out")))
    store.put("traces/x/y.json", b"[1]")
    with pytest.raises(StorageError, match=r"traces/x/y\.json"):
        list(traced_keys(store, "traces/x/y.json"))

"""The list of the page: files of rows, flags, and what a purge takes out of it."""

import itertools
from base64 import b64decode
from typing import Any

import pytest

from foley_core.storage.store import Storage
from pipelines.privacy.purge import purge_video
from pipelines.review import list_pages
from pipelines.review.data_script import data_of
from pipelines.review.list_pages import VideoRegions, write_list
from pipelines.review.track_rows import FLAGS, LIST_COLUMNS

_names = itertools.count()


@pytest.fixture
def store() -> Storage:
    return Storage(f"memory://list-{next(_names)}")


def row(video_id: str | None, region: str = "neutral", **more: Any) -> dict[str, Any]:
    return {**dict.fromkeys(LIST_COLUMNS), "video_id": video_id, "region": region, "status": "ok",
            "request": "r", **more}  # fmt: skip


def read(store: Storage, name: str) -> Any:
    return data_of(store.read(f"review/{name}.js"))


def test_rows_lie_in_files_of_so_many(store: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_pages, "ROWS_PER_FILE", 2)
    monkeypatch.setattr(list_pages, "NAMES_PER_FILE", 3)
    assert str(write_list(store, (row(f"v{n}") for n in range(5)))) == "5 tracks"
    assert [[one["v"] for one in read(store, f"rows/00000{n}")] for n in range(3)] == [
        ["v0", "v1"], ["v2", "v3"], ["v4"],
    ]  # fmt: skip
    assert read(store, "names/000001") == ["v3", "v4"]
    write_list(store, [row("v0")])
    left = [item.key for item in store.list("review/") if "0000" in item.key]
    assert left == ["review/names/000000.js", "review/rows/000000.js"]


def test_flags_say_what_rows_are_filtered_by(store: Storage) -> None:
    cue = {"kind": "action", "sound_class": "tap", "source": "detected", "confidence": 0.9}
    rows = [
        row("a"),
        row("b", status="set_aside", error="it is no video"),
        row("c", cues=[cue | {"confidence": 0.3}]),
        row("d", cues=[cue | {"confidence": 0.6, "sound_class": "gunshot"}]),
        row("e", cues=[cue | {"confidence": 0.1, "source": "person:ana"}], qc="warn"),
        row("f", loudness_note="too quiet", corrections=2, notes=["a note"], qc="pass"),
    ]
    assert str(write_list(store, rows)) == "5 tracks and 1 set aside"
    bits = b64decode(read(store, "list")["flags"])
    held = [{name for place, name in enumerate(FLAGS) if bit >> place & 1} for bit in bits]
    assert held == [
        set(), {"set_aside"}, {"unsure"}, {"absurd"}, {"qc"}, {"loudness", "corrected", "notes"},
    ]  # fmt: skip


def test_a_row_without_an_id_has_no_page(store: Storage) -> None:
    write_list(store, [row(None, status="set_aside", error="row 3: no video_id")])
    (shown,) = read(store, "rows/000000")
    assert (shown["v"], shown["d"], shown["e"]) == ("", None, "row 3: no video_id")


def test_a_row_that_gives_the_id_of_another_has_no_page(store: Storage) -> None:
    write_list(store, [row("a"), row("a", status="set_aside", request="")])
    first, second = read(store, "rows/000000")
    assert (bool(first["d"]), second["d"]) == (True, None)


def test_regions_of_a_video_are_known_wherever_its_rows_lie() -> None:
    regions = VideoRegions()
    for video, region in [("a", "neutral"), ("b", "japan"), ("a", "japan"), ("a", "neutral")]:
        regions.add(video, region)
    assert regions.of("a") == ["neutral", "japan"]
    assert regions.of("b") == ["japan"]
    assert regions.of("c") == []


def test_a_purge_leaves_no_name_and_every_other_in_its_place(store: Storage) -> None:
    write_list(store, [row("a"), row("b"), row("a", "japan")])
    store.put(f"review/{read(store, 'rows/000000')[0]['d']}.js", b"x")
    store.put(f"review/{read(store, 'rows/000000')[1]['d']}.js", b"x")
    assert purge_video(store, "a").left == []
    shown = read(store, "rows/000000")
    assert [one and one["v"] for one in shown] == [None, "b", None]
    assert read(store, "names/000000") == [None, "b", None]
    assert [item.key for item in store.list("review/videos/")] == [f"review/{shown[1]['d']}.js"]

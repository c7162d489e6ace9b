"""The page's data of what a job made: addresses that lead somewhere, cues, and no private place."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import reviewed
from typer.testing import CliRunner

from foley_core.errors import ConfigError
from foley_core.storage.store import Storage
from pipelines.cli import app
from pipelines.review.data_script import data_of
from pipelines.review.track_rows import document_of, folder_of
from pipelines.review.write_review import rewrite_videos, write_review


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """The output of a job without muxed files; the original is there."""
    return reviewed.made_output(tmp_path_factory.mktemp("output"), stems=True)


def document(store: Storage) -> Any:
    return data_of(store.read(f"review/{document_of('v', 'neutral')}.js"))


def test_addresses_lead_to_what_is_there(store: Storage) -> None:
    said: list[str] = []
    made = write_review(store.root, say=said.append)
    assert (str(made.listed), said[-1]) == ("1 track", "1 of 1 rows")
    held = document(store)
    addresses = [held["track"], *(one["address"] for one in held["stems"] + held["versions"])]
    assert len(held["versions"]) == 1
    for address in addresses:
        assert address.startswith("../")
        assert store.exists(unquote(address.removeprefix("../")))
    assert {one["group"] for one in held["stems"]} >= {"doors", "hands"}
    for name in (f"{held['waveform']}.js", held["spectrogram"], held["picture"]["strip"]):
        assert store.exists(f"review/{name}")
    slam = next(cue for cue in held["cues"] if cue["sound_class"] == "door_slam")
    assert (slam["onset"], slam["group"], slam["source"]) == (24_000, "doors", "person:ana")
    assert (bool(slam["cue_id"]), slam["gain_by"]) == (True, 0.0)


def test_what_is_drawn_stays_and_the_rest_is_written_anew(store: Storage) -> None:
    write_review(store.root)
    place = f"review/{folder_of('v')}/"
    before = {item.key: item.modified_s for item in store.list(place)}
    (name,) = rewrite_videos(store, ["v"])
    after = {item.key: item.modified_s for item in store.list(place)}
    assert name == document_of("v", "neutral")
    assert {key for key in before if after[key] != before[key]} == {f"review/{name}.js"}


def test_a_row_set_aside_for_its_id_leaves_the_page_of_the_other(tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    twice = {"video_id": "v", "status": "set_aside", "error": "the id is that of row 2"}
    first = {"video_id": "v", "status": "set_aside", "error": "no video", "frame_rate": "25"}
    reviewed.commit_rows(store, iter([first, twice | {"request": "", "manifest_row": 3}]))
    assert str(write_review(store.root).listed) == "0 tracks and 2 set aside"
    assert document(store)["error"] == "no video"


def test_no_place_of_this_machine_is_named_unless_originals_are_asked_for(store: Storage) -> None:
    private = str(Path(store.root).parent).encode()
    write_review(store.root)
    assert [i.key for i in store.list("review/") if private in store.read(i.key)] == []
    write_review(store.root, "originals")
    assert document(store)["picture"]["video"].endswith("/v.mp4")
    write_review(store.root, "none")
    assert document(store)["picture"] is None


def test_reasons_and_notes_name_no_folder_above_the_output(tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    said = {"error": f"{tmp_path}/source/video: no video", "notes": [f"{tmp_path}/a was replaced"]}
    reviewed.commit_rows(store, iter([{"video_id": "v", "status": "set_aside", **said}]))
    write_review(store.root)
    held = document(store)
    assert (held["error"], held["notes"]) == ("source/video: no video", ["a was replaced"])
    assert held["row"]["e"] == held["error"]
    private = str(tmp_path).encode()
    assert [i.key for i in store.list("review/") if private in store.read(i.key)] == []


@pytest.mark.parametrize(
    "setting", [{"anonymise": True}, {"delete_source": "after_commit"}], ids=str
)
def test_a_job_that_keeps_pictures_from_being_seen_has_none(
    store: Storage, setting: dict[str, object]
) -> None:
    from pipelines.last_job import JOB_KEY, last_job

    job = last_job(store)
    privacy = job.privacy.model_copy(update=setting)
    kept = store.read(JOB_KEY)
    store.put(JOB_KEY, job.model_copy(update={"privacy": privacy}).model_dump_json().encode())
    try:
        write_review(store.root, "originals")
        assert document(store)["picture"] is None
    finally:
        store.put(JOB_KEY, kept)


def test_pictures_are_counted_from_the_timecode_of_the_source(tmp_path: Path) -> None:
    labels = {"a": "01:00:00;00", "b": "01:00:00:00", "c": None}
    store = Storage(str(tmp_path))
    rows = [
        {"video_id": name, "status": "set_aside", "frame_rate": "30000/1001", "timecode": label}
        for name, label in labels.items()
    ]
    reviewed.commit_rows(store, iter(rows))
    write_review(store.root)
    said = {
        name: data_of(store.read(f"review/{document_of(name, 'neutral')}.js")) for name in labels
    }
    told = {name: (one["first_frame"], one["drops_labels"]) for name, one in said.items()}
    assert told == {"a": (107_892, True), "b": (108_000, False), "c": (0, False)}


def test_an_output_without_tracks_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no tracks"):
        write_review(str(tmp_path))


def test_the_command_says_what_to_open(store: Storage) -> None:
    done = CliRunner().invoke(app, ["review", store.root])
    assert done.stdout == f"1 track: open {store.root}/review/index.html\n"

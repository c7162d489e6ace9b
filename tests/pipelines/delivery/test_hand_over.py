"""`foley deliver` reads metadata and cue sheets alone, on a folder, in memory and on S3."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pytest
from handed_over import deliver_row
from typer.testing import CliRunner

from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import ConfigError
from foley_core.storage.store import Storage
from pipelines.cli import app
from pipelines.config import Job
from pipelines.delivery.format_names import CONTAINERS, FORMATS, LAYOUTS, checked_formats
from pipelines.delivery.groups import sound_groups
from pipelines.delivery.hand_over import hand_over, wanted_of
from pipelines.metadata.commits import parquet_bytes, read_metadata


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    store = Storage(str(tmp_path / "out"))
    deliver_row(store, "walk")
    deliver_row(store, "walk", "japan")
    deliver_row(store, "slow", frame_rate="variable", timecode=None)
    return store


def delivered(store: Storage) -> list[str]:
    return [item.key for item in store.list("formats/")]


def test_every_format_is_written_for_a_video_and_region(store: Storage) -> None:
    formats = [one for one in FORMATS if one not in (*LAYOUTS, "surround", *CONTAINERS)]
    done = hand_over(store, wanted_of(formats, ["walk"], ["japan"], []))
    assert done.problems == []
    place = "formats/region=japan/walk/walk"
    endings = (".otio", ".edl", ".rpp", ".markers.edl", ".markers.csv", ".xml", ".txt",
               ".ja.vtt", ".ja.srt", ".ja.ttml")  # fmt: skip
    assert sorted(delivered(store)) == sorted(done.keys) == sorted(place + one for one in endings)
    assert "[足音]" in store.read(f"{place}.ja.vtt").decode()
    assert "10:00:00:12" in store.read(f"{place}.edl").decode()
    assert '"../../../tracks/region=japan/walk.wav"' in store.read(f"{place}.rpp").decode()


def test_what_one_track_cannot_be_written_as_costs_no_other(store: Storage) -> None:
    done = hand_over(store, wanted_of(["edl,captions"], [], ["neutral"], ["de"]))
    assert done.tracks == 2
    (problem,) = done.problems
    assert problem.startswith("slow, neutral, edl: slow: an EDL counts pictures")
    assert "formats/region=neutral/slow/slow.de.vtt" in delivered(store)
    assert "formats/region=neutral/walk/walk.edl" in delivered(store)


@pytest.mark.parametrize(
    ("to", "videos", "regions", "languages", "said"),
    [
        (["oito"], [], [], [], "unknown format 'oito'; did you mean 'otio'?"),
        ([","], [], [], [], "name a format"),
        (["otio"], ["wlk"], [], [], "no track of 'wlk'; did you mean 'walk'?"),
        (["otio"], [], ["japn"], [], "no track of 'japn'; did you mean 'japan'?"),
        (["otio"], ["slow"], ["japan"], [], "no track of these videos for these regions"),
        (["captions"], [], [], ["xx"], "unknown language of captions 'xx'"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(
    store: Storage,
    to: list[str],
    videos: list[str],
    regions: list[str],
    languages: list[str],
    said: str,
) -> None:
    with pytest.raises(ConfigError) as caught:
        hand_over(store, wanted_of(to, videos, regions, languages))
    assert said in str(caught.value)
    assert delivered(store) == []


def test_a_second_row_of_the_manifest_with_its_id_takes_no_track_away(store: Storage) -> None:
    again = {"status": "set_aside", "error": "row 9: it is that of row 1 already", "request": ""}
    deliver_row(store, "walk", **again, manifest_row=9)
    done = hand_over(store, wanted_of(["edl"], ["walk"], ["neutral"], []))
    assert done.keys == ["formats/region=neutral/walk/walk.edl"]


def test_what_a_run_that_broke_off_replaced_is_not_delivered(store: Storage) -> None:
    store.put("tracks/region=japan/walk.wav", b"of another request")
    plan = pa.table({"video_id": ["walk"], "regions": [["japan"]], "requests": [["other"]]})
    store.put("_plan/run-x/shard-000000.parquet", parquet_bytes(plan))
    with pytest.raises(ConfigError, match="no track of 'japan'"):
        hand_over(store, wanted_of(["edl"], [], ["japan"], []))


def test_an_output_without_tracks_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no tracks"):
        hand_over(Storage(str(tmp_path)), wanted_of(["otio"], [], [], []))


def test_the_command_prints_where_files_are_and_ends_with_1_for_a_problem(store: Storage) -> None:
    said = CliRunner().invoke(app, ["deliver", store.root, "--to", "captions,edl"])
    assert said.exit_code == 1
    assert "files of 3 tracks" in said.output
    fine = CliRunner().invoke(app, ["deliver", store.root, "--to", "otio", "--video", "walk"])
    assert fine.exit_code == 0, fine.output


def test_every_group_has_a_colour_and_a_bus() -> None:
    assert {*taxonomy().all_groups, "music", "foley"} == sound_groups().keys()


def test_a_cue_sheet_that_is_gone_or_broken_costs_no_other_track(store: Storage) -> None:
    deliver_row(store, "gone")
    deliver_row(store, "half")
    store.delete("cues/region=neutral/gone.json")
    store.put("cues/region=neutral/half.json", b"{")
    done = hand_over(store, wanted_of(["reaper"], [], ["neutral"], []))
    gone, half = done.problems
    assert gone.startswith("gone, neutral, its cue sheet ")
    assert gone.endswith("is gone; run the job again")
    assert "half.json is no cue sheet" in half
    assert done.keys


def test_the_timeline_of_a_part_knows_where_it_stands_in_its_video(store: Storage) -> None:
    part = {"timecode": None, "start_s": 1.5, "time_reference": 72_000, "video_id": "part"}
    deliver_row(store, **part)
    hand_over(store, wanted_of(["reaper", "edl"], ["part"], [], []))
    folder = "formats/region=neutral/part/part"
    assert b"SOFFS 1.5\n" in store.read(f"{folder}.rpp")
    assert b"PROJOFFS 1.5 " in store.read(f"{folder}.rpp")
    assert b" 00:00:01:12 " in store.read(f"{folder}.edl")


def test_formats_may_be_named_with_commas_and_twice() -> None:
    assert checked_formats(["edl, otio", "edl"]) == ("otio", "edl")


@pytest.mark.s3
def test_an_output_on_s3_is_delivered_there(s3_bucket: str) -> None:
    store = Storage(f"{s3_bucket}/out")
    deliver_row(store, "walk")
    assert hand_over(store, wanted_of(["reaper"], [], [], [])).keys == [
        "formats/region=neutral/walk/walk.rpp"
    ]


def test_no_picture_is_shown_whose_job_hides_faces(store: Storage) -> None:
    job = Job(manifest="m", output="o", privacy={"anonymise": True})
    store.put("job.json", job.model_dump_json().encode())
    done = hand_over(store, wanted_of(["mov,edl"], ["walk"], ["japan"], []))
    assert [one for one in done.problems if "hides faces and plates" in one] == done.problems
    assert done.keys == ["formats/region=japan/walk/walk.edl"]


def test_a_video_that_is_not_there_has_no_picture(store: Storage) -> None:
    done = hand_over(store, wanted_of(["mkv"], ["walk"], ["japan"], []))
    (problem,) = done.problems
    assert problem.startswith("walk, japan, mkv: there is no video")


def test_a_track_that_is_not_what_its_row_states_is_named_and_set_aside(store: Storage) -> None:
    for name, said in (("whole", b"track"), ("changed", b"other"), ("gone", None)):
        digest = hashlib.sha256(b"track").hexdigest()
        deliver_row(store, name, track_sha256=digest, prompt="calm")
        if said is not None:
            store.put(f"tracks/region=neutral/{name}.wav", said)
    names = ["whole", "changed", "gone"]
    command = ["deliver", store.root, "--to", "reaper", *(f"--video={one}" for one in names)]
    told = CliRunner().invoke(app, command)
    assert told.exit_code == 1
    for name in ("changed", "gone"):
        place = store.uri(f"tracks/region=neutral/{name}.wav")
        assert (
            f"error: {name}, neutral: {place} is not the track that its row states" in told.output
        )
    assert delivered(store) == ["formats/region=neutral/whole/whole.rpp"]
    rows = {row["video_id"]: row for row in read_metadata(store).to_pylist()}
    assert [rows[one]["status"] for one in names] == ["ok", "set_aside", "set_aside"]
    assert "run the job again" in rows["changed"]["error"]
    assert rows["changed"]["prompt"] == "calm"
    with pytest.raises(ConfigError, match="no track of 'changed'"):
        hand_over(store, wanted_of(["reaper"], ["changed"], [], []))

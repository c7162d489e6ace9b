"""`foley one`: a small job in this process; what is wrong with it is said before it starts."""

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import videos
from networks import tiny_generator
from typer.testing import CliRunner, Result

from foley_core.errors import CheckpointError, ConfigError, FoleyError, StylePackError
from foley_core.models.embedded import weights_folder
from foley_core.models.embedded.cue_generator import EmbeddedGenerator
from foley_core.models.embedded.perception import Perception
from foley_core.provenance.signing import TEST_NAME
from foley_core.storage.store import Storage
from foley_core.styles.wishes import WISH_NAMES
from pipelines.cli import app
from pipelines.commands.options import option_name
from pipelines.config import DeliverySettings
from pipelines.metadata.commits import read_metadata

OUT = "out"


def foley(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.mark.parametrize(
    ("option", "value", "known"), [("tier", "huge", "'light'"), ("quality", "best", "'draft'")]
)
def test_a_value_that_an_option_does_not_know_is_answered_with_those_it_does(
    option: str, value: str, known: str
) -> None:
    done = foley("one", "v.mp4", "-o", OUT, f"--{option}", value)
    assert done.exit_code == 2
    assert f"Invalid value for '--{option}': '{value}' is not one of" in done.stderr
    assert known in done.stderr


def problem(*arguments: object) -> str:
    error = foley(*arguments).exception
    assert isinstance(error, FoleyError), error
    return str(error)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """A file that is there; what is in it is not looked at."""
    path = tmp_path / "walk.mp4"
    path.touch()
    return path


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (["--region", "atlantis"], StylePackError, "atlantis"),
        (["--video-id", "a/b"], ConfigError, "--video-id"),
        (["--tier", "light"], CheckpointError, "no weights for tier 'light'"),
        (["--model", "hunyuan-xl"], ConfigError, "--model-path"),
        (["--model-path", "none"], CheckpointError, "there is no folder .*none; it may hold"),
        (["--model-path", "hf://a/b"], ConfigError, "model_path: 'hf://a/b' is no place"),
        (["--anonymise", "--mux"], ConfigError, "--mux would show the picture"),
        (["--start", "2", "--end", "1"], ConfigError, "--end 1 is not after --start"),
        (["--start", "soon"], ConfigError, "--start must be seconds"),
        (["--sound-filters", "footstq: 50%"], ConfigError, "--sound-filters: unknown sound class"),
        (["--scene", "harbro"], ConfigError, "--scene: unknown scene 'harbro'"),
        (["--mood", "jolly"], ConfigError, "--mood: unknown mood 'jolly'"),
        (["--tempo-bpm", "900"], ConfigError, "--tempo-bpm: Input should be less than or equal"),
        (["--signing-key", "key.pem"], ConfigError, "- a key or certificate is given, but `sign`"),
        (["--anonymise", "--formats", "mov"], ConfigError, "mov in delivery.formats would"),
        (["--loudness", "-80"], ConfigError, "--loudness: Input should be greater than or equal"),
    ],
)
def test_nothing_is_started_for_options_that_are_wrong(
    video: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    error: type[FoleyError],
    message: str,
) -> None:
    def loaded(self: object) -> None:
        raise AssertionError("a network was loaded")

    folder = video.parent
    monkeypatch.chdir(folder)
    monkeypatch.setattr(Perception, "load", loaded)
    monkeypatch.setattr(EmbeddedGenerator, "load", loaded)
    monkeypatch.setattr(weights_folder, "shipped_folder", lambda: folder)
    for name in ("generator", "perception", "contacts"):
        (folder / f"{name}.safetensors").touch()
    (folder / "perception.toml").write_text('sha256 = "0"')
    with pytest.raises(error, match=message):
        CliRunner().invoke(app, ["one", str(video), "-o", OUT, *options], catch_exceptions=False)
    assert not Path(OUT).exists()


def test_every_wish_and_setting_of_delivery_is_an_option() -> None:
    shown = CliRunner().invoke(app, ["one", "--help"], env={"COLUMNS": "200"}).stdout
    names = (
        *WISH_NAMES,
        *DeliverySettings.model_fields,
        "original",
        "original_db",
        "start_s",
        "end_s",
    )
    assert [name for name in names if option_name(name) not in shown] == []


def test_a_faulty_sidecar_is_said_before_anything_is_started(video: Path) -> None:
    (video.parent / "walk.mp4.foley.toml").write_text('schema_version = 1\nfilters = "footstq: 1%"')
    assert "footstq" in problem("one", video, "-o", video.parent / OUT)


def test_what_is_no_video_is_answered_with_what_to_do(video: Path, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    shutil.copy(video, tmp_path / "b")
    out = tmp_path / OUT
    assert f"{tmp_path}/*.mp4" in problem("one", tmp_path, "-o", out)
    assert "did you mean 'walk.mp4'?" in problem("one", tmp_path / "wolk.mp4", "-o", out)
    assert "forbidden scheme 'https'" in problem("one", "https://x.example/a b.mp4", "-o", out)
    assert "is for one video" in problem("one", video, "b.mp4", "-o", out, "--video-id", "v")
    assert "longer than 200 bytes" in problem("one", tmp_path / f"{'雨' * 80}.mp4", "-o", out)
    both = problem("one", video, tmp_path / "b" / "walk.mp4", "-o", out)
    assert "would both be 'walk'" in both
    odd = problem("one", tmp_path / "b\udcff" / "walk\udcff.mp4", "-o", out)
    assert odd.count("is not UTF-8") == 2
    assert "is not UTF-8, so it cannot be stored" in problem("one", video, "-o", f"{out}\udcff")
    several = problem("one", tmp_path / "no1.mp4", tmp_path / "no2.mp4", "-o", out)
    assert several.count("there is no video") == 2
    assert not out.exists()


def test_an_output_that_is_a_file_is_said_so(video: Path) -> None:
    assert "cannot be used" in problem("one", video, "-o", video)


class Studio:
    """A folder with videos, an output, and weights that make noise quickly."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Storage(str(folder / OUT))
        (folder / "tiny").mkdir()
        tiny_generator(folder / "tiny" / "generator.safetensors")

    def render(self, name: str, seconds: float = 1.0) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        return videos.render(path, seconds=seconds)

    def one(self, *arguments: object) -> Result:
        weights = ("--model-path", self.folder / "tiny", "--quality", "draft")
        return foley("one", *arguments, "-o", self.store.root, *weights)

    def rows(self) -> dict[str, dict[str, Any]]:
        rows = read_metadata(self.store).to_pylist()
        return {f"{row['video_id']}/{row['region']}": row for row in rows}

    def delivered(self, folder: str) -> list[str]:
        return [item.key.removeprefix(folder) for item in self.store.list(folder)]


@pytest.fixture(autouse=True)
def no_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a cluster was started")

    monkeypatch.setattr("pipelines.ray_cluster.cluster", refuse)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def test_what_works_on_a_job_works_on_it(studio: Studio, tmp_path: Path) -> None:
    walk = studio.render("walk.mp4")
    done = studio.one(walk, "--stems", "--prompt", "zorblax", "--seed", 7, "--end", 0.8)
    assert done.exit_code == 0, done.output
    assert "note: walk, neutral: prompt: no known sound for 'zorblax'" in done.stdout
    row = studio.rows()["walk/neutral"]
    assert (row["status"], row["asked_by"], row["duration_s"]) == ("ok", "one", 0.8)
    assert json.loads(studio.store.read("job.json"))["delivery"]["stems"] is True
    assert studio.store.exists("_SUCCESS")
    assert foley("cues", "show", "walk", "-o", studio.store.root).exit_code == 0
    sheet = tmp_path / "walk.csv"
    assert foley("cues", "export", "walk", "-o", studio.store.root, "--to", sheet).exit_code == 0
    assert next(csv.reader(io.StringIO(sheet.read_text())))[0] == "video_id"
    # Another video with other settings: what was asked for the first stays as it was.
    assert studio.one(studio.render("door.mp4"), "--encoding", "flac16").exit_code == 0
    fix = tmp_path / "fix.csv"
    fix.write_text("video_id,op,by,sound_class,time\nwalk,add,ana,door_slam,0.2\n")
    said = foley("correct", fix, "-o", studio.store.root)
    assert said.exit_code == 0, said.output
    assert "1 tracks made anew" in said.stdout
    fixed = studio.rows()["walk/neutral"]
    assert "door_slam" in {cue["sound_class"] for cue in fixed["cues"]}
    assert (fixed["corrections"], fixed["features_computed"], fixed["asked_by"]) == (1, 0, "one")
    assert (fixed["seed"], fixed["duration_s"], fixed["end_s"]) == (7, 0.8, 0.8)
    assert studio.delivered("tracks/region=neutral/") == ["door.flac", "walk.wav"]
    assert "walk/mix.wav" in studio.delivered("stems/region=neutral/")
    # And once an output was moved.
    moved = Storage(str(studio.folder / "moved"))
    Path(studio.store.root).rename(moved.root)
    fix.write_text("video_id,op,by,sound_class,time\nwalk,add,ana,door_slam,0.5\n")
    assert foley("correct", fix, "-o", moved.root).exit_code == 0
    assert not Path(studio.store.root).exists()
    assert foley("purge", "walk", "-o", moved.root, "--yes").exit_code == 0
    assert not moved.exists("asked/walk.json")


def test_videos_of_several_calls_are_corrected_at_once(studio: Studio, tmp_path: Path) -> None:
    for name, *options in (("a", "--region", "japan"), ("b", "--action"), ("c", "--no-music")):
        done = studio.one(studio.render(f"{name}.mp4"), *options)
        assert done.exit_code == 0, done.output
    before = studio.rows()
    fix = tmp_path / "fix.csv"
    fix.write_text(
        "video_id,op,by,sound_class,time\n"
        + "".join(f"{name},add,ana,door_slam,0.2\n" for name in "abc")
    )
    said = foley("correct", fix, "-o", studio.store.root)
    assert said.exit_code == 0, said.output
    assert "3 tracks made anew" in said.stdout
    rows = studio.rows()
    assert rows.keys() == before.keys() == {"a/japan", "b/neutral", "c/neutral"}
    for name, row in rows.items():
        assert "door_slam" in {cue["sound_class"] for cue in row["cues"]}, name
        assert row["corrections"] == 1
        assert row["track_sha256"] != before[name]["track_sha256"]


def test_formats_are_ordered_with_a_track_and_go_with_it(studio: Studio) -> None:
    walk = studio.render("walk.mp4")
    ordered = ("--formats", "captions,reaper,mov", "--norm", "netflix", "--music")
    assert studio.one(walk, *ordered).exit_code == 0
    place = "region=neutral/walk/"
    written = studio.delivered("formats/")
    endings = ("rpp", "mov", "en.vtt", "en.srt", "en.ttml")
    assert {f"{place}walk.{end}" for end in endings} <= set(written)
    assert any(name.startswith(f"{place}stems/MUSCMisc_Music_foley_walk") for name in written)
    row = studio.rows()["walk/neutral"]
    assert studio.store.exists(row["mix_plan"])
    assert row["master"]["ceiling_db"] < -2.0
    # The same again, from what is stored.
    project = studio.store.read(f"formats/{place}walk.rpp")
    assert foley("deliver", studio.store.root, "--to", "reaper").exit_code == 0
    assert studio.store.read(f"formats/{place}walk.rpp") == project
    assert studio.one(walk).exit_code == 0
    assert studio.delivered("formats/") == []
    said = problem("one", walk, "-o", studio.store.root, "--formats", "oito")
    assert "--formats: unknown format 'oito'; did you mean 'otio'?" in said


def test_a_rerun_leaves_nothing_that_is_not_of_its_track(studio: Studio) -> None:
    walk = studio.render("walk.mp4")
    assert studio.one(walk, "--stems", "--mux", "--encoding", "flac24").exit_code == 0
    assert studio.delivered("stems/")
    assert studio.one(walk).exit_code == 0
    assert studio.delivered("tracks/") == ["region=neutral/walk.wav"]
    assert studio.delivered("stems/") == studio.delivered("muxed/") == []
    row = studio.rows()["walk/neutral"]
    assert studio.store.size("tracks/region=neutral/walk.wav") == row["track_bytes"]


def test_a_signed_track_is_verified_and_its_sound_is_that_of_an_unsigned_one(
    studio: Studio,
) -> None:
    walk = studio.render("walk.mp4")
    assert studio.one(walk).exit_code == 0
    plain = studio.rows()["walk/neutral"]
    marks = ("--sign", "--aigc-producer", "Beispiel AG", "--stems", "--mux")
    rows = []
    for _ in range(2):
        assert studio.one(walk, *marks).exit_code == 0
        rows.append(studio.rows()["walk/neutral"])
        said = foley("verify", studio.store.root)
        assert said.exit_code == 0, said.stdout
    assert {row["audio_sha256"] for row in rows} == {plain["audio_sha256"]}
    assert len({row["track_sha256"] for row in (plain, *rows)}) == 3
    assert [row["signed_by"] for row in (plain, *rows)] == [None, TEST_NAME, TEST_NAME]


def test_another_video_of_the_same_name_takes_no_track_away(studio: Studio) -> None:
    first, second = studio.render("a/walk.mp4"), studio.render("b/walk.mp4", seconds=1.2)
    assert studio.one(first).exit_code == 0
    before = studio.store.read("tracks/region=neutral/walk.wav")
    refused = studio.one(second, "--region", "japan").exception
    assert isinstance(refused, ConfigError)
    assert str(first) in str(refused)
    assert "--video-id" in str(refused)
    assert studio.store.read("tracks/region=neutral/walk.wav") == before
    assert studio.one(second, "--video-id", "walk2").exit_code == 0
    assert set(studio.rows()) == {"walk/neutral", "walk2/neutral"}
    # The same film elsewhere is the same film, and a file that was edited is seen anew.
    moved = first.rename(studio.folder / "walk.mp4")
    assert studio.one(moved).exit_code == 0
    videos.render(moved, seconds=1.4)
    assert studio.one(moved).exit_code == 0
    assert studio.rows()["walk/neutral"]["duration_s"] == 1.4


def test_another_region_needs_no_original(studio: Studio) -> None:
    walk, run = studio.render("walk.mp4"), studio.render("run.mp4")
    assert studio.one(walk, "--end", "0.8").exit_code == 0
    walk.unlink()
    assert "there is no video" in str(studio.one(walk, run, "--region", "japan").exception)
    done = studio.one(walk, "--end", "0.8", "--region", "japan")
    assert done.exit_code == 0
    assert "made from what is stored" in done.output
    assert set(studio.rows()) == {"walk/neutral", "walk/japan"}


def test_several_videos_and_one_of_them_damaged(studio: Studio) -> None:
    good = studio.render("ünï 走る.mp4")
    bad = studio.folder / "bad.mp4"
    bad.write_bytes(b"no video at all" * 100)
    done = studio.one(good, bad, good, good.as_uri())
    assert done.exit_code == 1
    assert "error: bad: split: " in done.output
    rows = studio.rows()
    assert {key: row["status"] for key, row in rows.items()} == {
        "ünï 走る/neutral": "ok",
        "bad/neutral": "set_aside",
    }
    # What was set aside has no track to lose.
    assert studio.one(studio.render("c/bad.mp4")).exit_code == 0


def test_a_sidecar_is_heeded_and_a_corrected_track_still_heeds_it(studio: Studio) -> None:
    walk = studio.render("walk.mp4")
    sidecar = Path(f"{walk}.foley.toml")
    sidecar.write_text("schema_version = 1\nmusic = true\n")
    done = studio.one(walk)
    assert f"note: {sidecar} was heeded" in done.stdout
    fix = studio.folder / "fix.csv"
    fix.write_text("video_id,op,by,sound_class,time\nwalk,add,ana,door_slam,0.2\n")
    assert foley("correct", fix, "-o", studio.store.root).exit_code == 0
    row = studio.rows()["walk/neutral"]
    assert (row["sidecar"], row["music"]) == (str(sidecar), True)


def test_what_was_there_before_is_not_replaced_in_silence(studio: Studio) -> None:
    catalogue = {"manifest": "m.csv", "output": studio.store.root}
    studio.store.put("job.json", json.dumps(catalogue).encode())
    studio.store.put("tracks/region=neutral/walk.wav", b"of an earlier version")
    done = studio.one(studio.render("walk.mp4"))
    assert "of what video is not known; it was replaced" in done.stdout
    assert json.loads(studio.store.read("job.json")) == catalogue

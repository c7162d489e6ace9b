"""A manifest of twenty rows, fifteen of them bad: five tracks, fifteen reasons.

The job is offline, signs, and deletes the originals of its tracks; another region is made without
them. What is refused before anything starts needs no process of its own: one command shows how it
ends.
"""

import re
import shutil
from pathlib import Path

import jobs
import pytest
import videos
from jobs import Catalogue
from typer.testing import CliRunner

from foley_core.errors import ConfigError, FoleyError
from foley_core.provenance.signing import TEST_NAME
from pipelines.cli import app, exit_code_of
from pipelines.privacy.purge import purge_video
from pipelines.provenance.verify import verify

GOOD = 5
REASONS = {
    "missing": "there is no video at",
    "empty": "empty",
    "random": "not a video|cannot be opened|no video",
    "sound-only": "no picture|no video|sound",
    "truncated": "truncated|header|damaged",
    "bit-rot": "damaged",
    "still": "picture|image",
    "zero": "no video|zero|no picture|length|duration",
    "bomb": "pixels|large",
    "playlist": "playlist|not a video|cannot be opened",
    "../escape": "slash",
    "good0": "row",
    "": "video_id",
    "wrong-type": "start_s",
    "scheme": "scheme|http",
}


def bad_rows(folder: Path) -> list[dict[str, object]]:
    folder.mkdir()
    uri = {
        "missing": folder / "nowhere.mp4",
        "empty": videos.empty(folder / "empty.mp4"),
        "random": videos.random_bytes(folder / "random.mp4"),
        "sound-only": videos.sound_only(folder / "sound.mp4"),
        "truncated": videos.truncated(folder / "truncated.mp4"),
        "bit-rot": videos.bit_rot(folder / "rot.mp4"),
        "still": videos.still_image(folder / "still.mp4"),
        "zero": videos.zero_duration(folder / "zero.mp4"),
        "bomb": videos.size_bomb(folder / "bomb.mp4"),
        "playlist": videos.playlist(folder / "list.mp4"),
        "../escape": folder / "a.mp4",
        "good0": folder / "a.mp4",
        "": folder / "a.mp4",
        "wrong-type": folder / "a.mp4",
        "scheme": "http://localhost/a.mp4",
    }
    videos.render(folder / "a.mp4", seconds=1)
    rows: list[dict[str, object]] = [{"video_id": k, "uri": str(v)} for k, v in uri.items()]
    rows[13]["start_s"] = "soon"
    return rows


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """Good rows among bad ones; the first two videos are unlike the others, all copies."""
    folder = tmp_path_factory.mktemp("mixed")
    good = folder / "good"
    good.mkdir()
    source = videos.render(folder / "source.mp4", seconds=1)
    for index in range(GOOD):
        copy = good / f"good{index}.mp4"
        if index < 2:
            videos.render(copy, seconds=1.2 + index / 25)
        else:
            shutil.copy(source, copy)
    rows: list[dict[str, object]] = []
    for index, bad in enumerate(bad_rows(folder / "bad")):
        if index < GOOD:
            uri = str(good / f"good{index}.mp4")
            rows.append({"video_id": f"good{index}", "uri": uri, "note": f"n{index}"})
        rows.append(bad)
    settings = '[privacy]\noffline = true\ndelete_source = "after_commit"\n'
    settings += "[provenance]\nsign = true\n"
    made = jobs.catalogue(folder, rows, settings=settings)
    before = sorted(path.name for path in (folder / "bad").iterdir())
    assert made.run() == 1, made.log
    assert sorted(path.name for path in (folder / "bad").iterdir()) == before
    return made


@pytest.mark.ray
@pytest.mark.slow
def test_five_tracks_and_fifteen_reasons(mixed: Catalogue) -> None:
    rows = mixed.rows()
    assert len(rows) == 20
    ok = [row for row in rows if row["status"] == "ok"]
    assert {row["video_id"] for row in ok} == {f"good{index}" for index in range(GOOD)}
    assert {row["note"] for row in ok} == {f"n{index}" for index in range(GOOD)}
    assert len(mixed.tracks()) == GOOD
    set_aside = {row["video_id"]: row for row in rows if row["status"] == "set_aside"}
    assert set(set_aside) == set(REASONS)
    for video_id, pattern in REASONS.items():
        error = set_aside[video_id]["error"]
        assert re.search(pattern, error), (video_id, error)
        assert set_aside[video_id]["track_uri"] is None
    assert "15 set aside" in mixed.log


@pytest.mark.ray
@pytest.mark.slow
def test_workers_sign_every_track(mixed: Catalogue) -> None:
    assert {row["signed_by"] for row in mixed.rows()} == {TEST_NAME, None}
    assert [one.faults for one in verify(mixed.output)] == [()] * GOOD


@pytest.mark.ray
@pytest.mark.slow
def test_originals_go_and_another_region_needs_none(mixed: Catalogue) -> None:
    good, bad = mixed.folder / "good", mixed.folder / "bad"
    assert not list(good.iterdir())
    assert (bad / "random.mp4").exists()
    # In this process, which must not be offline from then on.
    settings = mixed.job.read_text(encoding="utf-8")
    mixed.job.write_text(settings.replace("offline = true", "offline = false"), encoding="utf-8")
    assert mixed.run_here(regions=("japan",)).exit_code == 1
    japan = [row for row in mixed.rows() if row["region"] == "japan" and row["status"] == "ok"]
    assert [row["video_id"] for row in japan] == [f"good{index}" for index in range(GOOD)]
    assert all(row["features_computed"] == 0 for row in japan)
    before = [row["video_id"] for row in mixed.rows()]
    assert before.count("good1") == 2
    assert purge_video(mixed.store, "good1").left == []
    left = [row["video_id"] for row in mixed.rows()]
    assert left == [video_id for video_id in before if video_id != "good1"]


def test_a_broken_manifest_stops_before_anything_starts(tmp_path: Path) -> None:
    broken = jobs.catalogue(tmp_path, [{"video_id": "a", "uri": "a.mp4"}])
    (tmp_path / "manifest.csv").write_text("video_id,prompt\na,b\na,b,c\nd\n", encoding="utf-8")
    assert broken.run() == 2
    assert "row 3" in broken.log
    assert "row 2" in broken.log
    assert "'uri' is missing" in broken.log
    assert "Traceback" not in broken.log
    assert not list(broken.store.list("tracks/"))


def test_a_broken_job_file_lists_every_fault(tmp_path: Path) -> None:
    broken = jobs.catalogue(tmp_path, [{"video_id": "a", "uri": "a.mp4"}])
    broken.job.write_text(
        'manifest = "manifest.csv"\noutput = "out"\ncolour = 1\nclip_s = "long"\n'
        '[delivery]\nloudness_lufs = 7\n[sound]\nfilters = "footstq: 50%"\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as refused:
        broken.run_here()
    for place in ("colour", "clip_s", "delivery.loudness_lufs", "sound.filters"):
        assert place in str(refused.value)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--region", "atlantis"],
        ["--model", "enormous"],
        ["--model-path", "nowhere"],
        ["--output", "/proc/nowhere"],
        ["--manifest", "nowhere.csv"],
    ],
)
def test_a_wrong_flag_stops_before_anything_starts(tmp_path: Path, arguments: list[str]) -> None:
    fine = jobs.catalogue(tmp_path, [{"video_id": "a", "uri": "a.mp4"}])
    ended = CliRunner().invoke(app, ["run", str(fine.job), *arguments])
    assert isinstance(ended.exception, FoleyError)
    assert exit_code_of(ended.exception) == 2
    assert not list(fine.store.list("tracks/"))

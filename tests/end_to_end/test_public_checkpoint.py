"""A catalogue with public checkpoints, tiny and random: look, store, denoise, decode, mix."""

import json
from pathlib import Path
from typing import Any

import hunyuan_files
import jobs
import pytest
import soundfile
import videos
from jobs import Catalogue

from foley_core.media.marks import licence_against_training
from foley_core.models.hunyuan.licence import LICENCE, LIMITS
from pipelines.benchmarks.localise import blank
from pipelines.privacy.purge import purge_video

pytestmark = [pytest.mark.ray, pytest.mark.slow]

PROMPT = "heavy boots on gravel"
LICENCE_LINE = f'accept_licence = "{LICENCE}"\n'


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hunyuan_files.write_published(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Catalogue:
    """A short video with a prompt, one of two clips in two parts, one that is too short, and one
    that is also wanted where the licence grants no rights."""
    folder = tmp_path_factory.mktemp("catalogue")
    rows = jobs.small_videos(folder / "videos", 2)
    rows[0]["prompt"] = PROMPT
    rows[1]["regions"] = "neutral,western-europe-city"
    rows.append({"video_id": "long", "uri": str(videos.render(folder / "long.mkv", seconds=17))})
    brief = videos.render(folder / "brief.mp4", seconds=0.4)
    rows.append({"video_id": "brief", "uri": str(brief)})
    settings = f'clip_s = 7\nmodel = "hunyuan-tiny"\nmodel_path = "{weights}"\n{LICENCE_LINE}'
    made = jobs.catalogue(folder, rows, settings=settings)
    assert made.run() == 1, made.log
    return made


def by_name(made: Catalogue) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["video_id"], row["region"]): row for row in made.rows()}


def track_of(made: Catalogue, row: dict[str, Any]) -> Path:
    return Path(made.output) / row["track_uri"].removeprefix(f"{made.output}/")


def test_tracks_have_the_length_of_the_picture_and_say_what_made_them(done: Catalogue) -> None:
    rows = by_name(done)
    for name, samples in (("video0", 48_000), ("video1", 49_920), ("long", 816_000)):
        row = rows[name, "neutral"]
        assert row["status"] == "ok", row["error"]
        track = track_of(done, row)
        assert soundfile.info(track).frames == samples
        assert licence_against_training(track) == LICENCE
        assert row["model"] == "hunyuan-tiny"
        assert (row["model_licence"], row["model_licence_limits"]) == (LICENCE, list(LIMITS))
        assert row["seconds"]["look"] > 0
    clips = 2 + 2  # of perception, and of the visual encoders
    assert rows["long", "neutral"]["features_computed"] == clips


def test_what_cannot_be_made_is_set_aside_with_what_to_do(done: Catalogue) -> None:
    rows = by_name(done)
    brief, refused = rows["brief", "neutral"], rows["video1", "western-europe-city"]
    assert brief["status"] == refused["status"] == "set_aside"
    assert "at least 0.64 s; use the embedded model" in brief["error"]
    assert (
        "grants no rights in AT, BE, DE, ES, FR, GB, IT, NL; use the embedded model"
        in refused["error"]
    )


def test_one_video_on_a_laptop_sounds_the_same(
    done: Catalogue, weights: Path, tmp_path: Path
) -> None:
    row = by_name(done)["video0", "neutral"]
    alone = jobs.soundtracked_alone(
        row, tmp_path, PROMPT, model="hunyuan-tiny", model_path=str(weights), accept_licence=LICENCE
    )
    assert alone == row["track_sha256"]


def test_another_region_looks_at_no_picture(done: Catalogue) -> None:
    for row in done.rows():
        blank(Path(row["uri"]))
    assert done.run_here(regions=("japan",)).exit_code == 1
    tally = json.loads(done.store.read("summary.json"))["tally"]
    assert tally.get("features_computed", 0) == tally.get("videos_opened", 0) == 0
    japan = [row for row in done.rows() if row["region"] == "japan"]
    assert {row["video_id"]: row["status"] for row in japan} == {
        "video0": "ok",
        "long": "ok",
        "brief": "set_aside",
    }


def test_a_purged_video_leaves_nothing_of_its_pictures_and_words(done: Catalogue) -> None:
    before = {item.key for item in done.store.list("features/")}
    assert purge_video(done.store, "video0").left == []
    gone = before - {item.key for item in done.store.list("features/")}
    assert any(key.startswith("features/clips-") for key in gone)
    assert any(key.startswith("features/text-") for key in gone)


def test_nothing_starts_before_the_licence_is_accepted(done: Catalogue) -> None:
    settings = done.job.read_text(encoding="utf-8")
    done.job.write_text(settings.replace(LICENCE_LINE, ""), encoding="utf-8")
    assert done.run("--dry-run") == 2
    assert f'accept_licence = "{LICENCE}"' in done.log
    assert "European Union" in done.log

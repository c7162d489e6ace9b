"""`foley evaluate` end to end on tiny settings, and what it says to careless people."""

import csv
import json
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile
import torch
import typer.testing

from foley_core.errors import ConfigError
from foley_core.evaluation.evaluate_sheets import evaluation_worlds
from foley_core.media.picture_encoder import encode_pictures
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import Progress
from foley_core.world.scene import World
from pipelines.cli import app
from pipelines.evaluation import evaluate as command
from pipelines.evaluation.evaluate import figures_line, parts_named, run_evaluation
from pipelines.evaluation.parts import (
    Measured,
    MeasuredPart,
    Settings,
    check_corpus,
    reasons_not_measured,
)
from pipelines.evaluation.promises import promises

PICTURES = {
    "confusion_matrix.png", "onset_errors.png", "real_onsets.png", "real_reliability.png",
}  # fmt: skip
COLUMNS = ("file", "class", "licence", "author_attribution", "bandwidth_hz")


def quiet(share: float, text: str) -> None:
    assert 0.0 <= share <= 1.0
    assert text


def settings(out: Path, **changes: object) -> Settings:
    values = {
        "out": out, "sounds": None, "clips": (), "worlds": 2, "seed": 0,
        "parts": ("real", "perception", "generator"), "tiers": ("full",),
    }  # fmt: skip
    return Settings(**{**values, **changes})  # type: ignore[arg-type]


def corpus(folder: Path, *names: str) -> Path:
    """A corpus of a tenth of a second of noise a recording."""
    folder.mkdir()
    with (folder / "sounds.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number, name in enumerate(names):
            noise = np.random.default_rng(number).normal(0, 0.1, SAMPLE_RATE // 10)
            soundfile.write(folder / f"{number}.flac", noise, SAMPLE_RATE)
            writer.writerow([f"{number}.flac", name, "CC0-1.0", f"author {number}", 20_000])
    return folder


def clips_of(folder: Path) -> Path:
    """A table with one world as if it were real, and one of continuous sound."""
    folder.mkdir()
    world: World = next(iter(evaluation_worlds(1, 7)))
    encode_pictures(folder / "a.mp4", list(world.pictures())[:30], Fraction(25))
    table = folder / "clips.csv"
    table.write_text(
        "clip_id,file,has_audio,strong_onsets_s,sounds,ambience\n"
        "a,a.mp4,yes,0.2;0.6,wood hit,room\nb,a.mp4,yes,,,\n",
        encoding="utf-8",
    )
    return table


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole run through the command line."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("evaluation")
    clips = clips_of(folder / "clips")
    words = ["evaluate", "--out", str(folder / "out"), "--worlds", "1"]
    words += ["--only", "real,perception,generator"]
    words += ["--clips", str(clips), "--clips", str(clips_of(folder / "others"))]
    found = typer.testing.CliRunner().invoke(app, words)
    (folder / "out" / "stdout").write_text(found.stdout, encoding="utf-8")
    (folder / "out" / "exit_code").write_text(str(found.exit_code))
    return folder / "out"


def test_the_last_line_is_json_and_the_exit_code_its_verdict(out: Path) -> None:
    line = json.loads((out / "stdout").read_text(encoding="utf-8").splitlines()[-1])
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert line["holds"] is report["holds"]
    assert (out / "exit_code").read_text() == ("0" if line["holds"] else "1")
    assert line["figures"]["weights_mb"] > 1
    assert {"onset_f1_50ms", "real_onset_f1_100ms", "onset_f1_50ms_random"} <= line[
        "figures"
    ].keys()


def test_what_was_not_given_is_stated(out: Path) -> None:
    rows = {row["key"]: row for row in json.loads((out / "report.json").read_text())["rows"]}
    assert rows.keys() == {promise.key for promise in promises()}
    assert rows["judge_relative_top1_tonal"]["note"] == "needs --sounds"
    assert rows["retrieval_r1_of_100"]["note"] == "needs --sounds"
    assert rows["wall_s_per_minute"]["note"] == "needs --only with 'speed'"
    assert rows["onset_f1_50ms"]["verdict"] != "not measured"


def test_the_page_embeds_the_pictures_beside_it(out: Path) -> None:
    assert {path.name for path in out.glob("*.png")} >= PICTURES
    text = (out / "report.html").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))
    drawn = [item for item in root.iter() if item.tag.endswith("img")]
    assert len(drawn) == len(list(out.glob("*.png")))


def fixed(figures: dict[str, float], part: MeasuredPart, monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(settings: Settings, progress: Progress) -> Measured:
        progress(0.5, part)
        return Measured(dict(figures))

    monkeypatch.setitem(command._MEASURES, part, measured)


def test_a_corpus_too_small_for_a_judge_is_stated(tmp_path: Path) -> None:
    sounds = corpus(tmp_path / "sounds", *["rain"] * 8)
    asked = settings(tmp_path / "out", sounds=sounds, parts=("generator",))
    report = run_evaluation(asked, quiet)
    row = next(row for row in report.rows if row.key == "judge_relative_top1_textures")
    assert row.verdict == "not measured"
    assert "more authors" in row.note
    assert report.holds


def test_all_that_holds_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fixed({"onset_f1_50ms": 0.76}, "perception", monkeypatch)
    report = run_evaluation(settings(tmp_path), quiet)
    assert report.holds
    assert figures_line(report, tmp_path)["does_not_hold"] == []


def test_progress_never_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(settings: Settings, progress: Progress) -> Measured:
        for share in (0.0, 1.0, 0.0):
            progress(share, "rendering")
        return Measured()

    monkeypatch.setitem(command._MEASURES, "perception", measured)
    shares: list[float] = []
    run_evaluation(settings(tmp_path), lambda share, text: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_what_does_not_hold_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fixed({"onset_f1_50ms": 0.76, "onset_error_p95_ms": 51.0}, "perception", monkeypatch)
    line = figures_line(run_evaluation(settings(tmp_path), quiet), tmp_path)
    assert (line["holds"], line["does_not_hold"]) == (False, ["onset_error_p95_ms"])


def test_parts_are_measured_in_one_order_and_only_once() -> None:
    assert parts_named(" speed,real , real") == ("real", "speed")


@pytest.mark.parametrize("words", ["percepton", "", ",", "real;speed"])
def test_an_unknown_part_is_refused(words: str) -> None:
    with pytest.raises(ConfigError, match="part"):
        parts_named(words)


def test_reasons_follow_from_what_is_asked_for(tmp_path: Path) -> None:
    plain = reasons_not_measured(settings(tmp_path))
    assert plain["generator"] == "needs --sounds"
    assert plain["real"] == "needs --clips"
    hidden = reasons_not_measured(settings(tmp_path, parts=("privacy",)))
    assert hidden["real_faces"] == "needs --clips"
    assert "privacy" not in hidden
    assert reasons_not_measured(settings(tmp_path, parts=("tracks",)))["tracks"] == "needs --clips"
    assert "perception" not in plain
    given = reasons_not_measured(settings(tmp_path, sounds=tmp_path, parts=("generator",)))
    assert "generator" not in given
    assert given["perception"] == given["retrieval"] == "needs --only with 'perception'"
    assert given["real_faces"] == given["privacy"] == "needs --only with 'privacy'"
    assert given["light_generator"] == "needs --tier light or both"
    light = reasons_not_measured(settings(tmp_path, sounds=tmp_path, tiers=("light",)))
    assert light["generator"] == "needs --tier full or both"


def test_a_corpus_is_checked_before_anything_is_measured(tmp_path: Path) -> None:
    check_corpus(corpus(tmp_path / "good", *["rain"] * 8))
    with pytest.raises(ConfigError, match="too few authors"):
        check_corpus(corpus(tmp_path / "small", "rain", "dog_bark"))
    with pytest.raises(ConfigError, match=r"sounds\.csv"):
        check_corpus(tmp_path)
    with pytest.raises(ConfigError, match="no recording"):
        check_corpus(corpus(tmp_path / "empty"))
    broken = corpus(tmp_path / "broken", "rain")
    (broken / "0.flac").write_bytes(b"text")
    with pytest.raises(ConfigError, match=r"0\.flac"):
        check_corpus(broken)


def test_a_folder_that_is_a_file_and_a_table_that_is_not_there(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(ConfigError, match="taken"):
        run_evaluation(settings(taken), quiet)
    assert taken.read_text() == "mine"
    with pytest.raises(ConfigError, match=r"no\.csv"):
        run_evaluation(settings(tmp_path / "out", clips=(tmp_path / "no.csv",)), quiet)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_to_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command.os, "access", lambda path, mode: False)
    with pytest.raises(ConfigError, match="--out"):
        run_evaluation(settings(tmp_path / "out"), quiet)


@pytest.mark.parametrize(
    "words",
    [("--worlds", "0"), ("--seed", "-1"), ("--tier", "medium"), ("--worlds", "many")],
)
def test_bad_numbers_are_refused_by_the_command_line(words: tuple[str, str]) -> None:
    assert typer.testing.CliRunner().invoke(app, ["evaluate", *words]).exit_code == 2

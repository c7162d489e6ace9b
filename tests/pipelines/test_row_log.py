"""A line of JSON for each finished row."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from foley_core.errors import ConfigError
from pipelines.cli import app, exit_code_of
from pipelines.metadata.schema import SCHEMA
from pipelines.row_log import COLUMNS, check_log, row_log

ROW: dict[str, Any] = {
    "video_id": "雨",
    "region": "japan",
    "status": "ok",
    "seconds": {"mix": 0.5},
    "notes": [],
    "error": None,
    "cues": ["not told"],
}


def test_a_line_holds_the_run_and_what_the_row_says(tmp_path: Path) -> None:
    place = tmp_path / "rows.jsonl"
    for run_id in ("run-1", "run-2"):
        with row_log(str(place)) as take:
            take(run_id, ROW)
    first, second = map(json.loads, place.read_text(encoding="utf-8").splitlines())
    assert (first.pop("run_id"), second["run_id"]) == ("run-1", "run-2")
    assert first.pop("time").endswith("+00:00")
    assert first == {
        "video_id": "雨",
        "region": "japan",
        "status": "ok",
        "seconds": {"mix": 0.5},
    }


def test_every_column_is_one_of_the_metadata() -> None:
    assert set(COLUMNS) <= set(SCHEMA.names)


def test_standard_error_and_no_log(capsys: pytest.CaptureFixture[str]) -> None:
    with row_log(None) as take:
        take("run-1", ROW)
    assert capsys.readouterr().err == ""
    with row_log("-") as take:
        take("run-1", ROW)
    assert json.loads(capsys.readouterr().err)["region"] == "japan"


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigError, match=r"--log .*none/rows\.jsonl: cannot be written"),
        row_log(str(tmp_path / "none" / "rows.jsonl")),
    ):
        pass


def test_a_trial_leaves_the_place_as_it_was(tmp_path: Path) -> None:
    new, old = tmp_path / "new.jsonl", tmp_path / "old.jsonl"
    old.write_text("a line\n", encoding="utf-8")
    for place in (None, "-", "/dev/null", str(new), str(old)):
        check_log(place)
    assert (new.exists(), old.read_text(encoding="utf-8")) == (False, "a line\n")


@pytest.mark.parametrize("name", ["", "none/rows.jsonl", "x" * 300, "a\0b"])
def test_a_trial_says_what_cannot_be_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"--log .*: cannot be written"):
        check_log(f"{tmp_path}/{name}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("options", [["--dry-run"], []])
def test_a_job_whose_log_cannot_be_written_is_not_started(
    tmp_path: Path, options: list[str]
) -> None:
    (tmp_path / "m.csv").write_text("video_id,uri\n", encoding="utf-8")
    job = tmp_path / "job.toml"
    job.write_text('manifest = "m.csv"\noutput = "out"\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["run", str(job), "--log", f"{tmp_path}/none/x", *options])
    assert isinstance(done.exception, ConfigError)
    assert exit_code_of(done.exception) == 2
    assert not (tmp_path / "out").exists()

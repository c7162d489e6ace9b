"""A dry run looks, counts, estimates, tries the output, and starts nothing."""

from pathlib import Path

import pytest
import videos
from typer.testing import CliRunner

from foley_core.errors import ConfigError
from pipelines.cli import app
from pipelines.config import Job
from pipelines.dry_run import rehearse


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setenv("FOLEY_CACHE", str(tmp_path / "cache"))
    videos.render(tmp_path / "a.mp4", seconds=2)
    manifest = tmp_path / "m.csv"
    manifest.write_text(
        "video_id,uri,regions,promt\n"
        "a,a.mp4,,\n"
        'b,missing.mp4,"nordic-coast, japan",x\n'
        "../c[/b],a.mp4,,\n",
        encoding="utf-8",
    )
    return Job(manifest=str(manifest), output=str(tmp_path / "out"), regions=("neutral", "japan"))


def test_the_plan_is_printed_and_nothing_written(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    rehearse(job)
    said = capsys.readouterr().out
    assert "full" in said
    assert "../c[/b]" in said
    assert "slash" in said
    assert "did you mean 'prompt'?" in said
    assert not Path(job.output).exists()
    assert not (Path(job.output).parent / "_tmp").exists()


def test_soundtracks_are_counted_by_the_rows_own_regions(job: Job) -> None:
    plan = rehearse(job).plan
    assert dict(plan.tracks) == {"neutral": 1, "japan": 2, "nordic-coast": 1}
    assert plan.jobs == 4
    assert dict(plan.first_tracks) == {"neutral": 1, "nordic-coast": 1}


def test_unreadable_videos_are_named(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    rehearse(job)
    said = capsys.readouterr().out
    assert "2 videos, 1 unreadable" in said
    assert "  b: there is no video at" in said


def test_lines_fit_80_columns_but_for_paths_and_sentences(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    rehearse(job)
    lines = capsys.readouterr().out.splitlines()
    own = [line for line in lines if "/" not in line and "promt" not in line]
    assert max(map(len, own)) <= 80
    assert f"manifest {job.manifest}" in lines


def test_an_output_that_cannot_be_written_is_said_so(job: Job, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be used"):
        rehearse(job.model_copy(update={"output": str(tmp_path / "file")}))
    with pytest.raises(ConfigError, match="cannot be used"):
        rehearse(job.model_copy(update={"output": str(tmp_path / "file" / "below")}))


def test_a_plan_with_deadline_machine_and_prices(job: Job, tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text(
        'schema_version = 1\ncurrency = "EUR"\n'
        '[machine]\nname = "c16"\ncpus = 16\nhour = 0.8\n[storage]\ngb_month = 0.02\n'
    )
    (tmp_path / "rates.json").write_text('{"machine": "a fast one", "cpus": 64}')
    (tmp_path / "job.toml").write_text(f'manifest = "{job.manifest}"\noutput = "out"\n')
    said = CliRunner().invoke(
        app,
        [
            "plan", str(tmp_path / "job.toml"), "--prices", str(tmp_path / "prices.toml"),
            "--benchmark", str(tmp_path / "rates.json"), "--deadline", "1",
        ],
        catch_exceptions=False,
    ).stdout  # fmt: skip
    assert "by the figures of a fast one" in said
    assert "1 machines of 16 cores" in said
    assert "EUR (machines" in said

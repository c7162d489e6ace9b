"""A dry run looks, counts, estimates, tries the output, and starts nothing."""

from collections import Counter
from pathlib import Path

import pytest
import videos
from typer.testing import CliRunner

from foley_core.errors import ConfigError
from foley_core.soundtrack.traces import leave_trace
from foley_core.storage.store import Storage
from pipelines.asked import wishes
from pipelines.cli import app
from pipelines.config import Job
from pipelines.dry_run import Question, Rehearsal, lines_of, rehearse
from pipelines.estimates.estimate import estimate
from pipelines.estimates.machine_rates import MachineRates
from pipelines.estimates.price_table import MachinePrice, Prices
from pipelines.estimates.sample import Sampled
from pipelines.manifest.reader import Manifest
from pipelines.metadata.commits import CommitLog
from pipelines.plan import Plan
from pipelines.resolved_job import asked_by, resolve_job


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
    assert "1 machine of 16 cores" in said
    assert "EUR (machines" in said


def test_what_was_done_before_says_nothing_of_what_is_left(tmp_path: Path, job: Job) -> None:
    lines = "".join(f"v{n},a.mp4\n" for n in range(10))
    (tmp_path / "m.csv").write_text("video_id,uri\n" + lines, encoding="utf-8")
    whole = rehearse(job).takes
    asked = asked_by(resolve_job(job))
    log, store = CommitLog(Storage(job.output), "R1"), Storage(job.output)
    for batch in Manifest(job.manifest).batches():
        for row, region, request in wishes(batch[:5], asked)[0]:
            leave_trace(store, row.video_id, ["features/x"])
            log.add(
                {"video_id": row.video_id, "region": region, "status": "ok", "request": request}
            )
    log.flush()
    left = rehearse(job)
    assert [row.video_id for row, _ in left.plan.first_rows] == ["v5", "v6", "v7", "v8", "v9"]
    assert left.takes.regions["neutral"].work_s["perceive"] == pytest.approx(
        whole.regions["neutral"].work_s["perceive"] / 2
    )


@pytest.mark.parametrize(("gpus", "told"), [(0, "name one in a price table"), (8, "8 GPUs")])
def test_no_machine_without_gpus_is_said_to_make_public_checkpoints_in_time(
    job: Job, gpus: int, told: str
) -> None:
    rates = MachineRates(cpus=4)
    machine = MachinePrice(name="big", cpus=64, gpus=gpus, hour=30.0)
    prices = Prices(schema_version=1, currency="EUR", machine=machine)
    plan = Plan(videos=1, jobs=1, tracks=Counter(neutral=1), first_tracks=Counter(neutral=1))
    public = job.model_copy(update={"model": "hunyuan-xxl"})
    sampled = Sampled(videos=1, seconds=600.0, picture_s=600.0, clips=10)
    takes = estimate(public, plan, sampled, rates)
    found = Rehearsal(public, plan, sampled, takes)
    said = list(lines_of(found, Question(rates, 8.0, prices)))
    assert any(told in line for line in said)
    assert not any(line.startswith("time, with 4 cores") for line in said)
    assert any(line.startswith("money") for line in said) == bool(gpus)

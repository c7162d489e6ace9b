"""A dry run looks, counts and starts nothing."""

from pathlib import Path

import pytest
import videos

from pipelines.config import Job
from pipelines.dry_run import rehearse, sample_videos_of


@pytest.fixture
def job(tmp_path: Path) -> Job:
    videos.render(tmp_path / "a.mp4", seconds=2)
    manifest = tmp_path / "m.csv"
    manifest.write_text(
        "video_id,uri,promt\na,a.mp4,\nb,missing.mp4,x\n../c[/b],a.mp4,\n", encoding="utf-8"
    )
    return Job(manifest=str(manifest), output=str(tmp_path / "out"), regions=("neutral", "japan"))


def test_the_sample_counts_what_it_saw(job: Job) -> None:
    found = sample_videos_of(job)
    assert (found.videos, found.unreadable, found.clips) == (2, 1, 1)
    assert found.seconds == pytest.approx(2.0)
    assert found.size_bytes == (Path(job.manifest).parent / "a.mp4").stat().st_size


def test_the_plan_is_printed_and_nothing_written(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    rehearse(job)
    said = capsys.readouterr().out
    assert "4 for neutral, japan" in said
    assert "full" in said
    assert "../c[/b]" in said
    assert "slash" in said
    assert "did you mean 'prompt'?" in said
    assert not list(Path(job.output).rglob("*.parquet"))

"""A sample reads the headers of the first videos that have something to make."""

from fractions import Fraction
from pathlib import Path

import pytest
import videos

from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import find_footage
from foley_core.soundtrack.traces import leave_trace
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from pipelines.config import Job
from pipelines.estimates.sample import sample_videos
from pipelines.manifest.reader import Manifest, ManifestRow


@pytest.fixture
def job(tmp_path: Path) -> Job:
    videos.render(tmp_path / "a.mp4", seconds=2)
    (tmp_path / "m.csv").write_text("video_id,uri\na,a.mp4\nb,missing.mp4\nc,a.mp4\n")
    return Job(manifest=str(tmp_path / "m.csv"), output=str(tmp_path / "out"))


def rows(job: Job) -> list[ManifestRow]:
    found = [row for batch in Manifest(job.manifest).batches() for row in batch]
    return [row for row in found if isinstance(row, ManifestRow)]


def test_the_sample_counts_what_it_saw(job: Job, tmp_path: Path) -> None:
    leave_trace(Storage(job.output), "c", ["features/x"])
    found = sample_videos(job, [(row, True) for row in rows(job)])
    assert (found.videos, found.readable, found.clips) == (3, 2, 2)
    assert (found.fresh, found.known, found.known_share) == (2, 1, 0.5)
    assert found.unreadable[0].startswith("b: there is no video at")
    assert found.seconds == pytest.approx(4.0)
    assert 0 < found.picture_s < found.seconds
    assert found.size_bytes == 2 * (tmp_path / "a.mp4").stat().st_size


def test_one_that_this_job_made_before_says_nothing_of_the_others(job: Job) -> None:
    leave_trace(Storage(job.output), "a", ["features/x"])
    first, _, last = rows(job)
    found = sample_videos(job, [(first, False), (last, True)])
    assert (found.readable, found.fresh, found.known_share) == (2, 1, 0.0)


def test_a_video_that_is_gone_is_known_by_what_is_stored_of_it(job: Job, tmp_path: Path) -> None:
    row = rows(job)[0]
    find_footage(VideoStore(Storage(job.output), "a"), VideoRequest("a", row.uri))
    (tmp_path / "a.mp4").unlink()
    found = sample_videos(job, [(row, True)])
    assert (found.unreadable, found.known_share, found.size_bytes) == ([], 1.0, 0)
    assert found.seconds == Fraction(2)

"""A sample reads the headers of the first videos."""

from pathlib import Path

import pytest
import videos

from foley_core.soundtrack.traces import leave_trace
from foley_core.storage.store import Storage
from pipelines.config import Job
from pipelines.estimates.sample import sample_videos_of


def test_the_sample_counts_what_it_saw(tmp_path: Path) -> None:
    video = videos.render(tmp_path / "a.mp4", seconds=2)
    (tmp_path / "m.csv").write_text("video_id,uri\na,a.mp4\nb,missing.mp4\nc,a.mp4\n")
    job = Job(manifest=str(tmp_path / "m.csv"), output=str(tmp_path / "out"))
    leave_trace(Storage(job.output), "c", ["features/x"])
    found = sample_videos_of(job)
    assert (found.videos, found.readable, found.clips, found.known) == (3, 2, 2, 1)
    assert found.unreadable[0].startswith("b: there is no video at")
    assert found.seconds == pytest.approx(4.0)
    assert 0 < found.picture_s < found.seconds
    assert found.size_bytes == 2 * video.stat().st_size

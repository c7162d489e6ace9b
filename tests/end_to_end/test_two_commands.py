"""Two commands on one output, one after the other's sudden end: every row stays true.

Those that are at work at once are tested in `test_lease`, and as whole jobs by `make faults`.
"""

import os
import signal
import time

import jobs
import pytest
from jobs import Catalogue

from pipelines.privacy.purge import purge_video

pytestmark = [pytest.mark.ray, pytest.mark.slow]


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("two")
    return jobs.catalogue(folder, jobs.small_videos(folder / "videos", 3))


def changed(catalogue: Catalogue, since: dict[str, str]) -> None:
    """Return when a track is not what it was."""
    for _ in range(5000):
        if catalogue.tracks() != since:
            return
        time.sleep(0.05)
    pytest.fail(f"no track was made in four minutes: {catalogue.log}")


def rows_are_true(catalogue: Catalogue) -> bool:
    """Return True where each row with a track states the one that is there."""
    tracks = catalogue.tracks()
    ok = [row for row in catalogue.rows() if row["status"] == "ok"]
    return all(tracks.get(row["track_uri"].split("/out/")[1]) == row["track_sha256"] for row in ok)


def test_a_track_that_a_killed_job_replaced_has_no_row_that_lies(catalogue: Catalogue) -> None:
    assert catalogue.run_here(tier="full").exit_code == 0
    before = catalogue.tracks()
    process = catalogue.start("--tier", "light")
    changed(catalogue, before)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert purge_video(catalogue.store, "video2").left == []
    assert rows_are_true(catalogue)
    assert {row["video_id"] for row in catalogue.rows()} == {"video0", "video1"}
    assert catalogue.run_here(tier="light").exit_code == 0
    assert [row["tier"] for row in catalogue.rows()] == ["light"] * 3
    assert rows_are_true(catalogue)

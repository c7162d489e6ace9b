"""Two commands on one output, at once or one after the other's sudden end: every row stays true."""

import os
import signal
import time

import jobs
import pytest
from jobs import Catalogue

from pipelines.lease import current_owner
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


def test_jobs_of_two_tiers_come_one_after_the_other(
    catalogue: Catalogue, caplog: pytest.LogCaptureFixture
) -> None:
    first = catalogue.start("--tier", "light")
    # Half a minute before the first one ends, however slow the machine is.
    while current_owner(catalogue.store) is None and first.poll() is None:
        time.sleep(0.05)
    assert catalogue.run_here(tier="full").exit_code == 0
    assert first.wait(420) == 0, catalogue.log
    assert "is being written to by another command (foley run of " in caplog.text
    assert [row["tier"] for row in catalogue.rows()] == ["full"] * 3
    assert rows_are_true(catalogue)
    assert list(catalogue.store.list("_")) == [*catalogue.store.list("_SUCCESS")]


def test_a_track_that_a_killed_job_replaced_has_no_row_that_lies(catalogue: Catalogue) -> None:
    if not catalogue.rows():
        assert catalogue.run() == 0, catalogue.log
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

"""An output that fills up, or turns read-only while a job runs: said, ended, gone on with.

The output is a file system of its own, in a namespace that the job shares with nobody.
"""

import subprocess
from pathlib import Path

import jobs
import pytest
from jobs import Catalogue

pytestmark = [pytest.mark.ray, pytest.mark.slow]

MOUNTED = """
set -u
mount -t tmpfs -o size=$SIZE none $OUT
$BEFORE &
"$@"; echo "code $?"
$AFTER
"""
NAMESPACE = ["unshare", "--map-root-user", "--mount", "bash", "-c"]


def may_mount() -> bool:
    trial = [*NAMESPACE, "mount -t tmpfs none /tmp"]
    return subprocess.run(trial, check=False, capture_output=True).returncode == 0


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    if not may_mount():
        pytest.skip("this machine lets nobody mount a file system of their own")
    rows = jobs.small_videos(tmp_path / "videos", 3)
    (tmp_path / "out").mkdir()
    return jobs.catalogue(tmp_path, rows)


def run(catalogue: Catalogue, size: str, before: str, after: str) -> str:
    """All that is said by a job whose output is a new file system, and by the commands around."""
    script = MOUNTED.replace("$BEFORE", before).replace("$AFTER", after)
    values = {"SIZE": size, "OUT": catalogue.output}
    command = [*NAMESPACE, script, "bash", *catalogue.command()]
    done = subprocess.run(
        command, cwd=jobs.ROOT, env=jobs.job_environment(values), capture_output=True, text=True,
        timeout=840, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_a_full_disk(catalogue: Catalogue) -> None:
    again = 'mount -o remount,size=64m $OUT; "$@"; echo "then $?"; ls $OUT/tracks/*'
    said = run(catalogue, "900k", "true", again)
    assert "code 3" in said, said
    assert said.count("No space left on device") == 1
    assert "free some space" in said
    assert "then 0" in said, said
    assert "video0.wav\nvideo1.wav\nvideo2.wav" in said
    assert "Traceback" not in said


def test_an_output_that_turns_read_only(catalogue: Catalogue) -> None:
    # The system refuses it while a file is being written, so it is tried again.
    turn = "until mount -o remount,ro $OUT; do sleep 0.02; done"
    before = f"(until ls $OUT/tracks/*/*; do sleep 0.1; done; {turn}) > /dev/null 2>&1"
    said = run(catalogue, "64m", before, "ls $OUT")
    assert "code 3" in said, said
    assert "Read-only file system" in said
    assert "_SUCCESS" not in said
    assert "Traceback" not in said

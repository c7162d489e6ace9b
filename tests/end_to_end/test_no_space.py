"""An output that fills up while tracks are made: said, and ended. `make faults` tries whole jobs.

The output is a file system of its own, in a namespace that the job shares with nobody.
"""

import subprocess
from pathlib import Path

import jobs
import pytest

MOUNTED = """
mount -t tmpfs -o size=900k none $OUT
"$@"; echo "code $?"
"""
NAMESPACE = ["unshare", "--map-root-user", "--mount", "bash", "-uc"]


def may_mount() -> bool:
    trial = [*NAMESPACE, "mount -t tmpfs none /tmp"]
    return subprocess.run(trial, check=False, capture_output=True).returncode == 0


@pytest.mark.slow
def test_a_full_disk(tmp_path: Path) -> None:
    if not may_mount():
        pytest.skip("this machine lets nobody mount a file system of their own")
    made = [str(row["uri"]) for row in jobs.small_videos(tmp_path / "videos", 3)]
    out = tmp_path / "out"
    out.mkdir()
    command = [*NAMESPACE, MOUNTED, "bash", *jobs.FOLEY, "one", *made, "-o", str(out)]
    done = subprocess.run(
        command, cwd=jobs.ROOT, env=jobs.job_environment({"OUT": str(out)}),
        capture_output=True, text=True, timeout=840, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert "code 3" in said, said
    assert said.count("No space left on device") == 1
    assert "free some space" in said
    assert "Traceback" not in said

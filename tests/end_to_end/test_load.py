"""A job on a machine that has thirty times more to do than it can: it ends right, if late.

Not part of `make test`, since nothing else gets anything done beside it: `pytest -m load`.
"""

import os
import subprocess
import sys
from collections.abc import Iterator

import jobs
import pytest

pytestmark = [pytest.mark.ray, pytest.mark.slow, pytest.mark.load, pytest.mark.timeout(3600)]

BUSY_A_CORE = 30
BUSY = "while True: pass"


@pytest.fixture
def burning() -> Iterator[int]:
    """Thirty processes for each core that do nothing but run."""
    count = BUSY_A_CORE * (os.cpu_count() or 1)
    busy = [subprocess.Popen([sys.executable, "-S", "-E", "-c", BUSY]) for _ in range(count)]
    try:
        yield count
    finally:
        for process in busy:
            process.kill()
        for process in busy:
            process.wait()


def test_a_job_ends_right_beside_all_that_a_machine_can_do(
    tmp_path_factory: pytest.TempPathFactory, burning: int
) -> None:
    folder = tmp_path_factory.mktemp("load")
    catalogue = jobs.catalogue(folder, jobs.small_videos(folder / "videos", 2))
    assert burning >= BUSY_A_CORE
    with (folder / "log").open("ab") as log:
        code = subprocess.run(
            catalogue.command(), cwd=jobs.ROOT, env=jobs.job_environment(), stdout=log, stderr=log,
            check=False,
        ).returncode  # fmt: skip
    assert code == 0, catalogue.log
    assert [row["status"] for row in catalogue.rows()] == ["ok", "ok"]

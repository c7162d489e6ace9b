"""Kill anything at any time: the next run finishes the job and makes nothing twice."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import jobs
import psutil
import pytest
from jobs import Catalogue

pytestmark = [pytest.mark.ray, pytest.mark.slow]

VIDEOS = 6
REGIONS = ("neutral", "japan")


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    rows = jobs.small_videos(tmp_path / "videos", VIDEOS, seconds=2)
    return jobs.catalogue(tmp_path, rows, regions=REGIONS)


def stored(catalogue: Catalogue) -> dict[str, int]:
    """Inode of every feature and stem: an object made again would have another."""
    root = Path(catalogue.output)
    return {
        str(path.relative_to(root)): path.stat().st_ino
        for kind in ("features", "stems-store")
        for path in (root / kind).rglob("*")
        if path.is_file()
    }


def assert_whole(catalogue: Catalogue) -> None:
    """One row a (video, region); each track as recorded; nothing that looks like a track but is
    none."""
    rows = catalogue.rows()
    assert Counter((row["video_id"], row["region"]) for row in rows) == {
        (f"video{index}", region): 1 for index in range(VIDEOS) for region in REGIONS
    }
    assert {row["status"] for row in rows} == {"ok"}, catalogue.log
    recorded = {row["track_uri"].split("/out/")[1]: row["track_sha256"] for row in rows}
    assert catalogue.tracks() == recorded
    root = Path(catalogue.output)
    wavs = {str(path.relative_to(root)) for path in root.rglob("*.wav")}
    assert wavs == set(recorded)
    assert not list(root.rglob("*.part"))


def started(catalogue: Catalogue) -> "subprocess.Popen[bytes]":
    with (catalogue.folder / "log").open("ab") as log:
        return subprocess.Popen(
            catalogue.command(),
            cwd=jobs.ROOT,
            env=jobs.job_environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def wait_until(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    """Return when the condition holds or the process has ended."""
    for _ in range(2400):
        if condition() or process.poll() is not None:
            return
        time.sleep(0.05)
    pytest.fail("the job came to nothing in two minutes")


def kill_tree(process: "subprocess.Popen[bytes]") -> None:
    """Kill the driver; its workers notice and end, Ray's agents are then ended by us."""
    family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.send_signal(signal.SIGKILL)
    process.wait()
    psutil.wait_procs(family, timeout=5)
    for orphan in family:
        if orphan.is_running():
            orphan.kill()


def files(catalogue: Catalogue, pattern: str) -> int:
    return len(list(Path(catalogue.output).glob(pattern)))


def test_killed_driver(catalogue: Catalogue) -> None:
    """At the first feature, the first stem, the first track and the first metadata."""
    moments = ["features/v*/*/*.safetensors", "stems-store/*/*/*", "tracks/*/*", "metadata/*"]
    before: dict[str, int] = {}
    for pattern in moments:
        process = started(catalogue)
        try:
            wait_until(lambda pattern=pattern: files(catalogue, pattern) > 0, process)
        finally:
            kill_tree(process)
        now = stored(catalogue)
        assert before.items() <= now.items(), "something stored was made twice"
        before = now
    assert catalogue.run() == 0, catalogue.log
    assert before.items() <= stored(catalogue).items()
    assert_whole(catalogue)
    tracks = {path: path.stat().st_mtime_ns for path in Path(catalogue.output).glob("tracks/*/*")}
    assert catalogue.run() == 0
    assert tracks == {path: path.stat().st_mtime_ns for path in tracks}, "a rerun redid a track"


def test_killed_worker(catalogue: Catalogue) -> None:
    """Each kind of actor once, while the job goes on."""
    process = started(catalogue)
    try:
        for pattern, stage in [
            ("features/v*/*/*.safetensors", "Perceive"),
            ("stems-store/*/*/*.flac", "Generate"),
            ("tracks/*/*", "Mix"),
        ]:
            wait_until(lambda pattern=pattern: files(catalogue, pattern) > 0, process)
            assert process.poll() is None, f"ended before a {stage} was killed: {catalogue.log}"
            before = stored(catalogue)
            for worker in actors(process, stage):
                os.kill(worker, signal.SIGKILL)
            assert before.items() <= stored(catalogue).items()
        assert process.wait(timeout=240) == 0, catalogue.log
    finally:
        kill_tree(process)
    assert before.items() <= stored(catalogue).items()
    assert_whole(catalogue)


def actors(process: "subprocess.Popen[bytes]", stage: str) -> list[int]:
    """Process ids of the job's actors of a stage; Ray writes the class into the process title."""
    found = []
    for child in psutil.Process(process.pid).children(recursive=True):
        try:
            if f"MapWorker(MapBatches({stage}))" in " ".join(child.cmdline()):
                found.append(child.pid)
        except psutil.Error:
            continue
    return found

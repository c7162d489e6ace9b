"""Kill anything at any time: the next run finishes the job and makes nothing twice."""

import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import jobs
import psutil
import pytest
from jobs import Catalogue

pytestmark = [pytest.mark.ray, pytest.mark.slow]

VIDEOS = 3
REGIONS = ("neutral", "japan")
FEATURE, STEM, TRACK = "features/v*/*/*.safetensors", "stems-store/*/*/*.flac", "tracks/*/*"


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    rows = jobs.small_videos(tmp_path / "videos", VIDEOS)
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


def wait_until(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    """Return when the condition holds or the process has ended."""
    for _ in range(12_000):
        if condition() or process.poll() is not None:
            return
        time.sleep(0.05)
    pytest.fail("the job came to nothing in ten minutes")


def kill_tree(process: "subprocess.Popen[bytes]") -> None:
    """Kill the driver; its workers notice and end, Ray's agents are then ended by us."""
    family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.send_signal(signal.SIGKILL)
    process.wait()
    psutil.wait_procs(family, timeout=5)
    for orphan in family:
        if orphan.is_running():
            orphan.kill()


def files(catalogue: Catalogue, pattern: str) -> set[Path]:
    return set(Path(catalogue.output).glob(pattern))


def run_with_killed_workers(catalogue: Catalogue) -> int:
    """Run a job whose actors of two stages are killed once each; its exit code."""
    process = catalogue.start()
    try:
        for stage in ("Generate", "Mix"):
            wait_until(lambda of=stage: bool(actors(process, of)), process)
            assert process.poll() is None, f"ended before a {stage} was killed: {catalogue.log}"
            for worker in actors(process, stage):
                os.kill(worker, signal.SIGKILL)
        return process.wait(timeout=600)
    finally:
        kill_tree(process)


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


def works(process: psutil.Process) -> bool:
    """Return True for a process that is there; one that nobody has waited for yet is not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def number_of(pattern: str) -> Callable[[Catalogue], int]:
    """Return a function that counts the files of a pattern in an output."""
    return lambda catalogue: len(files(catalogue, pattern))


LOST = "without a word .* its cluster was lost"
ENDS: list[tuple[Callable[[Catalogue], int], str | signal.Signals, int, str]] = [
    (number_of(STEM), "raylet", 3, f"its process raylet has ended|{LOST}"),
    (number_of(TRACK), signal.SIGTERM, 143, "terminated; what is finished is kept"),
]


def send(
    strike: str | signal.Signals,
    process: "subprocess.Popen[bytes]",
    family: Sequence[psutil.Process],
) -> None:
    """Send a process a signal, or kill those of its family that have a name."""
    if isinstance(strike, signal.Signals):
        process.send_signal(strike)
    else:
        for child in (one for one in family if one.name() == strike):
            child.kill()


@pytest.mark.timeout(1200)
def test_every_end_is_an_end(catalogue: Catalogue) -> None:
    """Whatever ends a job, it says so, is gone with all its processes, and is gone on with.

    The job that goes on loses workers, too. One that is killed itself is tested in
    `test_two_commands`. `make faults` kills at more moments, other processes, and by Ctrl-C.
    """
    for moment, strike, code, said in ENDS:
        made, told, before = stored(catalogue), len(catalogue.log), moment(catalogue)
        process = catalogue.start()
        try:
            wait_until(lambda m=moment, b=before: m(catalogue) > b, process)
            assert process.poll() is None, f"ended before {strike}: {catalogue.log}"
            family = psutil.Process(process.pid).children(recursive=True)
            send(strike, process, family)
            process.wait(timeout=120)
            assert [one for one in family if works(one)] == []
            assert process.returncode == code, catalogue.log
        finally:
            kill_tree(process)
        assert re.search(said, catalogue.log[told:])
        assert "Traceback" not in catalogue.log
        assert made.items() <= stored(catalogue).items(), "something stored was made twice"
    made = stored(catalogue)
    assert run_with_killed_workers(catalogue) == 0, catalogue.log
    assert made.items() <= stored(catalogue).items()
    assert_whole(catalogue)
    tracks = {path: path.stat().st_mtime_ns for path in files(catalogue, TRACK)}
    assert catalogue.run() == 0
    assert tracks == {path: path.stat().st_mtime_ns for path in tracks}, "a rerun redid a track"

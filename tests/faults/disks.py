"""A disk that is full, or turns read-only, at some moment of a job; needs the right to mount."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.counted import Counts
from faults.scene import FEATURE, ROW, STEM, TRACK, Attempt, at_moment, scene

SIZE_MB = 256
PIECE = b"\0" * (1 << 20)


def disks(folder: Path) -> dict[str, Counts]:
    """Each on a small file system of its own."""
    found: dict[str, Counts] = {}
    with _mounted(folder / "full") as place:
        of = scene(folder / "full-disk", output=str(place / "out"))
        ballast = place / "ballast"
        for moment in (FEATURE, STEM, TRACK):
            at_moment(of, moment, lambda _: _fill(ballast), [3])
            ballast.unlink(missing_ok=True)
        of.run()
        found["disk full"] = of.judge()
    with _mounted(folder / "ro") as place:
        of = scene(folder / "read-only", output=str(place / "out"))

        def turn(_: Attempt) -> None:
            _remount(place, "ro")

        for moment in (STEM, ROW):
            at_moment(of, moment, turn, [3])
            _remount(place, "rw")
        of.run()
        found["output read-only midway"] = of.judge()
    return found


def _fill(ballast: Path) -> None:
    """Leave no byte free; whoever frees some meanwhile does not get far."""
    with ballast.open("wb", buffering=0) as file:
        for piece in (PIECE, PIECE[:4096]):
            try:
                while True:
                    file.write(piece)
            except OSError:
                continue


def _remount(place: Path, mode: str) -> None:
    """A file that is open for writing keeps a file system writable: try until there is none."""
    for _ in range(2000):
        command = ["mount", "-o", f"remount,{mode}", str(place)]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.005)
    raise RuntimeError(f"{place} does not turn {mode}")


@contextmanager
def _mounted(place: Path) -> Iterator[Path]:
    place.mkdir(parents=True)
    size = f"size={SIZE_MB}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)

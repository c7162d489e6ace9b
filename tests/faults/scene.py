"""A small catalogue on which faults are tried, and a judge of what it is left with."""

import hashlib
import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import jobs
from jobs import Catalogue

from faults.counted import NOTHING, Counts
from foley_core.errors import MissingError, StorageError
from foley_core.storage.store import Storage

FEATURE, STEM, TRACK, ROW = (
    "features/v*/*/*.safetensors", "stems-store/*/*/*", "tracks/*/*", "metadata/*.parquet",
)  # fmt: skip
MARK = "FOLEY_FAULTS"
LONGEST_JOB_S, LONGEST_END_S, GRACE_S = 900.0, 60.0, 60.0
REGIONS = ("neutral", "japan")
MOST_HEADER_BYTES = 16_384
OF_A_RUN = ("_plan/", "_runs/", "_lease/")


@dataclass
class Attempt:
    """One command that runs, with all processes that it starts."""

    process: "subprocess.Popen[bytes]"
    mark: str
    before: dict[Path, int]
    output: Path

    def wait_for(self, pattern: str) -> bool:
        """Return True once there is a new file of a pattern, False if the command ends before."""
        deadline = time.monotonic() + LONGEST_JOB_S
        while self.process.poll() is None and time.monotonic() < deadline:
            if any(self.before.get(path) != at for path, at in _times(self.output, pattern)):
                return True
            time.sleep(0.02)
        return False

    def ended(self, seconds: float = LONGEST_JOB_S) -> int | None:
        """The exit code, or None where it is not over in time; then it is killed."""
        try:
            return self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None

    def processes(self, words: str) -> list[int]:
        """Processes of its own whose command line holds some words, the first to start first."""
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if self.mark.encode() not in (place / "environ").read_bytes().split(b"\0"):
                    continue
                line = (place / "cmdline").read_bytes().replace(b"\0", b" ")
                if words in line.decode(errors="replace"):
                    found.append(int(place.name))
        return sorted(found)

    def kill(self, words: str) -> None:
        """Kill processes whose command line holds some words."""
        for process in self.processes(words):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def left(self) -> int:
        """Return how many of its processes are left some seconds after its end, and end them."""
        deadline = time.monotonic() + GRACE_S
        while (there := self.processes("")) and time.monotonic() < deadline:
            time.sleep(0.1)
        for process in there:
            with suppress(OSError):
                line = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ")
                print(f"  left: {line[:200].decode(errors='replace')}", flush=True)
        self.kill("")
        return len(there)

    def signal(self, number: int) -> None:
        """Send the command a signal; to stop and to go on, all that it has started as well, as a
        machine that is suspended does."""
        stops = number in (signal.SIGSTOP, signal.SIGCONT)
        for process in self.processes("") if stops else [self.process.pid]:
            with suppress(ProcessLookupError):
                os.kill(process, number)


@dataclass
class Scene:
    """A catalogue of short videos for two regions, and what has been counted on it."""

    catalogue: Catalogue
    videos: tuple[str, ...]
    regions: Sequence[str] = REGIONS
    environment: Mapping[str, str] = field(default_factory=dict)
    counts: Counts = NOTHING
    number: int = 0

    def start(self, *arguments: str, command: Sequence[str] | None = None) -> Attempt:
        """Start a job, or another command."""
        self.number += 1
        mark = f"{self.catalogue.folder.name}-{self.number}"
        before = dict(_times(Path(self.catalogue.output), "**/*"))
        with (self.catalogue.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                command or self.catalogue.command(*arguments),
                cwd=jobs.ROOT,
                env=jobs.job_environment({**self.environment, MARK: mark}),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return Attempt(process, f"{MARK}={mark}", before, Path(self.catalogue.output))

    def end(self, attempt: Attempt, *right: int, seconds: float = LONGEST_JOB_S) -> None:
        """Wait for an end, which must be one of some, and count what is left running."""
        code = attempt.ended(seconds)
        if code not in right:
            said = self.catalogue.log.strip().rpartition("\n")[2]
            place = self.catalogue.folder.name
            print(f"  {place}: ended with {code}, not {right}: {said}", flush=True)
        self.counts += Counts(wrong_ends=code not in right, left=attempt.left())

    def run(self, *arguments: str, right: Iterable[int] = (0,)) -> None:
        """Run a job to its end."""
        self.end(self.start(*arguments), *right)

    def tried(self, count: int = 1) -> None:
        """Count tries."""
        self.counts += Counts(tries=count)

    def judge(self, regions: Sequence[str] | None = None, videos: Sequence[str] = ()) -> Counts:
        """Count what is wrong with the output, now that a job has ended well on it."""
        wanted = {(v, r) for v in videos or self.videos for r in regions or self.regions}
        store = self.catalogue.store
        rows = self.catalogue.rows()
        ok = [row for row in rows if row["status"] == "ok"]
        there = Counter((row["video_id"], row["region"]) for row in rows)
        named = {key for row in ok if (key := _key(row["track_uri"]))}
        kept = {item.key for item in store.list("tracks/")}
        found = Counts(
            lost=len(wanted - {(row["video_id"], row["region"]) for row in ok}),
            doubled=there.total() - len(there),
            lying=sum(not _is_true(store, row) for row in ok),
            halves=len(kept - named) + len(list(_unfinished(store))),
            tracebacks=len(re.findall(r"^Traceback \(", self.catalogue.log, re.M)),
        )
        self.counts += found
        if not found.holds:
            print(f"  {self.catalogue.folder}: {found}", flush=True)
        return self.counts


def scene(folder: Path, count: int = 3, settings: str = "", **more: object) -> Scene:
    """A scene of `count` videos in a new folder; `more` as of `jobs.catalogue`."""
    folder.mkdir(parents=True)
    rows = jobs.small_videos(folder / "videos", count)
    made = jobs.catalogue(folder, rows, settings=settings, regions=REGIONS, **more)  # type: ignore[arg-type]
    return Scene(made, tuple(str(row["video_id"]) for row in rows))


def at_moment(
    of: Scene, moment: str, act: Callable[[Attempt], None], right: Iterable[int], *arguments: str
) -> None:
    """Start a job, do something to it at a moment, and wait for its end."""
    attempt = of.start(*arguments)
    if attempt.wait_for(moment):
        act(attempt)
        of.tried()
    else:
        print(f"  {of.catalogue.folder.name}: over before {moment}", flush=True)
    of.end(attempt, *right, seconds=LONGEST_JOB_S if 0 in right else LONGEST_END_S)


def _times(output: Path, pattern: str) -> list[tuple[Path, int]]:
    found = []
    for path in output.glob(pattern):
        with suppress(OSError):
            found.append((path, path.stat().st_mtime_ns))
    return found


def _key(uri: str) -> str:
    return f"tracks/{uri.rpartition('/tracks/')[2]}"


def _is_true(store: Storage, row: Mapping[str, object]) -> bool:
    """Return True where a row's track is there, of its size, content and length."""
    try:
        data = store.read(_key(str(row["track_uri"])))
    except MissingError:
        return False
    samples = round(float(str(row["duration_s"])) * 48_000)
    return (
        hashlib.sha256(data).hexdigest() == row["track_sha256"]
        and len(data) == row["track_bytes"]
        and 0 <= len(data) - 4 * samples < MOST_HEADER_BYTES
    )


def _unfinished(store: Storage) -> Iterable[str]:
    """Whatever belongs to something that is not finished."""
    for prefix in OF_A_RUN:
        yield from (item.key for item in store.list(prefix))
    with suppress(StorageError):
        yield from (str(path) for path in Path(store.root).glob("**/*.part"))

"""Small catalogues for whole-job tests: videos, a manifest, a job file, and the command itself."""

import csv
import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import videos

from foley_core.storage.store import Storage
from foley_core.styles.wishes import Wishes
from pipelines.config import load_job, made_job
from pipelines.manifest.asked_rows import asked_manifest
from pipelines.metadata.commits import read_metadata
from pipelines.one import Ask, soundtrack_videos
from pipelines.run import run_catalogue
from pipelines.summary import Summary

ROOT = Path(__file__).parents[1]
FOLEY = [sys.executable, "-m", "pipelines.start"]
"""The command, as `foley` starts it."""


@dataclass(frozen=True)
class Catalogue:
    """A folder with videos, `manifest.csv`, `job.toml`; output goes to `output` (a URI)."""

    folder: Path
    output: str

    @property
    def job(self) -> Path:
        """The job file."""
        return self.folder / "job.toml"

    def command(self, *arguments: str) -> list[str]:
        """`foley run` on this catalogue."""
        return [*FOLEY, "run", str(self.job), *arguments]

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start the job in a session of its own; what it prints goes to `log` in the folder."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                self.command(*arguments),
                cwd=ROOT,
                env=job_environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> int:
        """Run the job to its end; its exit code. What it printed goes to `log` in the folder."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.run(
                self.command(*arguments),
                cwd=ROOT,
                env=job_environment(environment),
                stdout=log,
                stderr=log,
                check=False,
                timeout=840,
            ).returncode

    def run_here(self, **overrides: object) -> Summary:
        """Run the job in this process, without Ray: the same stages, for what does not depend on
        where they run. Starting a cluster takes twenty times as long as so small a job.

        Args:
            overrides: of the job file, by its keys.
        """
        return run_catalogue(load_job(self.job, overrides), here="cpu")

    @property
    def log(self) -> str:
        """All that was printed."""
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def told(self) -> str:
        """All that was printed, and why rows were set aside: for the message of a failed test."""
        aside = [row for row in self.rows() if row["status"] != "ok"]
        reasons = [f"{row['video_id']}: {row['error_class']}: {row['error']}" for row in aside]
        return "\n".join([self.log, *reasons])

    @property
    def store(self) -> Storage:
        """The output."""
        return Storage(self.output)

    def rows(self) -> list[dict[str, Any]]:
        """The metadata, ordered by manifest row and region."""
        rows = read_metadata(self.store).to_pylist()
        return sorted(rows, key=lambda row: (row["manifest_row"], row["region"]))

    def tracks(self) -> dict[str, str]:
        """sha256 of each track by key."""
        return {
            item.key: hashlib.sha256(self.store.read(item.key)).hexdigest()
            for item in self.store.list("tracks/")
        }


def job_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a job: one thread a process, no cluster of others.

    Ray runs its workers at nice 15, where they starve beside the tests of another process.
    """
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("RAY_")}
    own = {"OMP_NUM_THREADS": "1", "RAY_worker_niceness": "0", "PYTHONPATH": str(ROOT)}
    return {**inherited, **own, **(more or {})}


def catalogue(
    folder: Path,
    rows: Sequence[Mapping[str, object]],
    *,
    output: str | None = None,
    settings: str = "",
    regions: Sequence[str] = ("neutral",),
    lookers: int = 1,
) -> Catalogue:
    """Write manifest and job file.

    Args:
        settings: TOML that follows the top-level keys.
        lookers: actors that look at videos; each loads the networks. 0 leaves it to the job.
    """
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    output = output or str(folder / "out")
    (folder / "job.toml").write_text(
        f'manifest = "manifest.csv"\noutput = "{output}"\nquality = "draft"\n'
        f"regions = {list(regions)!r}\n".replace("'", '"')
        + f"{settings}[pools]\nperceive = {lookers}\n",
        encoding="utf-8",
    )
    return Catalogue(folder, output)


def soundtracked_alone(row: Mapping[str, Any], output: Path, prompt: str, **more: Any) -> str:
    """sha256 of the track that a laptop makes of a metadata row's video, for `neutral`."""
    place = str(output.absolute())
    settings = {"manifest": asked_manifest(place), "output": place, "quality": "draft", **more}
    ask = Ask((str(row["uri"]),), Wishes(prompt=prompt), row["video_id"])
    assert soundtrack_videos(ask, made_job(settings)) == 0
    track = (output / f"tracks/region=neutral/{row['video_id']}.wav").read_bytes()
    return hashlib.sha256(track).hexdigest()


def small_videos(folder: Path, count: int, seconds: float = 1.0) -> list[dict[str, object]]:
    """Manifest rows of short videos that differ in length."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for index in range(count):
        path = videos.render(folder / f"video{index}.mp4", seconds=seconds + index / 25)
        rows.append({"video_id": f"video{index}", "uri": str(path)})
    return rows

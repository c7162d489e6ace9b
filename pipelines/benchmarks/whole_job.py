"""The cost of a whole job around the work of its stages: `foley benchmark catalogue`.

A job of N ten-second 720p videos runs as a user would run it, in a process of its own, and again
with two of them. The CPU time of the whole process tree is read from outside. The difference of the
two jobs leaves out what any job pays once (interpreters, models, the cluster); what remains above
the stages' own CPU time is Ray's and our glue:

    glue = (tree(N) - tree(2)) / (stages(N) - stages(2)) - 1

The wall time from the command to the first track under its final name is read from the file system.
"""

import csv
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from foley_core.media.picture_encoder import encode_pictures
from foley_core.types import Tier
from pipelines.benchmarks.media import rendered_scene

VIDEO_SECONDS = 10
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class JobFigures:
    """One job: CPU seconds of its process tree and of its stages, wall seconds of the whole
    command, to its first track, and of the job by its own account, and the job's tally."""

    tree_cpu_s: float
    stage_cpu_s: float
    wall_s: float
    first_track_s: float
    job_s: float
    tally: dict[str, float]


def benchmark_catalogue(videos: int, tier: Tier = "full") -> dict[str, object]:
    """Glue and latency of a catalogue of `videos` different ten-second videos; see the module.

    Raises:
        subprocess.CalledProcessError: a job failed.
    """
    with TemporaryDirectory(prefix="foley-benchmark-") as folder:
        root = Path(folder)
        manifest = write_catalogue(root, videos)
        small, large = (
            measured(root, manifest, tier, n, output=root / f"out{n}") for n in (2, videos)
        )
    tree = large.tree_cpu_s - small.tree_cpu_s
    stages = large.stage_cpu_s - small.stage_cpu_s
    return {
        "videos": videos,
        "tier": tier,
        "seconds_each": VIDEO_SECONDS,
        "wall_s": round(large.wall_s, 2),
        "wall_s_per_minute_of_video": round(large.wall_s / (videos * VIDEO_SECONDS / 60), 2),
        "first_track_s": round(large.first_track_s, 2),
        "stage_cpu_s": round(large.stage_cpu_s, 2),
        "tree_cpu_s": round(large.tree_cpu_s, 2),
        "glue_share": round(tree / stages - 1, 4) if videos > 2 else None,
    }


def write_catalogue(root: Path, videos: int) -> Path:
    """One scene in files that differ in content: each has a free box of its own."""
    scene = root / "scene.mp4"
    encode_pictures(scene, rendered_scene(VIDEO_SECONDS, 1280, 720), Fraction(25), 5_000_000)
    data = scene.read_bytes()
    manifest = root / "manifest.csv"
    with manifest.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["video_id", "uri"])
        for index in range(videos):
            path = root / f"video{index}.mp4"
            free_box = (12).to_bytes(4, "big") + b"free" + index.to_bytes(4, "big")
            path.write_bytes(data + free_box)
            writer.writerow([f"video{index}", str(path)])
    return manifest


def measured(
    root: Path, manifest: Path, tier: Tier, videos: int, output: Path, region: str = "neutral"
) -> JobFigures:
    """Run a job on the first `videos` of a manifest, and watch it from outside.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    job = root / f"job{videos}.toml"
    text = f'manifest = "{manifest}"\noutput = "{output}"\ntier = "{tier}"\n'
    job.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pipelines.cli", "run", str(job), "--limit", str(videos)]
    command += ["--region", region]
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    cpu_s, first_s = 0.0, 0.0
    while process.poll() is None:
        cpu_s = max(cpu_s, _tree_cpu_s(process.pid))
        if not first_s and any(output.glob(f"tracks/region={region}/*.wav")):
            first_s = time.monotonic() - started
        time.sleep(0.1)
    wall_s = time.monotonic() - started
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    summary = json.loads((output / "summary.json").read_text())
    tally = summary["tally"]
    stages = sum(value for name, value in tally.items() if name.startswith("cpu."))
    return JobFigures(cpu_s, stages, wall_s, first_s, summary["wall_s"], tally)


def _tree_cpu_s(root_pid: int) -> float:
    """CPU seconds of a process and all its living descendants, their reaped children included."""
    parents, ticks = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(path.parent.name)
        parents[pid] = int(after_name[1])
        ticks[pid] = sum(int(value) for value in after_name[11:15])
    family, grown = {root_pid}, True
    while grown:
        children = {pid for pid, parent in parents.items() if parent in family} - family
        family |= children
        grown = bool(children)
    return sum(ticks.get(pid, 0) for pid in family) / _TICKS_PER_S

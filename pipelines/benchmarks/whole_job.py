"""The cost of a whole job around the work of its stages: `foley benchmark catalogue`.

A job of N ten-second 720p videos runs as a user would run it, in a process of its own, and again
with two of them. The CPU time of the whole process tree is read from outside. The difference of the
two jobs leaves out what any job pays once (interpreters, models, the cluster); what remains above
the stages' own CPU time is Ray's and our glue:

    glue = (tree(N) - tree(2)) / (stages(N) - stages(2)) - 1

The wall time from the command to the first track under its final name is read from the file system.
"""

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
from pipelines.cells import csv_bytes
from pipelines.estimates.machine_rates import MachineRates, keep_rates, this_machine, today

VIDEO_SECONDS = 10
FEWEST_MORE = 4
"""Videos that a job must have more than another, for a rate to be told from the two."""
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

    Of enough videos it also keeps the rates of this machine, by which `foley plan` estimates.

    Raises:
        subprocess.CalledProcessError: a job failed.
    """
    with TemporaryDirectory(prefix="foley-benchmark-") as folder:
        root = Path(folder)
        manifest = write_catalogue(root, videos)
        small, large = (
            measured(root, manifest, tier, n, output=root / f"out{n}") for n in (2, videos)
        )
        rates = rates_of(small, large, videos, tier, root / f"out{videos}")
    if rates:
        keep_rates(rates)
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
        "rates": rates.model_dump() if rates else None,
    }


def rates_of(
    small: JobFigures, large: JobFigures, videos: int, tier: Tier, output: Path
) -> MachineRates | None:
    """Return the rates of this machine by two jobs; None where they are too near to tell.

    Args:
        small: figures of a job of two videos.
        large: figures of a job of `videos`.
        output: of the large one.
    """
    more, work = videos - 2, large.stage_cpu_s - small.stage_cpu_s
    if more < FEWEST_MORE or work <= 0 or large.wall_s <= small.wall_s:
        return None
    each = {
        stage: max(0.0, large.tally.get(f"cpu.{stage}", 0) - small.tally.get(f"cpu.{stage}", 0))
        / more
        for stage in ("split", "perceive", "generate", "mix")
    }
    cpus = os.cpu_count() or 1
    wall_of_work = (large.wall_s - small.wall_s) / work
    stored = {
        name: sum(path.stat().st_size for path in (output / name).rglob("*") if path.is_file())
        for name in ("features", "stems-store")
    }
    seconds = videos * VIDEO_SECONDS
    return MachineRates(
        machine=this_machine(),
        cpus=cpus,
        measured=today(),
        tier=tier,
        start_s=round(max(0.0, small.wall_s - wall_of_work * small.stage_cpu_s), 2),
        load_s=round(max(0.0, small.stage_cpu_s - 2 * sum(each.values())), 2),
        busy=round(min(1.0, 1 / (wall_of_work * cpus)), 3),
        split_s=round(each["split"], 4),
        perceive_s=round(each["perceive"] / VIDEO_SECONDS, 4),
        generate_s=round(each["generate"] / VIDEO_SECONDS, 4),
        mix_s=round(each["mix"] / VIDEO_SECONDS, 4),
        features_bytes=round(stored["features"] / seconds),
        stems_bytes=round(stored["stems-store"] / seconds),
    )


def write_catalogue(root: Path, videos: int) -> Path:
    """One scene in files that differ in content: each has a free box of its own."""
    scene = root / "scene.mp4"
    encode_pictures(scene, rendered_scene(VIDEO_SECONDS, 1280, 720), Fraction(25), 5_000_000)
    data = scene.read_bytes()
    manifest = root / "manifest.csv"
    rows = []
    for index in range(videos):
        path = root / f"video{index}.mp4"
        path.write_bytes(with_number(data, index))
        rows.append({"video_id": f"video{index}", "uri": str(path)})
    manifest.write_bytes(csv_bytes(("video_id", "uri"), rows))
    return manifest


def with_number(video: bytes, number: int) -> bytes:
    """Return an MP4 file with a free box that holds a number: other content, same pictures."""
    return video + (12).to_bytes(4, "big") + b"free" + number.to_bytes(4, "big")


def measured(
    root: Path, manifest: Path | str, tier: Tier, videos: int, output: Path, region: str = "neutral"
) -> JobFigures:
    """Run a job on the first `videos` of a manifest, and watch it from outside.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    job = root / f"job{videos}.toml"
    text = f'manifest = "{manifest}"\noutput = "{output}"\ntier = "{tier}"\n'
    job.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pipelines.start", "run", str(job), "--limit", str(videos)]
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

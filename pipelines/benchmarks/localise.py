"""The cost of another region, once a catalogue is done: `foley benchmark localise`.

A job of N ten-second 720p videos runs as a user would run it, and again for another region over the
same output. Before the second run every video is overwritten with zeros of its own length and time
of change: whatever would open one again would set its row aside, and the benchmark would fail. So
no video is decoded, and its report proves it rather than says it.

The wall time of whole commands has the start of Python, Ray and the models in it, which neither a
first run nor a second can avoid; the job's own time, and CPU time of the process trees, stand
beside it, since a loaded machine stretches the former.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from foley_core.errors import FoleyError
from foley_core.storage.store import Storage
from foley_core.types import Tier
from pipelines.benchmarks.whole_job import VIDEO_SECONDS, JobFigures, measured, write_catalogue
from pipelines.metadata.commits import read_metadata


def benchmark_localise(
    videos: int, tier: Tier = "full", first: str = "neutral", region: str = "japan"
) -> dict[str, object]:
    """Cost of a run for `region` over the output of a run for `first`; see the module.

    Raises:
        FoleyError: the second run did not finish every video without opening it.
        subprocess.CalledProcessError: a job failed.
    """
    with TemporaryDirectory(prefix="foley-benchmark-") as folder:
        root = Path(folder)
        manifest, output = write_catalogue(root, videos), root / "out"
        before = measured(root, manifest, tier, videos, output, first)
        for path in root.glob("video*.mp4"):
            blank(path)
        after = measured(root, manifest, tier, videos, output, region)
        finished = sum(
            row["status"] == "ok" and row["region"] == region
            for row in read_metadata(Storage(str(output))).to_pylist()
        )
    if finished != videos:
        raise FoleyError(f"only {finished} of {videos} tracks for {region} were made")
    return {
        "videos": videos,
        "seconds_each": VIDEO_SECONDS,
        "tier": tier,
        "regions": [first, region],
        "first": _figures(before),
        "again": _figures(after),
        "wall_ratio": round(after.wall_s / before.wall_s, 4),
        "job_ratio": round(after.job_s / before.job_s, 4),
        "cpu_ratio": round(after.tree_cpu_s / before.tree_cpu_s, 4),
        "decodes": int(after.tally.get("videos_opened", 0)),
        "features": int(after.tally.get("features_computed", 0)),
        "stems_reused": int(after.tally.get("stems_reused", 0)),
        "stems_generated": int(after.tally.get("stems_generated", 0)),
    }


def blank(path: Path) -> None:
    """Overwrite a file with zeros, so that it looks the same from outside and is no video."""
    status = path.stat()
    path.write_bytes(bytes(status.st_size))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _figures(run: JobFigures) -> dict[str, float]:
    return {
        "wall_s": round(run.wall_s, 2),
        "job_s": round(run.job_s, 2),
        "tree_cpu_s": round(run.tree_cpu_s, 2),
        "stage_cpu_s": round(run.stage_cpu_s, 2),
        **{name: round(run.tally.get(name, 0.0), 2) for name in _STAGES},
    }


_STAGES = ("cpu.split", "cpu.perceive", "cpu.generate", "cpu.mix")

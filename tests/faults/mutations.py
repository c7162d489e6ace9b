"""600 mutated videos and 600 mutated manifests: a reason for each, and never another error."""

from pathlib import Path

import jobs
import mutations_of_manifests
import mutations_of_videos

from faults.counted import Counts
from faults.scene import Scene, scene

COUNT, IN_A_JOB = 600, 36


def mutations(folder: Path) -> dict[str, Counts]:
    """Read videos one by one, some of them in a job beside good ones; then manifests."""
    videos = Counts(tries=COUNT)
    for sentence in mutations_of_videos.faults(range(COUNT)):
        print(f"  {sentence}", flush=True)
        videos += Counts(tracebacks=1)
    of = _job_with_mutated(folder)
    of.run(right=(0, 1))
    return {
        "mutated videos": videos + of.judge(),
        "mutated manifests": _manifests(),
    }


def _job_with_mutated(folder: Path) -> Scene:
    of = scene(folder / "mutated", count=2, settings='tier = "light"\n')
    rows = [{"video_id": name, "uri": f"videos/{name}.mp4"} for name in of.videos]
    for seed in range(IN_A_JOB):
        name, data = mutations_of_videos.mutated(seed)
        (folder / "mutated" / "videos" / name).write_bytes(data)
        rows.append({"video_id": f"mutated{seed}", "uri": f"videos/{name}"})
    jobs.catalogue(folder / "mutated", rows, settings='tier = "light"\n', regions=of.regions)
    return of


def _manifests() -> Counts:
    counts = Counts(tries=COUNT)
    for sentence in mutations_of_manifests.faults(range(COUNT)):
        print(f"  {sentence}", flush=True)
        counts += Counts(tracebacks=1)
    return counts

"""A plan beside the job that it foretells: `foley benchmark plan`.

Videos of several lengths and sizes, or those of a manifest, are planned by the rates that the last
`foley benchmark catalogue` left on this machine, and then the job is run and watched from outside.
"""

from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from foley_core.media.picture_encoder import encode_pictures
from foley_core.storage.addresses import absolute_address
from foley_core.types import Tier
from pipelines.benchmarks.media import rendered_scene
from pipelines.benchmarks.whole_job import JobFigures, measured, with_number
from pipelines.cells import csv_bytes
from pipelines.config import Job
from pipelines.dry_run import Rehearsal, rehearse

KINDS = ((10, 1280, 720), (20, 1280, 720), (5, 640, 360), (10, 640, 360))
"""Seconds, width and height of the videos, by turns."""
KEPT = ("tracks", "features", "stems-store")
"""Folders of an output whose size a plan foretells."""


def benchmark_plan(videos: int, tier: Tier, manifest: str | None = None) -> dict[str, object]:
    """Return what was planned, what came, and how far the plan was off, by quantity.

    Args:
        videos: how many; of a manifest the first ones.
        manifest: of videos of your own, all readable; None renders some.

    Raises:
        ConfigError: the manifest or the rates cannot be used.
        subprocess.CalledProcessError: the job failed.
    """
    with TemporaryDirectory(prefix="foley-plan-") as folder:
        root = Path(folder)
        place = absolute_address(manifest) if manifest else str(_rendered(root, videos))
        output = root / "out"
        job = Job(manifest=place, output=str(output), tier=tier, limit=videos)
        found = rehearse(job)
        figures = measured(root, place, tier, videos, output)
        kept = sum(
            path.stat().st_size
            for name in KEPT
            for path in (output / name).rglob("*")
            if path.is_file()
        )
    compared = compared_with(found, figures, kept / 1e9)
    print(f"{'':<20}{'planned':>12}{'came':>12}{'off by':>10}")
    for name, (planned, came, off) in compared.items():
        print(f"{name:<20}{planned:>12.3f}{came:>12.3f}{off:>10.1%}")
    rates = found.takes.rates
    return {
        "videos": videos,
        "tier": tier,
        "rates_measured": rates.measured or None,
        "compared": {name: [round(value, 3) for value in row] for name, row in compared.items()},
    }


def compared_with(
    found: Rehearsal, figures: JobFigures, kept_gb: float
) -> dict[str, tuple[float, float, float]]:
    """Return what was planned, what came, and the share by which the plan is over it."""
    takes = found.takes
    rows = takes.regions.values()
    came = {name.removeprefix("cpu."): value for name, value in figures.tally.items()}
    pairs = {
        "CPU s": (takes.cpu_s, figures.stage_cpu_s),
        **{
            f"CPU s of {stage}": (sum(one.work_s[stage] for one in rows), came.get(stage, 0.0))
            for stage in ("split", "perceive", "generate", "mix")
        },
        "wall s": (takes.wall_s(), figures.wall_s),
        "GB kept": (sum(one.kept_bytes for one in rows) / 1e9, kept_gb),
    }
    return {
        name: (planned, real, planned / real - 1 if real else 0.0)
        for name, (planned, real) in pairs.items()
    }


def _rendered(root: Path, videos: int) -> Path:
    """Return a manifest of videos of all kinds, which differ in content."""
    scenes = []
    for seconds, width, height in KINDS:
        path = root / f"scene-{seconds}-{height}.mp4"
        scene = rendered_scene(seconds, width, height)
        encode_pictures(path, scene, Fraction(25), 5_000_000 * height // 720)
        scenes.append(path.read_bytes())
        path.unlink()
    rows = []
    for index in range(videos):
        path = root / f"video{index}.mp4"
        path.write_bytes(with_number(scenes[index % len(scenes)], index))
        rows.append({"video_id": f"video{index}", "uri": str(path)})
    manifest = root / "manifest.csv"
    manifest.write_bytes(csv_bytes(("video_id", "uri"), rows))
    return manifest

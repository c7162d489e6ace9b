"""`foley run --dry-run`: validate everything, look at some videos, say what the job would do.

Counting needs the whole manifest; sizes and lengths need a look into every video, so they are read
from the first `SAMPLE` usable ones and scaled up. What was only estimated is said to be.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from foley_core.errors import FoleyError
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import clip_ranges, span_of
from foley_core.storage.sources import open_source
from foley_core.timebase import MOTION_RATE
from pipelines.config import Job
from pipelines.manifest.reader import InvalidRow, Manifest, ManifestRow, likely_typos
from pipelines.metadata.schema import Field
from pipelines.plan import Plan, plan_job
from pipelines.resolved_job import asked_by, resolve_job
from pipelines.run import new_run_id

SAMPLE = 100
SHOWN = 20
WORK_S_PER_VIDEO_S = 0.25
"""CPU seconds for each second of video and region on one core, full tier, 720p."""


@dataclass(slots=True)
class Sampled:
    """Figures of a look into some videos."""

    videos: int = 0
    unreadable: int = 0
    seconds: float = 0.0
    clips: int = 0
    size_bytes: int = 0


def rehearse(job: Job) -> None:
    """Print the plan of a job without starting it.

    Raises:
        ConfigError: something given is wrong; every fault is listed.
    """
    resolved = resolve_job(job, new_run_id())
    invalid: list[InvalidRow] = []

    def keep_some(row: InvalidRow) -> None:
        if len(invalid) < SHOWN:
            invalid.append(row)

    others: list[Field] = []
    asked = asked_by(resolved)
    plan = plan_job(job, resolved.run_id, asked, keep_some, others.extend, store_shards=False)
    sampled = sample_videos_of(job)
    scale = plan.videos / max(1, sampled.videos)
    console = Console()
    console.print(_table(job, plan, sampled, scale))
    for remark in likely_typos(others):
        console.print(remark, markup=False)
    for row in invalid:
        said = f"row {row.manifest_row} would be set aside: {row.reason}"
        console.print(said, markup=False)


def sample_videos_of(job: Job) -> Sampled:
    """Open the first usable videos of a manifest and read their headers."""
    found = Sampled()
    for row in _first_rows(job):
        found.videos += 1
        request = VideoRequest(row.video_id, row.uri, start_s=row.start_s, end_s=row.end_s)
        try:
            span = span_of(request, job.schemes)
            with open_source(row.uri, job.schemes) as source:
                found.size_bytes += source.size_bytes
        except FoleyError:
            found.unreadable += 1
            continue
        found.seconds += float(span.duration_s)
        found.clips += len(clip_ranges(span.steps, job.clip_s * MOTION_RATE))
    return found


def _first_rows(job: Job) -> Iterator[ManifestRow]:
    count = 0
    for batch in Manifest(job.manifest, job.schemes, job.limit).batches():
        for row in batch:
            if count == SAMPLE:
                return
            if isinstance(row, ManifestRow):
                count += 1
                yield row


def _table(job: Job, plan: Plan, sampled: Sampled, scale: float) -> Table:
    whole = sampled.videos == plan.videos - plan.invalid // max(1, len(job.regions))
    about = "" if whole else f" (estimated from {sampled.videos} videos)"
    share = plan.jobs / max(1, plan.jobs + plan.done)
    work_h = sampled.seconds * scale * len(job.regions) * WORK_S_PER_VIDEO_S * share / 3600
    table = Table("plan", "", title=f"{job.manifest} → {job.output}")
    for name, value in [
        ("videos", f"{plan.videos}"),
        ("soundtracks to make", f"{plan.jobs} for {', '.join(job.regions)}"),
        ("tiers", ", ".join(sorted(plan.tiers)) or "–"),
        ("made before", f"{plan.done}"),
        ("rows that cannot be used", f"{plan.invalid}"),
        *([("rows with a sidecar", f"{plan.sidecars}")] if job.sidecars else []),
        ("unreadable among those looked at", f"{sampled.unreadable} of {sampled.videos}"),
        ("length", f"{sampled.seconds * scale / 3600:.2f} h{about}"),
        ("clips", f"{sampled.clips * scale:.0f}{about}"),
        ("size", f"{sampled.size_bytes * scale / 1e9:.3f} GB{about}"),
        ("work", f"about {work_h:.2f} core hours"),
    ]:
        table.add_row(name, value)
    return table

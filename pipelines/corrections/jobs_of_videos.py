"""Jobs that make the tracks of corrected videos anew: those that made them.

A track of `foley one` has settings of its own; the others follow the last job of the output. A
video may have both: a job made it for one region, `foley one` for another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from foley_core.errors import ConfigError
from foley_core.storage.store import Storage
from pipelines.config import Job
from pipelines.in_process import fits_here
from pipelines.last_job import last_job
from pipelines.manifest.asked_rows import asked_row
from pipelines.metadata.delivered import SeenVideo
from pipelines.records import ASKED_BY_ONE

Row: TypeAlias = Mapping[str, Any]
"""A row of the metadata."""


@dataclass(frozen=True, slots=True)
class Remake:
    """A job, and the videos and regions that it makes anew; `here`: in this process, on that
    device."""

    job: Job
    only: frozenset[tuple[str, str]]
    here: str | None


def remakes(store: Storage, videos: Mapping[str, SeenVideo]) -> list[Remake]:
    """Return as many jobs as the tracks were made with, in order of the videos.

    Raises:
        ConfigError: the settings of one cannot be read, or no job has run on the output.
    """
    grouped: dict[str, tuple[Job, dict[tuple[str, str], Row]]] = {}
    for video in videos.values():
        for region, row in video.rows.items():
            job = job_of(store, video.video_id, row)
            same = job.model_copy(update={"regions": ("neutral",)}).model_dump_json()
            grouped.setdefault(same, (job, {}))[1][video.video_id, region] = row
    return [_remake(job, rows) for job, rows in grouped.values()]


def job_of(store: Storage, video_id: str, row: Row) -> Job:
    """The job that a track is of, by its row of the metadata.

    Raises:
        ConfigError: as `remakes`.
    """
    if row.get("asked_by") != ASKED_BY_ONE:
        return last_job(store)
    if asked := asked_row(store, video_id):
        return asked.job
    raise ConfigError(
        f"{video_id}: what foley one was asked for is no longer in {store.root}; run foley "
        "one on the video again"
    )


def _remake(job: Job, rows: Mapping[tuple[str, str], Row]) -> Remake:
    regions = tuple(dict.fromkeys(region for _, region in sorted(rows)))
    lengths = [float(row.get("duration_s") or 0.0) for row in rows.values()]
    here = "cpu" if fits_here(lengths, bool(job.public_model)) else None
    return Remake(job.model_copy(update={"regions": regions}), frozenset(rows), here)

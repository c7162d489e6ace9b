"""The stages of the catalogue in this process, one row after another, without Ray.

For a few short videos the start of a cluster would take longer than the work. The stages are the
same, in the same order, so the samples are the same.
"""

import os
from collections.abc import Callable, Generator, Iterable, Iterator

import pyarrow as pa

from foley_core.one_thread import multiply_on_one_thread
from pipelines.begun_stages import PHASES
from pipelines.plan import Plan, read_shard
from pipelines.resolved_job import ResolvedJob
from pipelines.stage_arguments import stage_arguments, stages_of
from pipelines.stages.row import Row, rows_of
from pipelines.stages.stage import Stage

LONGEST_HERE_S = 600.0
"""Seconds of track in all that are made here; longer ones are worth a cluster."""

Say = Callable[[str], None]


def _unsaid(text: str) -> None:
    """Say nothing."""


def fits_here(tracks_s: Iterable[float], public: bool) -> bool:
    """Return True where tracks of such lengths are made here, not on a cluster: they are short,
    their model is small, and no cluster is named in the environment."""
    return not public and not os.environ.get("RAY_ADDRESS") and sum(tracks_s) <= LONGEST_HERE_S


def soundtracks_here(
    resolved: ResolvedJob,
    plan: Plan,
    device: str,
    say: Say = _unsaid,
    begin: Say = _unsaid,
) -> Generator[Row, None, None]:
    """Make the rows of a plan and yield each when it is finished.

    Args:
        device: a torch device, for the generators.
        say: gets a few words on what is being done to a video.
        begin: gets the phase of the job that begins.
    """
    multiply_on_one_thread()
    shards = pa.table({"shard": pa.array(plan.shards, pa.string())})
    rows: Iterable[Row] = rows_of(read_shard(shards, resolved.job.output)) if plan.shards else []
    for stage in stages_of(stage_arguments(resolved, plan, device)):
        rows = _through(rows, stage, say, begin)
    yield from rows


def _through(rows: Iterable[Row], stage: Stage, say: Say, begin: Say) -> Iterator[Row]:
    for row in rows:
        if not row.error:
            if stage.name in PHASES:
                begin(PHASES[stage.name])
            say(f"{row.video_id}: {stage.name}{_part(row)}")
        yield from stage.attempt(row)


def _part(row: Row) -> str:
    return f" {row.part + 1} of {row.parts}" if row.parts > 1 else ""

"""Run a catalogue job: plan, start the cluster, commit what comes out, tidy up, report.

The driver holds no video and no list of videos: the plan is in shards, finished rows are committed
a few seconds after they arrive, and what was committed before is a sorted array of digests.
"""

import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

from foley_core.errors import ConfigError, OutputError, StorageError
from foley_core.storage.retries import brief_retries
from foley_core.storage.store import Storage
from pipelines.config import Job
from pipelines.ending import End, broken_off, heeded_end, nothing_started
from pipelines.first_line import FIRST_PHASE
from pipelines.last_job import keep_job
from pipelines.lease import Lease, leased
from pipelines.made_rows import made_rows
from pipelines.manifest.reader import InvalidRow, likely_typos
from pipelines.metadata.broken_off import forget_run, settle
from pipelines.metadata.commits import CommitLog
from pipelines.metadata.compaction import compact
from pipelines.metadata.run_names import new_run_id
from pipelines.metadata.schema import Field
from pipelines.metrics import RunMetrics
from pipelines.plan import Plan, plan_job
from pipelines.privacy.offline import guard, store_hosts
from pipelines.privacy.originals import delete_originals
from pipelines.privacy.retention import expire_features
from pipelines.progress import ProgressDisplay, progress_for
from pipelines.records import metadata_rows, rows_of_invalid
from pipelines.resolved_job import ResolvedJob, asked_by, resolve_job
from pipelines.row_log import TakeRow, row_log
from pipelines.stages.row import LOG, Row
from pipelines.summary import Summary

COMMIT_EVERY_S = 5.0


Display: TypeAlias = Callable[[int | None], AbstractContextManager[ProgressDisplay]]
"""Makes what shows the progress of so many soundtracks; None where their number is not known."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a job that a run does, where, and who is told of each row that is finished; see
    `run_catalogue`."""

    only: Collection[tuple[str, str]] | None = None
    here: str | None = None
    anew: bool = False
    told: TakeRow = lambda run_id, row: None


WHOLE = Scope()


def run_catalogue(
    job: Job,
    only: Collection[tuple[str, str]] | None = None,
    lease: Lease | None = None,
    *,
    here: str | None = None,
    anew: bool = False,
    display: Display = progress_for,
    log: str | None = None,
) -> Summary:
    """Run a job to its end; every (video, region) of the manifest has its row then.

    While another command writes to the output, it waits.

    Args:
        only: videos and regions to look at; nothing is done for others, and nothing is deleted.
        lease: of the output, where the caller holds it; else it is taken here.
        here: makes the tracks in this process, their sounds on this torch device; else on the
            cluster.
        anew: makes tracks again that are there already.
        display: shows the progress, in place of the terminal or the log.
        log: where each finished row is told in JSON, see `row_log`.

    Raises:
        ConfigError: something given is wrong, the output cannot be written; nothing was started.
        CheckpointError: weights cannot be used; nothing was started.
        BrokeOffError: something ended the job that concerns all rows, such as another command that
            took the output over; what was finished is kept.
    """
    with heeded_end() as end, ExitStack() as held, display(None) as progress:
        # Who gave a wrong address should not wait for minutes to be told.
        with nothing_started(), brief_retries():
            progress.begin(FIRST_PHASE)
            if job.privacy.offline:
                guard(store_hosts())
            told = held.enter_context(row_log(log))
            resolved = resolve_job(job)
            store = writable_output(job)
            said = f"foley run of {job.manifest} for {', '.join(job.regions)}"
            lease = lease or held.enter_context(leased(store, said))
        return _run(resolved, store, lease, Scope(only, here, anew, told), end, progress)


def _run(
    resolved: ResolvedJob,
    store: Storage,
    lease: Lease,
    scope: Scope,
    end: End,
    progress: ProgressDisplay,
) -> Summary:
    """Run a job on an output that is this process's to write to."""
    started, job, only = time.monotonic(), resolved.job, scope.only
    with nothing_started():
        progress.begin("reading the manifest")
        store.sweep_temporary()
        settle(store)
        run_id = new_run_id(store)
        summary = Summary(run_id)
        resolved = replace(resolved, run_id=run_id, lease=lease.number)
        metrics = RunMetrics(run_id)

        def told_before(run: str, row: Mapping[str, Any]) -> None:
            metrics.take_before(row)
            scope.told(run, row)

        before = replace(scope, told=told_before)
        plan, log = planned(resolved, store, lease, summary, before)
    summary.videos, summary.done_before = plan.videos, plan.done
    with broken_off(end, store, run_id):
        if plan.jobs:
            progress.expect(plan.jobs)

            def tell(row: Mapping[str, Any]) -> None:
                metrics.take(row)
                scope.told(run_id, row)

            with made_rows(resolved, plan, end, scope.here, progress) as rows:
                metrics.expect(plan.jobs)
                commit_rows(rows, resolved, log, summary, progress, started, end, tell)
        progress.begin("tidying up")
        lease.check()
        compact(store, run_id, () if job.limit or only is not None else job.regions)
        if only is None:
            _keep_privacy(resolved, store, summary)
        summary.wall_s = round(time.monotonic() - started, 3)
        _finish(store, summary)
    return summary


def _keep_privacy(resolved: ResolvedJob, store: Storage, summary: Summary) -> None:
    """Delete what the job says must not stay, now that nothing is in use."""
    privacy = resolved.job.privacy
    if privacy.delete_source == "after_commit":
        summary.originals_deleted, summary.originals_kept = delete_originals(
            resolved.job, asked_by(resolved), store
        )
    if privacy.retain_features_days is not None:
        summary.features_expired = expire_features(store, privacy.retain_features_days)


def writable_output(job: Job) -> Storage:
    """The output, after a try to write there.

    Raises:
        ConfigError: one cannot.
    """
    store = Storage(job.output)
    try:
        store.check_writable()
    except StorageError as error:
        raise ConfigError(f"output {job.output} cannot be used: {error}") from error
    return store


def planned(
    resolved: ResolvedJob,
    store: Storage,
    lease: Lease,
    summary: Summary,
    scope: Scope = WHOLE,
) -> tuple[Plan, CommitLog]:
    """The plan, and the log in which the rows that cannot be used are committed already."""
    log = CommitLog(store, resolved.run_id, check=lease.check)

    def set_aside(invalid: InvalidRow) -> None:
        for row in rows_of_invalid(invalid):
            log.add(row)
            summary.count(row)
            scope.told(resolved.run_id, row)

    def begin(extra_fields: list[Field]) -> None:
        store.delete("_SUCCESS")
        keep_job(store, resolved.job)
        log.declare(extra_fields)
        for remark in likely_typos(extra_fields):
            LOG.warning("%s: %s", resolved.job.manifest, remark)

    asked = asked_by(resolved)
    plan = plan_job(
        resolved.job,
        resolved.run_id,
        asked,
        set_aside,
        begin,
        only=scope.only,
        anew=scope.anew,
    )
    log.flush()
    return plan, log


def commit_rows(
    rows: Iterable[Row],
    resolved: ResolvedJob,
    log: CommitLog,
    summary: Summary,
    progress: ProgressDisplay,
    started: float,
    end: End,
    tell: Callable[[Mapping[str, Any]], None] = lambda row: None,
) -> None:
    """Commit rows as they leave the last stage, some seconds' worth at a time.

    Whatever ends the job early, the rows that came until then are committed. A store that fails
    for longer than retries last is tried again with later rows.

    Args:
        tell: gets each row.

    Raises:
        StorageError: it failed to the end, or nothing can be written there.
    """
    end.started, end.commit, flushed = True, log.flush_if_idle, time.monotonic()
    try:
        for row in rows:
            records = metadata_rows(row, resolved)
            for record in records:
                with _kept_for_later():
                    log.add(record)
                summary.count(record)
                tell(record)
            summary.add(row.tally)
            if summary.first_track_s is None and summary.ok:
                summary.first_track_s = round(time.monotonic() - started, 3)
            progress.advance(records)
            if time.monotonic() - flushed > COMMIT_EVERY_S:
                with _kept_for_later():
                    log.flush()
                flushed = time.monotonic()
        log.flush()
    except BaseException as error:
        end.begin(error)
        if not isinstance(error, StorageError):
            log.flush()
        raise


@contextmanager
def _kept_for_later() -> Iterator[None]:
    """Let a commit that failed be tried again with later rows, unless it never can succeed."""
    try:
        yield
    except OutputError:
        raise
    except StorageError as error:
        LOG.warning("rows wait to be committed: %s", error)


def _finish(store: Storage, summary: Summary) -> None:
    """Remove what only this run needed and what dead workers left, then say that it ended."""
    store.sweep_temporary()
    forget_run(store, summary.run_id)
    text = json.dumps(asdict(summary), indent=2, sort_keys=True) + "\n"
    store.put("summary.json", text.encode())
    store.put("_SUCCESS", text.encode())

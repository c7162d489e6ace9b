"""Run a catalogue job: plan, start the cluster, commit what comes out, tidy up, report.

The driver holds no video and no list of videos: the plan is in shards, finished rows are committed
a few seconds after they arrive, and what was committed before is a sorted array of digests.
"""

import json
import logging
import os
import secrets
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import ray
from ray.data import Dataset
from ray.exceptions import RayError

from foley_core.errors import ConfigError, StorageError
from foley_core.storage.store import Storage
from pipelines.catalogue import soundtracks
from pipelines.config import Job
from pipelines.manifest.reader import InvalidRow, likely_typos
from pipelines.metadata.commits import CommitLog
from pipelines.metadata.compaction import compact
from pipelines.metadata.schema import Field
from pipelines.plan import Plan, plan_job
from pipelines.pools import local_cpus, size_pools
from pipelines.privacy.offline import HOOK, environment, guard, store_hosts
from pipelines.privacy.originals import delete_originals
from pipelines.privacy.retention import expire_features
from pipelines.progress import ProgressDisplay, progress_for
from pipelines.records import metadata_rows, rows_of_invalid
from pipelines.resolved_job import ResolvedJob, asked_by, resolve_job
from pipelines.stages.row import LOG, Row, rows_of
from pipelines.stopping import noted_stop

COMMIT_EVERY_S = 5.0
JOB_KEY = "job.json"
"""The last job of an output, for whoever corrects its tracks."""


@dataclass(slots=True)
class Summary:
    """The counts of a finished job; written to `summary.json`."""

    run_id: str
    videos: int = 0
    done_before: int = 0
    ok: int = 0
    set_aside: int = 0
    tally: dict[str, float] = field(default_factory=dict)
    wall_s: float = 0.0
    first_track_s: float | None = None
    originals_deleted: int = 0
    originals_kept: list[str] = field(default_factory=list)
    features_expired: int = 0

    @property
    def exit_code(self) -> int:
        """0 all done, 1 some rows were set aside."""
        return 1 if self.set_aside else 0

    def count(self, row: dict[str, Any]) -> None:
        """Count a metadata row."""
        self.ok += row["status"] == "ok"
        self.set_aside += row["status"] == "set_aside"

    def add(self, tally: dict[str, float]) -> None:
        """Add the counts and seconds of a finished job row."""
        for name, count in tally.items():
            self.tally[name] = self.tally.get(name, 0.0) + count


def run_catalogue(job: Job, only: Collection[tuple[str, str]] | None = None) -> Summary:
    """Run a job to its end; every (video, region) of the manifest has its row then.

    Args:
        only: videos and regions to look at; nothing is done for others, and nothing is deleted.

    Raises:
        ConfigError: something given is wrong, the output cannot be written; nothing was started.
        CheckpointError: weights cannot be used, or a worker has too little memory for them.
        StorageError: the output failed later, for longer than retries last.
    """
    started = time.monotonic()
    if job.privacy.offline:
        guard(store_hosts())
    run_id = new_run_id()
    resolved = resolve_job(job, run_id)
    store = writable_output(job)
    store.sweep_temporary()
    summary = Summary(run_id)
    plan, log = planned(resolved, store, summary, only)
    summary.videos, summary.done_before = plan.videos, plan.done
    if plan.jobs:
        with progress_for(plan.jobs) as progress, cluster(job) as (cpus, gpus):
            tracks = soundtracks(resolved, plan, size_pools(job, plan.videos, cpus, gpus))
            try:
                commit_rows(finished_rows(tracks), resolved, log, summary, progress, started)
            except RayError:
                if stop := noted_stop(store, run_id):
                    raise stop from None
                raise
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
    summary: Summary,
    only: Collection[tuple[str, str]] | None = None,
) -> tuple[Plan, CommitLog]:
    """The plan, and the log in which the rows that cannot be used are committed already."""
    log = CommitLog(store, resolved.run_id)

    def set_aside(invalid: InvalidRow) -> None:
        for row in rows_of_invalid(invalid):
            log.add(row)
            summary.count(row)

    def begin(extra_fields: list[Field]) -> None:
        store.delete("_SUCCESS")
        store.put(JOB_KEY, resolved.job.model_dump_json(indent=2).encode())
        log.declare(extra_fields)
        for remark in likely_typos(extra_fields):
            LOG.warning("%s: %s", resolved.job.manifest, remark)

    plan = plan_job(resolved.job, resolved.run_id, asked_by(resolved), set_aside, begin, only=only)
    log.flush()
    return plan, log


def new_run_id() -> str:
    """A name for one run, in order of time; it shapes nothing but names."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"


def commit_rows(
    rows: Iterable[Row],
    resolved: ResolvedJob,
    log: CommitLog,
    summary: Summary,
    progress: ProgressDisplay,
    started: float,
) -> None:
    """Commit rows as they leave the last stage, some seconds' worth at a time.

    Whatever ends the job early, the rows that came until then are committed.
    """
    flushed = time.monotonic()
    try:
        for row in rows:
            records = metadata_rows(row, resolved)
            for record in records:
                log.add(record)
                summary.count(record)
            summary.add(row.tally)
            if summary.first_track_s is None and summary.ok:
                summary.first_track_s = round(time.monotonic() - started, 3)
            progress.advance(records)
            if time.monotonic() - flushed > COMMIT_EVERY_S:
                log.flush()
                flushed = time.monotonic()
    finally:
        log.flush()


def finished_rows(tracks: Dataset) -> Iterator[Row]:
    """Rows as they leave the last stage."""
    for table in tracks.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
        assert isinstance(table, pa.Table)
        yield from rows_of(table)


@contextmanager
def cluster(job: Job) -> Iterator[tuple[float, float]]:
    """The running cluster's CPUs and GPUs; a local one that fits the job is started where there is
    none.

    A job submitted to a cluster finds its address in the environment. Without one a private local
    cluster is started, never an unrelated one that happens to run on the machine.
    """
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if job.privacy.offline:
        quiet["runtime_env"] = {"env_vars": environment(), "worker_process_setup_hook": HOOK}
    if os.environ.get("RAY_ADDRESS"):
        ray.init(**quiet)
    else:
        ray.init(address="local", num_cpus=local_cpus(), include_dashboard=False, **quiet)
    for handler in logging.getLogger("ray.data").handlers:
        if type(handler).__name__ == "PlainRayHandler":
            handler.setLevel(logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    try:
        resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        yield resources.get("CPU", 0.0), resources.get("GPU", 0.0)
    finally:
        ray.shutdown()


def _finish(store: Storage, summary: Summary) -> None:
    """Remove what only this run needed and what dead workers left, then say that it ended."""
    store.sweep_temporary()
    for prefix in (f"_runs/{summary.run_id}/", f"_plan/{summary.run_id}/"):
        for item in store.list(prefix):
            store.delete(item.key)
    text = json.dumps(asdict(summary), indent=2, sort_keys=True) + "\n"
    store.put("summary.json", text.encode())
    store.put("_SUCCESS", text.encode())


def print_summary(summary: Summary, output: str) -> None:
    """Say what a job came to, and where to look."""
    count = {name: int(number) for name, number in summary.tally.items() if "seconds" not in name}
    lines = [
        f"{summary.ok} soundtracks made, {summary.done_before} made before, "
        f"{summary.set_aside} set aside, in {summary.wall_s:.1f} s",
        f"clips: {count.get('features_computed', 0)} decoded, "
        f"{count.get('features_reused', 0)} known; stems: "
        f"{count.get('stems_generated', 0)} generated, {count.get('stems_reused', 0)} reused",
        f"tracks {output}/tracks, metadata {output}/metadata, summary {output}/summary.json",
    ]
    if summary.originals_deleted:
        lines.append(f"{summary.originals_deleted} originals deleted, see {output}/audit")
    lines += summary.originals_kept
    if summary.set_aside:
        lines.append(
            f"{summary.set_aside} rows have status 'set_aside' and a reason in {output}/metadata"
        )
    print("\n".join(lines))

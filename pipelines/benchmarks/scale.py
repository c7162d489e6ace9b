"""A manifest of a million rows through plan, job and resume: `foley benchmark scale`.

The stages are stubs that answer at once, so what is measured is all the rest: reading and checking
the manifest, shards, Ray's blocks, commits, compaction, the driver's memory while it goes on, and
the requests that it makes to the store. No video exists and no track is written.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
import ray
from ray.data import ActorPoolStrategy, Dataset

from foley_core.storage.store import Storage
from pipelines.benchmarks.counted_requests import requests_counted
from pipelines.config import Job
from pipelines.ending import heeded_end
from pipelines.lease import leased
from pipelines.made_rows import finished_rows
from pipelines.metadata.commits import part_keys
from pipelines.metadata.compaction import compact
from pipelines.plan import plan_job, read_shard
from pipelines.progress import progress_for
from pipelines.ray_cluster import cluster
from pipelines.resolved_job import ResolvedJob, asked_by, resolve_job
from pipelines.run import commit_rows, planned
from pipelines.stages.row import Row
from pipelines.stages.stage import Stage
from pipelines.summary import Summary

ROWS_PER_BLOCK = 1000
ROWS_PER_BATCH = 50_000

T = TypeVar("T")


class Stub(Stage):
    """Answers at once, for the first region; the last of them fills in a result."""

    name = "mix"

    def process(self, row: Row) -> list[Row]:
        return [replace(row, region=row.regions[0], request=row.requests[0], result="{}")]


def benchmark_scale(rows: int) -> dict[str, object]:
    """Seconds of planning, of the stub job and of planning the resume; the driver's memory.

    Returns:
        `plan_s`, `job_s`, `compact_s`, `resume_s`; `peak_mb` of the driver in all, `growth_mb` of
        its resident memory from the first to the last quarter of the stub job; `parts` of the
        metadata before they were merged; `requests` of the driver in each of these, by kind.
    """
    with ExitStack() as opened:
        folder = opened.enter_context(TemporaryDirectory(prefix="foley-scale-"))
        memory = opened.enter_context(memory_watched())
        requests = opened.enter_context(requests_counted())
        made: dict[str, dict[str, int]] = {}

        def timed(step: str, work: Callable[[], T]) -> tuple[T, float]:
            before, started = requests.copy(), time.monotonic()
            done = work()
            made[step] = requests.less(before).by_kind()
            return done, time.monotonic() - started

        job = _job(Path(folder), rows)
        resolved = resolve_job(job, "run-1")
        store, summary = Storage(job.output), Summary("run-1")
        lease = opened.enter_context(leased(store, "foley benchmark scale"))
        (plan, log), plan_s = timed("plan", lambda: planned(resolved, store, lease, summary))
        memory.series.clear()
        with heeded_end() as end, progress_for(plan.jobs) as progress, cluster(job, end):
            tracks = finished_rows(stub_soundtracks(resolved, plan.shards))
            _, job_s = timed(
                "job", lambda: commit_rows(tracks, resolved, log, summary, progress, 0.0, end)
            )
        growth = memory.growth_mb
        parts = len(part_keys(store))
        _, compact_s = timed("compact", lambda: compact(store, "run-1", job.regions))
        again, resume_s = timed(
            "resume", lambda: plan_job(job, "run-2", asked_by(resolved), lambda row: None)
        )
    return {
        "rows": rows,
        "plan_s": round(plan_s, 1),
        "job_s": round(job_s, 1),
        "ms_per_row": round(1000 * job_s / rows, 3),
        "compact_s": round(compact_s, 1),
        "resume_s": round(resume_s, 1),
        "left_after_resume": again.jobs,
        "committed": summary.ok,
        "peak_mb": round(memory.peak_mb),
        "growth_mb": round(growth),
        "parts": parts,
        "requests": made,
    }


def stub_soundtracks(resolved: ResolvedJob, shards: list[str]) -> Dataset:
    """The dataset of the job with its four stages as stubs."""
    batch: dict[str, Any] = {"batch_format": "pyarrow", "batch_size": ROWS_PER_BLOCK}
    listed: Dataset = ray.data.from_items([{"shard": shard} for shard in shards])
    read: Any = read_shard
    split: Any = Stub()
    data = listed.map_batches(
        read, fn_args=(resolved.job.output,), batch_size=1, batch_format="pyarrow"
    ).repartition(target_num_rows_per_block=ROWS_PER_BLOCK)
    data = data.map_batches(split.__call__, num_cpus=0.25, **batch)
    for _ in ("perceive", "generate", "mix"):
        data = data.map_batches(Stub, compute=ActorPoolStrategy(size=1), num_cpus=1, **batch)
    return data


@dataclass
class Memory:
    """Resident memory of this process over time, in MB."""

    series: list[float]
    peak_mb: float = 0.0

    @property
    def growth_mb(self) -> float:
        """Mean of the last quarter less mean of the first."""
        quarter = max(1, len(self.series) // 4)
        first, last = self.series[:quarter], self.series[-quarter:]
        return sum(last) / len(last) - sum(first) / len(first)


@contextmanager
def memory_watched() -> Iterator[Memory]:
    """Resident memory, twice a second."""
    memory, over = Memory([]), threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            fields = Path("/proc/self/statm").read_text().split()
            memory.series.append(int(fields[1]) * 4096 / 1e6)
            memory.peak_mb = max(memory.peak_mb, memory.series[-1])

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        over.set()
        thread.join()


def _job(folder: Path, rows: int) -> Job:
    manifest = folder / "manifest.parquet"
    schema = pa.schema([("video_id", pa.string()), ("uri", pa.string()), ("title", pa.string())])
    with pq.ParquetWriter(manifest, schema) as writer:
        for first in range(0, rows, ROWS_PER_BATCH):
            numbers = range(first, min(first + ROWS_PER_BATCH, rows))
            columns = {
                "video_id": [f"video-{n:08}" for n in numbers],
                "uri": [f"s3://bucket/videos/{n:08}.mp4" for n in numbers],
                "title": [f"Title {n}" for n in numbers],
            }
            writer.write_table(pa.table(columns, schema=schema))
    return Job(manifest=str(manifest), output=str(folder / "out"))

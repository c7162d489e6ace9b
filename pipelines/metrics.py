"""Metrics of a running job on a cluster: Ray's own kind, on the ports that Ray opens.

Each carries the run's id. `cluster/grafana.json` is a board of them; how busy GPUs, processors and
memory are Ray measures itself. A job in one process has no such ports and records nothing.
"""

import sys
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

ROWS = "foley_rows"
ROWS_LEFT = "foley_rows_left"
TRACK_BYTES = "foley_track_bytes"
TRACK_SECONDS = "foley_track_seconds"
STAGE_SECONDS = "foley_stage_seconds"
DESCRIPTIONS = {
    ROWS: "Finished rows, by status (ok, set_aside) and region.",
    ROWS_LEFT: "Rows of the plan that are not finished: the queue.",
    TRACK_BYTES: "Bytes of finished tracks.",
    TRACK_SECONDS: "Seconds of finished tracks.",
    STAGE_SECONDS: "Seconds of work by stage; kind is wall (of a worker) or cpu.",
}
"""The metrics of a job by name. Prometheus shows counters with `ray_` before and `_total` after."""
TAGS = {
    ROWS: ("run_id", "status", "region"),
    ROWS_LEFT: ("run_id",),
    TRACK_BYTES: ("run_id",),
    TRACK_SECONDS: ("run_id",),
    STAGE_SECONDS: ("run_id", "stage", "kind"),
}


class RunMetrics:
    """Metrics of one run, recorded by its driver."""

    def __init__(self, run_id: str) -> None:
        self._run = {"run_id": run_id}
        self._left = 0
        self._before = Counter[tuple[str, str]]()

    def take_before(self, record: Mapping[str, Any]) -> None:
        """Keep a metadata row of the time before there is a cluster, such as one that was set
        aside while the job was planned; `expect` counts it."""
        self._before[str(record["status"]), record["region"] or ""] += 1

    def expect(self, rows: int) -> None:
        """Say how many rows the plan has, once there is a cluster to record for."""
        self._left = rows
        _record(ROWS_LEFT, rows, self._run)
        for (status, region), number in self._before.items():
            _record(ROWS, number, {**self._run, "status": status, "region": region})
        self._before.clear()

    def take(self, record: Mapping[str, Any]) -> None:
        """Count a finished metadata row."""
        self._left -= 1
        tags = {"status": str(record["status"]), "region": str(record["region"])}
        _record(ROWS, 1, {**self._run, **tags})
        _record(ROWS_LEFT, max(0, self._left), self._run)
        _record(TRACK_BYTES, record.get("track_bytes") or 0, self._run)
        _record(TRACK_SECONDS, record.get("duration_s") or 0.0, self._run)


def count_work(run_id: str, stage: str, wall_s: float, cpu_s: float) -> None:
    """Count seconds of work of a stage, where they were worked."""
    for kind, seconds in (("wall", wall_s), ("cpu", cpu_s)):
        _record(STAGE_SECONDS, seconds, {"run_id": run_id, "stage": stage, "kind": kind})


def _record(name: str, value: float, tags: dict[str, str]) -> None:
    # Never imports Ray: where nobody has, there is no cluster to record for.
    ray = sys.modules.get("ray")
    if ray is None or not ray.is_initialized():
        return
    if name == ROWS_LEFT:
        _metric(name).set(value, tags=tags)
    elif value > 0:
        _metric(name).inc(value, tags=tags)


@cache
def _metric(name: str) -> Any:
    from ray.util.metrics import Counter, Gauge

    kind = Gauge if name == ROWS_LEFT else Counter
    return kind(name, description=DESCRIPTIONS[name], tag_keys=TAGS[name])

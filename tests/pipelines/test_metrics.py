"""A job's metrics are Ray's, and the board in `cluster/` shows each of them."""

import json
import re
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import ray

from pipelines import metrics
from pipelines.config import Job
from pipelines.ending import heeded_end
from pipelines.metrics import DESCRIPTIONS, ROWS, ROWS_LEFT, TAGS, RunMetrics, count_work
from pipelines.ray_cluster import cluster
from pipelines.run import run_catalogue

BOARD = Path(__file__).parents[2] / "cluster" / "grafana.json"
OK = {"status": "ok", "region": "japan", "track_bytes": 1000, "duration_s": 2.5}
SET_ASIDE = {"status": "set_aside", "region": "japan", "track_bytes": None}


def exported(name: str) -> str:
    """The name of a metric as Prometheus reads it."""
    return f"ray_{name}" if name == ROWS_LEFT else f"ray_{name}_total"


def test_the_board_shows_every_metric_and_no_other() -> None:
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    shown = " ".join(target["expr"] for panel in board["panels"] for target in panel["targets"])
    assert set(re.findall(r"ray_foley_\w+", shown)) == {exported(name) for name in DESCRIPTIONS}
    assert "ray_node_gpus_utilization" in shown


def test_panels_do_not_overlap() -> None:
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    taken = set[tuple[int, int]]()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {
            (place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])
        }
        assert not cells & taken
        taken |= cells


def test_labels_of_the_board_are_tags() -> None:
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    shown = " ".join(target["expr"] for panel in board["panels"] for target in panel["targets"])
    labels = set(re.findall(r"(\w+)=~?\"", shown)) | set(re.findall(r"by \((\w+)\)", shown))
    assert labels <= {tag for tags in TAGS.values() for tag in tags}
    assert all("run_id" in tags for tags in TAGS.values())


def test_what_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded: list[tuple[Any, ...]] = []
    monkeypatch.setattr(metrics, "_record", lambda *given: recorded.append(given))
    run = RunMetrics("run-1")
    run.expect(2)
    run.take(OK)
    run.take(SET_ASIDE)
    count_work("run-1", "mix", 2.0, 1.5)
    totals = dict[str, float]()
    for name, value, tags in recorded:
        assert set(tags) == set(TAGS[name])
        totals[name] = value if name == ROWS_LEFT else totals.get(name, 0.0) + value
    assert totals == {
        "foley_rows": 2,
        "foley_rows_left": 0,
        "foley_track_bytes": 1000,
        "foley_track_seconds": 2.5,
        "foley_stage_seconds": 3.5,
    }


def test_rows_set_aside_while_a_job_is_planned_are_counted_once_there_is_a_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded: list[tuple[Any, ...]] = []
    monkeypatch.setattr(metrics, "_record", lambda *given: recorded.append(given))
    (tmp_path / "m.csv").write_text(
        'video_id,uri,regions\na,nowhere/a.mp4,\n../b,b.mp4,\n../c,c.mp4,"japan,neutral"\n',
        encoding="utf-8",
    )
    job = Job(manifest=str(tmp_path / "m.csv"), output=str(tmp_path / "out"))
    assert run_catalogue(job, here="cpu").set_aside == 4
    rows = Counter[tuple[str, str]]()
    for name, value, tags in recorded:
        if name == ROWS:
            rows[tags["status"], tags["region"]] += value
    assert rows == {("set_aside", "neutral"): 3, ("set_aside", "japan"): 1}


def test_without_a_cluster_nothing_is_recorded() -> None:
    assert not ray.is_initialized()
    RunMetrics("run-1").take(OK)
    count_work("run-1", "mix", 2.0, 1.5)


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_cluster_exports_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_metrics_report_interval_ms", "500")

    @ray.remote
    def work() -> None:
        while True:  # what is counted before the agent listens is lost
            count_work("run-1", "generate", 2.0, 1.5)
            time.sleep(0.5)

    job = Job(manifest="m.csv", output=str(tmp_path))
    with heeded_end() as end, cluster(job, end):
        busy = work.remote()
        run = RunMetrics("run-1")
        node: Any = ray._private.worker._global_node
        address = f"http://127.0.0.1:{node.metrics_export_port}/metrics"
        text, deadline = "", time.monotonic() + 600
        while not all(exported(name) in text for name in DESCRIPTIONS):
            assert time.monotonic() < deadline, sorted(set(re.findall(r"ray_foley_\w+", text)))
            run.expect(2)
            run.take(OK)
            time.sleep(1)
            with suppress(OSError), urllib.request.urlopen(address, timeout=60) as answer:
                text = answer.read().decode()
        del busy
    (rows,) = re.findall(r"^ray_foley_rows_total\{(.*?)\} [1-9]", text, re.M)
    assert 'run_id="run-1"' in rows
    assert 'status="ok"' in rows

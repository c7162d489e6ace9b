"""What surrounds a job: nothing finished is lost, nothing is touched for a broken manifest."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from foley_core.errors import ManifestError
from foley_core.storage.store import Storage
from pipelines.config import Job
from pipelines.metadata.commits import CommitLog, read_metadata
from pipelines.progress import progress_for
from pipelines.resolved_job import resolve_job
from pipelines.run import Summary, commit_rows, run_catalogue
from pipelines.stages.row import Row

ROW = Row(manifest_row=1, video_id="v", uri="v.mp4", region="neutral", request="r", result="{}")


def test_rows_finished_before_a_job_breaks_are_committed(tmp_path: Path) -> None:
    def breaking() -> Iterator[Row]:
        yield ROW
        yield replace(ROW, video_id="w")
        raise RuntimeError("the cluster is gone")

    job = Job(manifest="m.csv", output=str(tmp_path))
    log = CommitLog(Storage(job.output), "run-1")
    with progress_for(3) as progress, pytest.raises(RuntimeError, match="gone"):
        commit_rows(breaking(), resolve_job(job, "run-1"), log, Summary("run-1"), progress, 0.0)
    assert read_metadata(Storage(job.output))["video_id"].to_pylist() == ["v", "w"]


def test_a_broken_manifest_leaves_the_output_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.plan.ROWS_PER_SHARD", 1)
    manifest = tmp_path / "m.jsonl"
    good = json.dumps({"video_id": "v", "uri": "v.mp4"})
    manifest.write_text(f"{good}\nno json\n")
    store = Storage(str(tmp_path / "out"))
    store.put("_SUCCESS", b"of yesterday")
    with pytest.raises(ManifestError, match="row 2"):
        run_catalogue(Job(manifest=str(manifest), output=store.root))
    assert [item.key for item in store.list()] == ["_SUCCESS"]

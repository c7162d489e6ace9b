"""What surrounds a job: nothing finished is lost, nothing is touched for a broken manifest."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from foley_core.errors import ConfigError, ManifestError, OutputError, StorageError
from foley_core.storage.store import Storage
from pipelines.config import Job
from pipelines.ending import End
from pipelines.made_rows import finished_rows
from pipelines.metadata.commits import CommitLog, read_metadata
from pipelines.progress import ProgressDisplay, progress_for
from pipelines.resolved_job import resolve_job
from pipelines.run import commit_rows, run_catalogue
from pipelines.stages.row import Row, table_of
from pipelines.summary import Summary

ROW = Row(manifest_row=1, video_id="v", uri="v.mp4", region="neutral", request="r", result="{}")


def test_rows_finished_before_a_job_breaks_are_committed(tmp_path: Path) -> None:
    def breaking() -> Iterator[Row]:
        yield ROW
        yield replace(ROW, video_id="w")
        raise RuntimeError("the cluster is gone")

    job = Job(manifest="m.csv", output=str(tmp_path))
    log = CommitLog(Storage(job.output), "run-1")
    with progress_for(3) as progress, pytest.raises(RuntimeError, match="gone"):
        committed_by(job, log, breaking(), progress)
    assert read_metadata(Storage(job.output))["video_id"].to_pylist() == ["v", "w"]


def committed_by(
    job: Job, log: CommitLog, rows: Iterator[Row], progress: ProgressDisplay
) -> Summary:
    """Counts of `commit_rows`."""
    summary, end = Summary("run-1"), End()
    try:
        commit_rows(rows, resolve_job(job, "run-1"), log, summary, progress, 0.0, end)
    finally:
        end.over()
    return summary


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Errors that the next writes of metadata raise, one after the other."""
    errors: list[Exception] = []
    write = Storage.put_if_absent

    def put(store: Storage, key: str, data: bytes) -> bool:
        if errors and key.startswith("metadata/"):
            raise errors.pop(0)
        return write(store, key, data)

    monkeypatch.setattr(Storage, "put_if_absent", put)
    monkeypatch.setattr("pipelines.run.COMMIT_EVERY_S", 0.0)
    return errors


def test_a_store_that_fails_for_a_while_ends_no_job(
    tmp_path: Path, failing: list[Exception]
) -> None:
    failing += [StorageError("down"), StorageError("still down")]
    job = Job(manifest="m.csv", output=str(tmp_path))
    log = CommitLog(Storage(job.output), "run-1", rows_per_part=1)
    rows = iter([ROW, replace(ROW, video_id="w"), replace(ROW, video_id="x")])
    with progress_for(3) as progress:
        assert committed_by(job, log, rows, progress).ok == 3
    assert sorted(read_metadata(log.storage)["video_id"].to_pylist()) == ["v", "w", "x"]


@pytest.mark.parametrize("error", [OutputError("no space left"), StorageError("down for good")])
def test_an_output_that_takes_no_metadata_ends_the_job(
    tmp_path: Path, failing: list[Exception], error: StorageError
) -> None:
    failing += [error] * 9
    job = Job(manifest="m.csv", output=str(tmp_path))
    log, asked = CommitLog(Storage(job.output), "run-1"), []

    def rows() -> Iterator[Row]:
        for name in "vwx":
            asked.append(name)
            yield replace(ROW, video_id=name)

    with progress_for(3) as progress, pytest.raises(StorageError, match=str(error)):
        committed_by(job, log, rows(), progress)
    assert asked == (["v"] if isinstance(error, OutputError) else ["v", "w", "x"])


class Tables:
    """A dataset that notes when what it gives is closed."""

    closed = False

    def iter_batches(self, **_: object) -> Iterator[pa.Table]:
        try:
            while True:
                yield table_of([ROW])
        finally:
            self.closed = True


def test_closing_the_rows_closes_the_dataset_at_once() -> None:
    tables = Tables()
    with closing(finished_rows(tables)) as rows:  # type: ignore[arg-type]
        assert next(rows) == ROW
    assert tables.closed


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


def test_metadata_that_cannot_be_read_start_nothing(tmp_path: Path) -> None:
    manifest = tmp_path / "m.jsonl"
    manifest.write_text(json.dumps({"video_id": "v", "uri": "v.mp4"}))
    store = Storage(str(tmp_path / "out"))
    store.put("metadata/part-1.parquet", b"PAR1 no table PAR1")
    with pytest.raises(ConfigError, match="nothing was started"):
        run_catalogue(Job(manifest=str(manifest), output=store.root))

"""Of several rows of a video and region the last counts, in whatever part it lies."""

from foley_core.storage.store import Storage
from pipelines.metadata.commits import CommitLog
from pipelines.metadata.latest_rows import LatestRows


def commit(store: Storage, run_id: str, *rows: tuple[str, str, str], status: str = "ok") -> None:
    log = CommitLog(store, run_id)
    for video_id, region, note in rows:
        log.add({"video_id": video_id, "region": region, "status": status, "request": "r",
                 "notes": [note]})  # fmt: skip
    log.flush()


def test_only_the_latest_rows_come_in_order(monkeypatch) -> None:
    store = Storage("memory://latest-rows")
    commit(store, "R1", ("a", "x", "old"), ("a", "y", "kept"), ("b", "x", "kept"))
    commit(store, "R2", ("c", "x", "kept"), ("a", "x", "new"))
    monkeypatch.setattr("pipelines.metadata.latest_rows.BATCH_ROWS", 2)
    latest = LatestRows(store)
    assert len(latest) == 4
    rows = [row for batch in latest.batches(("video_id", "notes", "no_such")) for row in batch]
    assert [(row["video_id"], row["notes"]) for row in rows] == [
        ("a", ["kept"]), ("b", ["kept"]), ("c", ["kept"]), ("a", ["new"]),
    ]  # fmt: skip
    assert all(row["no_such"] is None for row in rows)


def test_an_output_without_rows_has_none() -> None:
    latest = LatestRows(Storage("memory://latest-rows-none"))
    assert (len(latest), list(latest.batches(("video_id",)))) == (0, [])


def test_a_row_that_was_set_aside_counts_and_no_former_one_stands_for_it() -> None:
    store = Storage("memory://latest-rows-ok")
    commit(store, "R1", ("a", "x", "made"), ("b", "x", "made"))
    commit(store, "R2", ("a", "x", "faulty"), status="set_aside")
    assert len(LatestRows(store)) == 2
    (rows,) = LatestRows(store, only_ok=True).batches(("video_id", "notes"))
    assert rows == [{"video_id": "b", "notes": ["made"]}]

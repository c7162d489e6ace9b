"""Commits appear whole; after compaction there is one row for each video and region."""

import itertools
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foley_core.errors import StorageError
from foley_core.storage.store import Storage
from pipelines.benchmarks.counted_requests import requests_counted
from pipelines.metadata import compaction
from pipelines.metadata.commits import CommitLog, committed, part_keys, read_metadata
from pipelines.metadata.compaction import compact
from pipelines.metadata.schema import METADATA_VERSION, SCHEMA

_names = itertools.count()


@pytest.fixture
def storage() -> Storage:
    return fresh()


def fresh() -> Storage:
    return Storage(f"memory://metadata-{next(_names)}")


def row(video_id: str, request: str = "r", status: str = "ok", **more: Any) -> dict[str, Any]:
    return {
        "video_id": video_id,
        "region": "de",
        "request": request,
        "status": status,
        "manifest_row": 1,
        **more,
    }


def commit(storage: Storage, run_id: str, *rows: dict[str, Any], rows_per_part: int = 1000) -> None:
    log = CommitLog(storage, run_id, rows_per_part)
    for item in rows:
        log.add(item)
    log.flush()


def requests_of(storage: Storage) -> list[tuple[str, str]]:
    table = read_metadata(storage)
    return sorted(zip(table["video_id"].to_pylist(), table["request"].to_pylist(), strict=True))


def test_a_row_is_committed_with_all_its_columns(storage: Storage) -> None:
    cue = {"kind": "action", "sound_class": "tap", "onset_s": 1.5, "unknown": 1}
    commit(storage, "R1", row("a", cues=[cue], seconds={"mix": 0.5}, loudness_lufs=-23.0))
    (found,) = read_metadata(storage).to_pylist()
    assert found["cues"][0]["onset_s"] == 1.5
    assert found["seconds"]["mix"] == 0.5
    assert found["run_id"] == "R1"
    assert found["error"] is None


def test_a_file_says_its_version_and_every_column_its_meaning(storage: Storage) -> None:
    commit(storage, "R1", row("a"))
    with storage.open(part_keys(storage)[0]) as file:
        schema = pq.read_schema(file)
    assert schema.metadata[b"foley.schema_version"] == METADATA_VERSION.encode()
    assert all(field.metadata[b"description"] for field in SCHEMA)


def test_rows_are_visible_by_parts(storage: Storage) -> None:
    log = CommitLog(storage, "R1", rows_per_part=2)
    for name in "abc":
        log.add(row(name))
    assert part_keys(storage) == ["metadata/part-R1-000000.parquet"]
    assert len(read_metadata(storage)) == 2
    log.flush()
    assert len(read_metadata(storage)) == 3


def test_a_part_that_cannot_be_stored_keeps_its_rows(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = CommitLog(storage, "R1")
    log.add(row("a"))
    with monkeypatch.context() as patch:
        patch.setattr(Storage, "put_if_absent", _raise)
        with pytest.raises(StorageError):
            log.flush()
    log.flush()
    assert requests_of(storage) == [("a", "r")]


def test_two_logs_of_one_name_lose_nothing(storage: Storage) -> None:
    commit(storage, "R1", row("a"))
    commit(storage, "R1", row("b"))
    assert len(read_metadata(storage)) == 2


def test_other_columns_have_the_declared_types(storage: Storage) -> None:
    log = CommitLog(storage, "R1")
    log.declare([pa.field("year", pa.int64()), pa.field("mixed", pa.string())])
    log.add(row("a", extra={"year": 1999, "mixed": 5}))
    log.add(row("b", extra={"mixed": "x"}))
    log.flush()
    table = read_metadata(storage)
    assert table["year"].to_pylist() == [1999, None]
    assert table["mixed"].to_pylist() == ["5", "x"]


def committed_with(storage: Storage, run_id: str, kind: pa.DataType, *values: object) -> None:
    log = CommitLog(storage, run_id)
    log.declare([pa.field("x", kind)])
    for number, value in enumerate(values):
        log.add(row(f"{run_id}-{number}", extra={"x": value}))
    log.flush()


LARGE = 2**53 + 1
MIXED: dict[str, tuple[pa.DataType, list[object], list[object]]] = {
    "a large integer and a float": (pa.float64(), [LARGE, 1.5], [str(LARGE), "1.5"]),
    "text among integers": (pa.int64(), [1, "one"], ["1", "one"]),
    "too large for any column": (pa.int64(), [2**70, None], [str(2**70), None]),
    "a switch among integers": (pa.int64(), [True, 2], ["true", "2"]),
    "a tree": (pa.string(), [{"a": [1]}, "x"], ['{"a": [1]}', "x"]),
    "half a surrogate pair": (pa.string(), ["a\ud800", "b"], ["a?", "b"]),
    "what was none at first": (pa.null(), [None, 5], [None, "5"]),
    "no number": (pa.float64(), [float("inf"), -0.0], [float("inf"), -0.0]),
}


@pytest.mark.parametrize("name", MIXED)
def test_no_value_of_another_column_keeps_a_row_from_being_committed(
    storage: Storage, name: str
) -> None:
    kind, values, kept = MIXED[name]
    committed_with(storage, "R1", kind, *values)
    assert read_metadata(storage)["x"].to_pylist() == kept


@pytest.mark.parametrize("name", ["", "extra", "a.b", "status.x", "колонка", "VIDEO_ID"])
def test_another_column_may_have_any_name(storage: Storage, name: str) -> None:
    for run_id in ("R1", "R2"):
        log = CommitLog(storage, run_id)
        log.declare([pa.field(name, pa.int64())])
        log.add(row(run_id, extra={name: 7}))
        log.flush()
    compact(storage, "R2")
    assert read_metadata(storage)[name].to_pylist() == [7, 7]
    assert committed(storage).is_done("R1", "de", "r")


def test_a_text_of_our_own_that_utf_8_cannot_hold_is_committed(storage: Storage) -> None:
    commit(storage, "R1", row("a", error="a\ud800", notes=["b\udfff"], cues=[{"kind": "\ud800"}]))
    (found,) = read_metadata(storage).to_pylist()
    assert (found["error"], found["notes"], found["cues"][0]["kind"]) == ("a?", ["b?"], "?")


KINDS: list[tuple[pa.DataType, object, str]] = [
    (pa.int64(), LARGE, str(LARGE)),
    (pa.float64(), 1.5, "1.5"),
    (pa.bool_(), True, "true"),
    (pa.string(), "x", "x"),
    (pa.timestamp("us"), 0, "1970-01-01 00:00:00.000000"),
    (pa.list_(pa.int64()), [1, 2], "[1, 2]"),
    (pa.null(), None, ""),
]


@pytest.mark.parametrize("first", KINDS, ids=str)
@pytest.mark.parametrize("second", KINDS, ids=str)
def test_parts_that_disagree_about_a_column_are_read_and_compacted(
    storage: Storage,
    first: tuple[pa.DataType, object, str],
    second: tuple[pa.DataType, object, str],
) -> None:
    for run_id, (kind, value, _) in [("R1", first), ("R2", second)]:
        committed_with(storage, run_id, kind, value)
    read = read_metadata(storage)["x"].to_pylist()
    if first[0] == second[0] or not (first[2] and second[2]):
        there = [value is not None for value in (first[1], second[1])]
        assert [value is not None for value in read] == there
    else:
        assert read == [first[2], second[2]]
    compact(storage, "R2")
    assert read_metadata(storage)["x"].to_pylist() == read
    assert len(part_keys(storage)) == 1


@pytest.mark.parametrize("place", [4, 200, -300, -2], ids=["head", "page", "footer", "end"])
def test_a_damaged_part_is_named(storage: Storage, place: int) -> None:
    commit(storage, "R1", row("a"))
    (key,) = part_keys(storage)
    data = bytearray(storage.read(key))
    data[place : place + 200 if place > 0 else None] = bytes(len(data))[: min(200, abs(place))]
    storage.put(key, bytes(data))
    with pytest.raises(StorageError, match=f"{key} is damaged .*put back a copy"):
        read_metadata(storage)


def test_done_is_what_the_latest_row_says(storage: Storage) -> None:
    commit(storage, "R1", row("a"), row("b", "old"), row("c", status="set_aside"), row("d"))
    commit(storage, "R2", row("b", "new"), row("d", "r2", "set_aside"))
    known = committed(storage)
    assert known.is_done("a", "de", "r")
    assert not known.is_done("a", "us", "r")
    assert not known.is_done("b", "de", "old")
    assert known.is_done("b", "de", "new")
    assert not known.is_done("c", "de", "r")
    assert not known.is_done("d", "de", "r")
    assert known.are_done([("a", "de", "r"), ("z", "de", "r")]).tolist() == [True, False]
    assert len(known) == 2


def test_nothing_is_done_at_first(storage: Storage) -> None:
    assert not committed(storage).is_done("a", "de", "r")
    assert read_metadata(storage).schema == SCHEMA
    assert compact(storage, "R1") == 0


def test_compaction_takes_four_reads_a_part(storage: Storage) -> None:
    commit(storage, "R1", *(row(f"v{n}") for n in range(6)), rows_per_part=1)
    with requests_counted() as found:
        compact(storage, "R1", ["de"])
    merge, free_name = 6 * 4, 1
    assert found.by_kind() == {"get": merge + free_name, "put": 1, "list": 1, "delete": 6}


def test_compaction_leaves_the_latest_row(storage: Storage) -> None:
    commit(storage, "R1", row("a", "1"), row("b", "1"), rows_per_part=1)
    commit(storage, "R2", row("a", "2"), row("a", "3"))
    assert compact(storage, "R2") == 2
    assert requests_of(storage) == [("a", "3"), ("b", "1")]
    assert len(part_keys(storage)) == 1
    assert compact(storage, "R2") == 0


def test_a_later_run_counts_more_than_a_compacted_part(storage: Storage) -> None:
    commit(storage, "R1", row("a", "1"), row("b", "1"), rows_per_part=1)
    compact(storage, "R1")
    commit(storage, "R2", row("a", "2"))
    assert committed(storage).is_done("a", "de", "2")
    compact(storage, "R2")
    assert requests_of(storage) == [("a", "2"), ("b", "1")]


def test_rows_without_an_id_of_their_own_stay_apart(storage: Storage) -> None:
    nameless = [row("a", "", "set_aside", manifest_row=n) for n in (4, 5)]
    commit(storage, "R1", row("a"), *nameless, *nameless)
    compact(storage, "R1")
    assert requests_of(storage) == [("a", ""), ("a", ""), ("a", "r")]


def test_a_run_that_judged_all_rows_again_replaces_those_without_an_id(storage: Storage) -> None:
    commit(storage, "R1", row("a", "", "set_aside", manifest_row=4), row("a"))
    commit(storage, "R2", row("a", "", "set_aside", manifest_row=5))
    compact(storage, "R2", ("us",))
    assert len(read_metadata(storage)) == 3
    compact(storage, "R2", ("de",))
    table = read_metadata(storage)
    assert sorted(zip(table["request"].to_pylist(), table["run_id"].to_pylist(), strict=True)) == [
        ("", "R2"),
        ("r", "R1"),
    ]


def test_parts_of_different_columns_are_merged(storage: Storage) -> None:
    for run_id, kind, value in [("R1", pa.int64(), 1), ("R2", pa.float64(), 1.5)]:
        log = CommitLog(storage, run_id)
        log.declare([pa.field("x", kind), pa.field(f"only_{run_id}", pa.string())])
        log.add(row(run_id, extra={"x": value, f"only_{run_id}": "t"}))
        log.flush()
    compact(storage, "R2")
    table = read_metadata(storage)
    assert sorted(table["x"].to_pylist()) == [1.0, 1.5]
    assert table["only_R1"].to_pylist().count("t") == 1


def test_a_column_that_changed_its_type_becomes_text(storage: Storage) -> None:
    for run_id, kind, value in [("R1", pa.int64(), 1), ("R2", pa.string(), "one")]:
        log = CommitLog(storage, run_id)
        log.declare([pa.field("x", kind)])
        log.add(row(run_id, extra={"x": value}))
        log.flush()
    assert sorted(read_metadata(storage)["x"].to_pylist()) == ["1", "one"]
    compact(storage, "R2")
    assert sorted(read_metadata(storage)["x"].to_pylist()) == ["1", "one"]


def test_large_clean_parts_are_left_alone(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "WORTH_KEEPING_ROWS", 2)
    commit(storage, "R1", row("a"), row("b"))
    commit(storage, "R2", row("c"))
    commit(storage, "R3", row("c", "new"))
    compact(storage, "R3")
    assert part_keys(storage)[0] == "metadata/part-R1-000000.parquet"
    assert requests_of(storage) == [("a", "r"), ("b", "r"), ("c", "new")]


def test_a_file_has_no_more_rows_than_it_should(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "ROWS_PER_FILE", 4)
    monkeypatch.setattr(compaction, "SCANNED_ROWS", 2)
    commit(storage, "R1", *(row(str(number)) for number in range(10)), rows_per_part=1)
    compact(storage, "R1")
    assert len(part_keys(storage)) == 3
    assert len(read_metadata(storage)) == 10


@pytest.mark.parametrize("calls", range(6))
def test_a_compaction_killed_anywhere_loses_nothing(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    monkeypatch.setattr(compaction, "ROWS_PER_FILE", 2)
    monkeypatch.setattr(compaction, "SCANNED_ROWS", 1)
    commit(storage, "R1", row("a", "1"), row("b", "1"), row("c", "1"), rows_per_part=1)
    commit(storage, "R2", row("a", "2"))
    left = iter(range(calls))

    def limited(method: Any) -> Any:
        def call(*arguments: Any) -> Any:
            if next(left, None) is None:
                raise KeyboardInterrupt
            return method(*arguments)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(Storage, "put_file", limited(Storage.put_file))
        patch.setattr(Storage, "delete", limited(Storage.delete))
        with pytest.raises(KeyboardInterrupt):
            compact(storage, "R2")
    known = committed(storage)
    assert [known.is_done(name, "de", "2" if name == "a" else "1") for name in "abc"] == [True] * 3
    commit(storage, "R3", row("d", "1"))
    compact(storage, "R3")
    assert requests_of(storage) == [("a", "2"), ("b", "1"), ("c", "1"), ("d", "1")]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 9)), max_size=6)))
def test_after_any_history_the_last_word_on_each_video_stays(
    runs: list[list[tuple[str, int]]],
) -> None:
    storage = fresh()
    last: dict[str, str] = {}
    for number, run in enumerate(runs):
        commit(storage, f"R{number:03}", *(row(v, str(r)) for v, r in run), rows_per_part=2)
        last.update((video, str(request)) for video, request in run)
        if number % 2:
            compact(storage, f"R{number:03}")
    compact(storage, f"R{len(runs):03}")
    assert requests_of(storage) == sorted(last.items())


@pytest.mark.s3
def test_metadata_on_s3_is_the_same(s3_bucket: str, tmp_path: Path) -> None:
    for storage in (Storage(f"{s3_bucket}/out"), Storage(str(tmp_path))):
        commit(storage, "R1", row("a"), row("b"), rows_per_part=1)
        commit(storage, "R2", row("a", "2"))
        compact(storage, "R2")
        assert requests_of(storage) == [("a", "2"), ("b", "r")]


def _raise(*_: Any) -> None:
    raise StorageError("down")

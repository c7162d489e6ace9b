"""Gathering: each whole exactly once, in any order, with repeats and faults."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foley_core.errors import DecodeError, StorageError
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from pipelines.stages.gather import GatheringStage
from pipelines.stages.row import Row


class Counting(GatheringStage):
    """Fails on the parts it is told to."""

    name = "counting"

    def __init__(self, run_id: str, store: Storage, bad: frozenset[int] = frozenset()) -> None:
        self.run_id, self.store, self.bad = run_id, store, bad

    def work(self, row: Row, store: VideoStore) -> Row:
        if row.part in self.bad:
            raise DecodeError(f"part {row.part} cannot be read")
        return row.counted(seen=1)

    def finish(self, row: Row, store: VideoStore) -> list[Row]:
        return [row]


def parts(count: int) -> list[Row]:
    return [
        Row(manifest_row=1, video_id="v", uri="v.mp4", part=part, parts=count)
        for part in range(count)
    ]


@given(order=st.permutations(range(5)), repeats=st.lists(st.integers(0, 4), max_size=5))
def test_a_video_is_whole_once_all_its_parts_came(order: list[int], repeats: list[int]) -> None:
    stage = Counting("r", Storage(f"memory://gather-{hash((*order, -1, *repeats))}"))
    rows = parts(5)
    before = [after for part in order[:4] for after in stage.attempt(rows[part])]
    assert before == []
    (whole,) = stage.attempt(rows[order[4]])
    assert (whole.part, whole.parts, whole.tally["seen"]) == (0, 1, 5)
    for part in repeats:
        again = stage.attempt(rows[part])
        assert len(again) == (1 if part == order[4] else 0)


def test_a_single_part_needs_no_store() -> None:
    stage = Counting("r", None)  # type: ignore[arg-type]
    (whole,) = stage.attempt(parts(1)[0])
    assert whole.tally["seen"] == 1


def test_one_faulty_part_sets_the_video_aside_once(tmp_path: Path) -> None:
    stage = Counting("r", Storage(str(tmp_path)), frozenset({1}))
    after = [item for row in parts(3) for item in stage.attempt(row)]
    assert [item.error for item in after] == ["counting: part 1 cannot be read"]


def test_runs_and_regions_do_not_mix(tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    japan, neutral = (
        [replace(row, region=region) for row in parts(2)] for region in ("japan", "neutral")
    )
    stage = Counting("r", store)
    assert stage.attempt(japan[0]) == []
    assert stage.attempt(neutral[1]) == []
    assert Counting("later", store).attempt(japan[1]) == []
    assert len(stage.attempt(japan[1])) == 1


def test_a_part_whose_note_cannot_be_kept_passes_every_later_stage(tmp_path: Path) -> None:
    class Unreachable(Storage):
        def put_if_absent(self, key: str, data: bytes) -> bool:
            raise StorageError(f"cannot write {key}")

    (failed,) = Counting("r", Unreachable(str(tmp_path))).attempt(parts(3)[1])
    assert failed.error_class == "StorageError"
    assert Counting("r", Storage(str(tmp_path))).attempt(failed) == [failed]


def test_a_part_that_meets_anything_strange_on_the_way_sets_the_video_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Counting("r", Storage(str(tmp_path)))
    first, second = parts(2)
    assert stage.attempt(first) == []
    monkeypatch.setattr(Storage, "list", lambda *_: [][0])
    (whole,) = stage.attempt(second)
    assert (whole.parts, whole.error_class) == (1, "IndexError")

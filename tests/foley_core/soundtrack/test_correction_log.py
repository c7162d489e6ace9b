"""The log keeps every entry, of people at once too, and refuses what no longer fits."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from foley_core.cues.corrections import Correction, with_ids
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.errors import ConfigError, StorageError
from foley_core.soundtrack.correction_log import LogEntry, append, logs, read_log, with_corrections
from foley_core.soundtrack.stored_detection import Detection
from foley_core.storage.store import Storage

SHEET = with_ids(CueSheet(96_000, (Cue("action", "tap", "wood", 1000, 20_000),)))
SEEN = Detection(SHEET, np.zeros(50, np.uint8))


def moved(by: str, onset: int) -> Correction:
    return Correction("move", SHEET.cues[0].cue_id, by, "2026-11-25T20:00:00", onset=onset)


def anything(entries: list[LogEntry]) -> None:
    assert isinstance(entries, list)


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return Storage(str(tmp_path) if request.param == "folder" else f"memory://{tmp_path.name}")


def test_entries_are_kept_in_order(store: Storage) -> None:
    for onset in (2000, 3000):
        assert append(store, "v", [moved("ana", onset)], anything)
    assert [entry.corrections[0].onset for entry in read_log(store, "v")] == [2000, 3000]
    assert with_corrections(store, SEEN, "v").sheet.cues[0].onset == 3000
    assert with_corrections(store, SEEN, "v", 1).sheet.cues[0].onset == 2000
    assert with_corrections(store, SEEN, "w").sheet == SHEET


def test_the_same_entry_is_kept_once(store: Storage) -> None:
    assert append(store, "v", [moved("ana", 2000)], anything)
    again = Correction("move", SHEET.cues[0].cue_id, "ana", "2027-01-01T00:00:00", onset=2000)
    assert not append(store, "v", [again], anything)
    assert len(read_log(store, "v")) == 1


def test_a_reroll_at_another_moment_is_another_take(store: Storage) -> None:
    def reroll(at: str) -> list[Correction]:
        return [Correction("reroll", SHEET.cues[0].cue_id, "ana", at)]

    noon, later = reroll("2027-01-01T12:00:00"), reroll("2027-01-01T12:00:05")
    asked = [noon, noon, later, later, noon, reroll("")]
    added = [append(store, "v", one, anything) for one in asked]
    assert added == [True, False, True, False, False, False]
    assert with_corrections(store, SEEN, "v").sheet.cues[0].take == 2


def test_a_correction_without_a_time_gets_the_present_one(store: Storage) -> None:
    asked = [Correction("reroll", SHEET.cues[0].cue_id, "ana", "")]
    assert append(store, "v", asked, anything)
    assert not append(store, "v", asked, anything)
    assert read_log(store, "v")[0].corrections[0].at.startswith("20")


def test_of_many_at_once_none_is_lost(store: Storage) -> None:
    with ThreadPoolExecutor(8) as pool:
        added = pool.map(
            lambda n: append(store, "v", [moved(f"p{n}", 1000 + n)], anything), range(16)
        )
    assert all(added)
    people = {entry.corrections[0].by for entry in read_log(store, "v")}
    assert people == {f"p{n}" for n in range(16)}


def test_the_later_is_judged_against_the_earlier(store: Storage) -> None:
    def only_first(entries: list[LogEntry]) -> None:
        if entries:
            raise ConfigError(f"{entries[0].corrections[0].by} was faster")

    assert append(store, "v", [moved("ana", 2000)], only_first)
    with pytest.raises(ConfigError, match="ana was faster"):
        append(store, "v", [moved("ben", 3000)], only_first)
    assert len(read_log(store, "v")) == 1


def test_logs_tell_how_many_and_what(store: Storage) -> None:
    append(store, "v", [moved("ana", 2000)], anything)
    ((count, before),) = logs(store).values()
    append(store, "v", [moved("ben", 3000)], anything)
    ((more, after),) = logs(store).values()
    assert (count, more) == (1, 2)
    assert before != after


def test_a_damaged_entry_is_named(store: Storage) -> None:
    append(store, "v", [moved("ana", 2000)], anything)
    key = next(item.key for item in store.list("corrections/"))
    store.put(key, b"{}")
    with pytest.raises(StorageError, match="holds no corrections"):
        read_log(store, "v")

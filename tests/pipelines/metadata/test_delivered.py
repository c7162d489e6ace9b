"""Delivered videos: their cues have the names that the prompt of their row gave them."""

import csv
import io
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.errors import ConfigError
from foley_core.soundtrack.stored_detection import Detection
from foley_core.storage.store import Storage
from pipelines.corrections.correction_file import FileRow, as_correction
from pipelines.corrections.cue_tables import csv_of, cue_table, sheet_of
from pipelines.metadata.commits import CommitLog, part_keys
from pipelines.metadata.delivered import clock_of, no_tracks, rows_of_videos, seen_video

SHEET = CueSheet(96_000, (Cue("action", "strike", "wood", 4800, 40_000, confidence=0.4),))
SEEN = Detection.of_seen(SHEET, np.zeros(50, np.uint8))


def delivered(prompt: str, frame_rate: str = "25") -> Storage:
    store = Storage(f"memory://delivered-{prompt}-{frame_rate.replace('/', '-')}")
    store.put("features/seen.json", SEEN.to_bytes())
    log = CommitLog(store, "R1")
    log.add(
        {
            "video_id": "v",
            "region": "neutral",
            "status": "ok",
            "request": "r",
            "manifest_row": 1,
            "detection": "features/seen.json",
            "frame_rate": frame_rate,
            "prompt": prompt,
        }
    )
    log.flush()
    return store


def test_tables_of_cues_show_what_the_prompt_named() -> None:
    store = delivered("pistol")
    seen = seen_video(store, "v")
    sheet = sheet_of(store, seen, None)
    (cue,) = sheet.cues
    assert (cue.sound_class, cue.source) == ("gunshot", "manifest")
    assert cue.cue_id == SEEN.sheet.cues[0].cue_id
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(cue_table(seen, sheet))
    said = console.export_text()
    assert "gunshot" in said
    assert str(cue.cue_id) in said
    assert "00:00:00" in said
    assert b"gunshot" in csv_of(seen, sheet)


@pytest.mark.parametrize(
    ("row", "label"),
    [
        ({"frame_rate": "25"}, "00:00:00:00"),
        ({"frame_rate": "25", "time_reference": 72_000}, "00:00:01:12"),
        ({"frame_rate": "30000/1001", "time_reference": 48_000}, "00:00:00:29"),
        ({"frame_rate": "25", "time_reference": 0, "timecode": "01:00:00:00"}, "01:00:00:00"),
        ({"frame_rate": "variable", "time_reference": 48_000}, "00:00:00.000000"),
    ],
)
def test_a_part_is_counted_from_where_it_stands_in_its_video(
    row: dict[str, Any], label: str
) -> None:
    assert clock_of(row).timecode(0) == label


def set_aside(name: str) -> Storage:
    store = Storage(f"memory://{name}")
    log = CommitLog(store, "R1")
    log.add(
        {
            "video_id": "v",
            "region": "neutral",
            "status": "set_aside",
            "request": "r",
            "manifest_row": 1,
            "error": "split: a text",
        }
    )
    log.flush()
    return store


def test_a_video_that_was_set_aside_has_no_track_and_its_reason_is_told() -> None:
    with pytest.raises(ConfigError, match="no track of 'v': 'v' was set aside: split: a text"):
        seen_video(set_aside("delivered-aside"), "v")


def test_an_output_whose_rows_were_all_set_aside_is_told_from_one_without_any() -> None:
    store = set_aside("delivered-all-aside")
    assert no_tracks(store).endswith("all its rows were set aside; foley status says why")
    empty = Storage("memory://delivered-none")
    said = "memory://delivered-none holds no tracks; give the output of a job, or a file"
    assert no_tracks(empty, ", or a file") == said


def test_a_row_that_has_the_id_of_another_one_is_not_of_that_video() -> None:
    store = delivered("again")
    log = CommitLog(store, "R2")
    again = {"status": "set_aside", "error": "the id is that of row 1", "manifest_row": 2}
    log.add({"video_id": "v", "region": "neutral", "request": "", **again})
    log.flush()
    assert [row["status"] for row in rows_of_videos(store, ["v"])] == ["ok"]


def test_rows_are_read_again_where_a_job_merges_its_files_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = delivered("merged")
    listings = iter([["metadata/part-gone.parquet"]])
    monkeypatch.setattr(
        "pipelines.metadata.delivered.part_keys",
        lambda there: next(listings, None) or part_keys(there),
    )
    assert [row["status"] for row in rows_of_videos(store, ["v"])] == ["ok"]


def test_without_a_prompt_they_show_what_was_seen() -> None:
    store = delivered("")
    assert sheet_of(store, seen_video(store, "v"), None).cues == SEEN.sheet.cues


@pytest.mark.parametrize("frame_rate", ["25", "30000/1001", "variable", "90000", "1/2"])
def test_what_is_exported_is_taken_back(frame_rate: str) -> None:
    store = delivered("", frame_rate)
    seen = seen_video(store, "v")
    sheet = sheet_of(store, seen, None)
    rows = list(csv.DictReader(io.StringIO(csv_of(seen, sheet).decode())))
    file = FileRow(1, "v", {**rows[0], "op": "move", "by": "ana"})
    change = as_correction(file, seen.clock, seen.samples)
    rate = seen.clock.frame_rate
    frame = 0 if rate is None else 48_000 / rate
    assert change.onset is not None
    assert abs(change.onset - sheet.cues[0].onset) <= frame


@pytest.mark.parametrize("region", ["japan", "a/../neutral", "../neutral", "neutral/", "", "\0"])
def test_a_region_is_one_that_the_video_has(region: str) -> None:
    store = delivered("")
    with pytest.raises(ConfigError, match=r"has no track for .*; it has: neutral"):
        sheet_of(store, seen_video(store, "v"), region)

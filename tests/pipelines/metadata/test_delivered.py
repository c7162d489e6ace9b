"""Delivered videos: their cues have the names that the prompt of their row gave them."""

import io

import numpy as np
from rich.console import Console

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.soundtrack.stored_detection import Detection
from foley_core.storage.store import Storage
from pipelines.corrections.cue_tables import csv_of, cue_table, sheet_of
from pipelines.metadata.commits import CommitLog
from pipelines.metadata.delivered import seen_video

SHEET = CueSheet(96_000, (Cue("action", "strike", "wood", 4800, 40_000, confidence=0.4),))
SEEN = Detection.of_seen(SHEET, np.zeros(50, np.uint8))


def delivered(prompt: str) -> Storage:
    store = Storage(f"memory://delivered-{prompt}")
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
            "frame_rate": "25",
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
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(cue_table(seen, sheet))
    assert "gunshot" in console.export_text()
    assert b"gunshot" in csv_of(seen, sheet)


def test_without_a_prompt_they_show_what_was_seen() -> None:
    store = delivered("")
    assert sheet_of(store, seen_video(store, "v"), None).cues == SEEN.sheet.cues

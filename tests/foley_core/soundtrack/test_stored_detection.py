"""Stored detections: what may be said of each cue comes back with it."""

import json
from dataclasses import replace

import numpy as np
import pytest

from foley_core.cues.candidates import SeenSheet
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.errors import StorageError
from foley_core.soundtrack import stored_detection
from foley_core.soundtrack.stored_detection import Detection, detection_key

TAP = Cue("action", "tap", "wood", 1000, 20_000)
STRIKE = Cue("action", "strike", "metal", 48_000, 60_000)
SHEET = CueSheet(96_000, (TAP, STRIKE))
ENERGY = np.arange(50, dtype=np.uint8)
SEEN = SeenSheet(SHEET, ((("gunshot", 0.25), ("snap", 0.125)), ()))


def test_candidates_are_kept_by_the_id_of_their_cue() -> None:
    made = Detection.of_seen(SEEN, ENERGY)
    read = Detection.from_bytes(made.to_bytes(), "x")
    assert read.sheet == made.sheet
    assert read.candidates == {made.sheet.cues[0].cue_id: (("gunshot", 0.25), ("snap", 0.125))}
    assert np.array_equal(read.motion_energy, ENERGY)


def test_the_sheet_as_it_was_seen_outlives_corrections() -> None:
    made = Detection.of_seen(SHEET, ENERGY)
    assert made.as_seen == made.sheet
    read = replace(Detection.from_bytes(made.to_bytes(), "x"), sheet=CueSheet(96_000, ()))
    assert read.as_seen == made.sheet


def test_a_sheet_without_candidates_is_a_detection_too() -> None:
    made = Detection.of_seen(SHEET, ENERGY)
    assert Detection.from_bytes(made.to_bytes(), "x").candidates == {}
    assert [cue.cue_id for cue in made.sheet.cues] == [
        cue.cue_id for cue in Detection.of_seen(SEEN, ENERGY).sheet.cues
    ]


def test_a_detection_stored_before_there_were_candidates_is_read() -> None:
    document = json.loads(Detection.of_seen(SHEET, ENERGY).to_bytes())
    del document["candidates"]
    read = Detection.from_bytes(json.dumps(document).encode(), "x")
    assert (read.candidates, len(read.sheet.cues)) == ({}, 2)


@pytest.mark.parametrize("broken", [[], {"a": 1}, {"a": [["tap"]]}])
def test_damaged_candidates_are_reported(broken: object) -> None:
    document = json.loads(Detection.of_seen(SHEET, ENERGY).to_bytes())
    document["candidates"] = broken
    with pytest.raises(StorageError, match="x is not a detection"):
        Detection.from_bytes(json.dumps(document).encode(), "x")


def test_features_that_are_read_in_another_way_are_detected_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = detection_key(["a", "b"], "encoder", 96_000)
    assert detection_key(["a", "b"], "encoder", 96_000) == before
    monkeypatch.setattr(stored_detection, "DETECTION_VERSION", 99)
    assert detection_key(["a", "b"], "encoder", 96_000) != before

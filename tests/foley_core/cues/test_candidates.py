"""Candidates of detected cues."""

import pytest

from foley_core.cues.candidates import SeenSheet
from foley_core.cues.sheet import Cue, CueSheet


def test_every_cue_of_a_seen_sheet_has_its_candidates() -> None:
    sheet = CueSheet(48_000, (Cue("action", "dog_bark", "flesh", 0, 24_000),))

    assert SeenSheet(sheet, ((("dog_bark", 0.8), ("tap", 0.1)),)).candidates[0][0][0] == "dog_bark"
    with pytest.raises(ValueError, match="1 cues need as many candidates, got 0"):
        SeenSheet(sheet, ())

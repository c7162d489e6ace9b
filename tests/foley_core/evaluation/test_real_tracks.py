"""Facts about tracks of real clips: what is of the place, and what is of events."""

from real_footage import bed, cue

from foley_core.cues.sheet import CueSheet
from foley_core.evaluation.real_tracks import groups_of_beds

SHEET = CueSheet(48_000, ())


def test_groups_of_the_place_hold_nothing_else() -> None:
    assert groups_of_beds(SHEET.with_cues([bed("room"), cue("tap", 1.0)])) == {"ambience"}
    assert groups_of_beds(SHEET.with_cues([bed("engine"), cue("engine")])) == set()


def test_music_is_no_group_of_the_place() -> None:
    music = cue("music", kind="music")
    assert groups_of_beds(SHEET.with_cues([music, bed("sea")])) == {"ambience"}

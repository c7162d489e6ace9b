"""Spaces: every scene has one, and one holds at every moment of a track."""

import pytest

from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy
from foley_core.mixing.spaces import SpaceSpan, space_of, space_spans, spaces

INDOORS = ("small_room", "office", "kitchen", "restaurant", "workshop", "hall", "stage")


def scene(name: str, onset: int, offset: int) -> Cue:
    return Cue("ambience", name, None, onset, offset)


def test_every_scene_has_a_space_and_every_space_a_scene() -> None:
    scenes = [one.name for one in taxonomy().of_kind("ambience")]
    assert {space_of(name) for name in scenes} == set(spaces())


@pytest.mark.parametrize("name", sorted(spaces()))
def test_high_bands_die_sooner_than_low_ones(name: str) -> None:
    space = spaces()[name]
    assert space.rt60_s[3] < space.rt60_s[2] <= max(space.rt60_s[:2]) <= 2.5
    assert -30 <= space.wet_db <= -3


def test_walls_answer_more_than_fields_do() -> None:
    known = spaces()
    outdoors = [known[name].wet_db for name in ("open_field", "waterside", "suburb", "farm")]
    assert max(outdoors) < min(known[name].wet_db for name in INDOORS)


def test_one_space_holds_from_scene_to_scene_without_gaps() -> None:
    scenes = [scene("street", 500, 900), scene("kitchen", 100, 480)]
    assert space_spans(scenes, 1000) == (
        SpaceSpan(0, 500, "kitchen"),
        SpaceSpan(500, 1000, "street_canyon"),
    )


def test_scenes_of_one_space_are_one_span_and_no_scene_has_none() -> None:
    scenes = [scene("wind", 0, 400), scene("meadow", 400, 1000)]
    assert space_spans(scenes, 1000) == (SpaceSpan(0, 1000, "open_field"),)
    assert space_spans([], 1000) == ()

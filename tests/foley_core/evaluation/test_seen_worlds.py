"""What the shipped weights find in rendered scenes: impacts in time; other pictures, other cues.

The recall asked for is less than that measured in the weights' record: a test must hold for weights
trained again.
"""

from functools import cache

from foley_core.cues.sheet import CueSheet
from foley_core.models.embedded.perception import Perception
from foley_core.timebase import MOTION_RATE
from foley_core.training.examples import world_pictures
from foley_core.training.onset_scores import matched_pairs
from foley_core.world.samples import sample_world


@cache
def perception() -> Perception:
    return Perception()


@cache
def detected(name: str) -> CueSheet:
    world = sample_world(name)
    steps = int(world.frames / world.frame_rate * MOTION_RATE)
    features = perception().encode(world_pictures(world, steps), 0, steps)
    return perception().detect([features], world.sheet.samples).sheet


def onsets_s(sheet: CueSheet) -> list[float]:
    return [cue.onset_s for cue in sheet.cues if cue.kind == "action"]


def test_a_bouncing_balls_impacts_are_found() -> None:
    true_s = onsets_s(sample_world("ball").sheet)
    assert len(matched_pairs(onsets_s(detected("ball")), true_s, 0.1)) >= 0.5 * len(true_s)


def test_what_is_found_of_a_hammer_are_its_strokes() -> None:
    true_s, found_s = (
        onsets_s(sheet)
        for sheet in (sample_world("workshop_hammer").sheet, detected("workshop_hammer"))
    )
    assert len(found_s) >= 3
    assert len(matched_pairs(found_s, true_s, 0.05)) == len(found_s)


def test_other_pictures_other_cues() -> None:
    sheets = [detected(name) for name in ("ball", "workshop_hammer", "seaside")]
    assert len({sheet.sha256 for sheet in sheets}) == 3
    places = [{c.sound_class for c in s.cues if c.kind == "ambience"} for s in sheets]
    assert places[1:] == [{"workshop"}, {"sea"}]


def test_the_sea_alone_has_few_actions() -> None:
    assert len(onsets_s(detected("seaside"))) <= 3

"""One video for every region: what happens has stems of the same name and place, and so is the same
sound; only what a pack adds is generated."""

import numpy as np
import pytest
from fakes import ToneGenerator

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.mixing.placement import Placement
from foley_core.music.composed_spec import ComposedSpec
from foley_core.soundtrack.planning import Score, Scoring, score
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.stored_detection import Detection
from foley_core.styles.pack import available_packs, load_pack
from foley_core.styles.wishes import Wishes
from foley_core.timebase import SAMPLE_RATE

SAMPLES = 10 * SAMPLE_RATE
HAPPENING = ("footsteps", "doors", "vehicles")
REGIONS = sorted(set(available_packs()) - {"neutral"})


def scored(region: str, scene: str) -> Score:
    cues = [
        Cue("ambience", scene, None, 0, SAMPLES, intensity=0.5),
        Cue("action", "footstep_walk", "stone", 48_000, 60_000),
        Cue("action", "door_open", "wood", 96_000, 120_000),
        Cue("action", "engine", "metal", 0, 240_000),
    ]
    detection = Detection(CueSheet(SAMPLES, ()).with_cues(cues), np.full(250, 90, np.uint8))
    request = VideoRequest("v", "v.mp4", Wishes(seed=4))
    return score(detection, request, Scoring(load_pack(region)), ToneGenerator())


def happening(one: Score) -> list[Placement]:
    return [place for place in one.mix_plan.placements if place.group in HAPPENING]


@pytest.mark.parametrize("scene", ["street", "room", "sea"])
@pytest.mark.parametrize("region", REGIONS)
def test_what_happens_sounds_the_same_everywhere_and_the_place_reuses_its_bed(
    region: str, scene: str
) -> None:
    neutral, regional = scored("neutral", scene), scored(region, scene)
    assert happening(neutral) == happening(regional)
    assert len(happening(neutral)) == 3
    known = {plan.key("g") for plan in neutral.stems}
    added = [plan for plan in regional.stems if plan.key("g") not in known]
    assert known <= {plan.key("g") for plan in regional.stems}
    assert added, "a region adds something"
    for part in (part for plan in added for part in plan.tiles):
        assert isinstance(part.spec, ComposedSpec), "and needs no network for it"

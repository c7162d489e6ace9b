"""What is quiet comes up before the limiter squashes what is loud, and stays under it."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from foley_core.cues.levels import expected_level_db
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.mixing.placement import Place, Placement
from foley_core.soundtrack.lifting import (
    LEAST_UNDER_DB,
    MOST_QUIET_LIFT_DB,
    QUIET_UNDER_DB,
    bed_levels_db,
    most_bed_lift_db,
    quiet_lifts_db,
)
from foley_core.soundtrack.mix_plan import MixPlan
from foley_core.soundtrack.stems import gain_db_of, group_of
from foley_core.types import F32

SAMPLES = 48_000
SLAM = Cue("action", "door_slam", "wood", 10_000, 20_000, intensity=1.0)
TAP = Cue("action", "tap", "wood", 30_000, 34_000, intensity=0.5)
ROOM = Cue("ambience", "room", None, 0, SAMPLES, intensity=0.2)


def hiss(level_db: float) -> F32:
    noise = np.random.default_rng(1).standard_normal((1, 4800))
    return (10 ** (level_db / 20) * noise).astype(np.float32)


def placed(cue: Cue, stem: str) -> Placement:
    bed = cue.kind == "ambience"
    place = None if bed else Place()
    return Placement(
        stem, cue.onset, 9000, gain_db_of(cue), 0, 0, group_of(cue), place=place, is_bed=bed
    )


def plan_of(*cues: Cue) -> MixPlan:
    sheet = CueSheet(SAMPLES, ()).with_cues(cues)
    return MixPlan(sheet, tuple(placed(cue, cue.sound_class) for cue in sheet.cues))


def test_a_bed_may_rise_to_10_db_under_what_happens_and_no_further() -> None:
    plan = plan_of(ROOM, TAP)
    (bed_db,) = bed_levels_db(plan.sheet)
    distance_db = expected_level_db(TAP) - bed_db
    assert distance_db > LEAST_UNDER_DB
    assert most_bed_lift_db(plan) == pytest.approx(distance_db - LEAST_UNDER_DB)
    near = plan_of(replace(ROOM, gain_db=distance_db), TAP)
    assert most_bed_lift_db(near) == 0.0
    # What happens is lifted itself: so may the bed be.
    lifted = [0.0 if one.is_bed else 5.0 for one in plan.placements]
    assert most_bed_lift_db(plan, tuple(lifted)) == pytest.approx(distance_db - LEAST_UNDER_DB + 5)


def test_a_bed_is_the_programme_where_nothing_happens() -> None:
    assert most_bed_lift_db(plan_of(ROOM)) == inf
    assert most_bed_lift_db(plan_of(TAP)) == inf


@pytest.mark.parametrize(("share", "lift_db"), [(0.0, 0.0), (0.5, 5.0), (1.0, 10.0)])
def test_quiet_stems_come_a_share_of_the_way_towards_the_loudest(
    share: float, lift_db: float
) -> None:
    plan = plan_of(ROOM, SLAM, TAP)
    slam, tap = gain_db_of(SLAM), gain_db_of(TAP)
    stems = {
        "door_slam": hiss(-20.0 - slam),
        "tap": hiss(-20.0 - QUIET_UNDER_DB - 10.0 - tap),
        "room": hiss(-90.0),
    }
    lifts = quiet_lifts_db(plan, stems.__getitem__, share)
    found = dict(zip((one.stem for one in plan.placements), lifts or (0.0,) * 3, strict=True))
    assert found == {"room": 0.0, "door_slam": 0.0, "tap": pytest.approx(lift_db, abs=0.11)}


def test_no_stem_is_lifted_by_more_than_the_most_and_silence_not_at_all() -> None:
    stems = {"door_slam": hiss(-10.0), "tap": hiss(-80.0)}
    lifts = quiet_lifts_db(plan_of(SLAM, TAP), stems.__getitem__, 1.0)
    assert lifts == (0.0, MOST_QUIET_LIFT_DB)
    stems["tap"] = np.zeros((1, 4800), np.float32)
    assert quiet_lifts_db(plan_of(SLAM, TAP), stems.__getitem__, 1.0) == ()

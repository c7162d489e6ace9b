"""Expected levels: what a generator makes of a cue, known before it does."""

from dataclasses import replace

import pytest

from foley_core.cues.levels import expected_level_db
from foley_core.cues.sheet import Cue

STEP = Cue("action", "footstep_walk", "wood", 0, 100, intensity=1.0)


def test_intensity_class_and_gain_add_up_and_what_filters_added_does_not_count() -> None:
    assert expected_level_db(STEP) == -22.0
    assert expected_level_db(replace(STEP, intensity=0.5)) == -34.0
    assert expected_level_db(replace(STEP, sound_class="door_slam")) == -14.0
    assert expected_level_db(replace(STEP, gain_db=-9.0, filter_db=-6.0)) == -25.0


def test_a_bed_of_medium_intensity_and_a_composition_are_alike() -> None:
    bed = Cue("ambience", "street", None, 0, 100, intensity=0.5)
    written = Cue("ambience", "insect_call", None, 0, 100, composition="cicadas")
    assert expected_level_db(bed) - -16.0 == expected_level_db(written) - -14.0 == -34.0


def test_what_lasts_is_a_little_softer_since_its_motion_is_seldom_strongest() -> None:
    engine = replace(STEP, sound_class="engine", material="metal")
    assert expected_level_db(engine) == pytest.approx(-22.0 + 2.0 - 4.8)

"""Music steps back under foley, by so many dB, and comes back."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.mixing.ducking import DEPTH_DB, INSTRUMENT_DEPTH_DB, ducking
from foley_core.timebase import SAMPLE_RATE

STEP = Cue("action", "footstep_walk", "wood", 2 * SAMPLE_RATE, 2 * SAMPLE_RATE + 9600)
TOTAL = 6 * SAMPLE_RATE


def gains_db(*cues: Cue) -> np.ndarray:  # type: ignore[type-arg]
    sheet = CueSheet(TOTAL, ()).with_cues(cues)
    return 20 * np.log10(ducking(sheet).gains(0, TOTAL))


def test_music_is_so_many_db_lower_where_a_footstep_sounds_and_back_a_second_later():
    curve = gains_db(STEP)
    assert curve[STEP.onset : STEP.offset] == pytest.approx(-DEPTH_DB, abs=0.01)
    assert curve[: STEP.onset - SAMPLE_RATE // 8] == pytest.approx(0.0, abs=1e-9)
    assert curve[STEP.offset + SAMPLE_RATE :] == pytest.approx(0.0, abs=1e-9)
    assert np.abs(np.diff(curve)).max() < 0.01


def test_what_is_soft_ducks_less_and_beds_do_not():
    soft = gains_db(replace(STEP, gain_db=-12.0))
    assert soft.min() == pytest.approx(-DEPTH_DB / 2, abs=0.01)
    assert gains_db(replace(STEP, gain_db=-30.0)).min() == 0.0
    assert gains_db(Cue("ambience", "rain", None, 0, TOTAL)).min() == 0.0


def test_music_is_silent_while_an_instrument_plays_and_in_its_pauses():
    keys = [
        replace(STEP, sound_class="piano", gain_db=-2.0, onset=at, offset=at + 9600)
        for at in (SAMPLE_RATE, 2 * SAMPLE_RATE)
    ]
    curve = gains_db(*keys)
    assert curve[SAMPLE_RATE : 4 * SAMPLE_RATE] == pytest.approx(-INSTRUMENT_DEPTH_DB, abs=0.01)
    assert curve[0] == 0.0


def test_sound_filters_do_not_move_the_music():
    louder = replace(STEP, gain_db=9.0, filter_db=9.0)
    softer = replace(STEP, gain_db=-20.0, filter_db=-20.0)
    assert np.array_equal(gains_db(STEP), gains_db(louder))
    assert np.array_equal(gains_db(STEP), gains_db(softer))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, TOTAL), st.integers(0, TOTAL))
def test_any_part_is_that_part_of_the_whole(one: int, other: int):
    first, last = sorted((one, other))
    curve = ducking(CueSheet(TOTAL, ()).with_cues([STEP]))
    np.testing.assert_allclose(
        curve.gains(first, last), curve.gains(0, TOTAL)[first:last], rtol=1e-12
    )


@pytest.mark.parametrize("samples", [1, 100, 481])
def test_the_shortest_pictures(samples: int):
    sheet = CueSheet(samples, ()).with_cues([replace(STEP, onset=0, offset=samples)])
    assert ducking(sheet).gains(0, samples).shape == (samples,)

"""Places: constant power, steady, safe in mono; far things softer, duller and wetter."""

import numpy as np
import pytest

from foley_core.mixing.air import aired
from foley_core.mixing.placement import WIDTH, Place, path_of_hits
from foley_core.timebase import SAMPLE_RATE


@pytest.mark.parametrize("pan", [-1.0, -0.3, 0.0, 0.7, 1.0])
def test_panning_keeps_power_to_half_a_decibel_and_no_side_is_ever_empty(pan: float) -> None:
    left, right = Place(pan).pan_gains
    assert 0.0 <= 10 * np.log10((left**2 + right**2) / 2) < 0.51
    assert min(left, right) > 0.4
    assert (right > left) == (pan > 0)


@pytest.mark.parametrize("width", [0.1, 0.6, 0.8, 1.0])
@pytest.mark.parametrize("pan", [-1.0, -0.5, 0.2, 1.0])
def test_a_mono_sum_loses_half_a_decibel_at_most_at_any_width(pan: float, width: float) -> None:
    left, right = Place(pan).widened(width).pan_gains
    assert -0.51 < 20 * np.log10((left + right) / 2) <= 0.0


def test_width_reaches_from_the_middle_to_the_very_edge() -> None:
    assert Place(1.0).widened(0.0).pan_gains == (1.0, 1.0)
    left, right = Place(1.0).widened(1.0).pan_gains
    assert left == pytest.approx(0.0, abs=1e-9)
    assert right > 1.4
    assert Place(0.5, 0.3, 0.4).widened(WIDTH) == Place(0.5, 0.3, 0.4)


def test_hits_in_one_place_need_no_path_and_others_glide_just_before_they_begin() -> None:
    left, right = Place(-0.5), Place(0.5)
    assert path_of_hits([(0, left), (9000, left)]) == ()
    assert path_of_hits([(0, left), (9000, right)]) == ((0, left), (8520, left), (9000, right))
    # Two at once: later ones come last, and no moment has two places.
    ats = [at for at, _ in path_of_hits([(0, left), (0, right), (1, left), (3000, right)])]
    assert ats == sorted(set(ats))


def test_the_middle_is_exact() -> None:
    assert Place().pan_gains == (1.0, 1.0)
    assert (Place().level_db, Place().air_db) == (0.0, 0.0)


def test_far_things_are_a_little_softer_and_duller() -> None:
    levels = [Place(size=size).level_db for size in (0.9, 0.4, 0.2, 0.05, 0.001)]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] == pytest.approx(2.0, abs=0.4)
    assert levels[-1] == pytest.approx(-6.0)
    assert [Place(size=size).air_db for size in (0.9, 0.4, 0.2, 0.05)] == [0.0, 0.0, -1.5, -4.5]


def test_air_lowers_high_frequencies_by_so_many_db_and_leaves_low_ones() -> None:
    time_s = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    for hz, fall_db in ((100.0, 0.0), (16_000.0, -4.5)):
        tone = np.sin(2 * np.pi * hz * time_s).astype(np.float32)[None]
        changed = 20 * np.log10(aired(tone, -4.5)[0, 4800:].std() / tone[0, 4800:].std())
        assert changed == pytest.approx(fall_db, abs=0.5)
    assert aired(tone, 0.0) is tone

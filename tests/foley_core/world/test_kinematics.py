"""Falls obey gravity, feet stay where they are set down, strikes touch when they say they do."""

from itertools import pairwise
from math import sqrt

import numpy as np
import pytest

from foley_core.world.kinematics import Gait, Key, Profile, bounces, rhythm, strikes


def test_a_fall_takes_the_time_that_gravity_gives_it() -> None:
    fall = bounces(0.5, 0.8, 4.0, 0.7)
    assert fall.times_s[0] == pytest.approx(0.5 + sqrt(2 * 0.8 / 4.0))
    assert fall.height_at(0.2) == 0.8
    assert fall.height_at(fall.times_s[0]) == pytest.approx(0.0, abs=1e-9)


def test_each_rebound_is_slower_by_the_restitution() -> None:
    fall = bounces(0.0, 1.0, 5.0, 0.8)
    for before, after in pairwise(fall.speeds):
        assert after == pytest.approx(0.8 * before)


def test_the_floor_is_touched_at_impacts_only() -> None:
    fall = bounces(0.0, 1.0, 5.0, 0.8)
    for first, second in pairwise(fall.times_s):
        assert fall.height_at(0.5 * (first + second)) > 0.001
    assert fall.height_at(fall.times_s[-1] + 1.0) == 0.0


def test_profile_passes_through_its_keys_and_stays_between() -> None:
    profile = Profile([Key(0.0, 1.0), Key(1.0, 3.0, "accelerate"), Key(2.0, 0.0)])
    assert [profile(t) for t in (-1.0, 0.0, 1.0, 2.0, 9.0)] == [1.0, 1.0, 3.0, 0.0, 0.0]
    assert 1.0 < profile(0.5) < 2.0


@pytest.mark.parametrize("phase", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("stance", [0.6, 0.38])
def test_a_foot_is_down_at_its_strike_and_does_not_slip(phase: float, stance: float) -> None:
    gait = Gait(0.0, 2.0, 0.4, 0.1, stance, phase)
    for time_s in gait.strike_times(4.0):
        (landed,) = (s for s in (0, 1) if gait.foot(s, time_s - 0.005)[1] > gait.foot(s, time_s)[1])
        x, height = gait.foot(landed, time_s + 1e-6)
        assert height == 0.0
        assert gait.foot(landed, time_s + stance * 0.9)[0] == pytest.approx(x)
        assert gait.foot(landed, time_s - 1e-6)[0] == pytest.approx(x, abs=1e-3)


def test_strikes_touch_at_their_times_and_their_twin_never() -> None:
    times = [0.6, 1.2, 1.8]
    touching, missing = (strikes(times, 1.0, 0.2, 0.2, misses) for misses in (False, True))
    for time_s in times:
        assert touching(time_s) == 0.0
        assert touching(time_s - 0.1) > 0.1
    assert min(missing(t) for t in np.arange(0.0, 2.5, 0.01)) > 0.2


def test_rhythm_stays_inside_the_scene_and_repeats_by_seed() -> None:
    first, second = (rhythm(np.random.default_rng(3), 4.0, 0.4, 0.2) for _ in range(2))
    assert first == second
    assert all(0.1 < time_s < 3.9 for time_s in first)

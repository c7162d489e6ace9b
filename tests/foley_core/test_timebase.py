"""Clocks: exact relations and a single rounding."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foley_core.timebase import (
    MOTION_RATE,
    SAMPLE_RATE,
    SAMPLES_PER_STEP,
    duration_samples,
    motion_steps,
    samples_to_seconds,
    seconds_to_samples,
)

DURATIONS = st.fractions(min_value=Fraction(1, 1000), max_value=20_000, max_denominator=90_000)


def test_a_motion_step_is_a_whole_number_of_samples():
    assert SAMPLES_PER_STEP == 1920
    assert SAMPLES_PER_STEP * MOTION_RATE == SAMPLE_RATE


@pytest.mark.parametrize(
    ("duration_s", "samples"),
    [
        (Fraction(1), 48_000),
        (Fraction(1001, 30_000), 1602),
        (Fraction(240 * 1001, 24_000), 480_480),
        (Fraction(7200), 345_600_000),
        (Fraction(1, 96_000), 0),
        (Fraction(3, 96_000), 2),
    ],
)
def test_track_length_is_the_rounded_duration(duration_s, samples):
    assert duration_samples(duration_s) == samples


@given(DURATIONS)
def test_track_length_is_never_off_by_more_than_half_a_sample(duration_s):
    assert abs(duration_samples(duration_s) - duration_s * SAMPLE_RATE) <= Fraction(1, 2)


@given(DURATIONS)
def test_motion_steps_cover_the_picture_and_no_step_lies_outside(duration_s):
    steps = motion_steps(duration_s)
    assert Fraction(steps - 1, MOTION_RATE) < duration_s <= Fraction(steps, MOTION_RATE)


def test_the_shortest_picture_has_one_motion_step():
    assert motion_steps(Fraction(0)) == 1


@given(st.integers(min_value=0, max_value=10 * 3600 * SAMPLE_RATE))
def test_samples_survive_the_way_through_seconds(samples):
    assert seconds_to_samples(samples_to_seconds(samples)) == samples

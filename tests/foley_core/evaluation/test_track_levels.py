"""Facts about levels of tracks: silence is found, jumps are counted, swells are not."""

import numpy as np
import pytest

from foley_core.evaluation.track_levels import breaks_s, longest_silence_ms, master_gains
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

SECONDS = 6
NOISE = np.random.default_rng(0).normal(0, 0.1, SECONDS * SAMPLE_RATE)
WHOLE = [(0, SECONDS * SAMPLE_RATE)]


def stem(gain: F64) -> F32:
    """Noise under a curve of gains, which are spread evenly over six seconds, `(1, N)`."""
    curve = np.interp(np.linspace(0, 1, len(NOISE)), np.linspace(0, 1, len(gain)), gain)
    return (NOISE * curve).astype(np.float32)[None]


def test_gains_of_mastering_are_told_by_step() -> None:
    noise = np.stack([NOISE, NOISE]).astype(np.float32)
    stems = {"a": 0.25 * noise, "b": 0.75 * noise}
    gains = master_gains(2 * noise, stems)
    assert gains == pytest.approx(np.full(60, 4.0), rel=1e-3)
    silence = {"a": np.zeros_like(noise)}
    assert (master_gains(noise, silence) == 1).all()


def test_only_zeros_of_a_16_bit_file_are_silence() -> None:
    track = np.stack([NOISE, NOISE]).astype(np.float32)
    assert longest_silence_ms(track) == 0
    track[:, SAMPLE_RATE : SAMPLE_RATE + 4_800] = 1e-6
    assert longest_silence_ms(track) == 100
    track[1, SAMPLE_RATE : SAMPLE_RATE + 4_800] = 1e-3
    assert longest_silence_ms(track) == 0


def test_a_steady_sound_and_one_that_swells_have_no_break() -> None:
    assert breaks_s(stem(np.ones(2)), WHOLE) == []
    assert breaks_s(stem(np.array([0.05, 1.0, 0.05])), WHOLE) == []


def test_a_hole_is_one_break_and_a_gap_two() -> None:
    hole, gap = np.ones(SECONDS * 20), np.ones(SECONDS * 20)
    hole[60:66], gap[60:90] = 0.01, 0.01
    (moment,) = breaks_s(stem(hole), WHOLE)
    assert moment == pytest.approx(3.0, abs=0.15)
    assert len(breaks_s(stem(gap), WHOLE)) == 2


def test_ends_may_fall_and_what_is_short_is_not_looked_at() -> None:
    ends = np.ones(SECONDS * 20)
    ends[:3], ends[-3:] = 0.0, 0.0
    assert breaks_s(stem(ends), WHOLE) == []
    assert breaks_s(stem(ends), [(0, SAMPLE_RATE // 2)]) == []

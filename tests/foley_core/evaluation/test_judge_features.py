"""Facts about what a judge looks at: rhythm, pitch and grain show in the numbers meant for them."""

import numpy as np

from foley_core.evaluation.judge_features import features
from foley_core.timebase import SAMPLE_RATE
from foley_core.training.sound_corpus import grid_at_level
from foley_core.types import F32, F64

TIMES_S = np.arange(round(1.28 * SAMPLE_RATE)) / SAMPLE_RATE
NOISE = np.random.default_rng(0).standard_normal(len(TIMES_S))


def numbers(sound: F64) -> F64:
    return features(grid_at_level(sound.astype(np.float32), 0.0))


def rates(sound: F64) -> F64:
    return numbers(sound)[140:146]


def test_every_sound_has_as_many_finite_numbers() -> None:
    short: F32 = grid_at_level(NOISE[:480].astype(np.float32), 0.0)
    for described in (features(short), numbers(NOISE)):
        assert described.shape == (157,)
        assert np.isfinite(described).all()


def test_a_rhythm_shows_at_its_rate() -> None:
    for rate_hz, place in ((3.0, 1), (6.0, 2), (12.0, 3), (25.0, 4)):
        pulsed = NOISE * (1 + 0.95 * np.sin(2 * np.pi * rate_hz * TIMES_S))
        assert int(np.argmax(rates(pulsed))) == place


def test_a_tone_is_voiced_at_its_height_and_noise_is_not() -> None:
    low, high = (
        sum(np.sin(2 * np.pi * f * harmonic * TIMES_S) / harmonic for harmonic in range(1, 9))
        for f in (150.0, 600.0)
    )
    voicing, height = numbers(np.asarray(low))[134:136]
    assert voicing > numbers(NOISE)[134] + 2
    assert numbers(np.asarray(high))[135] - height > 3 * 1.5


def test_clicks_have_grains_and_smooth_sounds_have_none() -> None:
    clicks = np.zeros(len(TIMES_S))
    clicks[::2_000] = 1.0
    smooth = np.sin(2 * np.pi * 500 * TIMES_S)
    assert numbers(clicks)[138] > numbers(smooth)[138] + 2

"""Touches: they follow an attack softly and leave it as it is."""

import numpy as np
import pytest

from foley_core.audio.band_grid import ENERGY, FLOOR_DB, HOP, PITCH, ROWS
from foley_core.models.embedded.touches import add_touch
from foley_core.models.protocol import Touch
from foley_core.types import F32

MS = 48


def hit() -> F32:
    """The grid of a short bright hit."""
    grid = np.zeros((64, ROWS), np.float32)
    grid[:, ENERGY] = np.maximum(-20 - 3.0 * np.arange(64)[:, None], FLOOR_DB)
    grid[:, PITCH] = 1.0
    return grid


def added(touch: Touch, seed: int = 1) -> F32:
    silence = np.zeros(64 * HOP, np.float32)
    add_touch(silence, hit(), touch, np.random.default_rng(seed), np.random.default_rng(5))
    return silence


def centroid_hz(waveform: F32) -> float:
    amplitude = np.abs(np.fft.rfft(waveform))
    return float(amplitude @ np.fft.rfftfreq(len(waveform), 1 / 48_000) / amplitude.sum())


@pytest.mark.parametrize("scrapes", [0, 100 * MS])
def test_nothing_comes_before_a_touch(scrapes: int) -> None:
    sound = added(Touch(80 * MS, -10.0, scrapes))
    assert not sound[: 80 * MS].any()
    assert sound[80 * MS : 100 * MS].any()
    assert not sound[80 * MS + max(scrapes, 250 * MS) :].any()


def test_a_softer_touch_is_lower_and_duller() -> None:
    near, far = added(Touch(0, -2.0)), added(Touch(0, -20.0))
    assert np.abs(near).max() > 5 * np.abs(far).max()
    assert centroid_hz(near) > centroid_hz(far)


def test_a_touch_that_reaches_over_the_end_is_cut() -> None:
    assert len(added(Touch(63 * HOP, -6.0))) == 64 * HOP


def test_a_scrape_swells_and_dies_away() -> None:
    sound = added(Touch(0, -6.0, 150 * MS))
    level = np.square(sound[: 150 * MS].reshape(15, -1)).mean(axis=1)
    assert 1 <= level.argmax() <= 6
    assert level[-2] < level.max() / 10


def test_another_seed_touches_otherwise() -> None:
    touch = Touch(10, -6.0)
    assert np.array_equal(added(touch), added(touch))
    assert not np.array_equal(added(touch), added(touch, 2))

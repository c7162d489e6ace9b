"""Levelling: a wanted level is followed, and nothing jumps."""

import numpy as np
import pytest

from foley_core.audio.levelling import levelled, softened
from foley_core.types import F32, F64

SECOND = 48_000


def noise(gains: F64) -> F32:
    """Noise in two channels, with a gain for each tenth of a second."""
    each = np.repeat(gains, SECOND // 10)
    return (np.random.default_rng(0).normal(0, 0.1, (2, len(each))) * each).astype(np.float32)


def levels_db(waveform: F32, samples: int = SECOND // 10) -> F64:
    power = np.square(waveform.astype(np.float64)).mean(axis=0)
    return 10 * np.log10(power.reshape(-1, samples).mean(axis=1))


def changed(sound: F32, wanted_db: F64, life_db: float = 0.0, most_db: float = 30.0) -> F32:
    return levelled(sound, wanted_db, life_db=life_db, moment_db=4.0, most_db=most_db)


def test_a_wanted_level_is_followed_within_what_life_is_left() -> None:
    swelling = 10 ** (np.linspace(-12, 12, 100) / 20)
    rising = changed(noise(swelling), np.full(250, -20.0), life_db=2.0)
    assert np.ptp(levels_db(rising, SECOND // 2)) < 5.5
    falling = levels_db(changed(noise(np.ones(100)), np.linspace(-10, -40, 250)))
    assert falling[5] - falling[-5] == pytest.approx(27, abs=2)


def test_no_more_is_changed_than_is_allowed() -> None:
    plain = noise(np.ones(50))
    raised = changed(plain, np.full(125, -12.0), most_db=2.0)
    assert (levels_db(raised) - levels_db(plain)).max() == pytest.approx(2, abs=0.1)


def test_holes_and_bursts_become_no_jumps() -> None:
    gains = np.ones(60)
    gains[20:24], gains[40] = 0.05, 10.0
    jumps = np.abs(np.diff(levels_db(changed(noise(gains), np.full(150, -20.0)))))
    assert jumps.max() < 12


def test_what_is_near_its_level_is_left_alone() -> None:
    sound = noise(np.ones(60))
    # The head's shelf lifts white noise by 3 dB over its plain level of -20 dB.
    assert np.array_equal(changed(sound, np.full(150, -17.0), life_db=2.0), sound)


def test_two_channels_keep_their_balance() -> None:
    sound = noise(np.linspace(0.1, 1, 50)) * np.array([[1.0], [0.5]], np.float32)
    level = changed(sound, np.full(125, -20.0))
    assert np.allclose(level[1] / level[0], sound[1] / sound[0], rtol=1e-3)


def test_phrases_swell_and_die_away_and_keep_their_middle() -> None:
    gains = np.full(60, 0.01)
    gains[20:40] = 1.0
    sound = noise(gains)
    level = levels_db(softened(sound, np.random.default_rng(1), range_db=25.0, rise_db=8.0))
    assert np.abs(np.diff(level)).max() < 12
    assert level[30] == pytest.approx(levels_db(sound)[30], abs=0.1)
    assert level[30] - level[10] == pytest.approx(25, abs=2)


def test_a_silent_pause_is_breath_and_takes_nothing_from_the_phrases_beside_it() -> None:
    gains = np.zeros(60)
    gains[10:20], gains[40:50] = 1.0, 0.3
    level = levels_db(softened(noise(gains), np.random.default_rng(1), range_db=25.0, rise_db=8.0))
    assert np.abs(np.diff(level)).max() < 12
    assert level[15] - level[30] == pytest.approx(25, abs=2)
    assert level[45] == pytest.approx(levels_db(noise(np.full(60, 0.3)))[45], abs=0.3)

"""Rotors and engines beat at the rate of their blades and cylinders, faster the more they move."""

import numpy as np
import pytest

from foley_core.audio.band_grid import ENERGY, ROWS, band_centres_hz
from foley_core.cues.sheet import Style
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.firing import (
    Firing,
    calm_classes,
    coloured,
    firings,
    pulses,
    without_flicker,
)
from foley_core.models.embedded.grid_sounds import finished
from foley_core.models.protocol import Kin, SoundSpec
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, Rng

SECONDS = 5
ROTOR = Firing(10.0, 20.0, 0.8, 0.3)


def rng(seed: int) -> Rng:
    return np.random.default_rng(seed)


def beat_hz(gains: F32) -> float:
    """The rate at which a level goes up and down most, between 3 and 100 Hz."""
    power = np.square(gains.astype(np.float64)).reshape(-1, 240).mean(axis=1)
    spectrum = np.abs(np.fft.rfft((power - power.mean()) * np.hanning(len(power))))
    rates = np.fft.rfftfreq(len(power), 240 / SAMPLE_RATE)
    heard = (rates > 3) & (rates < 100)
    return float(rates[heard][spectrum[heard].argmax()])


def rotor(motion: int, thing: int = 1, own: int = 2) -> F32:
    return pulses(ROTOR, (motion,) * 25 * SECONDS, SAMPLE_RATE * SECONDS, rng(thing), rng(own))


def test_every_struck_class_lasts_and_strikes_faster_with_motion() -> None:
    assert calm_classes() > firings().keys()
    assert {taxonomy().sound_class(name).kind for name in calm_classes()} == {"sustained"}
    for firing in firings().values():
        assert 5 < firing.slow_hz < firing.fast_hz < 100
        assert 0 < firing.share <= 1
        assert 0 < firing.dies < 1


@pytest.mark.parametrize(("motion", "rate_hz"), [(0, 10.0), (255, 20.0)])
def test_the_rate_follows_the_motion(motion: int, rate_hz: float) -> None:
    assert beat_hz(rotor(motion)) == pytest.approx(rate_hz, rel=0.15)


def test_pulses_keep_the_power() -> None:
    assert np.mean(np.square(rotor(128))) == pytest.approx(1.0, abs=0.01)
    assert rotor(128).min() >= np.sqrt(1 - ROTOR.share) * 0.99


def test_two_sounds_of_one_thing_beat_alike_and_two_things_differ() -> None:
    first, second, other = rotor(99), rotor(99, own=3), rotor(99, thing=4)
    assert beat_hz(first) == pytest.approx(beat_hz(second), rel=0.03)
    assert beat_hz(first) != pytest.approx(beat_hz(other), rel=0.03)
    assert not np.array_equal(first, second)


def test_flicker_goes_and_swells_stay() -> None:
    grid = np.zeros((1000, ROWS), np.float32)
    grid[:, ENERGY] = -40 + 20 * np.linspace(0, 1, 1000)[:, None]
    swelling = without_flicker(grid)
    assert np.abs(swelling - grid)[50:-50].max() < 0.5
    grid[:, ENERGY] += 6 * rng(0).choice([-1, 1], (1000, 1))
    assert np.diff(without_flicker(grid)[:, ENERGY], axis=0).std() < 0.5


def test_an_engine_is_brighter_than_the_network_makes_it_and_a_fan_as_bright() -> None:
    grid = np.full((200, ROWS), -40.0, np.float32)
    added = coloured(grid, "car_engine")[0, ENERGY] - grid[0, ENERGY]
    centres_hz = band_centres_hz()
    assert np.all(added[centres_hz < 500] == 0)
    assert added[centres_hz.searchsorted(6000)] == pytest.approx(24, abs=1)
    assert np.array_equal(coloured(grid, "fan"), grid)


def test_a_helicopter_is_heard_to_beat_and_a_fan_is_not() -> None:
    grid = np.full((1024, ROWS), 0.0, np.float32)
    grid[:, ENERGY] = -30

    def depth(name: str) -> float:
        spec = SoundSpec(
            name, None, SAMPLE_RATE * SECONDS, 1.0, Style(), (255,) * 25 * SECONDS, 1, 1,
            (Kin(5, 0.5),),
        )  # fmt: skip
        waveform = finished(spec, grid)[0].astype(np.float64)
        level = np.sqrt(np.square(waveform).reshape(-1, 240).mean(axis=1))
        return float(level.std() / level.mean())

    assert depth("helicopter") > 2.5 * depth("fan")

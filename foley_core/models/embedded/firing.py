"""Pulses and colour of engines and rotors: a sound that lasts, struck many times a second.

A cylinder fires and a rotor blade slaps the air ten to sixty times a second, regularly. The network
tells the colour of such a sound in steps of 5 ms, but not its beat: what it makes flickers at
random, and is heard as a rumble. Here its flicker is taken out and the beat put in. The rate
follows the motion. Engines, and some other sounds that last, also get the colour of recordings,
where the network's is far from it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from scipy.ndimage import uniform_filter1d

from foley_core.audio.band_grid import ENERGY, band_centres_hz
from foley_core.timebase import SAMPLE_RATE, SAMPLES_PER_STEP
from foley_core.types import F32, F64, Rng

# The colour is averaged over so many steps of 5 ms, a quarter of a second.
_COLOUR_STEPS = 51
# Each thing turns faster or slower than others by up to this share.
_THING = 0.12
# From pulse to pulse strength and time differ, as real ones do (standard deviations).
_STRENGTH, _TIMING = 0.12, 0.015
# Motion steps over which the rate follows the motion: half a second.
_FOLLOWS_STEPS = 13
# A pulse sets in within 1 ms.
_ONSET_S = 0.001


@dataclass(frozen=True, slots=True)
class Firing:
    """Rate and shape of the pulses of a class.

    Attributes:
        slow_hz, fast_hz: pulses a second without motion, and at the strongest.
        share: of the power that comes in pulses, 0..1; the rest is steady.
        dies: share of the time to the next pulse in which one falls to a third.
    """

    slow_hz: float
    fast_hz: float
    share: float
    dies: float


@cache
def firings() -> Mapping[str, Firing]:
    """Return the classes that are struck, by name."""
    return {name: Firing(**values) for name, values in _data()["struck"].items()}


@cache
def calm_classes() -> frozenset[str]:
    """Return the classes whose flicker is taken out: those that are struck, and some more."""
    return frozenset([*firings(), *_data()["calm"]])


@cache
def _data() -> dict[str, Any]:
    text = files("foley_core.models.embedded").joinpath("firing.toml").read_text("utf-8")
    return tomllib.loads(text)


def without_flicker(grid: F32) -> F32:
    """Return a grid `(T, ROWS)` whose energies change no faster than a quarter of a second."""
    calm = grid.copy()
    power = uniform_filter1d(10 ** (grid[:, ENERGY] / 10), _COLOUR_STEPS, axis=0, mode="nearest")
    calm[:, ENERGY] = 10 * np.log10(power)
    return calm


def coloured(grid: F32, sound_class: str) -> F32:
    """Return a grid `(T, ROWS)` in the colour of recordings of its class; most are as they are."""
    curve = _data()["colour"].get(sound_class)
    if curve is None:
        return grid
    bright = grid.copy()
    octaves = np.log2([float(hz) for hz in curve])
    added = np.interp(np.log2(band_centres_hz()), octaves, list(curve.values()))
    bright[:, ENERGY] += added  # what lasts has no pauses whose silence this would raise
    return bright


def pulses(firing: Firing, activity: tuple[int, ...], samples: int, thing: Rng, own: Rng) -> F32:
    """Return the gains `(samples,)` of a struck sound; their mean square is about 1.

    Args:
        activity: motion energy, 25 values a second in 0..255; empty where nothing is known of it.
        thing: noise that every sound of one thing has in common.
        own: noise of this sound.
    """
    rate_hz = _rates(firing, activity, samples) * (1 + _THING * thing.uniform(-1, 1))
    # Turns since the beginning: the whole part counts the pulses, the rest says how long ago.
    turned = np.cumsum(rate_hz) / SAMPLE_RATE + own.random()
    number = np.floor(turned).astype(np.int64)
    count = int(number[-1]) + 1
    late = _TIMING * own.standard_normal(count)
    strength = np.maximum(1 + _STRENGTH * own.standard_normal(count), 0.0)
    since = np.mod(turned - number + late[number], 1.0)
    pulse = np.exp(-since / firing.dies) * np.minimum(since / (rate_hz * _ONSET_S), 1.0)
    power = np.square(strength[number] * pulse)
    # What is steady and what comes in pulses add as powers: together as loud as before.
    power *= firing.share / power.mean()
    gains: F32 = np.sqrt(1 - firing.share + power).astype(np.float32)
    return gains


def _rates(firing: Firing, activity: tuple[int, ...], samples: int) -> F64:
    """Return the pulses a second at each sample `(samples,)`."""
    motion = np.array(activity or (128,), np.float64) / 255
    motion = uniform_filter1d(motion, _FOLLOWS_STEPS, mode="nearest")
    at = np.arange(samples) / SAMPLES_PER_STEP
    moved = np.interp(at, np.arange(len(motion)), motion)
    rates: F64 = firing.slow_hz * (firing.fast_hz / firing.slow_hz) ** moved
    return rates

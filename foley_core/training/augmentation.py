"""Hard augmentation of grids, which also gives the style latents their meaning.

A few minutes of recordings become many sounds: pitch, length, equaliser, decay, level and layers
are changed at random. Four of the changes are told to the network as the style latents of the
changed sound, so that a latent means the same for every class and 0 means as recorded:

- brightness: a tilt of 3 dB an octave around 1 kHz at ±1;
- hardness: 8 dB more (or less) attack over the first 12 ms; for textures, contrast in time;
- wetness: a tail of up to about 0.5 s, or a faster decay below 0;
- size: pitch and modes 0.4 octaves lower at +1.

Intensity below 1 takes off high frequencies, as a softer blow does.

Grids are `(T, ROWS)`, 200 steps a second, energies in decibels; see `audio.band_grid`.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import lfilter

from foley_core.audio.band_grid import (
    BANDS,
    ENERGY,
    FLOOR_DB,
    GRAIN,
    HOP,
    PITCH,
    ROWS,
    band_centres_hz,
)
from foley_core.models.embedded.grid_denoiser import TILE_MOTION_STEPS
from foley_core.timebase import SAMPLE_RATE
from foley_core.training.sound_corpus import loudest_db
from foley_core.types import F32, Rng

GRID_RATE = SAMPLE_RATE / HOP
"""Grid steps a second."""
ACTIVITY_RANGE_DB = 30.0
"""Range of level that motion energy 0..1 stands for: 0 is this far below the loudest moment."""


@dataclass(frozen=True, slots=True)
class Traits:
    """The part of an augmentation that the network is told, in the order of its attributes.

    Intensity is 0.15..1, the styles are -1..1 with 0 for as recorded.
    """

    intensity: float
    brightness: float
    hardness: float
    wetness: float
    size: float

    def values(self) -> list[float]:
        """Return the values as the network's attribute vector."""
        return [self.intensity, self.brightness, self.hardness, self.wetness, self.size]


def random_traits(rng: Rng) -> Traits:
    """Return random traits; most styles are near 0, the sound as recorded."""
    # Three of ten styles stay exactly 0, so that the network meets sounds that are not changed.
    styles = np.clip(rng.normal(0, 0.5, 4) * (rng.random(4) < 0.7), -1, 1)
    return Traits(float(rng.uniform(0.15, 1.0)), *(float(s) for s in styles))


def augmented(grid: F32, traits: Traits, steps: int, is_tile: bool, rng: Rng) -> F32:
    """Return a changed copy `(steps, ROWS)` of a grid, its loudest step at 0 dB.

    Args:
        traits: the changes that the network is told; others are drawn from `rng`.
        steps: length of the copy.
        is_tile: True for a lasting sound: any part of it serves, and it has no attack.
    """
    # Time is stretched by about a tenth, pitch by about a semitone: enough to be another sound of
    # the same kind, too little to become another class.
    stretch = float(np.exp(rng.normal(0, 0.1)))
    changed = (_excerpt if is_tile else _from_attack)(grid, steps, stretch, rng)
    changed = _pitched(changed, -0.4 * traits.size + rng.normal(0, 0.06))
    # An equaliser must not lift silence: what was at the floor is put back there.
    energy = changed[:, ENERGY]
    empty = energy <= FLOOR_DB + 1
    energy += _equaliser(traits, rng)
    if is_tile:
        # Textures have no single attack. Their hardness is how far moments stand out from the level
        # around them (a Gaussian of 150 ms).
        mean = gaussian_filter1d(energy, 30, axis=0)
        energy[:] = mean + (1 + 0.35 * traits.hardness) * (energy - mean)
    else:
        _shape_attack(changed, traits.hardness)
        # The decay is changed by some decibels a second, whatever wetness says.
        energy -= np.arange(steps)[:, None] / GRID_RATE * rng.normal(0, 8)
    energy[empty] = FLOOR_DB
    _shape_tail(energy, traits.wetness, is_tile)
    return levelled(changed)


def layered(first: F32, second: F32, level_db: float) -> F32:
    """Return two grids at once, the second at `level_db` below or above the first.

    Lines, grain and pitch are those of the first, the louder one.
    """
    both = first.copy()
    # Independent sounds add up in power, not in decibels.
    both[:, ENERGY] = 10 * np.log10(
        10 ** (first[:, ENERGY] / 10) + 10 ** ((second[:, ENERGY] + level_db) / 10)
    )
    return levelled(both)


def levelled(grid: F32) -> F32:
    """Put the loudest step of a grid at 0 dB and nothing below the floor, in place; return it."""
    grid[:, ENERGY] -= loudest_db(grid)
    np.clip(grid[:, ENERGY], FLOOR_DB, 10, out=grid[:, ENERGY])
    return grid


def modulated(grid: F32, rng: Rng) -> F32:
    """Make a texture come and go, as the sound of a moving hand does, in place; return it."""
    knots = rng.random(rng.integers(2, 16))
    # Three of ten moments are still: the sound must learn to stop, not only to become softer.
    knots[rng.random(len(knots)) < 0.3] = 0
    place = np.linspace(0, len(knots) - 1, len(grid))
    curve = np.interp(place, np.arange(len(knots)), knots)
    curve = gaussian_filter1d(curve, rng.uniform(3, 30))
    # At rest the sound is 15 to 45 dB below its loudest.
    grid[:, ENERGY] -= (1 - curve[:, None] / max(curve.max(), 1e-3)) * rng.uniform(15, 45)
    return levelled(grid)


def activity_of(grid: F32, rng: Rng) -> F32:
    """Return motion energy `(TILE_MOTION_STEPS,)`, 0..1, as if seen from the sound's own level.

    Recordings have no pictures, so the network learns to follow motion from this curve: louder
    moments moved more, with noise as a camera would add.
    """
    total = 10 * np.log10(np.sum(10 ** (grid[:, ENERGY] / 10), axis=1) + 1e-9)
    # From 200 grid steps to 25 motion steps a second.
    smooth = gaussian_filter1d(total.reshape(TILE_MOTION_STEPS, -1).mean(axis=1), 0.7)
    seen = 1 + (smooth - smooth.max()) / ACTIVITY_RANGE_DB
    # Stillness stays exactly 0: where nothing moves, a picture shows no noise either.
    noise = rng.normal(0, 0.05, TILE_MOTION_STEPS)
    return cast(F32, np.clip(seen + noise * (seen > 0), 0, 1).astype(np.float32))


def _from_attack(grid: F32, steps: int, stretch: float, rng: Rng) -> F32:
    """Return the grid from its attack on, read `stretch` times as fast."""
    del rng
    return _read_at(grid, np.arange(steps) * stretch)


def _excerpt(grid: F32, steps: int, stretch: float, rng: Rng) -> F32:
    """Return any part; short textures are repeated to and fro, which has no seam."""
    there_and_back = np.concatenate([grid, grid[::-1]])
    start = rng.random() * max(1.0, len(grid) - steps * stretch)
    return _read_at(there_and_back, (start + np.arange(steps) * stretch) % len(there_and_back))


def _read_at(grid: F32, places: NDArray[np.floating]) -> F32:
    """Return rows at fractional places; silence beyond the end."""
    silent = np.zeros(ROWS, np.float32)
    silent[ENERGY], silent[PITCH] = FLOOR_DB, grid[-1, PITCH]
    padded = np.concatenate([grid, silent[None], silent[None]])
    below = np.minimum(places.astype(np.int64), len(grid))
    share = (places - below).clip(0, 1)[:, None].astype(np.float32)
    answer = padded[below] * (1 - share) + padded[below + 1] * share
    # The grain is the shape within one step: a mean of two shapes would be neither of them.
    answer[:, GRAIN] = padded[below, GRAIN]
    return cast(F32, answer)


def _pitched(grid: F32, octaves: float) -> F32:
    """Move all bands up by octaves (negative: down), in place; the ends are held."""
    centres = band_centres_hz()
    place = np.interp(centres / 2**octaves, centres, np.arange(BANDS))
    below = np.minimum(place.astype(np.int64), BANDS - 2)
    share = (place - below).astype(np.float32)
    energy = grid[:, ENERGY]
    grid[:, ENERGY] = energy[:, below] * (1 - share) + energy[:, below + 1] * share
    grid[:, PITCH] += octaves
    return grid


def _equaliser(traits: Traits, rng: Rng) -> F32:
    """Return the gain of each band `(BANDS,)`, decibels."""
    octaves = np.log2(band_centres_hz() / 1000)
    tilt = 3.0 * traits.brightness * octaves
    # Soft blows excite high modes less: 2 dB an octave above 500 Hz at intensity 0.
    soft = -(1 - traits.intensity) * 2.0 * np.maximum(octaves + 1, 0)
    # A random curve: smoothing over 8 bands leaves 0.19 of the deviation, so about 1.5 dB.
    wander = gaussian_filter1d(rng.normal(0, 1, BANDS), 8) * 8
    return cast(F32, (tilt + soft + wander).astype(np.float32))


def _shape_attack(grid: F32, hardness: float) -> None:
    """Lift or lower the attack, high bands three times as much as low ones, in place."""
    # A blow with a hard thing is over within some ten milliseconds and is brighter.
    t = np.arange(len(grid)) / GRID_RATE
    lift = 8 * hardness * np.exp(-t / 0.012)[:, None]
    grid[:, ENERGY] += lift * np.linspace(0.5, 1.5, BANDS)


def _shape_tail(energy: F32, wetness: float, is_tile: bool) -> None:
    """Add a tail (wetness above 0) or shorten the decay (below 0), in place."""
    if wetness < 0 and not is_tile:
        # Up to 40 dB a second faster: a damped or carpeted place.
        energy -= 40 * -wetness * (np.arange(len(energy)) / GRID_RATE)[:, None]
    if wetness > 0:
        # A room is a recursive mean of past power, with a time constant of 40 to 120 ms.
        keep = np.exp(-1 / (GRID_RATE * (0.04 + 0.08 * wetness)))
        power = 10 ** (energy / 10)
        # What lies near the floor is silence, and a room must not be heard in silence.
        heard = np.maximum(power - 2 * 10 ** (FLOOR_DB / 10), 0)
        tail = lfilter([0, 1 - keep], [1, -keep], heard, axis=0) * wetness * 0.5
        energy[:] = 10 * np.log10(power + tail)

"""Touches: what follows a contact at once, such as a toe after a heel, a latch, a small bounce.

A touch is rendered from the grid of the hit itself with new noise, softer, duller and shorter, as
the same thing sounds when it is touched more lightly. A scrape is noise of its colour. Neither
comes before the attack or changes it.
"""

import numpy as np

from foley_core.audio.band_grid import BANDS, ENERGY, FLOOR_DB, HOP, TONALITY
from foley_core.audio.band_synthesis import render_grid
from foley_core.audio.waveform import db_to_gain, equal_power_fade
from foley_core.models.protocol import Touch
from foley_core.types import F32, Rng

# A hit that is 10 dB softer lacks 6 dB in its highest band: about what the network itself makes of
# it (an intensity of 0.6 in place of 1.0 lowers the centroid by 0.3 octaves).
_DULLER = 0.6
# A touch dies away faster than the hit by so many dB in a step of 5 ms, and is over in 0.25 s.
_FASTER_DB, _MOST_STEPS = 0.2, 50
# A scrape takes its colour from the loudest steps of the hit, has few lines, swells within 20 ms,
# and falls by so much until its end.
_LOUD_STEPS, _SCRAPE_TONALITY, _SWELL_STEPS, _SCRAPE_FALL_DB = 8, 0.3, 4, 25.0
# Friction sticks and slips: it trembles by so many dB from step to step.
_TREMBLE_DB = 2.0
# A light touch sets in within 3 ms, softer than the attack. 5 ms end it without a click.
_FADE_IN, _FADE_OUT = 144, HOP


def add_touch(waveform: F32, grid: F32, touch: Touch, noise: Rng, modes: Rng | None) -> None:
    """Add a touch to the rendered waveform `(N,)` of a grid `(T, ROWS)`, in place.

    Args:
        noise: of the touch.
        modes: of the places of the modes, as they were for the hit.
    """
    softer = _scraped(grid, touch, noise) if touch.scrapes else _softer(grid, touch)
    sound = render_grid(softer, noise, float(touch.scrapes > 0), modes)
    sound[:_FADE_IN] *= equal_power_fade(_FADE_IN).astype(np.float32)
    sound[-_FADE_OUT:] *= equal_power_fade(_FADE_OUT)[::-1].astype(np.float32)
    part = waveform[touch.after : touch.after + len(sound)]
    part += sound[: len(part)] * np.float32(db_to_gain(touch.level_db))


def _softer(grid: F32, touch: Touch) -> F32:
    """Return the beginning of a grid, duller and dying away sooner."""
    softer = grid[:_MOST_STEPS].copy()
    duller = np.linspace(0.0, _DULLER * touch.level_db, BANDS)
    sooner = _FASTER_DB * np.arange(len(softer))
    energy = softer[:, ENERGY] + duller - sooner[:, None]
    softer[:, ENERGY] = np.maximum(energy, FLOOR_DB)
    return softer


def _scraped(grid: F32, touch: Touch, noise: Rng) -> F32:
    """Return a grid of friction that has the colour of a hit."""
    steps = max(1, touch.scrapes // HOP)
    loudest = np.argsort(-grid[:, ENERGY].max(axis=1), kind="stable")[:_LOUD_STEPS]
    scraped = np.repeat(grid[loudest].mean(axis=0)[None], steps, axis=0)
    along = np.arange(steps)
    course = 20 * np.log10(np.minimum((along + 1) / _SWELL_STEPS, 1.0))
    course -= _SCRAPE_FALL_DB * along / steps
    course += _TREMBLE_DB * noise.standard_normal(steps)
    scraped[:, ENERGY] = np.maximum(scraped[:, ENERGY] + course[:, None], FLOOR_DB)
    scraped[:, TONALITY] *= _SCRAPE_TONALITY
    return scraped

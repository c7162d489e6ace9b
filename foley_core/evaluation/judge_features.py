"""Features of a judge of sounds: numbers that describe a grid of 1.28 s.

Chosen by the accuracy on real recordings of sources left out, never by generated sounds. Factors
bring groups of numbers to about one range; the judge scales each number once more.
"""

from typing import cast

import numpy as np
from scipy.fft import rfft

from foley_core.audio.band_grid import ENERGY, FLOOR_DB, GRAIN, PITCH, TONALITY, VOICING
from foley_core.evaluation.judge_examples import EXCERPT_STEPS
from foley_core.types import F32, F64

_COARSE_BANDS = 20
_REGIONS = 10
_ATTACK_STEPS = 6
"""Grid steps of the attack: 30 ms."""
_SHAPE_PARTS = 16
"""Parts of the course over time, 80 ms each."""
_STEPS_PER_S = 200
_RHYTHM_EDGES_HZ = (0.7, 2.0, 4.0, 8.0, 16.0, 32.0, 100.0)
"""Borders of the rates at which the level goes up and down."""
_PERIOD_STEPS = slice(10, 160)
"""Periods of a rhythm that are looked for: 0.05 to 0.8 s."""
_LEVEL_RANGE_DB = 40.0
"""Levels further below the loudest moment say nothing of a rhythm."""
_DEPTHS_DB = (6.0, 12.0, 20.0, 30.0, 40.0)
_RISES_DB = (6.0, 12.0)


def features(grid: F32) -> F64:
    """Return the features `(157,)` of a sound `(T, ROWS)`, see the functions below."""
    sound = grid[:EXCERPT_STEPS]
    energy = np.full((EXCERPT_STEPS, ENERGY.stop), FLOOR_DB)
    energy[: len(sound)] = sound[:, ENERGY]
    level = 10 * np.log10((10 ** (energy / 10)).sum(axis=1) + 1e-9)
    # Loud moments count more than the silence that follows them.
    heard = 10 ** ((level - level.max()) / 20)
    heard /= heard.sum()
    sounding = heard[: len(sound)] / heard[: len(sound)].sum()
    audible = np.maximum(level, level.max() - _LEVEL_RANGE_DB)
    return np.concatenate(
        [
            _bands(energy),
            _spectrum(energy, heard),
            _tonality(sound, sounding),
            _pitch(sound, sounding),
            _grains(sound, sounding),
            _rhythm(audible),
            _course(level, audible),
        ]
    )


def _bands(energy: F64) -> F64:
    """Return of 20 bands: mean, deviation and change over time, spectrum of the attack.

    Then the course of the loudest band, and how far neighbouring bands change together.
    """
    coarse = energy.reshape(EXCERPT_STEPS, _COARSE_BANDS, -1).mean(axis=2)
    change = np.diff(coarse, axis=0)
    shape = coarse.max(axis=1).reshape(_SHAPE_PARTS, -1).mean(axis=1)
    apart = change - change.mean(axis=0)
    spread = apart.std(axis=0) + 1e-3
    alike = (apart.T @ apart) / len(apart) / np.outer(spread, spread)
    together = [alike[np.triu_indices(_COARSE_BANDS, 1)].mean()]
    together += [np.diag(alike, distance).mean() for distance in (1, 5)]
    return np.concatenate(
        [
            coarse.mean(axis=0),
            coarse.std(axis=0),
            np.abs(change).mean(axis=0),
            coarse[:_ATTACK_STEPS].mean(axis=0),
            shape,
            5 * np.array(together),
        ]
    )


def _spectrum(energy: F64, heard: F64) -> F64:
    """Return peaks of ten regions over their mean; centre of gravity, its movement, and width."""
    power = 10 ** (energy / 10)
    mean_db = 10 * np.log10(power.mean(axis=0) + 1e-8).reshape(_REGIONS, -1)
    bands, total = np.arange(ENERGY.stop), power.sum(axis=1) + 1e-9
    centre = power @ bands / total
    width = np.sqrt(np.maximum(power @ bands**2 / total - centre**2, 0))
    mean = heard @ centre
    steps = np.arange(EXCERPT_STEPS) - heard @ np.arange(EXCERPT_STEPS)
    slope = heard @ (steps * (centre - mean)) / (heard @ steps**2 + 1e-6)
    moved = np.sqrt(heard @ np.square(centre - mean))
    begin = centre[:_ATTACK_STEPS].mean()
    gravity = [mean / 3, moved / 2, heard @ width / 3, begin / 3, 10 * slope]
    return np.concatenate([mean_db.max(axis=1) - mean_db.mean(axis=1), gravity])


def _tonality(sound: F32, heard: F64) -> F64:
    """Return mean and deviation of the tonality of ten regions."""
    tonality = sound[:, TONALITY]
    mean = heard @ tonality
    return np.concatenate([10 * mean, 10 * np.sqrt(heard @ np.square(tonality - mean))])


def _pitch(sound: F32, heard: F64) -> F64:
    """Return mean and deviation of voicing, and of the pitch where there is one."""
    voicing, pitch = sound[:, VOICING], sound[:, PITCH]
    mean = heard @ voicing
    voiced = heard * voicing / max(float(mean), 1e-6)
    height = voiced @ pitch
    spreads = [heard @ np.square(voicing - mean), voiced @ np.square(pitch - height)]
    steady, moved = np.sqrt(spreads)
    return np.array([10 * mean, 3 * height, 10 * steady, 5 * moved])


def _grains(sound: F32, heard: F64) -> F64:
    """Return the strength of what is shorter than a step: all along, and in the attack."""
    grains = np.square(sound[:, GRAIN]).mean(axis=1)
    return cast(F64, np.sqrt([heard @ grains, grains[:_ATTACK_STEPS].mean()]))


def _rhythm(audible: F64) -> F64:
    """Return how strongly the level changes at several rates, and its clearest period."""
    swing = audible - audible.mean()
    spectrum = np.abs(rfft(swing * np.hanning(EXCERPT_STEPS))) ** 2
    rates_hz = np.arange(len(spectrum)) * _STEPS_PER_S / EXCERPT_STEPS
    edges = np.searchsorted(rates_hz, _RHYTHM_EDGES_HZ)
    power = np.add.reduceat(spectrum[: edges[-1]], edges[:-1]) / np.diff(edges)
    again = np.correlate(swing, swing, "full")[EXCERPT_STEPS - 1 :] / (swing @ swing + 1e-6)
    period = _PERIOD_STEPS.start + int(np.argmax(again[_PERIOD_STEPS]))
    clearest = [10 * again[period], 10 * np.log2(period)]
    return np.concatenate([10 * np.log10(power / EXCERPT_STEPS + 0.1), clearest])


def _course(level: F64, audible: F64) -> F64:
    """Return for how long the sound is loud, when it is loudest, and how often it sets in."""
    loud = [20 * np.mean(level > level.max() - depth) for depth in _DEPTHS_DB]
    rises = audible[2:] - audible[:-2]
    sets_in = [10 * np.log10(1 + np.sum(rises > rise)) for rise in _RISES_DB]
    return np.array([*loud, np.argmax(level) / 12.8, *sets_in, 3 * rises.std()])

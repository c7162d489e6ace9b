"""Levelling of sounds that last: a course of levels is followed, and nothing switches on and off.

Levels are K-weighted, in decibels to full scale, and taken as means of the channels.
"""

from typing import cast

import numpy as np

from foley_core.audio.courses import smoothed
from foley_core.audio.loudness import KWeighting
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64, Rng

# Samples between two values of a level: 20 ms.
_STEP_SAMPLES = SAMPLE_RATE // 50
# Steps under the windows of levels: about half a second for what lasts, 0.1 s for moments. A level
# is a mean around its step, so a change also moves its neighbours, and moments are changed twice.
_SPELL_STEPS, _MOMENT_STEPS, _MOMENT_ROUNDS = 25, 5, 2
_LEAST_POWER = 1e-12
_THIRD_OCTAVE = 2 ** (1 / 3)


def levelled(
    waveform: F32, wanted_db: F64, *, life_db: float, moment_db: float, most_db: float
) -> F32:
    """Return a sound whose level follows a wanted one.

    Args:
        waveform: `(C, N)`.
        wanted_db: `(T,)` wanted levels, spread evenly from the first sample to the last.
        life_db: distance from the wanted level that is left to it over half a second.
        moment_db: the same over a tenth of a second, so that neither holes nor bursts are left.
        most_db: most that is added or taken at once.
    """
    rounds = [(_SPELL_STEPS, life_db), *[(_MOMENT_STEPS, moment_db)] * _MOMENT_ROUNDS]
    for steps, free_db in rounds:
        level = _levels(waveform, steps)
        places = np.linspace(0, len(wanted_db) - 1, len(level))
        away = level - np.interp(places, np.arange(len(wanted_db)), wanted_db)
        change = np.clip(np.clip(away, -free_db, free_db) - away, -most_db, most_db)
        waveform = _changed(waveform, smoothed(change, steps))
    return waveform


def softened(waveform: F32, rng: Rng, *, range_db: float, rise_db: float) -> F32:
    """Return a sound whose phrases swell and die away, however suddenly they came.

    Pauses are filled with noise of the colour of the phrases, such as the breath of who calls;
    then the beginning and the end of each phrase are faded.

    Args:
        waveform: `(C, N)`.
        rng: what the noise is drawn from.
        range_db: distance of a pause from the loudest moment.
        rise_db: most change of level in 0.1 s.
    """
    breath = _noise_of_colour(waveform, rng)
    least = _levels(waveform, _MOMENT_STEPS).max() - range_db
    away = least - np.median(_levels(breath, _MOMENT_STEPS))
    waveform = waveform + breath * np.float32(10 ** (away / 20))
    for _ in range(_MOMENT_ROUNDS):
        level = _levels(waveform, _MOMENT_STEPS)
        # The highest course below the level that is nowhere steeper: tilted, the smallest so far.
        ramp = rise_db / _MOMENT_STEPS * np.arange(len(level))
        rising = np.minimum.accumulate(level - ramp) + ramp
        course = np.minimum.accumulate((rising + ramp)[::-1])[::-1] - ramp
        waveform = _changed(waveform, course - level)
    return waveform


def _noise_of_colour(waveform: F32, rng: Rng) -> F32:
    """Return steady noise `(C, N)` with the mean spectrum of a sound, its lines blurred."""
    power = np.square(np.abs(np.fft.rfft(waveform, axis=1))).mean(axis=0)
    # The mean over two thirds of an octave around each frequency: a voice leaves no hum behind.
    sums = np.concatenate([[0.0], np.cumsum(power)])
    bins = np.arange(len(power))
    low = np.floor(bins / _THIRD_OCTAVE).astype(int)
    high = np.minimum(np.ceil(bins * _THIRD_OCTAVE).astype(int) + 1, len(power))
    colour = np.sqrt((sums[high] - sums[low]) / (high - low))
    white = np.fft.rfft(rng.normal(size=waveform.shape), axis=1)
    return np.fft.irfft(white * colour, n=waveform.shape[1], axis=1).astype(np.float32)


def _levels(waveform: F32, steps: int) -> F64:
    """Return the level around the middle of each step, `(ceil(N / _STEP_SAMPLES),)`."""
    power = np.square(KWeighting(len(waveform)).filter(waveform)).mean(axis=0)
    borders = np.arange(0, len(power), _STEP_SAMPLES)
    # The last step may be shorter: its mean is over what there is.
    lengths = np.diff(np.append(borders, len(power)))
    means = np.add.reduceat(power, borders) / lengths
    return cast(F64, 10 * np.log10(smoothed(means, steps) + _LEAST_POWER))


def _changed(waveform: F32, change_db: F64) -> F32:
    """Return a sound with the level of each step changed, straight lines in between."""
    middles = np.arange(len(change_db)) * _STEP_SAMPLES + _STEP_SAMPLES / 2
    gains = 10 ** (np.interp(np.arange(waveform.shape[1]), middles, change_db) / 20)
    return (waveform * gains).astype(np.float32)

"""Measures of a generated sound by arithmetic: time, spectrum, artefacts, novelty.

Waveforms are mono `(N,)` at 48 kHz, grids those of `band_grid`.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.ndimage import uniform_filter1d
from scipy.signal import welch

from foley_core.audio.band_grid import ENERGY, FLOOR_DB, band_centres_hz
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

HIGH_HZ = 12_000.0
HUMS_HZ = (50.0, 60.0, 100.0, 120.0)
"""Mains frequencies of the world, and their first harmonics."""

_SAMPLES_PER_MS = SAMPLE_RATE / 1000
_ATTACK_SAMPLES = SAMPLE_RATE // 20
"""50 ms."""
_RISE_SAMPLES = SAMPLE_RATE // 5
"""200 ms."""
_ENVELOPE_SAMPLES = SAMPLE_RATE // 2000
"""0.5 ms."""
_EDGE_SAMPLES = SAMPLE_RATE // 100
"""10 ms."""
_LIKENESS_STEPS = 128
"""Grid steps that are compared: 0.64 s."""
_LEAST_LAG_S = 1.0
_CURVE_SAMPLES = SAMPLE_RATE // 20
"""Samples of one step of a level curve: 50 ms."""
_STEP_CURVE = 10
"""Steps of the curve on either side of a seam: half a second."""
_SWELL_STEPS = 11
"""Steps over which slow swells are averaged: 0.55 s."""
_TINY = 1e-12
"""Keeps logarithms and quotients of silence finite."""


def rise_time_ms(waveform: F32) -> float:
    """Return the time from a tenth to nine tenths of the largest envelope in the first 200 ms.

    The envelope is the root mean square over 0.5 ms.
    """
    power = np.square(waveform[:_RISE_SAMPLES].astype(np.float64))
    level = np.sqrt(np.maximum(uniform_filter1d(power, _ENVELOPE_SAMPLES), 0))
    risen = int(np.argmax(level >= 0.9 * level.max()))
    # The last moment below a tenth: an earlier click must not lengthen the rise.
    low = np.flatnonzero(level[:risen] < 0.1 * level.max())
    return float((risen - (low[-1] if low.size else 0)) / _SAMPLES_PER_MS)


def attack_time_ms(waveform: F32) -> float:
    """Return the time until half of the energy of the first 50 ms has come; short is hard."""
    energy = np.cumsum(np.square(waveform[:_ATTACK_SAMPLES].astype(np.float64)))
    return float(np.searchsorted(energy, 0.5 * energy[-1]) / _SAMPLES_PER_MS)


def decay_time_ms(waveform: F32) -> float:
    """Return the time until a hundredth of the energy is left.

    What is left comes from backward integration (Schroeder 1965), which is smooth even for noise.
    """
    left = np.cumsum(np.square(waveform.astype(np.float64))[::-1])[::-1]
    return float(np.argmax(left < 0.01 * left[0] + _TINY) / _SAMPLES_PER_MS)


def centroid_hz(waveform: F32) -> float:
    """Return the centre of gravity of the amplitude spectrum."""
    amplitude = np.abs(np.fft.rfft(waveform))
    bins_hz = np.fft.rfftfreq(len(waveform), 1 / SAMPLE_RATE)
    return float(amplitude @ bins_hz / (amplitude.sum() + _TINY))


def dc_offset_db(waveform: F32) -> float:
    """Return the level of the constant part, relative to full scale."""
    return float(20 * np.log10(abs(float(waveform.mean(dtype=np.float64))) + _TINY))


def hum_db(waveform: F32) -> float:
    """Return the strongest mains line over the median of its surroundings (±20 Hz).

    The waveform must last 2 s at least.
    """
    # Windows of one second: bins of 1 Hz, narrow enough to part a line from the noise around it.
    bins_hz, power = welch(waveform, SAMPLE_RATE, nperseg=SAMPLE_RATE, detrend="constant")
    over = []
    for hum_hz in HUMS_HZ:
        distance_hz = np.abs(bins_hz - hum_hz)
        line = power[distance_hz <= 1].max()
        # Bins within 3 Hz hold the skirts of the line itself.
        around = (distance_hz <= 20) & (distance_hz > 3)
        over.append(10 * np.log10(line / (np.median(power[around]) + _TINY * power.max()) + _TINY))
    return float(max(over))


def edge_click_db(waveform: F32) -> float:
    """Return the jump from and to silence at the ends, over the largest step of 10 ms beside it.

    Above 0 dB an edge jumps more than the sound itself does.
    """
    first, last = waveform[:_EDGE_SAMPLES], waveform[-_EDGE_SAMPLES:]
    # Near silence every step is tiny and a ratio of two of them would mean nothing.
    least = 1e-4 * float(np.abs(waveform).max())
    ratios = [
        abs(float(edge)) / max(float(np.abs(np.diff(beside)).max()), least, _TINY)
        for edge, beside in ((waveform[0], first), (waveform[-1], last))
    ]
    return float(20 * np.log10(max(ratios) + _TINY))


def high_db(grid: F32) -> float:
    """Return the share of a sound's energy that lies above 12 kHz, decibels."""
    power = (10 ** (grid[:, ENERGY] / 10)).sum(axis=0)
    return float(10 * np.log10(power[band_centres_hz() > HIGH_HZ].sum() / power.sum() + 1e-9))


def band_statistics(grids: Sequence[F32]) -> F64:
    """Return mean and deviation over time of 80 log bands, averaged over sounds: `(2 · BANDS,)`."""
    each = [np.concatenate([g[:, ENERGY].mean(axis=0), g[:, ENERGY].std(axis=0)]) for g in grids]
    statistics: F64 = np.mean(each, axis=0, dtype=np.float64)
    return statistics


def likeness(sounds: Sequence[F32], others: Sequence[F32]) -> F64:
    """Return cosines `(sounds, others)` of time-band pictures of 0.64 s, less the others' mean.

    Without the mean, whatever is typical of the class would look like a copy of everything.
    """
    known = np.stack([_picture(grid) for grid in others])
    mean = known.mean(axis=0)
    seen = np.stack([_picture(grid) for grid in sounds])
    return _unit(seen - mean) @ _unit(known - mean).T


def loop_correlation(waveform: F32) -> float:
    """Return the largest likeness to itself after more than a second, of samples or of levels.

    1 is an exact repetition. Slow swells, which wind has too, are taken off the levels first; a
    loop repeats the rest.
    """
    power = np.square(waveform.astype(np.float64))
    whole = len(power) - len(power) % _CURVE_SAMPLES
    level = 10 * np.log10(power[:whole].reshape(-1, _CURVE_SAMPLES).mean(axis=1) + _TINY)
    level -= uniform_filter1d(level, _SWELL_STEPS)
    return max(
        _self_likeness(waveform.astype(np.float64), int(_LEAST_LAG_S * SAMPLE_RATE)),
        _self_likeness(level, int(_LEAST_LAG_S * SAMPLE_RATE / _CURVE_SAMPLES)),
    )


def seam_db(waveform: F32, seams: Sequence[int]) -> float:
    """Return the level steps at the seams (median), less those of other places (95th percentile).

    A step is the difference of the mean levels of half a second before and after. Above 0 a seam
    stands out.

    Args:
        seams: samples at which tiles join.
    """
    power = np.square(waveform.astype(np.float64))
    whole = len(power) - len(power) % _CURVE_SAMPLES
    level = power[:whole].reshape(-1, _CURVE_SAMPLES).mean(axis=1)
    # Running sums give every mean of ten steps as one difference.
    total = np.concatenate([np.zeros(1), np.cumsum(level)])
    mean_db = 10 * np.log10((total[_STEP_CURVE:] - total[:-_STEP_CURVE]) / _STEP_CURVE + _TINY)
    steps = np.abs(mean_db[_STEP_CURVE:] - mean_db[:-_STEP_CURVE])
    # Step `i` compares what lies before and after curve step `i + 10`.
    places = np.array([round(s / _CURVE_SAMPLES) - _STEP_CURVE for s in seams])
    places = places[(places >= 0) & (places < len(steps))]
    return float(np.median(steps[places]) - np.quantile(np.delete(steps, places), 0.95))


def _self_likeness(curve: F64, least_lag: int) -> float:
    """Return the largest normalised autocorrelation at lags from `least_lag` to half the length."""
    centred = curve - curve.mean()
    # By a Fourier transform (Wiener-Khinchin), padded so that the end does not wrap to the start.
    size = next_fast_len(2 * len(curve), real=True)
    correlation = irfft(np.abs(rfft(centred, size)) ** 2, size)[: len(curve) // 2]
    # At a long lag fewer samples overlap; without this division a late repetition would look faint.
    together = (len(curve) - np.arange(len(correlation))) / len(curve)
    return float(np.max(correlation[least_lag:] / together[least_lag:]) / (correlation[0] + _TINY))


def _picture(grid: F32) -> F64:
    """Return the energies of 0.64 s, halved in time and in bands, as one row of numbers."""
    energy = np.full((_LIKENESS_STEPS, ENERGY.stop), FLOOR_DB)
    energy[: len(grid)] = grid[:_LIKENESS_STEPS, ENERGY]
    halved = energy.reshape(_LIKENESS_STEPS // 2, 2, ENERGY.stop // 2, 2).mean(axis=(1, 3))
    return cast(F64, halved.reshape(-1))


def _unit(rows: F64) -> F64:
    """Return rows scaled to length 1."""
    return cast(F64, rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9))

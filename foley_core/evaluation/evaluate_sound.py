"""What can be measured of a generated sound by arithmetic: time, spectrum, artefacts, novelty.

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

_SAMPLES_PER_MS = SAMPLE_RATE / 1000
_ATTACK_SAMPLES = SAMPLE_RATE // 20
_RISE_SAMPLES = SAMPLE_RATE // 5
_ENVELOPE_SAMPLES = SAMPLE_RATE // 2000
_EDGE_SAMPLES = SAMPLE_RATE // 100
_LIKENESS_STEPS = 128
_LEAST_LAG_S = 1.0
_CURVE_SAMPLES = SAMPLE_RATE // 20
_STEP_CURVE = 10
_SWELL_STEPS = 11
_TINY = 1e-12


def rise_time_ms(waveform: F32) -> float:
    """From a tenth to nine tenths of the largest envelope (0.5 ms) of the first 200 ms."""
    power = np.square(waveform[:_RISE_SAMPLES].astype(np.float64))
    level = np.sqrt(np.maximum(uniform_filter1d(power, _ENVELOPE_SAMPLES), 0))
    risen = int(np.argmax(level >= 0.9 * level.max()))
    low = np.flatnonzero(level[:risen] < 0.1 * level.max())
    return float((risen - (low[-1] if low.size else 0)) / _SAMPLES_PER_MS)


def attack_time_ms(waveform: F32) -> float:
    """Until half of the energy of the first 50 ms has come; short is hard."""
    energy = np.cumsum(np.square(waveform[:_ATTACK_SAMPLES].astype(np.float64)))
    return float(np.searchsorted(energy, 0.5 * energy[-1]) / _SAMPLES_PER_MS)


def decay_time_ms(waveform: F32) -> float:
    """Until a hundredth of the energy is left, by backward integration (Schroeder 1965)."""
    left = np.cumsum(np.square(waveform.astype(np.float64))[::-1])[::-1]
    return float(np.argmax(left < 0.01 * left[0] + _TINY) / _SAMPLES_PER_MS)


def centroid_hz(waveform: F32) -> float:
    """Centre of gravity of the amplitude spectrum."""
    amplitude = np.abs(np.fft.rfft(waveform))
    places = np.fft.rfftfreq(len(waveform), 1 / SAMPLE_RATE)
    return float(amplitude @ places / (amplitude.sum() + _TINY))


def dc_offset_db(waveform: F32) -> float:
    """Constant part, relative to full scale."""
    return float(20 * np.log10(abs(float(waveform.mean(dtype=np.float64))) + _TINY))


def hum_db(waveform: F32) -> float:
    """The strongest mains line over the median of its surroundings (±20 Hz), at least 2 s."""
    places, power = welch(waveform, SAMPLE_RATE, nperseg=SAMPLE_RATE, detrend="constant")
    over = []
    for hum_hz in HUMS_HZ:
        line = power[np.abs(places - hum_hz) <= 1].max()
        around = (np.abs(places - hum_hz) <= 20) & (np.abs(places - hum_hz) > 3)
        over.append(10 * np.log10(line / (np.median(power[around]) + _TINY * power.max()) + _TINY))
    return float(max(over))


def edge_click_db(waveform: F32) -> float:
    """The jump from and to silence at the ends, over the largest step of the 10 ms beside it."""
    first, last = waveform[:_EDGE_SAMPLES], waveform[-_EDGE_SAMPLES:]
    least = 1e-4 * float(np.abs(waveform).max())
    ratios = [
        abs(float(edge)) / max(float(np.abs(np.diff(beside)).max()), least, _TINY)
        for edge, beside in ((waveform[0], first), (waveform[-1], last))
    ]
    return float(20 * np.log10(max(ratios) + _TINY))


def high_db(grid: F32) -> float:
    """Share of a sound's energy that lies above 12 kHz."""
    power = (10 ** (grid[:, ENERGY] / 10)).sum(axis=0)
    return float(10 * np.log10(power[band_centres_hz() > HIGH_HZ].sum() / power.sum() + 1e-9))


def band_statistics(grids: Sequence[F32]) -> F64:
    """Mean and deviation over time of 80 log bands, averaged over sounds: `(2 · BANDS,)`."""
    each = [np.concatenate([g[:, ENERGY].mean(axis=0), g[:, ENERGY].std(axis=0)]) for g in grids]
    statistics: F64 = np.mean(each, axis=0, dtype=np.float64)
    return statistics


def likeness(sounds: Sequence[F32], others: Sequence[F32]) -> F64:
    """`(sounds, others)`: cosines of time-band pictures of 0.64 s less the mean of the others.

    Without the mean, whatever is typical of the class would look like a copy of everything.
    """
    known = np.stack([_picture(grid) for grid in others])
    mean = known.mean(axis=0)
    seen = np.stack([_picture(grid) for grid in sounds])
    return _unit(seen - mean) @ _unit(known - mean).T


def loop_correlation(waveform: F32) -> float:
    """Largest self-likeness after more than a second: of the samples, or of their levels.

    Slow swells, which wind has too, are taken off the levels first; a loop repeats the rest.
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
    """Level steps at the seams (median), less what other places have (95th percentile).

    A step is the difference of the mean levels of half a second before and after.
    """
    power = np.square(waveform.astype(np.float64))
    whole = len(power) - len(power) % _CURVE_SAMPLES
    level = power[:whole].reshape(-1, _CURVE_SAMPLES).mean(axis=1)
    total = np.concatenate([np.zeros(1), np.cumsum(level)])
    mean_db = 10 * np.log10((total[_STEP_CURVE:] - total[:-_STEP_CURVE]) / _STEP_CURVE + _TINY)
    steps = np.abs(mean_db[_STEP_CURVE:] - mean_db[:-_STEP_CURVE])
    places = np.array([round(s / _CURVE_SAMPLES) - _STEP_CURVE for s in seams])
    places = places[(places >= 0) & (places < len(steps))]
    return float(np.median(steps[places]) - np.quantile(np.delete(steps, places), 0.95))


def _self_likeness(curve: F64, least_lag: int) -> float:
    """Largest normalised autocorrelation at lags from `least_lag` to half the length."""
    centred = curve - curve.mean()
    size = next_fast_len(2 * len(curve), real=True)
    correlation = irfft(np.abs(rfft(centred, size)) ** 2, size)[: len(curve) // 2]
    together = (len(curve) - np.arange(len(correlation))) / len(curve)
    return float(np.max(correlation[least_lag:] / together[least_lag:]) / (correlation[0] + _TINY))


def _picture(grid: F32) -> F64:
    energy = np.full((_LIKENESS_STEPS, ENERGY.stop), FLOOR_DB)
    energy[: len(grid)] = grid[:_LIKENESS_STEPS, ENERGY]
    halved = energy.reshape(_LIKENESS_STEPS // 2, 2, ENERGY.stop // 2, 2).mean(axis=(1, 3))
    return cast(F64, halved.reshape(-1))


def _unit(rows: F64) -> F64:
    return cast(F64, rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9))

"""The synthesiser grid: a sound as slowly varying numbers from which it can be rendered afresh.

A grid is `(T, ROWS)`, 200 steps a second (`HOP` samples). Its rows:

- `ENERGY`, 80: log energy of overlapping bands up to 22 kHz, decibels, floor -75;
- `TONALITY`, 10: for each eight bands, how much of the energy is narrow lines, 0..1;
- `GRAIN`, 4: gain of each quarter step (1.25 ms) over the band energies, decibels, which the
  16 ms analysis window cannot tell: attacks, clicks, crackle;
- `PITCH`, `VOICING`: fundamental in octaves over 100 Hz, and how harmonic the lines are, 0..1.

A grid is small, so a small network learns it; rendering draws the noise afresh, so that no
recording can come out of it again. It does not represent: phase, the shape of a wave between
quarter steps, two pitches at once, lines closer than a band, or space. Speech through it whispers.
"""

from functools import cache
from itertools import pairwise
from typing import cast

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.fft import irfft, rfft
from scipy.ndimage import correlate1d, uniform_filter1d

from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32

HOP = 240
WINDOW = 768
FFT = 1024
BANDS = 80
BAND_REGIONS = 10
GRAINS = 4
FLOOR_DB = -75.0
REFERENCE_HZ = 100.0

ENERGY = slice(0, BANDS)
TONALITY = slice(BANDS, BANDS + BAND_REGIONS)
GRAIN = slice(BANDS + BAND_REGIONS, BANDS + BAND_REGIONS + GRAINS)
PITCH = BANDS + BAND_REGIONS + GRAINS
VOICING = PITCH + 1
ROWS = VOICING + 1

_LOWEST_HZ, _HIGHEST_HZ, _KNEE_HZ = 40.0, 22_000.0, 1_200.0
_LONG_FFT = 4096
_PITCH_FFT = 2048
_PITCH_RANGE_HZ = (55.0, 1_600.0)
_GRAIN_LIMIT_DB = 15.0
_GRAIN_DEAD_DB = 1.0


@cache
def band_centres_hz() -> F32:
    """Centre of each band `(BANDS,)`: linear below about 1.2 kHz, logarithmic above."""
    lowest, highest = np.log1p(np.array([_LOWEST_HZ, _HIGHEST_HZ]) / _KNEE_HZ)
    return (np.expm1(np.linspace(lowest, highest, BANDS)) * _KNEE_HZ).astype(np.float32)


@cache
def band_weights() -> F32:
    """Triangles over FFT bins `(FFT // 2 + 1, BANDS)`; the bands of any bin sum to one."""
    bins_hz = np.fft.rfftfreq(FFT, 1 / SAMPLE_RATE)
    place = np.interp(bins_hz, band_centres_hz(), np.arange(BANDS))
    weights = np.clip(1 - np.abs(place[:, None] - np.arange(BANDS)), 0, 1)
    weights[0] = 0
    return cast(F32, weights.astype(np.float32))


@cache
def window() -> F32:
    """Hann window `(WINDOW,)` of both analysis and synthesis."""
    return np.hanning(WINDOW + 1)[:-1].astype(np.float32)


def windows_of(waveform: F32, width: int, steps: int) -> F32:
    """Stretches `(T, width)` of a waveform, the middle of each on the middle of its grid step."""
    before = width // 2 - HOP // 2
    after = max(0, steps * HOP + width - len(waveform))
    padded = np.pad(waveform, (before, after))
    return sliding_window_view(padded, width)[::HOP][:steps]


def band_energies(spectra: NDArray[np.complex64]) -> F32:
    """Energy `(T, BANDS)` of spectra `(T, bins)`; a unit sine has ½ in all."""
    power = spectra.real**2 + spectra.imag**2
    scale = np.float32(2 / (FFT * float(np.sum(window() ** 2))))
    return cast(F32, (power @ band_weights()) * scale)


def analyse(waveform: F32) -> F32:
    """Grid `(ceil(N / HOP), ROWS)` of a mono waveform `(N,)` at 48 kHz.

    Levels are absolute (a full-scale sine has -3 dB): bring the sound to its level first, as
    what lies below the floor is lost.
    """
    steps = -(-len(waveform) // HOP)
    waveform = waveform.astype(np.float32)
    grid = np.empty((steps, ROWS), np.float32)
    spectra = rfft(windows_of(waveform, WINDOW, steps) * window(), FFT, axis=1)
    energy = band_energies(spectra) / _share_inside(len(waveform), steps)[:, None]
    grid[:, ENERGY] = np.maximum(10 * np.log10(energy + 1e-12), FLOOR_DB)
    grid[:, TONALITY] = _tonality(waveform, steps)
    grid[:, GRAIN] = grain_db(waveform, steps)
    grid[:, PITCH], grid[:, VOICING] = _pitch(waveform, steps)
    return grid


def grain_db(waveform: F32, steps: int) -> F32:
    """Gain of each quarter step over its surroundings `(T, GRAINS)`, decibels.

    Measured on the first difference, so that a single slow swing does not look like a grain.
    """
    padded = np.pad(np.diff(waveform, prepend=waveform[:1]), (0, steps * HOP - len(waveform)))
    energy = np.square(padded).reshape(steps * GRAINS, HOP // GRAINS).mean(axis=1) + 1e-10
    shape = _quarter_window()
    around = correlate1d(energy, shape, mode="constant")
    around /= correlate1d(np.ones_like(energy), shape, mode="constant")
    ratio = np.clip(10 * np.log10(energy / around), -_GRAIN_LIMIT_DB, _GRAIN_LIMIT_DB)
    return cast(F32, ratio.reshape(steps, GRAINS).astype(np.float32))


def grain_gain(wanted_db: F32, present_db: F32) -> F32:
    """Amplitude of each quarter step that turns the grain present into the grain wanted."""
    change = np.clip(wanted_db - present_db, -_GRAIN_LIMIT_DB, _GRAIN_LIMIT_DB)
    change = np.sign(change) * np.maximum(np.abs(change) - _GRAIN_DEAD_DB, 0)
    return cast(F32, (10 ** (change / 20)).astype(np.float32))


def _quarter_window() -> F32:
    """Energy share of the quarter steps under one analysis window."""
    quarter = HOP // GRAINS
    middles = np.arange(13) * quarter + quarter / 2
    squared = np.square(np.interp(middles, np.arange(WINDOW), window()))
    return cast(F32, (squared / squared.sum()).astype(np.float32))


def _share_inside(samples: int, steps: int) -> F32:
    """Share of each analysis window's energy that lies on the waveform, at least a quarter."""
    inside = windows_of(np.ones(samples, np.float32), WINDOW, steps)
    squared = window() ** 2
    return cast(F32, np.maximum((inside @ squared) / squared.sum(), 0.25))


@cache
def _region_edges() -> tuple[int, ...]:
    """First bin of each region of the long spectrum, and the end."""
    per_region = BANDS // BAND_REGIONS
    edges = np.interp(
        np.arange(BAND_REGIONS + 1) * per_region - 0.5, np.arange(BANDS), band_centres_hz()
    )
    return tuple(round(float(e) * _LONG_FFT / SAMPLE_RATE) for e in edges)


def _tonality(waveform: F32, steps: int) -> F32:
    """From spectral flatness over 85 ms, which is 0.56 for Gaussian noise and near 0 for lines."""
    taper = np.hanning(_LONG_FFT).astype(np.float32)
    spectra = rfft(windows_of(waveform, _LONG_FFT, steps) * taper, axis=1)
    power = np.abs(spectra) ** 2 + 1e-9
    flat = power / uniform_filter1d(power, 31, axis=1)
    edges = _region_edges()
    flatness = np.stack(
        [
            np.exp(np.log(flat[:, low:high]).mean(axis=1)) / flat[:, low:high].mean(axis=1)
            for low, high in pairwise(edges)
        ],
        axis=1,
    )
    return cast(F32, np.clip(1.15 - flatness / 0.45, 0, 1).astype(np.float32))


def _pitch(waveform: F32, steps: int) -> tuple[F32, F32]:
    """Octaves over 100 Hz and voicing `(T,)`, from the autocorrelation of a compressed spectrum."""
    taper = np.hanning(_PITCH_FFT).astype(np.float32)
    spectra = np.abs(rfft(windows_of(waveform, _PITCH_FFT, steps) * taper, 2 * _PITCH_FFT, axis=1))
    shortest, longest = (int(SAMPLE_RATE / hz) for hz in reversed(_PITCH_RANGE_HZ))
    correlation = irfft(spectra**0.7, axis=1)[:, : longest + 1]
    searched = cast(F32, correlation[:, shortest:] / np.maximum(correlation[:, :1], 1e-9))
    best = searched.max(axis=1)
    near_best = searched >= 0.85 * best[:, None]
    lag = shortest + _climb(searched, near_best.argmax(axis=1))
    loud = spectra.sum(axis=1) > 0.02 * spectra.sum(axis=1).max()
    voicing = np.where(loud, np.clip((best - 0.25) / 0.3, 0, 1), 0)
    octaves = np.log2(SAMPLE_RATE / REFERENCE_HZ / lag).astype(np.float32)
    sure = np.flatnonzero(voicing > 0.5)
    filled = np.interp(np.arange(steps), sure, octaves[sure]) if sure.size else np.ones(steps)
    return filled.astype(np.float32), voicing.astype(np.float32)


def _climb(rows: F32, start: NDArray[np.int64]) -> NDArray[np.int64]:
    """From a start in each row, up to the top of the peak it lies on."""
    reach = np.arange(40)
    index = np.minimum(start[:, None] + reach, rows.shape[1] - 1)
    top = np.take_along_axis(rows, index, axis=1).argmax(axis=1)
    return cast(NDArray[np.int64], start + top)

"""The synthesiser grid: a sound as slowly varying numbers, from which a new sound is rendered.

A grid is `(T, ROWS)` float32 with 200 steps a second (one step is `HOP` samples). Its columns:

- `ENERGY`, 80 values: log energy of overlapping bands up to 22 kHz, in decibels, not below -75;
- `TONALITY`, 10 values: for every eight bands, the share of the energy in narrow lines, 0..1;
- `GRAIN`, 4 values: gain of each quarter step (1.25 ms) over the band energies, in decibels. The
  analysis window of 16 ms cannot show what is so short: attacks, clicks, crackle;
- `PITCH`, `VOICING`: fundamental in octaves above 100 Hz, and how harmonic the lines are, 0..1.

A grid is small, so a small network can learn it. Rendering draws new noise each time, so a grid
cannot give a recording back. A grid does not hold phase, the shape of a wave between quarter
steps, two pitches at once, lines closer than a band, or space. Speech comes out as a whisper.
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

# Samples at 48 kHz: a step of 5 ms, a window of 16 ms, filled up with zeros to a power of two.
HOP = 240
WINDOW = 768
FFT = 1024
BANDS = 80
BAND_REGIONS = 10
# Measured with a prototype: band energies alone smear a rise over about 7 ms; gains at 800 a
# second beside them leave 1.7 ms. Twice the steps instead cost 7 to 10 % of class accuracy.
GRAINS = 4
FLOOR_DB = -75.0
REFERENCE_HZ = 100.0

ENERGY = slice(0, BANDS)
TONALITY = slice(BANDS, BANDS + BAND_REGIONS)
GRAIN = slice(BANDS + BAND_REGIONS, BANDS + BAND_REGIONS + GRAINS)
PITCH = BANDS + BAND_REGIONS + GRAINS
VOICING = PITCH + 1
ROWS = VOICING + 1

# With a knee at 1.2 kHz the lowest bands are 47 Hz apart, just one bin of the FFT.
_LOWEST_HZ, _HIGHEST_HZ, _KNEE_HZ = 40.0, 22_000.0, 1_200.0
# Longer windows, 85 and 43 ms: to tell lines from noise, and to hold two periods of 55 Hz.
_LONG_FFT = 4096
_PITCH_FFT = 2048
_PITCH_RANGE_HZ = (55.0, 1_600.0)
_GRAIN_LIMIT_DB = 15.0
_GRAIN_DEAD_DB = 1.0


@cache
def band_centres_hz() -> F32:
    """Return the centre of each band, `(BANDS,)` in Hz.

    Centres are about evenly spaced below 1.2 kHz and logarithmic above, in the form of the mel
    scale: even steps of `log(1 + f / knee)`.
    """
    lowest, highest = np.log1p(np.array([_LOWEST_HZ, _HIGHEST_HZ]) / _KNEE_HZ)
    return (np.expm1(np.linspace(lowest, highest, BANDS)) * _KNEE_HZ).astype(np.float32)


@cache
def band_weights() -> F32:
    """Return the triangle of each band over FFT bins, `(FFT // 2 + 1, BANDS)`.

    The weights of a bin sum to one, but for bin 0 (no frequency), which belongs to no band.
    """
    bins_hz = np.fft.rfftfreq(FFT, 1 / SAMPLE_RATE)
    # The place of a bin among the bands, as a fraction: 3.25 gives ¾ to band 3 and ¼ to band 4.
    place = np.interp(bins_hz, band_centres_hz(), np.arange(BANDS))
    weights = np.clip(1 - np.abs(place[:, None] - np.arange(BANDS)), 0, 1)
    weights[0] = 0
    return cast(F32, weights.astype(np.float32))


@cache
def window() -> F32:
    """Return the periodic Hann window `(WINDOW,)` of both analysis and synthesis."""
    return np.hanning(WINDOW + 1)[:-1].astype(np.float32)


def windows_of(waveform: F32, width: int, steps: int) -> F32:
    """Return one piece of a waveform `(N,)` for each grid step, `(steps, width)`, read-only.

    The middle of a piece is the middle of its step; beyond the waveform there are zeros.
    """
    before = width // 2 - HOP // 2
    after = max(0, steps * HOP + width - len(waveform))
    padded = np.pad(waveform, (before, after))
    return sliding_window_view(padded, width)[::HOP][:steps]


def band_energies(spectra: NDArray[np.complex64]) -> F32:
    """Return the energy of each band, `(T, BANDS)`, of spectra `(T, bins)`.

    A sine of amplitude 1 has an energy of ½ over all bands.
    """
    power = spectra.real**2 + spectra.imag**2
    # Parseval's theorem: twice for the negative frequencies, over the energy of the window.
    scale = np.float32(2 / (FFT * float(np.sum(window() ** 2))))
    return cast(F32, (power @ band_weights()) * scale)


def analyse(waveform: F32) -> F32:
    """Return the grid `(ceil(N / HOP), ROWS)` of a mono waveform `(N,)` at 48 kHz.

    Levels are absolute (a full-scale sine has -3 dB), and what lies below `FLOOR_DB` is lost: so
    bring the sound to its level first.
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
    """Return the gain of each quarter step over its surroundings, `(steps, GRAINS)` in decibels.

    Gains are limited to ±15 dB. They are measured on the first difference of the waveform, so that
    a single slow swing does not look like a grain.
    """
    padded = np.pad(np.diff(waveform, prepend=waveform[:1]), (0, steps * HOP - len(waveform)))
    energy = np.square(padded).reshape(steps * GRAINS, HOP // GRAINS).mean(axis=1) + 1e-10
    # The surroundings are what one analysis window sees: the band energies already hold that
    # mean, so only the difference from it is left to say. At the ends the window is cut off, and
    # the mean is taken over the part that remains.
    shape = _quarter_window()
    around = correlate1d(energy, shape, mode="constant")
    around /= correlate1d(np.ones_like(energy), shape, mode="constant")
    ratio = np.clip(10 * np.log10(energy / around), -_GRAIN_LIMIT_DB, _GRAIN_LIMIT_DB)
    return cast(F32, ratio.reshape(steps, GRAINS).astype(np.float32))


def grain_gain(wanted_db: F32, present_db: F32) -> F32:
    """Return the amplitude factor of each quarter step, same shape as the arguments.

    Args:
        wanted_db: the grain to reach, decibels.
        present_db: the grain that a rendered sound has, decibels.
    """
    change = np.clip(wanted_db - present_db, -_GRAIN_LIMIT_DB, _GRAIN_LIMIT_DB)
    # Noise has a grain by chance; the last decibel is left to it, or every step would be moved.
    change = np.sign(change) * np.maximum(np.abs(change) - _GRAIN_DEAD_DB, 0)
    return cast(F32, (10 ** (change / 20)).astype(np.float32))


def _quarter_window() -> F32:
    """Return the weight of each quarter step in the energy that one analysis window measures."""
    quarter = HOP // GRAINS
    # A window of 768 samples spans 12.8 quarter steps of 60.
    middles = np.arange(13) * quarter + quarter / 2
    squared = np.square(np.interp(middles, np.arange(WINDOW), window()))
    return cast(F32, (squared / squared.sum()).astype(np.float32))


def _share_inside(samples: int, steps: int) -> F32:
    """Return the share of each analysis window's energy on the waveform, at least a quarter.

    Without it the first and last steps of a sound would be measured too soft.
    """
    inside = windows_of(np.ones(samples, np.float32), WINDOW, steps)
    squared = window() ** 2
    return cast(F32, np.maximum((inside @ squared) / squared.sum(), 0.25))


@cache
def _region_edges() -> tuple[int, ...]:
    """Return the first bin of each region of the long spectrum, and the end of the last one."""
    per_region = BANDS // BAND_REGIONS
    edges = np.interp(
        np.arange(BAND_REGIONS + 1) * per_region - 0.5, np.arange(BANDS), band_centres_hz()
    )
    return tuple(round(float(e) * _LONG_FFT / SAMPLE_RATE) for e in edges)


def _tonality(waveform: F32, steps: int) -> F32:
    """Return the tonality of each region, `(T, BAND_REGIONS)` in 0..1, from spectral flatness.

    Flatness is the geometric mean of the power over its arithmetic mean: exp(-γ) = 0.56 (γ is
    Euler's constant) for Gaussian noise, near 0 for lines.
    """
    taper = np.hanning(_LONG_FFT).astype(np.float32)
    spectra = rfft(windows_of(waveform, _LONG_FFT, steps) * taper, axis=1)
    power = np.abs(spectra) ** 2 + 1e-9
    # A slope of the spectrum would count as tonality, so each bin is seen against the 363 Hz
    # around it.
    flat = power / uniform_filter1d(power, 31, axis=1)
    edges = _region_edges()
    flatness = np.stack(
        [
            np.exp(np.log(flat[:, low:high]).mean(axis=1)) / flat[:, low:high].mean(axis=1)
            for low, high in pairwise(edges)
        ],
        axis=1,
    )
    # A flatness of 0.52 and more (nearly noise) becomes 0, one of 0.07 and less becomes 1.
    return cast(F32, np.clip(1.15 - flatness / 0.45, 0, 1).astype(np.float32))


def _pitch(waveform: F32, steps: int) -> tuple[F32, F32]:
    """Return octaves above 100 Hz and voicing, `(T,)` each, by autocorrelation."""
    taper = np.hanning(_PITCH_FFT).astype(np.float32)
    # Zeros to twice the length, or the autocorrelation would wrap around.
    spectra = np.abs(rfft(windows_of(waveform, _PITCH_FFT, steps) * taper, 2 * _PITCH_FFT, axis=1))
    shortest, longest = (int(SAMPLE_RATE / hz) for hz in reversed(_PITCH_RANGE_HZ))
    # A power of 2 would be the plain autocorrelation; 0.7 keeps one strong harmonic from deciding
    # alone.
    correlation = irfft(spectra**0.7, axis=1)[:, : longest + 1]
    correlation = cast(F32, correlation / np.maximum(correlation[:, :1], 1e-9))
    # What counts is the rise over the deepest dip before: the autocorrelation of coloured noise
    # only falls, that of a voice falls and comes back.
    searched = (correlation - np.minimum.accumulate(correlation, axis=1))[:, shortest:]
    best = searched.max(axis=1)
    # Two and three periods correlate as well as one: take the shortest lag that is nearly the
    # best, or the pitch would jump down by octaves.
    near_best = searched >= 0.85 * best[:, None]
    lag = shortest + _climb(searched, near_best.argmax(axis=1))
    loud = spectra.sum(axis=1) > 0.02 * spectra.sum(axis=1).max()
    # Measured on recordings: 0.06 to 0.2 for noise, rain, wind, fire and blows, 0.3 and more for
    # barks, bleats, cries and horns.
    voicing = np.where(loud, np.clip((best - 0.2) / 0.2, 0, 1), 0)
    octaves = np.log2(SAMPLE_RATE / REFERENCE_HZ / lag).astype(np.float32)
    # Where there is no pitch the number is free: a smooth line is easiest to learn. A sound
    # without any pitch gets 200 Hz.
    sure = np.flatnonzero(voicing > 0.5)
    filled = np.interp(np.arange(steps), sure, octaves[sure]) if sure.size else np.ones(steps)
    return filled.astype(np.float32), voicing.astype(np.float32)


def _climb(rows: F32, start: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each row the index of the largest value within 40 places after its start."""
    reach = np.arange(40)
    index = np.minimum(start[:, None] + reach, rows.shape[1] - 1)
    top = np.take_along_axis(rows, index, axis=1).argmax(axis=1)
    return cast(NDArray[np.int64], start + top)

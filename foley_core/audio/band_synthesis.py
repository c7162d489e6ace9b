"""Rendering of a synthesiser grid (see `band_grid`) to a waveform, with noise drawn afresh.

Three excitations of equal spectral density: Gaussian noise, one steady line in every band (the
modes of a struck body), and all harmonics of the pitch. They are mixed by tonality and voicing;
then every band of every step is brought to the energy that the grid says, and the quarter-step
gains are laid on top. Same grid, same generator state, same samples.
"""

from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft

from foley_core.audio.band_grid import (
    BAND_REGIONS,
    BANDS,
    ENERGY,
    FFT,
    FLOOR_DB,
    GRAIN,
    GRAINS,
    HOP,
    PITCH,
    REFERENCE_HZ,
    TONALITY,
    VOICING,
    WINDOW,
    band_centres_hz,
    band_energies,
    band_weights,
    grain_db,
    grain_gain,
    window,
    windows_of,
)
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32

Spectra: TypeAlias = NDArray[np.complex64]

_NYQUIST_HZ = SAMPLE_RATE / 2
_HIGHEST_HARMONIC_HZ = 20_000.0
_LEAST_VOICING = 0.15


def render_grid(grid: F32, generator: np.random.Generator, liveliness: float = 0.0) -> F32:
    """Waveform `(T · HOP,)` of a grid `(T, ROWS)`, at the levels of the grid.

    At `liveliness` 0 the bands have the very energies of the grid, as a measured grid wants. At 1
    they fluctuate around them as those of noise do, as a grid wants that tells what to expect.
    """
    excitation = _excitation(grid, generator)
    target = 10 ** (grid[:, ENERGY] / 10) * (grid[:, ENERGY] > FLOOR_DB + 0.5)
    if liveliness > 0:
        target = target * (band_energies(excitation) / _expected_energies()) ** liveliness
    waveform = _overlap_add(_to_energies(excitation, target.astype(np.float32)))
    gain = grain_gain(grid[:, GRAIN], grain_db(waveform, len(grid)))
    return (waveform * _smooth_gain(gain)).astype(np.float32)


def _excitation(grid: F32, generator: np.random.Generator) -> Spectra:
    steps = len(grid)
    noise = _spectra(generator.standard_normal(steps * HOP, dtype=np.float32), steps)
    lines = _modes(steps, generator)
    voicing = np.clip(grid[:, VOICING], 0, 1)
    if np.quantile(voicing, 0.9) > _LEAST_VOICING:
        share = voicing[:, None].astype(np.float32)
        harmonics = _harmonics(grid[:, PITCH])
        lines = cast(Spectra, np.sqrt(1 - share) * lines + np.sqrt(share) * harmonics)
    tonality = np.repeat(np.clip(grid[:, TONALITY], 0, 1) ** 0.6, BANDS // BAND_REGIONS, axis=1)
    per_bin = tonality @ band_weights().T
    return cast(Spectra, np.sqrt(1 - per_bin) * noise + np.sqrt(per_bin) * lines)


def _spectra(waveform: F32, steps: int) -> Spectra:
    return cast(Spectra, rfft(windows_of(waveform, WINDOW, steps) * window(), FFT, axis=1))


def _modes(steps: int, generator: np.random.Generator) -> Spectra:
    """One steady line at a drawn place in each band, as the spectra that its windows would have."""
    centres = band_centres_hz().astype(np.float64)
    width = np.gradient(centres)
    lines_hz = centres + (generator.random(BANDS) - 0.5) * 0.8 * width
    phase = generator.random(BANDS)
    amplitude = np.sqrt(2 * width / _NYQUIST_HZ)
    within = np.exp(2j * np.pi * lines_hz[:, None] * np.arange(WINDOW) / SAMPLE_RATE)
    kernel = np.fft.fft(within * window(), FFT, axis=1)[:, : FFT // 2 + 1] / 2
    turns = np.arange(steps)[:, None] * HOP * lines_hz / SAMPLE_RATE + phase
    rotation = np.exp(2j * np.pi * (turns % 1.0)).astype(np.complex64)
    return cast(Spectra, rotation @ (kernel * amplitude[:, None]).astype(np.complex64))


def _harmonics(octaves: F32) -> Spectra:
    """All harmonics of a gliding pitch, by the closed form of a sum of cosines (Dirichlet)."""
    steps = len(octaves)
    samples = np.arange(steps * HOP)
    smooth = np.convolve(np.pad(octaves, 2, mode="edge"), np.full(5, 0.2), mode="valid")
    pitch_hz = REFERENCE_HZ * 2 ** np.clip(
        np.interp(samples, np.arange(steps) * HOP + HOP / 2, smooth), -1, 5
    )
    half_turn = np.pi * np.cumsum(pitch_hz / SAMPLE_RATE)
    count = np.floor(_HIGHEST_HARMONIC_HZ / pitch_hz.max())
    denominator = np.sin(half_turn)
    near_pulse = np.abs(denominator) < 1e-4
    kernel = np.where(
        near_pulse,
        count,
        np.sin((2 * count + 1) * half_turn) / np.where(near_pulse, 1, 2 * denominator) - 0.5,
    )
    return _spectra((kernel * np.sqrt(pitch_hz / (_NYQUIST_HZ / 2))).astype(np.float32), steps)


def _to_energies(spectra: Spectra, target: F32) -> Spectra:
    """Spectra whose band energies are the target's; a band that is empty is not blown up."""
    least = (0.05 * _expected_energies()).astype(np.float32)
    for _ in range(2):
        present = np.maximum(band_energies(spectra), least)
        gain = np.sqrt(target / present) @ band_weights().T
        spectra = spectra * gain
        least = 0.3 * target + 1e-12
    return spectra


def _expected_energies() -> F32:
    """Energy of each band of an excitation, on average `(BANDS,)`."""
    return cast(F32, band_weights().sum(axis=0) / (FFT / 2))


def _overlap_add(spectra: Spectra) -> F32:
    steps = len(spectra)
    pieces = irfft(spectra, FFT, axis=1)[:, :WINDOW] * window()
    total = np.zeros(steps * HOP + WINDOW, np.float64)
    weight = np.zeros_like(total)
    for step, piece in enumerate(pieces):
        total[step * HOP : step * HOP + WINDOW] += piece
        weight[step * HOP : step * HOP + WINDOW] += window() ** 2
    first = WINDOW // 2 - HOP // 2
    whole = slice(first, first + steps * HOP)
    return (total[whole] / np.maximum(weight[whole], 1e-3)).astype(np.float32)


def _smooth_gain(gain: F32) -> F32:
    """Gain of every sample from that of every quarter step, without corners."""
    quarter = HOP // GRAINS
    centres = np.arange(gain.size) * quarter + quarter / 2
    return np.interp(np.arange(gain.size * quarter), centres, gain.reshape(-1)).astype(np.float32)

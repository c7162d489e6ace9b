"""Rendering of a synthesiser grid (see `band_grid`) to a waveform, with newly drawn noise.

There are three excitations of equal spectral density: Gaussian noise, one steady line in every band
(the modes of a struck body), and all harmonics of the pitch. They are mixed by tonality and
voicing. Then every band of every step is brought to the energy that the grid says, and the gains
of the quarter steps are applied. Same grid and same generator state give the same samples.
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
from foley_core.types import F32, F64

Spectra: TypeAlias = NDArray[np.complex64]

_NYQUIST_HZ = SAMPLE_RATE / 2
_HIGHEST_HARMONIC_HZ = 20_000.0
# A sound that is hardly voiced in nine tenths of its steps gets no harmonics at all.
_LEAST_VOICING = 0.15


def render_grid(
    grid: F32,
    generator: np.random.Generator,
    liveliness: float | F32 = 0.0,
    modes: np.random.Generator | None = None,
) -> F32:
    """Return the waveform `(T · HOP,)` of a grid `(T, ROWS)`, at the levels of the grid.

    Args:
        generator: of the noise.
        liveliness: 0..1. At 0 the bands have exactly the energies of the grid, which suits a grid
            measured from a recording. At 1 they vary around them as those of noise do, which suits
            a predicted grid: a network predicts the mean. One value, or one for each step `(T,)`.
        modes: of the places of the modes, for sounds of one thing; None: `generator` draws them.
    """
    excitation = _excitation(grid, generator, modes or generator)
    # Bands at the floor are silent: 80 of them at -75 dB would be noise of -56 dB.
    target = 10 ** (grid[:, ENERGY] / 10) * (grid[:, ENERGY] > FLOOR_DB + 0.5)
    if np.any(liveliness):
        lively = np.reshape(liveliness, (-1, 1))
        target = target * (band_energies(excitation) / _expected_energies()) ** lively
    waveform = _overlap_add(_to_energies(excitation, target.astype(np.float32)))
    # The rendered noise has a grain by chance; the gain makes up the difference to the wanted one.
    gain = grain_gain(grid[:, GRAIN], grain_db(waveform, len(grid)))
    return (waveform * _smooth_gain(gain)).astype(np.float32)


def _excitation(grid: F32, generator: np.random.Generator, modes: np.random.Generator) -> Spectra:
    """Return the spectra `(T, bins)` of the mixed excitations."""
    steps = len(grid)
    noise = _spectra(generator.standard_normal(steps * HOP, dtype=np.float32), steps)
    lines = _modes(steps, modes.random(BANDS), generator.random(BANDS))
    # Excitations are unrelated, so their powers add: square roots of shares keep the sum at 1.
    voicing = np.clip(grid[:, VOICING], 0, 1)
    if np.quantile(voicing, 0.9) > _LEAST_VOICING:
        share = voicing[:, None].astype(np.float32)
        harmonics = _harmonics(grid[:, PITCH])
        lines = cast(Spectra, np.sqrt(1 - share) * lines + np.sqrt(share) * harmonics)
    # A power below 1 gives more to the lines in between pure noise and pure lines.
    tonality = np.repeat(np.clip(grid[:, TONALITY], 0, 1) ** 0.6, BANDS // BAND_REGIONS, axis=1)
    per_bin = tonality @ band_weights().T
    return cast(Spectra, np.sqrt(1 - per_bin) * noise + np.sqrt(per_bin) * lines)


def _spectra(waveform: F32, steps: int) -> Spectra:
    return cast(Spectra, rfft(windows_of(waveform, WINDOW, steps) * window(), FFT, axis=1))


def _modes(steps: int, places: F64, phase: F64) -> Spectra:
    """Return spectra `(T, bins)` of one steady line in each band.

    `places` in the bands and `phase` in turns are drawn, `(BANDS,)` each in 0..1.

    A steady line has the same spectrum in every window, but for its phase, so one window of each
    line is transformed and then turned from step to step.
    """
    centres = band_centres_hz().astype(np.float64)
    width = np.gradient(centres)
    lines_hz = centres + (places - 0.5) * 0.8 * width
    # The power of a line, half the squared amplitude, is that of unit noise in its band.
    amplitude = np.sqrt(2 * width / _NYQUIST_HZ)
    within = np.exp(2j * np.pi * lines_hz[:, None] * np.arange(WINDOW) / SAMPLE_RATE)
    # Half: a real line has its other half at the negative frequency.
    kernel = np.fft.fft(within * window(), FFT, axis=1)[:, : FFT // 2 + 1] / 2
    # Whole turns are dropped in float64, since complex64 has too few digits for a long sound.
    turns = np.arange(steps)[:, None] * HOP * lines_hz / SAMPLE_RATE + phase
    rotation = np.exp(2j * np.pi * (turns % 1.0)).astype(np.complex64)
    return cast(Spectra, rotation @ (kernel * amplitude[:, None]).astype(np.complex64))


def _harmonics(octaves: F32) -> Spectra:
    """Return spectra `(T, bins)` of all harmonics of a gliding pitch, `octaves (T,)` over 100 Hz.

    The sum of n cosines has a closed form (Dirichlet's kernel):
    `sin((2n + 1) · θ / 2) / (2 · sin(θ / 2)) - 1 / 2`.
    """
    steps = len(octaves)
    samples = np.arange(steps * HOP)
    # A mean over 25 ms: a predicted pitch trembles from step to step.
    smooth = np.convolve(np.pad(octaves, 2, mode="edge"), np.full(5, 0.2), mode="valid")
    pitch_hz = REFERENCE_HZ * 2 ** np.clip(
        np.interp(samples, np.arange(steps) * HOP + HOP / 2, smooth), -1, 5
    )
    half_turn = np.pi * np.cumsum(pitch_hz / SAMPLE_RATE)
    # One count for the whole sound, from its highest pitch: a harmonic that came or went would
    # click.
    count = np.floor(_HIGHEST_HARMONIC_HZ / pitch_hz.max())
    denominator = np.sin(half_turn)
    # Where all cosines are 1 the form is 0 / 0; the sum is their count.
    near_pulse = np.abs(denominator) < 1e-4
    kernel = np.where(
        near_pulse,
        count,
        np.sin((2 * count + 1) * half_turn) / np.where(near_pulse, 1, 2 * denominator) - 0.5,
    )
    # A cosine of power ½ every `pitch` Hz: scaled to the density of unit noise.
    return _spectra((kernel * np.sqrt(pitch_hz / (_NYQUIST_HZ / 2))).astype(np.float32), steps)


def _to_energies(spectra: Spectra, target: F32) -> Spectra:
    """Return the spectra `(T, bins)` with band energies near `target (T, BANDS)`."""
    # A band that is empty by chance is not raised without bound: `least` is what it counts as.
    least = (0.05 * _expected_energies()).astype(np.float32)
    # Bands overlap, so the gain of one also changes its neighbours: a second round corrects that.
    for _ in range(2):
        present = np.maximum(band_energies(spectra), least)
        gain = np.sqrt(target / present) @ band_weights().T
        spectra = spectra * gain
        least = 0.3 * target + 1e-12
    return spectra


def _expected_energies() -> F32:
    """Return the mean energy of each band of an excitation, `(BANDS,)`."""
    return cast(F32, band_weights().sum(axis=0) / (FFT / 2))


def _overlap_add(spectra: Spectra) -> F32:
    """Return the waveform `(T · HOP,)` of windowed spectra `(T, bins)`.

    Pieces are windowed again, since a gain in the spectrum spreads a piece over its whole length;
    the sum is divided by the sum of the squared windows, so unchanged spectra come back exactly.
    """
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
    """Return the gain of every sample, `(T · HOP,)`: straight lines between quarter steps."""
    quarter = HOP // GRAINS
    centres = np.arange(gain.size) * quarter + quarter / 2
    return np.interp(np.arange(gain.size * quarter), centres, gain.reshape(-1)).astype(np.float32)

"""A mix by the millisecond: what mastering needs to know of it without hearing it again.

Two curves, a true peak and a K-weighted energy for every millisecond, answer how loud the mix will
be behind any gain and the limiter.

The limiter looks ahead and is one for both channels: the gain in dB that each millisecond needs,
recovering at a fixed rate, held over the reach of a smoothing window, then smoothed. A smoothed
value is a mean of values none of which is above the need of its millisecond, so neither is it.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy.ndimage import convolve1d, minimum_filter1d

from foley_core.audio.loudness import STEP_SAMPLES, KWeighting, PeakCells, integrated_lufs
from foley_core.audio.waveform import cut_blocks, db_to_gain, gain_to_db
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64, Blocks

CELL_SAMPLES = 48
CELLS_PER_STEP = STEP_SAMPLES // CELL_SAMPLES
GRID_SAMPLES = SAMPLE_RATE
_REACH_CELLS = 6
_RECOVERY_DB = 0.1
_SECTION_CELLS = 60_000


@dataclass(frozen=True, slots=True)
class Curves:
    """A mix by the millisecond: the true peak and the K-weighted energy of each, `(cells,)`."""

    peaks: F32
    energies: F32

    @property
    def peak_db(self) -> float:
        """The highest true peak."""
        return gain_to_db(float(self.peaks.max()))

    def limiter_db(self, gain_db: float, ceiling_db: float) -> F32:
        """Gain of the limiter behind `gain_db`, in dB for each cell, 0 or below."""
        limited = np.zeros_like(self.peaks)
        deepest_db = self.peak_db + gain_db - ceiling_db
        if deepest_db <= 0.0:
            return limited
        tail = 2 * _REACH_CELLS
        lead = ceil(deepest_db / _RECOVERY_DB) + tail
        for first in range(0, len(limited), _SECTION_CELLS):
            begin, end = max(0, first - lead), first + _SECTION_CELLS + tail
            section = _limiter_db(self.peaks[begin:end], db_to_gain(ceiling_db - gain_db))
            limited[first : first + _SECTION_CELLS] = section[first - begin :][:_SECTION_CELLS]
        return limited

    def loudness_lufs(self, gain_db: float = 0.0, limiter_db: F32 | None = None) -> float | None:
        """Integrated loudness behind a gain and a limiter."""
        whole = len(self.energies) // CELLS_PER_STEP * CELLS_PER_STEP
        energies = self.energies[:whole]
        if limiter_db is not None:
            gains = np.power(10.0, limiter_db[:whole] / 10, dtype=np.float32)
            energies = np.multiply(energies, gains, dtype=np.float32)
        steps = energies.reshape(-1, CELLS_PER_STEP).sum(axis=1, dtype=np.float64)
        return integrated_lufs(steps * 10.0 ** (gain_db / 10.0))


def curves_of(mix: Blocks, samples: int) -> Curves:
    """The curves of a mix; one cell more than it fills, for what interpolation adds at its end.

    Raises:
        ValueError: the mix is of another length.
    """
    cells = -(-samples // CELL_SAMPLES) + 1
    curves = Curves(np.zeros(cells, np.float32), np.zeros(cells, np.float32))
    weighting, peaks, seen = KWeighting(2), PeakCells(2, CELL_SAMPLES), 0
    for block in cut_blocks(mix(), 2, GRID_SAMPLES):
        begin = seen // CELL_SAMPLES
        seen += block.shape[1]
        last = seen >= samples
        padding = -block.shape[1] % CELL_SAMPLES + CELL_SAMPLES * last
        padded = np.pad(block, ((0, 0), (0, padding)))
        part = slice(begin, begin + padded.shape[1] // CELL_SAMPLES)
        if seen > samples:
            break
        curves.peaks[part] = peaks.add(padded, ignore_below=0.0)
        squares = np.square(weighting.filter(padded)).sum(axis=0)
        curves.energies[part] = squares.reshape(-1, CELL_SAMPLES).sum(axis=1)
    if seen != samples:
        raise ValueError(f"the mix has {seen} samples or more, expected {samples}")
    return curves


def _limiter_db(peaks: F32, threshold: float) -> F64:
    """Gain in dB that keeps peaks `(cells,)` at a threshold: needed, recovering, held, smoothed."""
    needed = 20.0 * np.log10(threshold / np.maximum(peaks, threshold, dtype=np.float64))
    ramp = _RECOVERY_DB * np.arange(len(needed))
    recovering = np.minimum.accumulate(needed - ramp) + ramp
    reach = 2 * _REACH_CELLS + 1
    held = minimum_filter1d(np.minimum(recovering, needed), reach, mode="nearest")
    window = np.hanning(reach)[1:-1]
    smoothed: F64 = convolve1d(held, window / window.sum(), mode="nearest")
    return np.minimum(smoothed, 0.0)

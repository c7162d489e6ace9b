"""Curves of a mix, one value per millisecond, and the limiter computed on them.

A mix is read once to fill two curves: the true peak and the K-weighted energy of every millisecond.
They are enough to compute how loud the mix will be after any gain and the limiter, without reading
it again.

The limiter looks ahead and gives all channels the same gain. In dB, for every millisecond: the
gain that its peak needs; that gain rising again at a fixed rate; the lowest value within the reach
of a smoothing window; and the mean over that window. Each value of the mean is at or below what its
own millisecond needs, so the mean is too, and no peak passes the threshold.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy.ndimage import convolve1d, minimum_filter1d

from foley_core.audio.loudness import CHANNEL_WEIGHTS, KWeighting, PeakCells, integrated_lufs
from foley_core.audio.step_levels import STEP_SAMPLES
from foley_core.audio.waveform import cut_blocks, db_to_gain, gain_to_db
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64, Blocks

CELL_SAMPLES = 48
"""Samples of a cell: 1 ms at 48 kHz."""
CELLS_PER_STEP = STEP_SAMPLES // CELL_SAMPLES
"""Cells of a step of 100 ms, from which BS.1770-4 builds its gating blocks."""
GRID_SAMPLES = SAMPLE_RATE
"""Samples of the blocks, 1 s, in which a mix is read and rendered."""
# Reach of the limiter: its gain begins to fall 11 ms before a peak (6 of the hold, 5 of the mean).
# Earlier would dip the sound before a hit audibly, much later would be heard as a click.
_REACH_CELLS = 6
# It recovers by 0.1 dB per ms: from 6 dB of limiting in 60 ms.
_RECOVERY_DB = 0.1
# Cells for which the limiter is computed at once, 1 min, so that a film needs little memory.
_SECTION_CELLS = 60_000


@dataclass(frozen=True, slots=True)
class Curves:
    """A mix by the millisecond, `(cells,)` each.

    Attributes:
        peaks: true peak of each cell over all channels, full scale is 1.
        energies: sum of the K-weighted squares of each cell over all channels, each with its
            weight.
    """

    peaks: F32
    energies: F32

    def plus(self, other: "Curves", gain_db: float) -> "Curves":
        """Return what the curves of this mix and of another, independent one are at most together.

        Args:
            other: of a mix of the same length.
            gain_db: gain of the other.
        """
        gain = np.float32(db_to_gain(gain_db))
        return Curves(self.peaks + gain * other.peaks, self.energies + gain * gain * other.energies)

    @property
    def peak_db(self) -> float:
        """The highest true peak in dB, minus infinity for silence."""
        return gain_to_db(float(self.peaks.max()))

    def limiter_db(self, gain_db: float, ceiling_db: float) -> F32:
        """Return the limiter's gain in dB, 0 or below, `(cells,)`.

        Args:
            gain_db: gain of the mix before the limiter.
            ceiling_db: true peak that the limited mix shall not exceed.
        """
        limited = np.zeros_like(self.peaks)
        deepest_db = self.peak_db + gain_db - ceiling_db
        if deepest_db <= 0.0:
            return limited
        # A section is computed with as much around it as its values depend on: before it, the time
        # in which the deepest limiting recovers; on both sides the reach of hold and smoothing. So
        # the sections equal the whole, bit for bit.
        tail = 2 * _REACH_CELLS
        lead = ceil(deepest_db / _RECOVERY_DB) + tail
        for first in range(0, len(limited), _SECTION_CELLS):
            begin, end = max(0, first - lead), first + _SECTION_CELLS + tail
            section = _limiter_db(self.peaks[begin:end], db_to_gain(ceiling_db - gain_db))
            limited[first : first + _SECTION_CELLS] = section[first - begin :][:_SECTION_CELLS]
        return limited

    def loudness_lufs(self, gain_db: float = 0.0, limiter_db: F32 | None = None) -> float | None:
        """Return the integrated loudness (BS.1770-4) after a gain and a limiter.

        Args:
            gain_db: gain of the mix.
            limiter_db: gain of the limiter in dB, `(cells,)`; None for no limiter.

        Returns:
            LUFS; None if the mix is shorter than 400 ms or below -70 LUFS.
        """
        # The meter works on whole steps of 100 ms, as `LoudnessMeter` does; the rest is left out.
        whole = len(self.energies) // CELLS_PER_STEP * CELLS_PER_STEP
        energies = self.energies[:whole]
        if limiter_db is not None:
            # Energy is amplitude squared, hence the 10 in place of 20. K-weighting is linear, and
            # the gain changes slowly against its filters: weighting first and limiting then gives
            # nearly what the opposite order gives. `master` measures the difference.
            gains = np.power(10.0, limiter_db[:whole] / 10, dtype=np.float32)
            energies = np.multiply(energies, gains, dtype=np.float32)
        steps = energies.reshape(-1, CELLS_PER_STEP).sum(axis=1, dtype=np.float64)
        return integrated_lufs(steps * 10.0 ** (gain_db / 10.0))


def curves_of(mix: Blocks, samples: int, channels: int = 2) -> Curves:
    """Return the curves of a mix.

    Args:
        mix: starts the stream of the mix, blocks `(C, n)` of any length; called once.
        samples: length of the mix.
        channels: of the mix, see `LoudnessMeter`.

    Raises:
        ValueError: the mix has other channels, or another length.
    """
    # One cell more than the mix fills: interpolation of the last samples may peak after them.
    cells = -(-samples // CELL_SAMPLES) + 1
    curves = Curves(np.zeros(cells, np.float32), np.zeros(cells, np.float32))
    weighting, peaks, seen = KWeighting(channels), PeakCells(channels, CELL_SAMPLES), 0
    weights = np.array(CHANNEL_WEIGHTS[channels])[:, None]
    for block in cut_blocks(mix(), channels, GRID_SAMPLES):
        begin = seen // CELL_SAMPLES
        seen += block.shape[1]
        last = seen >= samples
        # Zeros fill the last cell, and one cell more at the end of the mix.
        padding = -block.shape[1] % CELL_SAMPLES + CELL_SAMPLES * last
        padded = np.pad(block, ((0, 0), (0, padding)))
        part = slice(begin, begin + padded.shape[1] // CELL_SAMPLES)
        if seen > samples:
            break
        curves.peaks[part] = peaks.add(padded, ignore_below=0.0)
        squares = (weights * np.square(weighting.filter(padded))).sum(axis=0)
        curves.energies[part] = squares.reshape(-1, CELL_SAMPLES).sum(axis=1)
    if seen != samples:
        raise ValueError(f"the mix has {seen} samples or more, expected {samples}")
    return curves


def _limiter_db(peaks: F32, threshold: float) -> F64:
    """Return the gain in dB, `(cells,)`, that keeps peaks `(cells,)` at or below a threshold."""
    needed = 20.0 * np.log10(threshold / np.maximum(peaks, threshold, dtype=np.float64))
    # A curve that rises by at most `_RECOVERY_DB` a cell: tilt all down by that slope, take the
    # running minimum, tilt back.
    ramp = _RECOVERY_DB * np.arange(len(needed))
    recovering = np.minimum.accumulate(needed - ramp) + ramp
    # The minimum over ±6 cells comes before a mean over ±5: every value in the mean has seen the
    # peak that it must obey. The sixth cell is for `master`, which draws straight lines between
    # cells. The minimum with the need itself removes the rounding of the ramp.
    reach = 2 * _REACH_CELLS + 1
    held = minimum_filter1d(np.minimum(recovering, needed), reach, mode="nearest")
    window = np.hanning(reach)[1:-1]
    smoothed: F64 = convolve1d(held, window / window.sum(), mode="nearest")
    return np.minimum(smoothed, 0.0)

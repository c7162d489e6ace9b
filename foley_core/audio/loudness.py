"""Loudness and true peak of a stream, as broadcasters measure them.

After ITU-R BS.1770-4 (K-weighting, gating, true peak), EBU Tech 3341 (integrated loudness) and Tech
3342 (loudness range), at 48 kHz. A stream may have any length: a meter keeps one number for every
100 ms, and less than a second of sound. Results do not depend on the sizes of the blocks that were
added, because all sums run over a fixed grid.

A meter returns `None` where the recommendations define nothing: for a sound shorter than one gating
block, or wholly below the absolute gate.
"""

from copy import copy

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.signal import sosfilt

from foley_core.audio.step_levels import STEP_SAMPLES, cell_powers
from foley_core.audio.waveform import BlockCutter, gain_to_db
from foley_core.types import F32, F64

BLOCK_STEPS = 4
# Loudness range looks at the short-term loudness of Tech 3341, over 3 s.
SHORT_TERM_STEPS = 30

# Gates keep pauses from lowering the loudness of what is heard (BS.1770-4): a block counts if it
# is above -70 LUFS, and above the loudness of all such blocks less 10 LU.
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
# Tech 3342: a lower gate keeps soft passages in the range; the percentiles leave out single bangs.
RANGE_GATE_LU = -20.0
RANGE_PERCENTILES = (10, 95)

# BS.1770-4: with this offset a full-scale sine of 997 Hz in one channel has -3.01 LUFS. Surround
# channels count 1.5 dB more, the low-frequency channel does not count.
_OFFSET_LUFS = -0.691
CHANNEL_WEIGHTS = {
    1: (1.0,),
    2: (1.0, 1.0),
    5: (1.0, 1.0, 1.0, 1.41, 1.41),
    6: (1.0, 1.0, 1.0, 0.0, 1.41, 1.41),
}
# fmt: off
# BS.1770-4, tables 1 and 2: the shelf of the head, then the high pass, both for 48 kHz.
_K_WEIGHTING = np.array([
    [1.53512485958697, -2.69169618940638, 1.19839281085285,
     1.0, -1.69065929318241, 0.73248077421585],
    [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
])
# BS.1770-4 annex 2: the first two of four phases; the others are these two reversed.
_PHASES = np.array([
    [0.0017089843750, 0.0109863281250, -0.0196533203125, 0.0332031250000,
     -0.0594482421875, 0.1373291015625, 0.9721679687500, -0.1022949218750,
     0.0476074218750, -0.0266113281250, 0.0148925781250, -0.0083007812500],
    [-0.0291748046875, 0.0292968750000, -0.0517578125000, 0.0891113281250,
     -0.1665039062500, 0.4650878906250, 0.7797851562500, -0.2003173828125,
     0.1015625000000, -0.0582275390625, 0.0330810546875, -0.0189208984375],
])
# fmt: on
_TAPS = _PHASES.shape[1]
INTERPOLATION_BOUND = 2.03
"""No interpolated value exceeds this many times the largest of the samples it is made from: the
absolute coefficients of a phase sum to 2.023 at most."""


def _interpolator(cell_samples: int) -> F32:
    """Return the matrix `(cell + taps - 1, 4 · cell)` that raises the rate of a cell four times.

    Its rows are the samples of the cell and the `taps - 1` before it, so one matrix product
    interpolates many cells at once.
    """
    phases = np.concatenate([_PHASES, _PHASES[::-1, ::-1]])
    matrix = np.zeros((cell_samples + _TAPS - 1, 4, cell_samples), np.float32)
    for sample in range(cell_samples):
        matrix[sample : sample + _TAPS, :, sample] = phases[:, ::-1].T
    return matrix.reshape(cell_samples + _TAPS - 1, 4 * cell_samples)


class KWeighting:
    """The K-weighting filter of BS.1770-4; its state is kept from call to call."""

    def __init__(self, channels: int) -> None:
        self._state = np.zeros((len(_K_WEIGHTING), channels, 2))

    def filter(self, block: F32) -> F64:
        """Return the next samples `(C, n)`, K-weighted, `(C, n)` float64."""
        weighted, self._state = sosfilt(_K_WEIGHTING, block, axis=-1, zi=self._state)
        # In silence the state decays towards the smallest numbers that a float can hold, which
        # slow a processor down by a factor of about a hundred.
        self._state[np.abs(self._state) < 1e-30] = 0.0
        filtered: F64 = weighted
        return filtered


def loud_moment(waveform: F32, quantile: float) -> float:
    """Return the K-weighted root mean square of the loud moments of a sound `(C, N)`.

    The level is taken over every 100 ms (or the whole of a shorter sound), as the mean of the
    channels; the result is a quantile of those levels.

    Args:
        quantile: 0..1; 1 for the loudest moment, less for a level that no single moment decides.
    """
    power = np.square(KWeighting(len(waveform)).filter(waveform)).mean(axis=0)
    # Differences of a running sum are the energies of all windows, one beginning at every sample.
    total = np.concatenate([np.zeros(1), np.cumsum(power)])
    length = min(STEP_SAMPLES, len(power))
    return float(np.sqrt(np.quantile(total[length:] - total[:-length], quantile) / STEP_SAMPLES))


def loudness_lufs(mean_squares: F64) -> F64:
    """Return the loudness in LUFS of weighted mean squares, elementwise; silence gives -infinity.

    BS.1770-4: `-0.691 + 10 · log10(mean square)`.
    """
    with np.errstate(divide="ignore"):
        levels: F64 = _OFFSET_LUFS + 10.0 * np.log10(mean_squares)
    return levels


def _windows(step_energies: F64, steps: int) -> F64:
    """Return the mean squares of windows of `steps` steps, one beginning with every step."""
    if len(step_energies) < steps:
        return np.zeros(0)
    sums: F64 = sliding_window_view(step_energies, steps).sum(axis=1)
    return sums / (steps * STEP_SAMPLES)


def _gated(mean_squares: F64, relative_gate_lu: float) -> F64:
    """Return the mean squares that pass the absolute gate and then the relative one."""
    audible = mean_squares[loudness_lufs(mean_squares) > ABSOLUTE_GATE_LUFS]
    if not audible.size:
        return audible
    # The relative gate follows from the mean power of the audible blocks, not from a mean level.
    gate = loudness_lufs(audible.mean()) + relative_gate_lu
    return audible[loudness_lufs(audible) > gate]


def step_powers(waveform: F32, weighting: KWeighting | None = None) -> F64:
    """Return the K-weighted mean square of each whole step of 100 ms of a sound `(C, N)`.

    Args:
        weighting: of the stream whose next part this is; None for a sound by itself.
    """
    weighted = (weighting or KWeighting(len(waveform))).filter(waveform)
    return cell_powers(weighted, STEP_SAMPLES)


def integrated_lufs(step_energies: F64) -> float | None:
    """Return the integrated loudness in LUFS.

    Args:
        step_energies: `(steps,)` weighted sums of squares of consecutive 100 ms.

    Returns:
        None for less than 400 ms, or where all lies below the absolute gate.
    """
    blocks = _gated(_windows(step_energies, BLOCK_STEPS), RELATIVE_GATE_LU)
    return float(loudness_lufs(blocks.mean())) if blocks.size else None


def range_lu(step_energies: F64) -> float | None:
    """Return the loudness range in LU (Tech 3342) of the same sums; None for less than 3 s."""
    levels = loudness_lufs(_gated(_windows(step_energies, SHORT_TERM_STEPS), RANGE_GATE_LU))
    if not levels.size:
        return None
    ranks = [round((levels.size - 1) * percentile / 100) for percentile in RANGE_PERCENTILES]
    low, high = np.sort(levels)[ranks]
    return float(high - low)


def max_short_term_lufs(step_energies: F64) -> float | None:
    """Return the highest loudness over 3 s of the same sums; None for less, or silence."""
    levels = loudness_lufs(_windows(step_energies, SHORT_TERM_STEPS))
    highest = float(levels.max(initial=float("-inf")))
    return highest if highest > ABSOLUTE_GATE_LUFS else None


class LoudnessMeter:
    """Integrated loudness and loudness range of a stream of `(channels, n)` blocks.

    Channels are: mono; or left, right; or left, right, centre and the two surrounds; or the same
    five with the low-frequency channel (not measured) in the fourth place.
    """

    def __init__(self, channels: int) -> None:
        """Begin a stream; the filter starts as if silence came before.

        Raises:
            ValueError: there are no weights for so many channels.
        """
        if channels not in CHANNEL_WEIGHTS:
            raise ValueError(f"no channel weights for {channels} channels")
        self._weights = np.array(CHANNEL_WEIGHTS[channels])
        self._filter = KWeighting(channels)
        self._cutter = BlockCutter(channels, STEP_SAMPLES)
        self._energies: list[float] = []

    def add(self, block: F32) -> None:
        """Measure the next samples, `(C, n)`."""
        for step in self._cutter.add(block):
            weighted = self._filter.filter(step)
            squares = np.einsum("cn,cn->c", weighted, weighted)
            self._energies.append(float(self._weights @ squares))

    def integrated_lufs(self) -> float | None:
        """Return the integrated loudness so far; None for less than 400 ms, or below the gate."""
        return integrated_lufs(np.array(self._energies))

    def range_lu(self) -> float | None:
        """Return the loudness range so far; None for less than 3 s, or below the gate."""
        return range_lu(np.array(self._energies))

    def max_short_term_lufs(self) -> float | None:
        """Return the highest loudness over 3 s so far; None for less than 3 s, or silence."""
        return max_short_term_lufs(np.array(self._energies))


class PeakCells:
    """True peaks of consecutive cells of a stream: the largest over all channels for each cell.

    A converter draws a smooth curve through the samples, which may rise above all of them. So the
    peak of a cell is the largest of its samples and of the values interpolated at four times the
    rate (BS.1770-4, annex 2). A value belongs to the cell of the last sample it needs; the eleven
    samples before it are kept from call to call.
    """

    def __init__(self, channels: int, cell_samples: int) -> None:
        self._cell = cell_samples
        self._matrix = _interpolator(cell_samples)
        self._past: F32 = np.zeros((channels, _TAPS - 1), np.float32)

    def add(self, block: F32, ignore_below: float) -> F32:
        """Return the peaks `(cells,)`, as amplitudes, of the next whole cells, `(C, cells · n)`.

        Args:
            ignore_below: cells that cannot reach this amplitude are not interpolated; for them
                the result is an upper bound, itself below `ignore_below`.
        """
        held = np.concatenate([self._past, block], axis=1)
        self._past = held[:, -(_TAPS - 1) :]
        rows = sliding_window_view(held, self._cell + _TAPS - 1, axis=1)[:, :: self._cell]
        # Most cells are far below the loudest; what their samples allow at most rules them out
        # without interpolation.
        largest = np.maximum(rows.max(axis=2), -rows.min(axis=2))
        peaks: F32 = largest * np.float32(INTERPOLATION_BOUND)
        chosen = peaks >= ignore_below
        if chosen.any():
            dense = rows[chosen] @ self._matrix
            found = np.maximum(dense.max(axis=1), -dense.min(axis=1))
            peaks[chosen] = np.maximum(found, largest[chosen])
        return np.asarray(peaks.max(axis=0), np.float32)


class TruePeakMeter:
    """True peak of a stream of `(channels, n)` blocks, in dB relative to full scale."""

    _CELL = 48
    _GRID = 1000 * _CELL

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._cells = PeakCells(channels, self._CELL)
        self._cutter = BlockCutter(channels, self._GRID)
        self._peak = 0.0

    def add(self, block: F32) -> None:
        """Measure the next samples, `(C, n)`."""
        for piece in self._cutter.add(block):
            self._peak = self._peak_with(self._cells, piece)

    def true_peak_dbtp(self) -> float | None:
        """Return the true peak so far, in dBTP, as if silence followed; None for pure silence."""
        rest = self._cutter.rest
        # One whole cell of zeros at least, so that the last samples reach all taps. A copy of the
        # cells measures them: the stream may go on.
        padding = self._CELL - rest.shape[1] % self._CELL + self._CELL
        tail = np.pad(rest, ((0, 0), (0, padding)))
        peak = self._peak_with(copy(self._cells), tail)
        return gain_to_db(peak) if peak > 0.0 else None

    def _peak_with(self, cells: PeakCells, piece: F32) -> float:
        floor = max(self._peak, float(np.abs(piece).max()))
        if floor == 0.0:
            return 0.0
        return max(floor, float(cells.add(piece, floor).max()))

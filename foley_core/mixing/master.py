"""Masters a mix to a loudness and a true-peak ceiling, however long it is.

The mix is read once to fill two curves, a true peak and a K-weighted energy for every millisecond.
On these the gain is solved: how loud the track will be behind its limiter is computed without
touching the sound again. A second reading applies the gain and measures what comes out; if that
misses the target, the solution is corrected and measured again. The delivered blocks are those
that were measured.

The limiter looks ahead and is one for both channels: the gain in dB that each millisecond needs,
recovering at a fixed rate, held over the reach of a smoothing window, then smoothed. A smoothed
value is a mean of values none of which is above the need of its millisecond, so neither is it.

A track that is too quiet, too short or too sparse to be brought to the target within the bounds
below stays where they leave it, and `Mastered.note` says so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy.ndimage import convolve1d, minimum_filter1d
from scipy.optimize import brentq

from foley_core.audio.loudness import (
    ABSOLUTE_GATE_LUFS,
    BLOCK_STEPS,
    STEP_SAMPLES,
    KWeighting,
    LoudnessMeter,
    PeakCells,
    TruePeakMeter,
    integrated_lufs,
)
from foley_core.audio.waveform import cut_blocks, db_to_gain, gain_to_db
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

Blocks = Callable[[], Iterator[F32]]

MAX_GAIN_DB = 40.0
MAX_LIMITING_DB = 12.0
DITHER_MARGIN_DB = 0.05
"""Left below the target for the rounding and the dither of a 16-bit file."""
LIMITER_MARGIN_DB = 0.2
"""Left below the target where the limiter works: its own ripple, and meters that interpolate
otherwise than the recommendation's example."""

_CELL_SAMPLES = 48
_CELLS_PER_STEP = STEP_SAMPLES // _CELL_SAMPLES
_GRID_SAMPLES = SAMPLE_RATE
_REACH_CELLS = 6
_RECOVERY_DB = 0.1
_SECTION_CELLS = 60_000
_ATTEMPTS = 5
_CLOSE_LU = 0.1


@dataclass(frozen=True, slots=True)
class LoudnessTarget:
    """What a track is mastered to; the loudness of EBU R 128 unless told otherwise."""

    loudness_lufs: float = -23.0
    true_peak_dbtp: float = -1.0
    tolerance_lu: float = 0.5


@dataclass(frozen=True, slots=True)
class Mastered:
    """A mastered track: how to stream it, and what was measured on exactly these samples.

    Attributes:
        blocks: starts the stream of stereo blocks `(2, n)`; may be called again.
        loudness_lufs: `None` where nothing can be measured (below 400 ms, or below -70 LUFS).
        loudness_range_lu: `None` below 3 s, or below -70 LUFS.
        true_peak_dbtp: `None` for digital silence.
        gain_db: gain before the limiter.
        note: why the loudness is not on target, for people; `None` if it is.
    """

    blocks: Blocks
    loudness_lufs: float | None
    loudness_range_lu: float | None
    true_peak_dbtp: float | None
    gain_db: float
    note: str | None


def master(mix: Blocks, samples: int, target: LoudnessTarget) -> Mastered:
    """A mix of `samples` samples, brought to the loudness of a target and below its true peak.

    The answer does not depend on the sizes of the blocks in which the mix comes.

    Args:
        mix: starts the stream of the mix, `(2, n)` blocks; called twice, and rarely up to six
            times, before this returns, and once by each `Mastered.blocks()`.

    Raises:
        ValueError: the mix is not stereo, or of another length.
    """
    curves = _analysed(mix, samples)
    aim_lufs = target.loudness_lufs
    ceiling_db = target.true_peak_dbtp - LIMITER_MARGIN_DB
    for _ in range(_ATTEMPTS):
        gain_db = _solved_gain_db(curves, aim_lufs, ceiling_db)
        rendering = _Rendering(mix, gain_db, curves.limiter_db(gain_db, ceiling_db))
        mastered = _measured(rendering, curves, target)
        excess_db = _excess_db(mastered, target)
        missing_lu = _missing_lu(mastered, curves, target, ceiling_db)
        if excess_db <= 0.0 and abs(missing_lu) <= _CLOSE_LU:
            break
        ceiling_db -= excess_db
        aim_lufs += missing_lu
    return mastered


@dataclass(frozen=True, slots=True)
class _Curves:
    """A mix by the millisecond: the true peak and the K-weighted energy of each, `(cells,)`."""

    peaks: F32
    energies: F32

    @property
    def peak_db(self) -> float:
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
        whole = len(self.energies) // _CELLS_PER_STEP * _CELLS_PER_STEP
        energies = self.energies[:whole]
        if limiter_db is not None:
            gains = np.power(10.0, limiter_db[:whole] / 10, dtype=np.float32)
            energies = np.multiply(energies, gains, dtype=np.float32)
        steps = energies.reshape(-1, _CELLS_PER_STEP).sum(axis=1, dtype=np.float64)
        return integrated_lufs(steps * 10.0 ** (gain_db / 10.0))


@dataclass(frozen=True, slots=True)
class _Rendering:
    """A mix behind a gain and a limiter."""

    mix: Blocks
    gain_db: float
    limiter_db: F32

    def blocks(self) -> Iterator[F32]:
        """The sound, `(2, n)` in blocks of one second."""
        factor = db_to_gain(self.gain_db)
        for index, block in enumerate(cut_blocks(self.mix(), 2, _GRID_SAMPLES)):
            gains = self._limiter(index * _GRID_SAMPLES, block.shape[1])
            yield (block * (gains * factor)).astype(np.float32)

    def _limiter(self, first: int, samples: int) -> F64:
        """Gains of samples, on straight lines between the middles of the cells."""
        begin = first // _CELL_SAMPLES
        cells = np.arange(begin - 1, begin + samples // _CELL_SAMPLES + 2)
        middles = (cells - begin) * _CELL_SAMPLES + (_CELL_SAMPLES - 1) / 2
        levels = self.limiter_db[np.clip(cells, 0, len(self.limiter_db) - 1)]
        gains: F64 = np.interp(np.arange(samples), middles, 10.0 ** (levels / 20.0))
        return gains


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


def _analysed(mix: Blocks, samples: int) -> _Curves:
    """The curves of a mix; one cell more than it fills, for what interpolation adds at its end."""
    cells = -(-samples // _CELL_SAMPLES) + 1
    curves = _Curves(np.zeros(cells, np.float32), np.zeros(cells, np.float32))
    weighting, peaks, seen = KWeighting(2), PeakCells(2, _CELL_SAMPLES), 0
    for block in cut_blocks(mix(), 2, _GRID_SAMPLES):
        begin = seen // _CELL_SAMPLES
        seen += block.shape[1]
        last = seen >= samples
        padding = -block.shape[1] % _CELL_SAMPLES + _CELL_SAMPLES * last
        padded = np.pad(block, ((0, 0), (0, padding)))
        part = slice(begin, begin + padded.shape[1] // _CELL_SAMPLES)
        if seen > samples:
            break
        curves.peaks[part] = peaks.add(padded, ignore_below=0.0)
        squares = np.square(weighting.filter(padded)).sum(axis=0)
        curves.energies[part] = squares.reshape(-1, _CELL_SAMPLES).sum(axis=1)
    if seen != samples:
        raise ValueError(f"the mix has {seen} samples or more, expected {samples}")
    return curves


def _highest_gain_db(curves: _Curves, ceiling_db: float) -> float:
    return min(MAX_GAIN_DB, ceiling_db + MAX_LIMITING_DB - curves.peak_db)


def _solved_gain_db(curves: _Curves, aim_lufs: float, ceiling_db: float) -> float:
    """The gain that brings a mix, limited, to a loudness; 0 where there is nothing to measure."""
    before = curves.loudness_lufs()
    if before is None:
        return 0.0
    lowest, highest = aim_lufs - before, _highest_gain_db(curves, ceiling_db)
    if lowest >= highest or lowest + curves.peak_db <= ceiling_db:
        return min(lowest, highest)

    def missing(gain_db: float) -> float:
        after = curves.loudness_lufs(gain_db, curves.limiter_db(gain_db, ceiling_db))
        return (ABSOLUTE_GATE_LUFS if after is None else after) - aim_lufs

    if missing(highest) <= 0.0:
        return highest
    return float(brentq(missing, lowest, highest, xtol=0.01))


def _measured(rendering: _Rendering, curves: _Curves, target: LoudnessTarget) -> Mastered:
    loudness, peak = LoudnessMeter(2), TruePeakMeter(2)
    for block in rendering.blocks():
        loudness.add(block)
        peak.add(block)
    lufs = loudness.integrated_lufs()
    return Mastered(
        blocks=rendering.blocks,
        loudness_lufs=lufs,
        loudness_range_lu=loudness.range_lu(),
        true_peak_dbtp=peak.true_peak_dbtp(),
        gain_db=rendering.gain_db,
        note=_note(curves, lufs, target),
    )


def _excess_db(mastered: Mastered, target: LoudnessTarget) -> float:
    """How far the true peak is above what a 16-bit file may be given; 0 if it is not."""
    if mastered.true_peak_dbtp is None:
        return 0.0
    return max(0.0, mastered.true_peak_dbtp - (target.true_peak_dbtp - DITHER_MARGIN_DB))


def _missing_lu(
    mastered: Mastered, curves: _Curves, target: LoudnessTarget, ceiling_db: float
) -> float:
    """What the loudness lacks and a further gain could give."""
    if mastered.loudness_lufs is None:
        return 0.0
    missing = target.loudness_lufs - mastered.loudness_lufs
    bounded = mastered.gain_db >= _highest_gain_db(curves, ceiling_db)
    return min(missing, 0.0) if bounded else missing


def _note(curves: _Curves, lufs: float | None, target: LoudnessTarget) -> str | None:
    before = curves.loudness_lufs()
    if not curves.peaks.any():
        return "The track is silent."
    if len(curves.energies) <= BLOCK_STEPS * _CELLS_PER_STEP:
        return "The track is shorter than 400 ms, too short to measure; its level was left alone."
    if before is None or lufs is None:
        return "The track is below -70 LUFS, too quiet to measure; its level was left alone."
    if abs(lufs - target.loudness_lufs) <= target.tolerance_lu:
        return None
    why = (
        f"its peaks would need more than {MAX_LIMITING_DB:.0f} dB of limiting"
        if target.loudness_lufs - before <= MAX_GAIN_DB
        else f"at {before:.1f} LUFS it would need more than {MAX_GAIN_DB:.0f} dB of gain"
    )
    return f"The track is at {lufs:.1f} LUFS instead of {target.loudness_lufs:.1f}: {why}."

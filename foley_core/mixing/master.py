"""Masters a mix to a loudness and a true-peak ceiling, however long it is.

The mix is read once to fill two curves, a true peak and a K-weighted energy for every millisecond.
On these the gain is solved: how loud the track will be behind its limiter is computed without
touching the sound again. A second reading applies the gain and measures what comes out; if that
misses the target, the solution is corrected and measured again. The delivered blocks are those
that were measured.

Sound filters shall move what they name and nothing else, but a louder class makes a louder track.
So a gain may be held: that of the same mix without them. It stays, to the last bit, while the track
is within `HELD_SLACK_LU` of its loudness; beyond that all is moved as little as brings it there.

A track that is too quiet, too short or too sparse to be brought to the target within the bounds
below stays where they leave it, and `Mastered.note` says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import copysign, isinf

import numpy as np
from scipy.optimize import brentq

from foley_core.audio.loudness import (
    ABSOLUTE_GATE_LUFS,
    BLOCK_STEPS,
    LoudnessMeter,
    TruePeakMeter,
)
from foley_core.audio.waveform import cut_blocks, db_to_gain
from foley_core.mixing.curves import CELL_SAMPLES, CELLS_PER_STEP, GRID_SAMPLES, Curves, curves_of
from foley_core.mixing.target import LoudnessTarget
from foley_core.types import F32, F64, Blocks

MAX_GAIN_DB = 40.0
MAX_LIMITING_DB = 12.0
DITHER_MARGIN_DB = 0.05
"""Left below the target for the rounding and the dither of a 16-bit file."""
LIMITER_MARGIN_DB = 0.2
"""Left below the target where the limiter works: its own ripple, and meters that interpolate
otherwise than the recommendation's example."""

HELD_SLACK_LU = 0.3
"""How far from its loudness a held gain may leave a track; within the tolerance of 0.5."""
HELD_LIMITING_DB = 1.0
"""How much further than `MAX_LIMITING_DB` a held gain may be limited."""

_ATTEMPTS = 5
_CLOSE_LU = 0.1


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
        moved_db: how far a held gain had to be moved; 0 if none was held.
    """

    blocks: Blocks
    loudness_lufs: float | None
    loudness_range_lu: float | None
    true_peak_dbtp: float | None
    gain_db: float
    note: str | None
    moved_db: float = 0.0


@dataclass(frozen=True, slots=True)
class HeldGain:
    """A gain that shall stay, and how far from its loudness it may leave the track."""

    gain_db: float
    slack_lu: float = HELD_SLACK_LU


def master(
    mix: Blocks, samples: int, target: LoudnessTarget, held: HeldGain | None = None
) -> Mastered:
    """A mix of `samples` samples, brought to the loudness of a target and below its true peak.

    The answer does not depend on the sizes of the blocks in which the mix comes.

    Args:
        mix: starts the stream of the mix, `(2, n)` blocks; called twice, and rarely up to six
            times, before this returns, and once by each `Mastered.blocks()`.
        held: the gain to keep, where the loudness allows it.

    Raises:
        ValueError: the mix is not stereo, or of another length.
    """
    curves = curves_of(mix, samples)
    ceiling_db = target.true_peak_dbtp - LIMITER_MARGIN_DB
    goal_lufs, kept_db = _goal(curves, held, target, ceiling_db)
    aim_lufs = goal_lufs
    for _ in range(_ATTEMPTS):
        gain_db = _solved_gain_db(curves, aim_lufs, ceiling_db) if kept_db is None else kept_db
        rendering = _Rendering(mix, gain_db, curves.limiter_db(gain_db, ceiling_db))
        mastered = _measured(rendering, curves, target, held)
        excess_db = _excess_db(mastered, target)
        missing_lu = 0.0
        if kept_db is None:
            missing_lu = _missing_lu(mastered, curves, goal_lufs, ceiling_db)
        if excess_db <= 0.0 and abs(missing_lu) <= _CLOSE_LU:
            break
        ceiling_db -= excess_db
        aim_lufs += missing_lu
    return mastered


@dataclass(frozen=True, slots=True)
class _Rendering:
    """A mix behind a gain and a limiter."""

    mix: Blocks
    gain_db: float
    limiter_db: F32

    def blocks(self) -> Iterator[F32]:
        """The sound, `(2, n)` in blocks of one second."""
        factor = db_to_gain(self.gain_db)
        for index, block in enumerate(cut_blocks(self.mix(), 2, GRID_SAMPLES)):
            gains = self._limiter(index * GRID_SAMPLES, block.shape[1])
            yield (block * (gains * factor)).astype(np.float32)

    def _limiter(self, first: int, samples: int) -> F64:
        """Gains of samples, on straight lines between the middles of the cells."""
        begin = first // CELL_SAMPLES
        cells = np.arange(begin - 1, begin + samples // CELL_SAMPLES + 2)
        middles = (cells - begin) * CELL_SAMPLES + (CELL_SAMPLES - 1) / 2
        levels = self.limiter_db[np.clip(cells, 0, len(self.limiter_db) - 1)]
        gains: F64 = np.interp(np.arange(samples), middles, 10.0 ** (levels / 20.0))
        return gains


def _goal(
    curves: Curves, held: HeldGain | None, target: LoudnessTarget, ceiling_db: float
) -> tuple[float, float | None]:
    """The loudness to reach; and the held gain, if it may stay."""
    if held is None:
        return target.loudness_lufs, None
    gain_db = min(held.gain_db, _highest_gain_db(curves, ceiling_db) + HELD_LIMITING_DB)
    lufs = curves.loudness_lufs(gain_db, curves.limiter_db(gain_db, ceiling_db))
    off_lu = 0.0 if lufs is None else lufs - target.loudness_lufs
    if abs(off_lu) <= held.slack_lu:
        return target.loudness_lufs, gain_db
    return target.loudness_lufs + copysign(held.slack_lu, off_lu), None


def _highest_gain_db(curves: Curves, ceiling_db: float) -> float:
    return min(MAX_GAIN_DB, ceiling_db + MAX_LIMITING_DB - curves.peak_db)


def _solved_gain_db(curves: Curves, aim_lufs: float, ceiling_db: float) -> float:
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


def _measured(
    rendering: _Rendering, curves: Curves, target: LoudnessTarget, held: HeldGain | None
) -> Mastered:
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
        note=_note(curves, lufs, target, held),
        moved_db=round(rendering.gain_db - held.gain_db, 3) if held else 0.0,
    )


def _excess_db(mastered: Mastered, target: LoudnessTarget) -> float:
    """How far the true peak is above what a 16-bit file may be given; 0 if it is not."""
    if mastered.true_peak_dbtp is None:
        return 0.0
    return max(0.0, mastered.true_peak_dbtp - (target.true_peak_dbtp - DITHER_MARGIN_DB))


def _missing_lu(mastered: Mastered, curves: Curves, goal_lufs: float, ceiling_db: float) -> float:
    """What the loudness lacks and a further gain could give."""
    if mastered.loudness_lufs is None:
        return 0.0
    missing = goal_lufs - mastered.loudness_lufs
    bounded = mastered.gain_db >= _highest_gain_db(curves, ceiling_db)
    return min(missing, 0.0) if bounded else missing


def _note(
    curves: Curves, lufs: float | None, target: LoudnessTarget, held: HeldGain | None
) -> str | None:
    before = curves.loudness_lufs()
    if not curves.peaks.any():
        return "The track is silent."
    if len(curves.energies) <= BLOCK_STEPS * CELLS_PER_STEP:
        return "The track is shorter than 400 ms, too short to measure; its level was left alone."
    if before is None or lufs is None:
        return "The track is below -70 LUFS, too quiet to measure; its level was left alone."
    if abs(lufs - target.loudness_lufs) <= target.tolerance_lu:
        return None
    if held and isinf(held.slack_lu):
        return (
            f"The track is at {lufs:.1f} LUFS instead of {target.loudness_lufs:.1f}: its gain is "
            "held against the sound filters."
        )
    why = (
        f"its peaks would need more than {MAX_LIMITING_DB:.0f} dB of limiting"
        if target.loudness_lufs - before <= MAX_GAIN_DB
        else f"at {before:.1f} LUFS it would need more than {MAX_GAIN_DB:.0f} dB of gain"
    )
    return f"The track is at {lufs:.1f} LUFS instead of {target.loudness_lufs:.1f}: {why}."

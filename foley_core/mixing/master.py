"""Mastering: one gain and a limiter bring a mix to its loudness and below its true peak.

A mix may be hours long, so it is never held. It is read once to fill two curves (`curves`), from
which the loudness after any gain and the limiter can be computed; the gain is solved on them. A
second reading applies gain and limiter and measures the result. If that misses the target, the aim
is corrected by the error and the mix is read again. The delivered blocks are those that were
measured.

Sound filters shall change what they name and nothing else, but a louder class makes a louder track,
whose gain would then be lower for all. So a gain may be held: that of the same mix without filters.
It stays, to the last bit, while the track is within `HELD_SLACK_LU` of its target; beyond that the
gain is moved by no more than brings the track back to that distance.

A track that is too quiet, too short or too sparse for the target gets as near as the limits below
allow, and `Mastered.note` says why.
"""

from dataclasses import dataclass
from math import copysign, isinf

from scipy.optimize import brentq

from foley_core.audio.loudness import (
    ABSOLUTE_GATE_LUFS,
    BLOCK_STEPS,
    LoudnessMeter,
    TruePeakMeter,
)
from foley_core.mixing.curves import CELLS_PER_STEP, Curves, curves_of
from foley_core.mixing.rendering import Rendering
from foley_core.mixing.target import LoudnessTarget
from foley_core.types import Blocks

MAX_GAIN_DB = 40.0
"""Highest gain: more would raise the noise of a nearly silent mix to programme level."""
MAX_LIMITING_DB = 12.0
"""Most that the limiter may take off the highest peak: more would flatten the attacks."""
DITHER_MARGIN_DB = 0.05
"""Distance kept below the true-peak target for the rounding and dither of a 16-bit file."""
LIMITER_MARGIN_DB = 0.2
"""Distance kept below the true-peak target where the limiter works. It covers the ripple of the
limiter, and meters that interpolate in another way than the example in BS.1770-4."""

HELD_SLACK_LU = 0.3
"""Largest distance from the target at which a held gain stays; within the tolerance of 0.5 LU."""
HELD_LIMITING_DB = 1.0
"""Limiting allowed beyond `MAX_LIMITING_DB` for a held gain."""

# Most readings that apply the gain; the first or second nearly always suffices.
_ATTEMPTS = 5
# Error of the loudness that is not worth another reading.
_CLOSE_LU = 0.1


@dataclass(frozen=True, slots=True)
class Mastered:
    """A mastered track: its stream, and figures measured on exactly these samples.

    Attributes:
        blocks: starts the stream of blocks `(C, n)`; may be called again.
        loudness_lufs: integrated loudness; None if the track is shorter than 400 ms or below
            -70 LUFS, where BS.1770-4 defines none.
        loudness_range_lu: loudness range (EBU Tech 3342); None below 3 s, or below -70 LUFS.
        true_peak_dbtp: highest true peak; None for digital silence.
        gain_db: gain before the limiter.
        ceiling_db: true peak that the limiter keeps, dBTP.
        max_short_term_lufs: highest loudness over 3 s; None below 3 s, or for silence.
        limiting_db: most that the limiter takes off; 0 where it does not work.
        note: sentence for people why the loudness is not on target; None if it is.
        moved_db: change that a held gain needed; 0 if none was held.
    """

    blocks: Blocks
    loudness_lufs: float | None
    loudness_range_lu: float | None
    true_peak_dbtp: float | None
    gain_db: float
    note: str | None
    moved_db: float = 0.0
    ceiling_db: float = 0.0
    max_short_term_lufs: float | None = None
    limiting_db: float = 0.0


@dataclass(frozen=True, slots=True)
class HeldGain:
    """A gain that shall be kept.

    Attributes:
        gain_db: the gain.
        slack_lu: largest distance from the target at which it is kept; infinite: at any.
    """

    gain_db: float
    slack_lu: float = HELD_SLACK_LU


def master(
    mix: Blocks,
    samples: int,
    target: LoudnessTarget,
    held: HeldGain | None = None,
    channels: int = 2,
) -> Mastered:
    """Bring a mix to the loudness of a target and below its true peak.

    The result does not depend on the sizes of the blocks in which the mix comes.

    Args:
        mix: starts the stream of the mix, `(C, n)` blocks. It is called twice, rarely up to six
            times, before this returns, and once by each `Mastered.blocks()`.
        samples: length of the mix.
        target: loudness and true peak.
        held: the gain to keep if the loudness allows it.
        channels: of the mix, see `LoudnessMeter`.

    Raises:
        ValueError: the mix has other channels, or another length.
    """
    curves = curves_of(mix, samples, channels)
    ceiling_db = target.true_peak_dbtp - LIMITER_MARGIN_DB
    goal_lufs, kept_db = _goal(curves, held, target, ceiling_db)
    # Curves only approximate what the limiter does to the loudness (it acts before the weighting,
    # and within a cell). So every solution is rendered and measured, and the next attempt aims
    # higher or lower by what was missed. The same goes for the true peak, lowered by its excess.
    aim_lufs = goal_lufs
    for _ in range(_ATTEMPTS):
        gain_db = _solved_gain_db(curves, aim_lufs, ceiling_db) if kept_db is None else kept_db
        rendering = Rendering(mix, gain_db, curves.limiter_db(gain_db, ceiling_db), channels)
        mastered = _measured(rendering, curves, target, held, ceiling_db)
        excess_db = _excess_db(mastered, target)
        # A held gain is not corrected: only its true peak is.
        missing_lu = 0.0
        if kept_db is None:
            missing_lu = _missing_lu(mastered, curves, goal_lufs, ceiling_db)
        if excess_db <= 0.0 and abs(missing_lu) <= _CLOSE_LU:
            break
        ceiling_db -= excess_db
        aim_lufs += missing_lu
    return mastered


def reachable(
    curves: Curves, target: LoudnessTarget, most_limiting_db: float = MAX_LIMITING_DB
) -> tuple[float, float | None]:
    """Return the gain that brings a mix nearest to a target, and its loudness then, LUFS.

    Both are those of the curves, which miss the rendered track by some tenths.
    """
    ceiling_db = target.true_peak_dbtp - LIMITER_MARGIN_DB
    gain_db = _solved_gain_db(curves, target.loudness_lufs, ceiling_db, most_limiting_db)
    return gain_db, curves.loudness_lufs(gain_db, curves.limiter_db(gain_db, ceiling_db))


def _goal(
    curves: Curves, held: HeldGain | None, target: LoudnessTarget, ceiling_db: float
) -> tuple[float, float | None]:
    """Return the loudness to reach, and the held gain if it may stay."""
    if held is None:
        return target.loudness_lufs, None
    # Filters may have raised a peak. The gain stays unless it would need more than the usual limit
    # of limiting and `HELD_LIMITING_DB`; then it is lowered to that.
    gain_db = min(held.gain_db, _highest_gain_db(curves, ceiling_db) + HELD_LIMITING_DB)
    lufs = curves.loudness_lufs(gain_db, curves.limiter_db(gain_db, ceiling_db))
    off_lu = 0.0 if lufs is None else lufs - target.loudness_lufs
    if abs(off_lu) <= held.slack_lu:
        return target.loudness_lufs, gain_db
    # Outside the slack: aim for its near edge, which moves everything as little as possible.
    return target.loudness_lufs + copysign(held.slack_lu, off_lu), None


def _highest_gain_db(
    curves: Curves, ceiling_db: float, most_limiting_db: float = MAX_LIMITING_DB
) -> float:
    """Return the highest gain within `MAX_GAIN_DB` and the most limiting."""
    return min(MAX_GAIN_DB, ceiling_db + most_limiting_db - curves.peak_db)


def _solved_gain_db(
    curves: Curves, aim_lufs: float, ceiling_db: float, most_limiting_db: float = MAX_LIMITING_DB
) -> float:
    """Return the gain that brings the limited mix to a loudness; 0 if nothing can be measured."""
    before = curves.loudness_lufs()
    if before is None:
        return 0.0
    # Without a limiter, loudness rises dB for dB with the gain; a limiter only takes away. So the
    # plain difference is the least gain that can do, and the answer if no peak reaches the ceiling.
    lowest = aim_lufs - before
    highest = _highest_gain_db(curves, ceiling_db, most_limiting_db)
    if lowest >= highest or lowest + curves.peak_db <= ceiling_db:
        return min(lowest, highest)

    def missing(gain_db: float) -> float:
        after = curves.loudness_lufs(gain_db, curves.limiter_db(gain_db, ceiling_db))
        return (ABSOLUTE_GATE_LUFS if after is None else after) - aim_lufs

    # Even the most gain is too little: take it. Otherwise the answer lies between the two, found by
    # Brent's method to 0.01 dB.
    if missing(highest) <= 0.0:
        return highest
    return float(brentq(missing, lowest, highest, xtol=0.01))


def _measured(
    rendering: Rendering,
    curves: Curves,
    target: LoudnessTarget,
    held: HeldGain | None,
    ceiling_db: float,
) -> Mastered:
    """Render once and measure what comes out."""
    channels = rendering.channels
    loudness, peak = LoudnessMeter(channels), TruePeakMeter(channels)
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
        moved_db=moved_db(rendering.gain_db, held),
        ceiling_db=ceiling_db,
        max_short_term_lufs=loudness.max_short_term_lufs(),
        limiting_db=-float(rendering.limiter_db.min()),
    )


def moved_db(gain_db: float, held: HeldGain | None) -> float:
    """Return by how much a gain is not the one to hold; 0 if none was held."""
    return round(gain_db - held.gain_db, 3) if held else 0.0


def _excess_db(mastered: Mastered, target: LoudnessTarget) -> float:
    """Return by how many dB the true peak exceeds the target less its margin; 0 if it does not."""
    if mastered.true_peak_dbtp is None:
        return 0.0
    return max(0.0, mastered.true_peak_dbtp - (target.true_peak_dbtp - DITHER_MARGIN_DB))


def _missing_lu(mastered: Mastered, curves: Curves, goal_lufs: float, ceiling_db: float) -> float:
    """Return the loudness error in LU, as far as another gain could reduce it."""
    if mastered.loudness_lufs is None:
        return 0.0
    missing = goal_lufs - mastered.loudness_lufs
    bounded = mastered.gain_db >= _highest_gain_db(curves, ceiling_db)
    return min(missing, 0.0) if bounded else missing


def _note(
    curves: Curves, lufs: float | None, target: LoudnessTarget, held: HeldGain | None
) -> str | None:
    """Return a sentence on why the loudness is not on target; None if it is."""
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

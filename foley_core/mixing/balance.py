"""Balance: by how much beds and music must move, so that both are heard and a track is on target.

What is struck now and then peaks high and is soft on average: such a track cannot be made louder
without flattening its attacks. Its bed can, so the bed is lifted first, before more than
`GENTLE_LIMITING_DB` are taken off the attacks, see `bed_lift_db`. All of it is arithmetic on the
curves of parts of a mix.
"""

from bisect import bisect_left

from foley_core.mixing.curves import Curves
from foley_core.mixing.master import reachable
from foley_core.mixing.target import LoudnessTarget

MOST_LIFT_DB = 30.0
"""Most by which a bed is lifted: then it is the programme, with hits upon it."""
GENTLE_LIMITING_DB = 6.0
"""Limiting that leaves an attack its shape: what is quiet is lifted before more of it."""
MUSIC_UNDER_LU = 1.0
"""Music at its usual level lies so far under the target of the track, before both are brought there
together. At 1 music ends between -24 and -27 LUFS in a track of -23; its loud passages are 2 LU
louder."""
MUSIC_OVER_BED_LU = 6.0
"""Music lies so far over a bed where nothing else sounds in the whole video."""

_LIFT_STEP_DB = 0.5
# Curves and the rendered track differ by some tenths.
_MARGIN_LU = 0.2


def is_gently_reached(curves: Curves, target: LoudnessTarget) -> bool:
    """Return True where gentle limiting is enough for a mix to reach its loudness."""
    _, lufs = reachable(curves, target, GENTLE_LIMITING_DB)
    return lufs is not None and lufs >= target.loudness_lufs - _MARGIN_LU


def bed_lift_db(
    beds: Curves, others: Curves, target: LoudnessTarget, most_db: float = MOST_LIFT_DB
) -> float:
    """Return the least lift of the beds with which a track reaches its loudness by gentle limiting;
    the most, if none does.

    Args:
        beds: of the beds alone.
        others: of all else.
        target: of the track.
        most_db: bound of the lift, beside `MOST_LIFT_DB`.
    """
    steps = range(int(min(most_db, MOST_LIFT_DB) / _LIFT_STEP_DB) + 1)

    def is_reached(step: int) -> bool:
        return is_gently_reached(others.plus(beds, step * _LIFT_STEP_DB), target)

    return _LIFT_STEP_DB * min(bisect_left(steps, True, key=is_reached), steps[-1])


def music_gain_db(
    others: Curves, music_lufs: float | None, target: LoudnessTarget, *, has_events: bool
) -> float:
    """Return the gain with which music of usual level is heard beside all else.

    Args:
        others: of all but the music.
        music_lufs: loudness of the music in the mix, not ducked; None if it is too soft to measure.
        target: of the track.
        has_events: whether anything happens, or only beds sound.
    """
    gain_db, lufs = reachable(others, target)
    if music_lufs is None or lufs is None:
        return 0.0
    over_lu = -MUSIC_UNDER_LU if has_events else MUSIC_OVER_BED_LU
    return round(target.loudness_lufs + over_lu - gain_db - music_lufs, 3)

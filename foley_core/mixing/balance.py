"""Balance: by how much beds and music must move, so that both are heard and a track is on target.

What is struck now and then peaks high and is soft on average: such a track cannot be made louder
without flattening its attacks. Its bed can, so the bed is lifted first, see `bed_lift_db`. All of
it is arithmetic on the curves of parts of a mix.
"""

from bisect import bisect_left

from foley_core.mixing.curves import Curves
from foley_core.mixing.master import reachable
from foley_core.mixing.target import LoudnessTarget

MOST_LIFT_DB = 30.0
"""Most by which a bed is lifted: then it is the programme, with hits upon it."""
MUSIC_UNDER_LU = 1.0
"""Music at its usual level lies so far under the target of the track, before both are brought there
together. At 1 music ends between -24 and -27 LUFS in a track of -23; its loud passages are 2 LU
louder."""
MUSIC_OVER_BED_LU = 6.0
"""Music lies so far over a bed where nothing else sounds in the whole video."""

_LIFT_STEP_DB = 0.5
# Curves and the rendered track differ by some tenths.
_MARGIN_LU = 0.2


def bed_lift_db(beds: Curves, others: Curves, target: LoudnessTarget) -> float:
    """Return the least lift of the beds with which a track reaches its loudness; the most, if none.

    Args:
        beds: of the beds alone.
        others: of all else.
        target: of the track.
    """
    steps = range(round(MOST_LIFT_DB / _LIFT_STEP_DB) + 1)

    def is_reached(step: int) -> bool:
        _, lufs = reachable(others.plus(beds, step * _LIFT_STEP_DB), target)
        return lufs is not None and lufs >= target.loudness_lufs - _MARGIN_LU

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

"""Short programmes: no three seconds of them may be much louder than the whole.

EBU R 128 s1 limits the short-term loudness of what lasts two minutes at most, such as trailers. A
track that would pass the limit is turned down whole, so that its dynamics stay. One whose gain is
held at any loudness is not: it is told.
"""

from dataclasses import replace
from math import isinf

from foley_core.mixing.master import HeldGain, Mastered, master, moved_db
from foley_core.mixing.target import LoudnessTarget
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import Blocks

# Most times that a track is turned down; the limiter works less then, which the first misses.
_ATTEMPTS = 3
_CLOSE_LU = 0.05


def master_programme(
    mix: Blocks, samples: int, target: LoudnessTarget, held: HeldGain | None = None
) -> Mastered:
    """Master a mix as `master` does, and keep the limit of short programmes if its target has one.

    Raises:
        ValueError: as `master`.
    """
    mastered, aim, kept = master(mix, samples, target, held), target, held
    if held and isinf(held.slack_lu):
        return _told(mastered, _over_lu(mastered, target, samples), target)
    for _ in range(_ATTEMPTS):
        over_lu = _over_lu(mastered, target, samples)
        if over_lu <= 0.0 or mastered.loudness_lufs is None:
            break
        aim = replace(aim, loudness_lufs=mastered.loudness_lufs - over_lu - _CLOSE_LU)
        if kept is not None:
            kept = replace(kept, gain_db=mastered.gain_db - over_lu - _CLOSE_LU)
        mastered = master(mix, samples, aim, kept)
    if aim is target:
        return mastered
    # Both are told of what was asked for, not of the lowered aims on the way.
    return replace(
        mastered, note=_note(mastered, target), moved_db=moved_db(mastered.gain_db, held)
    )


def _told(mastered: Mastered, over_lu: float, target: LoudnessTarget) -> Mastered:
    """Return a track whose gain is held, with a sentence if it passes the limit."""
    if over_lu <= 0.0:
        return mastered
    note = (
        f"The track reaches {mastered.max_short_term_lufs:.1f} LUFS over 3 s, and a short "
        f"programme shall not pass {target.max_short_term_lufs:.1f}: its gain is held against the "
        "sound filters."
    )
    return replace(mastered, note=" ".join(filter(None, (mastered.note, note))))


def _over_lu(mastered: Mastered, target: LoudnessTarget, samples: int) -> float:
    """Return by how much a short track passes the limit of its target; 0 where it does not."""
    limit_lufs, reached = target.max_short_term_lufs, mastered.max_short_term_lufs
    if limit_lufs is None or reached is None or samples > target.short_form_s * SAMPLE_RATE:
        return 0.0
    return max(0.0, reached - limit_lufs)


def _note(mastered: Mastered, target: LoudnessTarget) -> str | None:
    lufs = mastered.loudness_lufs
    if lufs is None or abs(lufs - target.loudness_lufs) <= target.tolerance_lu:
        return None
    return (
        f"The track is at {lufs:.1f} LUFS instead of {target.loudness_lufs:.1f}: louder, this "
        f"short programme would pass {target.max_short_term_lufs:.1f} LUFS over 3 s."
    )

"""The timecode of the first picture that a row asks for, as its source counts."""

from fractions import Fraction
from math import floor

from foley_core.cues.timecode import SourceClock, may_drop
from foley_core.media.probe import VideoInfo
from foley_core.media.tags import timecode_s


def first_label(info: VideoInfo, start_s: Fraction) -> str | None:
    """Return the timecode of the picture on screen at `start_s`; None where none is counted."""
    rate = info.constant_rate
    if info.timecode is None or rate is None:
        return None
    first = round(timecode_s(info.timecode, rate) * rate)
    drops = may_drop(rate) and any(sign in info.timecode for sign in ";.")
    return SourceClock(rate, first, drops).label(floor(start_s * rate))

"""Tags of containers, whose names each container writes in a case of its own."""

import re
from collections.abc import Mapping
from fractions import Fraction

from av.container import InputContainer

_DURATION = re.compile(r"(\d{1,6}):(\d\d):(\d\d(?:\.\d{1,12})?)")
_TIMECODE = re.compile(r"(\d\d)[:;.](\d\d)[:;.](\d\d)([:;.])(\d{2,3})")
# Rates at which timecodes may leave out labels, by the nominal rate (SMPTE ST 12-1).
_DROP_FRAME_RATES = {nominal: Fraction(nominal * 1000, 1001) for nominal in (30, 60, 120, 240)}
_MOST_TWO_DIGITS = 100
"""Pictures a second whose numbers, from 0 on, have two digits."""

_RATE_TOLERANCE = Fraction(1, 2000)


def tag(tags: Mapping[str, str], name: str) -> str:
    """Return the value of a tag, whatever the case of its name; empty if there is none."""
    return next((value for key, value in tags.items() if key.lower() == name), "")


def tagged_duration_s(tags: Mapping[str, str]) -> Fraction | None:
    """Return the seconds in Matroska's DURATION tag, `hh:mm:ss.nnnnnnnnn`, if there is one."""
    match = _DURATION.fullmatch(tag(tags, "duration"))
    if match is None:
        return None
    return int(match[1]) * 3600 + int(match[2]) * 60 + Fraction(match[3])


def source_timecode(container: InputContainer) -> str | None:
    """Return the first timecode in the tags of a container and its streams, if there is one."""
    for tags in (container.metadata, *(stream.metadata for stream in container.streams)):
        text = tag(tags, "timecode").strip()
        if _TIMECODE.fullmatch(text):
            return text
    return None


def timecode_s(text: str, frame_rate: Fraction) -> Fraction:
    """Return the seconds since midnight that a timecode of a source means.

    `hh:mm:ss:ff` counts pictures at the nominal rate (30 for 29.97 a second). A semicolon or a
    point before the frames says that two labels are left out each minute but every tenth, at 29.97
    and its multiples. Three digits after a point are milliseconds, unless there are as many
    pictures a second.

    Args:
        text: as `source_timecode` returns it.
        frame_rate: pictures per second.
    """
    match = _TIMECODE.fullmatch(text)
    if match is None:
        return Fraction(0)
    hours, minutes, seconds, frames = (int(match[group]) for group in (1, 2, 3, 5))
    whole_s = (hours * 60 + minutes) * 60 + seconds
    nominal = max(1, round(frame_rate))
    if match[4] == "." and len(match[5]) == 3 and nominal <= _MOST_TWO_DIGITS:
        return whole_s + Fraction(frames, 1000)
    count = whole_s * nominal + frames
    exact = _DROP_FRAME_RATES.get(nominal)
    drops = exact is not None and abs(frame_rate / exact - 1) < _RATE_TOLERANCE
    if match[4] != ":" and drops:
        total_minutes = hours * 60 + minutes
        count -= nominal // 15 * (total_minutes - total_minutes // 10)
    return count / frame_rate

"""Times as people write them: timecodes, clock times, seconds.

A timecode counts pictures from the first shown one, `hh:mm:ss:ff`, at the nominal rate (30 for
29.97) without dropped labels, as an editor counts a clip.
"""

import re
from fractions import Fraction
from math import floor

from foley_core.errors import ConfigError
from foley_core.timebase import SAMPLE_RATE

_TIMECODE = re.compile(r"(\d{1,3}):([0-5]?\d):([0-5]?\d):(\d{1,3})")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):([0-5]?\d(?:\.\d{1,6})?)")
_SECONDS = re.compile(r"\d{1,7}(?:\.\d{1,6})?")


def timecode(samples: int, frame_rate: Fraction) -> str:
    """The timecode of the picture that is shown at a sample."""
    picture = floor(Fraction(samples, SAMPLE_RATE) * frame_rate)
    nominal = max(1, round(frame_rate))
    seconds, frames = divmod(picture, nominal)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def parsed_time(text: str, frame_rate: Fraction) -> int:
    """Samples of `hh:mm:ss:ff`, `hh:mm:ss.mmm`, `mm:ss.mmm` or seconds.

    Raises:
        ConfigError: it is none of them, or its frame is not below the frame rate.
    """
    text = text.strip()
    if match := _TIMECODE.fullmatch(text):
        hours, minutes, seconds, frames = (int(part) for part in match.groups())
        nominal = max(1, round(frame_rate))
        if frames >= nominal:
            raise ConfigError(f"time '{text}': frame {frames} is not below the rate of {nominal}")
        picture = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
        return round(picture / frame_rate * SAMPLE_RATE)
    if match := _CLOCK.fullmatch(text):
        hours_text, minutes_text, seconds_text = match.groups()
        whole = (int(hours_text or 0) * 60 + int(minutes_text)) * 60
        return round((whole + Fraction(seconds_text)) * SAMPLE_RATE)
    if _SECONDS.fullmatch(text):
        return round(Fraction(text) * SAMPLE_RATE)
    raise ConfigError(f"time '{text}' is neither hh:mm:ss:ff, nor hh:mm:ss.mmm, nor seconds")

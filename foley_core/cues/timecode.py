"""Times as people write them: timecodes, clock times and seconds.

A timecode `hh:mm:ss:ff` counts video frames from the first shown one, at the nominal rate (30 for
29.97 per second) and without drop-frame labels, as editing programs count within a clip.
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
    """Return the timecode of the video frame that is shown at a sample.

    Args:
        samples: time, samples at 48 kHz.
        frame_rate: video frames per second.
    """
    picture = floor(Fraction(samples, SAMPLE_RATE) * frame_rate)
    nominal = max(1, round(frame_rate))
    seconds, frames = divmod(picture, nominal)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def parsed_time(text: str, frame_rate: Fraction) -> int:
    """Return the time that a text means, in samples at 48 kHz.

    Args:
        text: `hh:mm:ss:ff`, `hh:mm:ss.mmm`, `mm:ss.mmm` or seconds.
        frame_rate: video frames per second, for timecodes.

    Raises:
        ConfigError: the text has none of these forms, or its frame number is not below the frame
            rate.
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

"""Times as people write them: timecodes, clock times and seconds.

A timecode `hh:mm:ss:ff` counts video frames at the nominal rate (30 for 29.97 per second), from the
label of the first picture on, as editing programs do. Where a source drops labels (SMPTE ST 12-1:
two a minute but every tenth at 29.97, four at 59.94) a semicolon stands before the frames. Where a
video has no constant rate there is nothing to count, and a clock time `hh:mm:ss.ffffff` from the
first picture stands.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from foley_core.errors import ConfigError
from foley_core.timebase import SAMPLE_RATE

VARIABLE = "variable"
"""Word in files for the rate of a video whose pictures come at no constant rate."""

LEAST_RATE, HIGHEST_RATE = 5, 240
"""Pictures a second between which timecodes count them."""

_TIMECODE = re.compile(r"(\d{1,3}):([0-5]?\d):([0-5]?\d)([:;])(\d{1,3})")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):([0-5]?\d(?:[.,]\d{1,6})?)")
_SECONDS = re.compile(r"\d{1,7}(?:[.,]\d{1,6})?")
_DAY_S = 24 * 3600
# Labels are dropped at these rates alone, 2 a minute for every 30 a second.
_DROPPING = {nominal: Fraction(nominal * 1000, 1001) for nominal in (30, 60, 120, 240)}
_RATE_TOLERANCE = Fraction(1, 2000)


def written_rate(frame_rate: Fraction | None) -> str:
    """Return a constant rate, or None, as it stands in files."""
    return VARIABLE if frame_rate is None else str(frame_rate)


def read_rate(text: str) -> Fraction | None:
    """Return the rate that `written_rate` wrote; None for one that no timecode counts at.

    Raises:
        ValueError: the text is no rate.
    """
    if text == VARIABLE:
        return None
    rate = Fraction(text)
    return rate if LEAST_RATE <= rate <= HIGHEST_RATE else None


def may_drop(frame_rate: Fraction | None) -> bool:
    """Return True at a rate at which timecodes may drop labels, such as 30000/1001."""
    exact = _DROPPING.get(round(frame_rate)) if frame_rate else None
    return exact is not None and abs((frame_rate or exact) / exact - 1) < _RATE_TOLERANCE


@dataclass(frozen=True, slots=True)
class SourceClock:
    """The way in which the pictures of a video are numbered: rate, first number, dropped labels.

    Attributes:
        frame_rate: pictures a second; None where there is no constant rate.
        first: number of the first picture, counted from midnight.
        drops: True where labels are dropped.
    """

    frame_rate: Fraction | None
    first: int = 0
    drops: bool = False

    @classmethod
    def starting_at(cls, label: str | None, frame_rate: Fraction | None) -> "SourceClock":
        """Return the clock of a video whose first picture has a label; None for 00:00:00:00.

        A label that cannot be of this rate counts as none.
        """
        match = _TIMECODE.fullmatch(label or "")
        if match is None or frame_rate is None:
            return cls(frame_rate)
        clock = cls(frame_rate, drops=match[4] == ";" and may_drop(frame_rate))
        try:
            return cls(frame_rate, clock.number_of(label or ""), clock.drops)
        except ConfigError:
            return cls(frame_rate)

    @property
    def nominal(self) -> int:
        """Labels a second; 0 where pictures are not counted."""
        return max(1, round(self.frame_rate)) if self.frame_rate else 0

    @property
    def _dropped(self) -> int:
        """Labels dropped in a minute."""
        return self.nominal // 15 if self.drops else 0

    @property
    def _day(self) -> int:
        """Labels of 24 hours."""
        return _DAY_S * self.nominal - self._dropped * 24 * 54

    def picture_at(self, samples: int) -> int:
        """Return the number of the picture that is shown at a sample, from 0 for the first.

        A picture whose time is no whole sample begins with the nearest one.
        """
        assert self.frame_rate is not None
        return floor(Fraction(2 * samples + 1, 2 * SAMPLE_RATE) * self.frame_rate)

    def sample_of(self, picture: int) -> int:
        """Return the sample at which a picture begins, numbered as by `picture_at`."""
        assert self.frame_rate is not None
        return round(picture / self.frame_rate * SAMPLE_RATE)

    def label(self, picture: int) -> str:
        """Return the timecode of a picture, numbered as by `picture_at`."""
        count = (self.first + picture) % self._day
        if self.drops:
            tens, left = divmod(count, 600 * self.nominal - 9 * self._dropped)
            # The first minute of ten has all labels; each of the others lacks the first ones.
            minutes = max(0, left - self._dropped) // (60 * self.nominal - self._dropped)
            count += self._dropped * (9 * tens + minutes)
        seconds, frames = divmod(count, self.nominal)
        return f"{_clock(seconds)}{';' if self.drops else ':'}{frames:02}"

    def timecode(self, samples: int) -> str:
        """Return the timecode of the picture that is shown at a sample, or its clock time.

        Args:
            samples: time from the first picture, samples at 48 kHz.
        """
        if self.frame_rate is None:
            return clock_time(samples)
        return self.label(self.picture_at(samples))

    def number_of(self, label: str) -> int:
        """Return the number, from midnight, of the picture that has a label.

        Raises:
            ConfigError: it is no timecode, or no picture has it.
        """
        match = _TIMECODE.fullmatch(label)
        if match is None or self.frame_rate is None:
            raise ConfigError(f"'{label}' is no timecode of such a video")
        hours, minutes, seconds, frames = (int(match[part]) for part in (1, 2, 3, 5))
        if frames >= self.nominal:
            raise ConfigError(
                f"time '{label}': frame {frames} is not below the rate of {self.nominal}"
            )
        if self.drops and not seconds and minutes % 10 and frames < self._dropped:
            raise ConfigError(
                f"time '{label}': no picture has this label, since drop-frame timecode leaves it "
                f"out; the next is {hours:02}:{minutes:02}:00;{self._dropped:02}"
            )
        total_minutes = hours * 60 + minutes
        count = (total_minutes * 60 + seconds) * self.nominal + frames
        return count - self._dropped * (total_minutes - total_minutes // 10)

    def parsed(self, text: str) -> int:
        """Return the time from the first picture that a text means, in samples at 48 kHz.

        Args:
            text: a timecode `hh:mm:ss:ff` or `hh:mm:ss;ff` as the source counts; or, from the
                first picture on, `hh:mm:ss.mmm`, `mm:ss.mmm` or seconds.

        Raises:
            ConfigError: the text has none of these forms, or no picture has such a timecode, or it
                counts pictures of a video that has no constant rate.
        """
        text = text.strip()
        if _TIMECODE.fullmatch(text):
            return self.sample_of(self._picture_of(text))
        if match := _CLOCK.fullmatch(text):
            hours_text, minutes_text, seconds_text = match.groups()
            whole = (int(hours_text or 0) * 60 + int(minutes_text)) * 60
            return round((whole + Fraction(seconds_text.replace(",", "."))) * SAMPLE_RATE)
        if _SECONDS.fullmatch(text):
            return round(Fraction(text.replace(",", ".")) * SAMPLE_RATE)
        raise ConfigError(f"time '{text}' is neither hh:mm:ss:ff, nor hh:mm:ss.mmm, nor seconds")

    def _picture_of(self, label: str) -> int:
        """Return the number of a label's picture, from 0 for the first."""
        if self.frame_rate is None:
            raise ConfigError(
                f"time '{label}': the video has no constant rate of pictures to count; "
                "give hh:mm:ss.mmm or seconds"
            )
        number = self.number_of(label)
        picture = number - self.first
        if picture < 0 and 2 * (picture + self._day) < self._day:
            # The count of a video that passes midnight begins anew.
            return picture + self._day
        if picture < 0:
            raise ConfigError(
                f"time '{label}' is before the first picture, whose timecode is {self.label(0)}"
            )
        return picture


def clock_time(samples: int, digits: int = 6) -> str:
    """Return a time as `hh:mm:ss.ffffff`.

    Args:
        samples: time, samples at 48 kHz.
        digits: of the fraction of a second, rounded.
    """
    parts = 10**digits
    seconds, fraction = divmod(round(Fraction(samples * parts, SAMPLE_RATE)), parts)
    return f"{_clock(seconds)}.{fraction:0{digits}}"


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"

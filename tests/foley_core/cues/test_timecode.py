"""Timecodes name pictures; what is written is read back to the same picture."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foley_core.cues.timecode import parsed_time, timecode
from foley_core.errors import ConfigError

RATES = [Fraction(24), Fraction(25), Fraction(30_000, 1001), Fraction(60)]


@pytest.mark.parametrize(
    ("text", "samples"),
    [("2", 96_000), ("1.5", 72_000), ("00:00:01:12", 71_040), ("1:30", 4_320_000),
     ("0:00:01.500", 72_000), ("01:00:00.000", 172_800_000)],
)  # fmt: skip
def test_times_at_25_pictures_a_second(text: str, samples: int) -> None:
    assert parsed_time(text, Fraction(25)) == samples


@given(st.integers(0, 500_000), st.sampled_from(RATES))
def test_a_timecode_is_read_back_to_its_picture(picture: int, rate: Fraction) -> None:
    at = round(picture / rate * 48_000) + 1
    text = timecode(at, rate)
    assert timecode(parsed_time(text, rate) + 1, rate) == text


@pytest.mark.parametrize("text", ["", "soon", "-1", "1e9", "00:00:01:25", "0:99:99"])
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match="time"):
        parsed_time(text, Fraction(25))

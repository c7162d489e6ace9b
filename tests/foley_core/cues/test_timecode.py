"""Timecodes name pictures as editing programs do; what is written is read back to the same."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timecode import Timecode

from foley_core.cues.timecode import SourceClock, clock_time, may_drop, read_rate, written_rate
from foley_core.errors import ConfigError

NTSC = Fraction(30_000, 1001)
RATES = [
    Fraction(24_000, 1001),
    *(Fraction(rate) for rate in (24, 25, 30, 50, 60, 100, 120)),
    NTSC,
    2 * NTSC,
    4 * NTSC,
]
CLOCKS = [SourceClock(rate, drops=drops) for rate in RATES for drops in {False, may_drop(rate)}]
PAL = SourceClock(Fraction(25))


@pytest.mark.parametrize(
    ("text", "samples"),
    [("2", 96_000), ("1.5", 72_000), ("00:00:01:12", 71_040), ("1:30", 4_320_000),
     ("0:00:01.500", 72_000), ("01:00:00.000", 172_800_000)],
)  # fmt: skip
def test_times_at_25_pictures_a_second(text: str, samples: int) -> None:
    assert PAL.parsed(text) == samples


@given(st.integers(0, 500_000), st.sampled_from(CLOCKS))
def test_a_timecode_is_read_back_to_its_picture(picture: int, clock: SourceClock) -> None:
    at = clock.sample_of(picture)
    assert clock.picture_at(at) == picture
    assert clock.parsed(clock.timecode(at)) == at


@given(st.integers(0, 2_000_000), st.sampled_from([NTSC, 2 * NTSC]))
def test_dropped_labels_are_those_of_another_program(picture: int, rate: Fraction) -> None:
    clock = SourceClock(rate, drops=True)
    theirs = Timecode("29.97" if rate == NTSC else "59.94", frames=picture + 1)
    assert clock.label(picture) == str(theirs)
    assert clock.number_of(str(theirs)) == picture


@given(st.integers(0, 2_000_000), st.sampled_from(["23.976", "24", "25", "30", "50", "60"]))
def test_whole_labels_are_those_of_another_program(picture: int, rate: str) -> None:
    exact = Fraction(24_000, 1001) if rate == "23.976" else Fraction(rate)
    assert SourceClock(exact).label(picture) == str(Timecode(rate, frames=picture + 1))


def test_an_hour_of_drop_frame_timecode_is_an_hour() -> None:
    clock = SourceClock.starting_at("01:00:00;00", NTSC)
    assert clock.timecode(0) == "01:00:00;00"
    assert clock.timecode(3600 * 48_000) == "02:00:00;00"
    assert abs(clock.parsed("02:00:00;00") - 3600 * 48_000) < 48_000 / NTSC
    assert SourceClock.starting_at("01:00:00:00", NTSC).timecode(3600 * 48_000) == "01:59:56:12"


def test_a_label_that_no_picture_has_is_told_with_the_next_one() -> None:
    with pytest.raises(ConfigError, match="the next is 00:01:00;02"):
        SourceClock(NTSC, drops=True).parsed("00:01:00;00")


def test_timecodes_count_from_the_first_picture_of_the_source() -> None:
    clock = SourceClock.starting_at("10:00:00:00", Fraction(25))
    assert clock.timecode(48_000) == "10:00:01:00"
    assert clock.parsed("10:00:01:00") == 48_000
    assert clock.parsed("0:01.0") == 48_000
    with pytest.raises(ConfigError, match="before the first picture, whose timecode is 10:00:00"):
        clock.parsed("00:00:01:00")


def test_a_video_may_pass_midnight() -> None:
    clock = SourceClock.starting_at("23:59:59:00", Fraction(25))
    assert clock.timecode(2 * 48_000) == "00:00:01:00"
    assert clock.parsed("00:00:01:00") == 2 * 48_000


@pytest.mark.parametrize("label", [None, "", "soon", "10:00:00:29", "00:01:00;00"])
def test_what_is_no_label_of_a_first_picture_counts_as_none(label: str | None) -> None:
    rate = NTSC if label == "00:01:00;00" else Fraction(25)
    assert SourceClock.starting_at(label, rate).label(0) == "00:00:00:00"


@pytest.mark.parametrize("text", ["", "soon", "-1", "1e9", "00:00:01:25", "0:99:99"])
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match="time"):
        PAL.parsed(text)


@given(st.integers(0, 10**9), st.sampled_from([SourceClock(None), *CLOCKS]))
def test_what_is_written_is_read(at: int, clock: SourceClock) -> None:
    again = clock.parsed(clock.timecode(at))
    rate = clock.frame_rate
    assert abs(again - at) <= (0 if rate is None else 48_000 / rate + 1)


def test_a_variable_rate_has_clock_times() -> None:
    clock = SourceClock.starting_at("01:00:00:00", None)
    assert clock.timecode(480_000) == clock_time(480_000) == "00:00:10.000000"
    assert clock.parsed("0:10,5") == 504_000
    with pytest.raises(ConfigError, match="no constant rate"):
        clock.parsed("00:00:10:00")


def test_a_rate_stands_in_files_as_it_is_read() -> None:
    for rate in (None, *RATES):
        assert read_rate(written_rate(rate)) == rate
    # Earlier versions wrote any average.
    assert read_rate("90000") is None
    assert read_rate("1/2") is None

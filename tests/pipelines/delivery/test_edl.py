"""Lists that two other programs read back: events, locators and their pictures."""

from fractions import Fraction

import opentimelineio
import pycmx
import pytest
from handed_over import CLOCKS, SHEET, picture_onsets, timeline
from timecode import Timecode

from foley_core.cues.timecode import SourceClock
from foley_core.errors import ConfigError
from pipelines.delivery.edl import edl, resolve_edl

clocks = pytest.mark.parametrize("name", CLOCKS)


@clocks
def test_locators_are_read_back_on_their_pictures(name: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    clock = CLOCKS[name]
    path = tmp_path / "walk.edl"
    path.write_text(edl(timeline(clock)), encoding="ascii")
    with path.open() as file:
        read = pycmx.parse_cmx3600(file)
    assert read.title == "walk"
    (event,) = read.events
    (edit,) = event.edits
    assert edit.channels.video
    assert (edit.record_in, edit.record_out) == (clock.label(0), clock.label(clock_end(clock)))
    assert edit.clip_name == "walk 1.mov"
    located = [line for line in path.read_text().splitlines() if line.startswith("* LOC:")]
    numbers = [clock.number_of(line.split()[2]) - clock.first for line in located]
    day = 24 * 3600 * clock.nominal
    assert [number % day for number in numbers] == picture_onsets(clock)


def clock_end(clock: SourceClock) -> int:
    return clock.picture_at(SHEET.samples - 1) + 1


@pytest.mark.parametrize("name", ["24", "25", "29.97", "60"])
def test_the_adapter_of_opentimelineio_reads_the_same(name: str) -> None:
    clock = CLOCKS[name]
    assert clock.frame_rate
    read = opentimelineio.adapters.read_from_string(
        edl(timeline(clock)), "cmx_3600", rate=float(clock.frame_rate)
    )
    ((clip,),) = read.tracks
    assert clip.source_range.start_time.value == clock.first
    first = [round(one.marked_range.start_time.value) - clock.first for one in clip.markers]
    assert first == picture_onsets(clock)
    assert clip.markers[1].name.startswith("FOOTSTEP WALK, GRAVEL")
    assert clip.markers[1].color == "GREEN"


def test_dropped_labels_are_said_and_separated_as_editors_do() -> None:
    text = edl(timeline(CLOCKS["29.97 drop"]))
    assert "FCM: DROP FRAME" in text
    assert "00:59:58;00" in text
    # Two minutes of ten have no label more, the tenth has: 01:00:00;00 is two seconds later.
    assert Timecode("29.97", "00:59:58;00") + 60 == Timecode("29.97", "01:00:00;00")
    assert "FCM: NON-DROP FRAME" in edl(timeline(CLOCKS["29.97"]))


@clocks
def test_resolve_s_list_has_an_event_of_one_picture_for_each_cue(name: str) -> None:
    clock = CLOCKS[name]
    lines = resolve_edl(timeline(clock)).splitlines()
    events = [line.split() for line in lines if line[:3].isdigit()]
    day = 24 * 3600 * clock.nominal
    begins = [(clock.number_of(event[6]) - clock.first) % day for event in events]
    ends = [(clock.number_of(event[7]) - clock.first) % day for event in events]
    assert begins == picture_onsets(clock)
    assert ends == [one + 1 for one in begins]
    notes = [line for line in lines if "|M:" in line]
    assert all(line.endswith("|D:1") for line in notes)
    assert any("|C:ResolveColorGreen |M:footstep walk, gravel" in line for line in notes)


@pytest.mark.parametrize(
    ("rate", "said"), [(None, "variable rate"), (Fraction(120), "this video has 120")]
)
def test_pictures_that_a_list_cannot_number_are_refused(rate: Fraction | None, said: str) -> None:
    for write in (edl, resolve_edl):
        with pytest.raises(ConfigError, match=said):
            write(timeline(SourceClock(rate)))

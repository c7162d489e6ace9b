"""Sequences that the adapter of OpenTimelineIO reads back."""

from xml.etree import ElementTree

import opentimelineio
import pytest
from handed_over import CLOCKS, picture_onsets, timeline

from foley_core.cues.timecode import SourceClock
from foley_core.errors import ConfigError
from pipelines.delivery.final_cut import final_cut_xml


@pytest.mark.parametrize("name", CLOCKS)
def test_a_sequence_is_read_back(name: str) -> None:
    clock = CLOCKS[name]
    text = final_cut_xml(timeline(clock)).decode()
    read = opentimelineio.adapters.read_from_string(text, "fcp_xml")
    video, *sounds = read.tracks
    assert (video.kind, len(sounds)) == ("Video", 4)
    assert [track[0].name for track in sounds] == ["footsteps", "footsteps", "doors", "doors"]
    onsets = [round(one.marked_range.start_time.value) for one in read.tracks.markers]
    assert onsets == picture_onsets(clock)
    assert read.global_start_time.value == clock.first
    assert round(video[0].source_range.duration.value) == timeline(clock).pictures
    assert f"<displayformat>{'DF' if clock.drops else 'NDF'}</displayformat>" in text


def test_a_part_shows_its_part_of_the_video() -> None:
    clock = CLOCKS["29.97 drop"]
    text = final_cut_xml(timeline(clock, before=48_000)).decode()
    item = ElementTree.fromstring(text).find("./sequence/media/video/track/clipitem")
    assert item is not None
    pictures = timeline(clock).pictures
    edges = [item.findtext(name) for name in ("start", "end", "in", "out")]
    assert edges == ["0", str(pictures), "29", str(29 + pictures)]
    assert item.findtext("file/timecode/string") == "00:59:57;01"
    assert item.findtext("file/timecode/frame") == str(clock.first - 29)
    read = opentimelineio.adapters.read_from_string(text, "fcp_xml")
    assert read.global_start_time.value == clock.first
    sound = read.tracks[1][0]
    assert sound.source_range.duration == read.tracks[0][0].source_range.duration


def test_files_of_any_name_are_found_by_their_urls() -> None:
    text = final_cut_xml(timeline(CLOCKS["25"], stem="stems/#1 100% a?b.wav")).decode()
    read = opentimelineio.adapters.read_from_string(text, "fcp_xml")
    url = read.tracks[1][0].media_reference.target_url
    assert opentimelineio.url_utils.filepath_from_url(url) == "stems/#1 100% a?b.wav"


def test_a_name_that_xml_cannot_hold_is_replaced_in_part() -> None:
    written = timeline(CLOCKS["25"], picture="/videos/a\uffffb.mov")
    read = ElementTree.fromstring(final_cut_xml(written))
    assert read.findtext(".//video//clipitem/name") == "a\ufffdb.mov"


def test_a_variable_rate_is_refused() -> None:
    with pytest.raises(ConfigError, match="variable rate"):
        final_cut_xml(timeline(SourceClock(None)))

"""Sequences that the adapter of OpenTimelineIO reads back."""

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


def test_a_variable_rate_is_refused() -> None:
    with pytest.raises(ConfigError, match="variable rate"):
        final_cut_xml(timeline(SourceClock(None)))

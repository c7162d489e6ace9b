"""Timelines that OpenTimelineIO reads back: picture, stems, markers, to a picture or a sample."""

import sys
from fractions import Fraction

import opentimelineio
import pytest
from handed_over import CLOCKS, SHEET, picture_onsets, timeline

from foley_core.cues.timecode import SourceClock
from foley_core.errors import ConfigError
from pipelines.delivery.open_timeline import open_timeline

RATES = CLOCKS | {
    "120": SourceClock.starting_at("01:00:00:00", Fraction(120)),
    "variable": SourceClock(None),
}


@pytest.mark.parametrize("name", RATES)
def test_a_timeline_is_read_back(name: str) -> None:
    clock = RATES[name]
    written = timeline(clock)
    read = opentimelineio.adapters.read_from_string(open_timeline(written), "otio_json")
    video, *sounds = read.tracks
    assert video.kind == "Video"
    assert [track.kind for track in sounds] == ["Audio", "Audio"]
    assert [track.name for track in sounds] == ["footsteps", "doors"]
    for track in sounds:
        (clip,) = track
        assert clip.source_range.duration == opentimelineio.opentime.RationalTime(
            SHEET.samples, 48_000
        )
        assert clip.source_range.start_time.value == written.time_reference
    rate = 48_000 if clock.frame_rate is None else float(clock.frame_rate)
    assert read.global_start_time.rate == rate
    onsets = [one.marked_range.start_time.value for one in read.tracks.markers]
    if clock.frame_rate is None:
        assert onsets == [cue.onset for cue in SHEET.cues]
        assert read.global_start_time.value == written.time_reference
    else:
        assert onsets == picture_onsets(clock)
        assert read.global_start_time.value == clock.first


def test_a_marker_holds_its_cue() -> None:
    read = opentimelineio.adapters.read_from_string(
        open_timeline(timeline(CLOCKS["25"])), "otio_json"
    )
    step = read.tracks.markers[1]
    assert (step.name, step.color) == ("footstep walk, gravel", "GREEN")
    held = step.metadata["foley"]
    assert (held["onset"], held["confidence"], held["ucs"]) == (24_000, 0.82, "FEETHmn")
    assert read.tracks[0][0].media_reference.target_url == "file:///videos/walk%201.mov"


@pytest.mark.parametrize("place", ["stems/#1 100% a?b.wav", "../../../tracks/region=japan/ガ.flac"])
def test_files_of_any_name_are_found_by_their_urls(place: str) -> None:
    written = timeline(CLOCKS["25"], stem=place, picture="s3://films/in/#1 50%.mov")
    read = opentimelineio.adapters.read_from_string(open_timeline(written), "otio_json")
    sound = read.tracks[1][0].media_reference.target_url
    assert opentimelineio.url_utils.filepath_from_url(sound) == place
    assert read.tracks[0][0].media_reference.target_url == "s3://films/in/%231%2050%25.mov"


@pytest.mark.parametrize("name", ["25", "29.97 drop", "variable"])
def test_a_part_shows_its_part_of_the_video(name: str) -> None:
    clock = RATES[name]
    written = timeline(clock, before=72_000)
    read = opentimelineio.adapters.read_from_string(open_timeline(written), "otio_json")
    clip, count = read.tracks[0][0], 72_000 if name == "variable" else clock.picture_at(72_000)
    shown, whole = clip.source_range, clip.media_reference.available_range
    assert shown.start_time == read.global_start_time
    assert (shown.start_time - whole.start_time).value == count
    assert shown.end_time_exclusive() == whole.end_time_exclusive()


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentimelineio", None)
    with pytest.raises(ConfigError, match=r"foley-catalogue\[timeline\]"):
        open_timeline(timeline(CLOCKS["25"]))

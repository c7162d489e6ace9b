"""OpenTimelineIO: picture on V1, a track for each sound file, a marker for each cue.

The library is in the extra `timeline`, and is imported where a timeline is written.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from foley_core.errors import ConfigError
from foley_core.timebase import SAMPLE_RATE
from pipelines.delivery.edit_timeline import CueMarker, EditTimeline, SoundFile
from pipelines.delivery.groups import category_of

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime
    from opentimelineio.schema import Clip

_COLOURS = {
    "green": "GREEN", "blue": "BLUE", "red": "RED", "yellow": "YELLOW", "cyan": "CYAN",
    "purple": "PURPLE", "white": "WHITE", "pink": "PINK",
}  # fmt: skip


def open_timeline(timeline: EditTimeline) -> str:
    """Return an `.otio` file.

    Markers are in pictures; where these are not counted, in samples. The metadata `foley` of a
    marker holds its cue whole, with exact times.

    Raises:
        ConfigError: the library is not installed.
    """
    schema = _library().schema
    made = schema.Timeline(name=timeline.video_id)
    made.global_start_time = _at(timeline, 0)
    made.metadata["foley"] = {"region": timeline.region, "samples": timeline.samples}
    video = schema.Track(name="picture", kind=schema.TrackKind.Video)
    video.append(_picture(timeline))
    made.tracks.append(video)
    for sound in timeline.sounds:
        track = schema.Track(name=sound.name, kind=schema.TrackKind.Audio)
        track.append(_sound(timeline, sound))
        made.tracks.append(track)
    made.tracks.markers.extend(_marker(timeline, one) for one in timeline.markers)
    text: str = made.to_json_string()
    return text


def _library() -> Any:
    try:
        import opentimelineio
    except ImportError:
        raise ConfigError(
            "the format otio needs the extra 'timeline': pip install 'foley-catalogue[timeline]'"
        ) from None
    return opentimelineio


def _picture(timeline: EditTimeline) -> "Clip":
    otio = _library()
    reference = otio.schema.ExternalReference(timeline.picture_url)
    counted = timeline.clock.frame_rate is not None
    length = timeline.pictures if counted else timeline.samples
    start = _at(timeline, 0)
    shown = otio.opentime.TimeRange(start, otio.opentime.RationalTime(length, start.rate))
    left_out = timeline.pictures_before if counted else timeline.before
    before = otio.opentime.RationalTime(left_out, start.rate)
    reference.available_range = otio.opentime.TimeRange(start - before, before + shown.duration)
    return otio.schema.Clip(timeline.picture_name, reference, shown)


def _sound(timeline: EditTimeline, sound: SoundFile) -> "Clip":
    """Return a clip of a sound file, to the sample; its own clock is that of its time reference."""
    otio = _library()
    time = otio.opentime.RationalTime
    whole = otio.opentime.TimeRange(
        time(timeline.time_reference, SAMPLE_RATE), time(timeline.samples, SAMPLE_RATE)
    )
    reference = otio.schema.ExternalReference(sound.url, whole)
    clip = otio.schema.Clip(sound.name, reference, whole)
    clip.metadata["foley"] = {"gain_db": sound.gain_db}
    clip.enabled = not sound.muted
    return clip


def _marker(timeline: EditTimeline, marker: CueMarker) -> Any:
    otio = _library()
    begin = _at(timeline, marker.onset, from_midnight=False)
    one = otio.opentime.RationalTime(1, begin.rate)
    made = otio.schema.Marker(
        name=marker.name,
        marked_range=otio.opentime.TimeRange(begin, one),
        color=_COLOURS[marker.colour],
        comment=marker.comment,
    )
    made.metadata["foley"] = {**asdict(marker.cue), "ucs": category_of(marker.cue)}
    return made


def _at(timeline: EditTimeline, samples: int, from_midnight: bool = True) -> "RationalTime":
    """Return a time in pictures, or in samples where these are not counted."""
    time, clock = _library().opentime.RationalTime, timeline.clock
    if clock.frame_rate is None:
        return time(samples + from_midnight * timeline.time_reference, SAMPLE_RATE)
    first = clock.first if from_midnight else 0
    return time(first + clock.picture_at(samples), float(clock.frame_rate))

"""A project of REAPER, as text: the picture, a track for each sound file, a marker for each cue.

A line is a word and its fields; `<` begins a block and `>` ends it. Times are seconds from the
beginning of the project, which is at the timecode of the first picture.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

from foley_core.audio.waveform import db_to_gain
from foley_core.ids import digest
from foley_core.timebase import SAMPLE_RATE
from pipelines.delivery.edit_timeline import EditTimeline, SoundFile

_RGB = {
    "green": (80, 170, 80), "blue": (70, 110, 200), "red": (200, 70, 60),
    "yellow": (210, 180, 60), "cyan": (70, 180, 190), "purple": (140, 90, 190),
    "white": (200, 200, 200), "pink": (220, 120, 170),
}  # fmt: skip
_OWN_COLOUR = 0x1000000
# Kinds of frame rates: whole; 29.97 with dropped labels; 23.976 and 29.97 without.
_WHOLE, _DROPPING, _SLOWED = 0, 1, 2


def reaper_project(timeline: EditTimeline) -> str:
    """Return the text of a `.RPP` file.

    The same timeline gives the same text: ids of tracks and items are made of their names.
    """
    rate = timeline.clock.frame_rate
    base, kind = _counted(rate, timeline.clock.drops)
    start = _seconds(timeline.time_reference)
    lines = [
        '<REAPER_PROJECT 0.1 "7.0" 0',
        "  RIPPLE 0",
        "  AUTOXFADE 1",
        "  PANLAW 1",
        f"  PROJOFFS {start} 0 0",
        f"  TIMEMODE {5 if rate else 0} 5 -1 {base} {kind} 0 -1",
        "  CURSOR 0",
        f"  SAMPLERATE {SAMPLE_RATE} 1 0",
        "  TEMPO 120 4 4",
        "  MASTER_NCH 2 2",
        "  MASTER_VOLUME 1 0 -1 -1 1",
        *_markers(timeline),
        *_picture_track(timeline),
        *(line for sound in timeline.sounds for line in _sound_track(timeline, sound)),
        ">",
    ]
    return "\n".join(lines) + "\n"


def _markers(timeline: EditTimeline) -> Iterator[str]:
    for number, marker in enumerate(timeline.markers, 1):
        red, green, blue = _RGB[marker.colour]
        colour = _OWN_COLOUR | red | green << 8 | blue << 16
        at = _seconds(marker.onset)
        text = _quoted(f"{marker.name} ({marker.comment})")
        own = _id(timeline, "marker", str(number))
        yield f"  MARKER {number} {at} {text} 0 {colour} 1 R {own} 0"


def _picture_track(timeline: EditTimeline) -> Iterator[str]:
    yield from _track(
        timeline, "picture", 1.0, "VIDEO", timeline.picture_place, True, timeline.before
    )


def _sound_track(timeline: EditTimeline, sound: SoundFile) -> Iterator[str]:
    kind = "FLAC" if sound.place.endswith(".flac") else "WAVE"
    gain = db_to_gain(sound.gain_db)
    yield from _track(timeline, sound.name, gain, kind, sound.place, sound.muted)


def _track(
    timeline: EditTimeline,
    name: str,
    gain: float,
    kind: str,
    place: str,
    muted: bool = False,
    before: int = 0,
) -> Iterator[str]:
    yield f"  <TRACK {_id(timeline, 'track', name)}"
    yield f"    NAME {_quoted(name)}"
    yield f"    VOLPAN {gain:.10g} 0 -1 -1 1"
    yield f"    MUTESOLO {int(muted)} 0 0"
    yield "    NCHAN 2"
    yield "    <ITEM"
    yield "      POSITION 0"
    yield f"      LENGTH {_seconds(timeline.samples)}"
    yield "      LOOP 0"
    yield f"      IGUID {_id(timeline, 'item', name)}"
    yield f"      NAME {_quoted(name)}"
    yield "      VOLPAN 1 0 1 -1"
    yield f"      SOFFS {_seconds(before)}"
    yield f"      <SOURCE {kind}"
    yield f"        FILE {_quoted(place)}"
    yield "      >"
    yield "    >"
    yield "  >"


def _counted(rate: Fraction | None, drops: bool) -> tuple[int, int]:
    """Return the whole rate that REAPER is told, and of which kind the real one is."""
    if rate is None:
        return 30, _WHOLE
    whole = ceil(rate)
    if drops:
        return whole, _DROPPING
    return whole, _WHOLE if whole == rate else _SLOWED


def _seconds(samples: int) -> str:
    return f"{samples / SAMPLE_RATE:.9f}".rstrip("0").rstrip(".")


def _quoted(text: str) -> str:
    """Return a text as a field: within the first kind of quotes that it does not hold."""
    line = " ".join(text.split())
    quote = next((one for one in "\"'`" if one not in line), "`")
    return f"{quote}{line.replace('`', chr(39)) if quote == '`' else line}{quote}"


def _id(timeline: EditTimeline, *names: str) -> str:
    hexes = digest([timeline.video_id, timeline.region, *names])[:32].upper()
    parts = (hexes[:8], hexes[8:12], hexes[12:16], hexes[16:20], hexes[20:])
    return "{" + "-".join(parts) + "}"

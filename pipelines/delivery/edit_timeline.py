"""The edit timeline: picture, sound files and cues of one track, on the timecode of its source.

Every format is written from it, and nothing else is needed. Times are samples at 48 kHz from the
first picture of the track, as in cue sheets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.timecode import SourceClock, clock_time
from foley_core.errors import ConfigError
from foley_core.storage.addresses import local_path
from foley_core.timebase import SAMPLE_RATE
from pipelines.delivery.groups import Colour, category_of, group_of
from pipelines.metadata.delivered import clock_of

MOST_COUNTED = 99
"""Pictures a second that two digits of a timecode can number."""


@dataclass(frozen=True, slots=True)
class CueMarker:
    """A cue as people see it in a program.

    Attributes:
        cue: the cue.
        name: what sounds, in words.
        comment: how sure, how strong, where from.
    """

    cue: Cue
    name: str
    comment: str
    colour: Colour

    @property
    def onset(self) -> int:
        """First sample."""
        return self.cue.onset


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A file of sound as long as the picture.

    Attributes:
        name: what people call it: a class group, or `track`.
        place: path from the folder of the formats.
        gain_db: where its fader stands.
        muted: True for a sum of the others, which is there to compare.
    """

    name: str
    place: str
    gain_db: float = 0.0
    muted: bool = False

    @property
    def url(self) -> str:
        """The place as a relative URL, in which `#`, `%` and spaces are escaped."""
        return quote(self.place, safe="/=")


@dataclass(frozen=True, slots=True)
class EditTimeline:
    """One track, with all that programs are told of it.

    Attributes:
        clock: how its pictures are counted.
        samples: its length.
        time_reference: samples from midnight to its first sample, as in its broadcast extension.
        picture: URI of the video.
        sounds: its stems, or the track itself.
        sheet: its cues.
        before: samples of the video before the first picture, where the track is of a part.
    """

    video_id: str
    region: str
    clock: SourceClock
    samples: int
    time_reference: int
    picture: str
    sounds: tuple[SoundFile, ...]
    sheet: CueSheet
    before: int = 0

    @property
    def pictures(self) -> int:
        """Pictures that the track covers, the last one perhaps in part."""
        return self.clock.picture_at(self.samples - 1) + 1

    @property
    def pictures_before(self) -> int:
        """Pictures of the video before the first one of the track."""
        return self.clock.picture_at(self.before)

    @property
    def picture_name(self) -> str:
        """Name of the video's file."""
        return self.picture.rpartition("/")[2] or self.picture

    @property
    def picture_url(self) -> str:
        """The video as a URL."""
        scheme, _, place = self.picture.partition("://")
        path = local_path(self.picture)
        return f"{scheme}://{quote(place)}" if path is None else f"file://{quote(str(path))}"

    @property
    def picture_place(self) -> str:
        """The video as a path where it is on a disk, else its URI."""
        path = local_path(self.picture)
        return self.picture if path is None else str(path)

    @property
    def markers(self) -> tuple[CueMarker, ...]:
        """A marker for each cue, in order."""
        return tuple(marker_of(cue) for cue in self.sheet.cues)

    def with_sounds(self, sounds: Sequence[SoundFile]) -> "EditTimeline":
        """The same timeline with other sound files."""
        return replace(self, sounds=tuple(sounds))

    def position(self, samples: int) -> str:
        """Return a time as timecode, or, where pictures are not counted, as a clock time."""
        return self.clock.timecode(samples)

    def refuse_uncounted(self, what: str) -> None:
        """Raise ConfigError where the pictures have no numbers that a format can write."""
        if self.clock.frame_rate is None:
            raise ConfigError(
                f"{self.video_id}: {what} counts pictures, and those of this video come at a "
                "variable rate, or at one that no timecode counts; take otio, reaper or captions, "
                "or convert the video to a constant rate"
            )

    def refuse_fast(self, what: str) -> None:
        """Raise ConfigError where two digits cannot number the pictures of a second."""
        self.refuse_uncounted(what)
        if self.clock.nominal > MOST_COUNTED + 1:
            raise ConfigError(
                f"{self.video_id}: {what} numbers at most {MOST_COUNTED + 1} pictures a second, "
                f"and this video has {self.clock.nominal}; take otio, reaper or captions"
            )


def marker_of(cue: Cue) -> CueMarker:
    """Return the marker of a cue."""
    words = cue.sound_class.replace("_", " ")
    name = f"{words}, {cue.material}" if cue.material else words
    facts = [
        f"{cue.kind} {category_of(cue)}",
        f"sure {cue.confidence:.2f}",
        f"intensity {cue.intensity:.2f}",
        f"{cue.gain_db:+.1f} dB",
        f"until {clock_time(cue.offset)[:-3]}",
        cue.source,
        *([f"id {cue.cue_id}"] if cue.cue_id else []),
    ]
    return CueMarker(cue, name, "; ".join(facts), group_of(cue).colour)


def timeline_of(
    row: Mapping[str, Any], sheet: CueSheet, sounds: Sequence[SoundFile]
) -> EditTimeline:
    """Return the edit timeline of a metadata row and its directed cue sheet."""
    clock = clock_of(row)
    reference = row.get("time_reference")
    if reference is None:
        rate = clock.frame_rate
        reference = round(clock.first / rate * SAMPLE_RATE) if rate else 0
    return EditTimeline(
        video_id=row["video_id"],
        region=row["region"],
        clock=clock,
        samples=sheet.samples,
        time_reference=reference,
        picture=row["uri"],
        sounds=tuple(sounds),
        sheet=sheet,
        before=round(Fraction(str(row.get("start_s") or 0)) * SAMPLE_RATE),
    )

"""Finished tracks of real clips: what is of the place in them, and what is of events."""

from dataclasses import dataclass

from foley_core.cues.sheet import CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.evaluation.real_table import ListedClip
from foley_core.soundtrack.soundtrack import Soundtrack
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32

MUSIC = "music"
"""Name of the stem of the music bed."""


@dataclass(frozen=True, slots=True)
class RealTrack:
    """The track of one real clip.

    Attributes:
        listed: its row in the table.
        sheet: the directed cue sheet.
        waveform: the mastered track `(2, N)` at 48 kHz.
        beds, events: stems `(2, N)` before mastering, by class group: of the place alone, and of
            all else.
        music: the stem of the music bed; None without music.
        loudness_lufs: integrated loudness; None where none is defined.
        track: what can be exported.
    """

    listed: ListedClip
    sheet: CueSheet
    waveform: F32
    beds: dict[str, F32]
    events: dict[str, F32]
    music: F32 | None
    loudness_lufs: float | None
    track: Soundtrack

    @property
    def stems(self) -> dict[str, F32]:
        """All stems; they sum to the mix."""
        music = {} if self.music is None else {MUSIC: self.music}
        return self.beds | self.events | music

    @property
    def seconds(self) -> float:
        """Length of the track."""
        return self.sheet.samples / SAMPLE_RATE


def groups_of_beds(sheet: CueSheet) -> set[str]:
    """Return the groups that hold the cues of the place, and no others."""
    by_kind: dict[bool, set[str]] = {True: set(), False: set()}
    for cue in sheet.cues:
        if cue.kind != MUSIC:
            known = taxonomy().sound_class(cue.sound_class, composed=cue.composition is not None)
            by_kind[cue.kind == "ambience"].add(known.group)
    return by_kind[True] - by_kind[False]


def track_apart(listed: ListedClip, track: Soundtrack) -> RealTrack:
    """Return the track of a clip, its stems apart by what they are of."""
    stems = dict(track.stems)
    music, quiet = stems.pop(MUSIC, None), groups_of_beds(track.cue_sheet)
    return RealTrack(
        listed=listed,
        sheet=track.cue_sheet,
        waveform=track.waveform,
        beds={group: stem for group, stem in stems.items() if group in quiet},
        events={group: stem for group, stem in stems.items() if group not in quiet},
        music=music,
        loudness_lufs=track.loudness_lufs,
        track=track,
    )

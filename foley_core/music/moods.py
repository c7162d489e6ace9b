"""The moods of the music bed: scale, tempo, chords and instruments of each. Data for `piece`.

Chords are degrees of the scale, counted from 0, so no note leaves the key. The last bars of a piece
are its cadence, and its last chord is that of degree 0. Everyday words for a mood are in
`cues.vocabulary`.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from foley_core.cues.vocabulary import vocabulary
from foley_core.errors import ConfigError
from foley_core.messages import unknown

Mood: TypeAlias = Literal["calm", "warm", "bright", "tense", "dark", "epic"]
Instrument: TypeAlias = Literal[
    "drums", "bass", "pad", "strings", "horn", "piano", "guitar", "bells", "flute"
]

MOOD_NAMES: tuple[Mood, ...] = get_args(Mood)
INSTRUMENT_NAMES: tuple[Instrument, ...] = get_args(Instrument)
TEMPO_RANGE_BPM = (40.0, 200.0)
"""Slowest and fastest tempo that may be asked for."""


@dataclass(frozen=True, slots=True)
class MoodMusic:
    """The music of one mood.

    Attributes:
        tempo_bpm: beats per minute if nobody asks for a tempo.
        scale: the seven degrees of the scale, in semitones above the root.
        root: lowest MIDI pitch that the root may have; the seed raises it by up to five semitones.
        progressions: the choice of chords for a phrase of four bars, as degrees of the scale.
        cadence: the two chords before the last one.
        seventh: True for chords of four tones, False for three.
        instruments: the players.
        pulses: notes per bar in accompanying figures: 4, 8 or 16.
        busy: share of the possible places in a melody that hold a note, 0..1.
    """

    tempo_bpm: float
    scale: tuple[int, ...]
    root: int
    progressions: tuple[tuple[int, ...], ...]
    cadence: tuple[int, int]
    seventh: bool
    instruments: tuple[Instrument, ...]
    pulses: int
    busy: float


# Church modes and the natural minor scale. Of the modes used here, Lydian is the brightest and
# Phrygian, with its low second degree, the darkest.
_LYDIAN = (0, 2, 4, 6, 7, 9, 11)
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_MIXOLYDIAN = (0, 2, 4, 5, 7, 9, 10)
_DORIAN = (0, 2, 3, 5, 7, 9, 10)
_MINOR = (0, 2, 3, 5, 7, 8, 10)
_PHRYGIAN = (0, 1, 3, 5, 7, 8, 10)

# Columns of each mood: tempo_bpm, scale, root / progressions / cadence, seventh, instruments,
# pulses, busy.
MOODS: dict[str, MoodMusic] = {
    "calm": MoodMusic(
        66.0, _LYDIAN, 57,
        ((0, 1, 5, 0), (0, 4, 1, 2), (5, 1, 0, 4), (2, 5, 1, 0), (0, 2, 1, 4)),
        (1, 4), True, ("pad", "piano", "bells"), 4, 0.3,
    ),
    "warm": MoodMusic(
        80.0, _MAJOR, 55,
        ((0, 4, 5, 3), (0, 2, 5, 3), (3, 4, 2, 5), (5, 3, 0, 4), (1, 4, 0, 3)),
        (3, 4), True, ("guitar", "strings", "bass", "flute"), 8, 0.45,
    ),
    "bright": MoodMusic(
        116.0, _MIXOLYDIAN, 58,
        ((0, 3, 6, 0), (0, 6, 3, 4), (3, 0, 6, 4), (0, 4, 3, 6), (5, 3, 0, 6)),
        (3, 6), False, ("guitar", "bells", "bass", "drums", "flute"), 8, 0.6,
    ),
    "tense": MoodMusic(
        96.0, _PHRYGIAN, 50,
        ((0, 0, 1, 0), (0, 5, 1, 6), (0, 1, 0, 6), (5, 1, 0, 0), (0, 3, 1, 0)),
        (5, 1), False, ("strings", "bass", "drums", "bells"), 16, 0.25,
    ),
    "dark": MoodMusic(
        58.0, _MINOR, 45,
        ((0, 5, 3, 0), (0, 6, 5, 4), (0, 3, 5, 0), (3, 0, 4, 0), (5, 2, 3, 4)),
        (3, 4), False, ("pad", "bass", "piano", "horn"), 4, 0.2,
    ),
    "epic": MoodMusic(
        112.0, _DORIAN, 50,
        ((0, 6, 3, 0), (0, 2, 6, 3), (0, 3, 2, 6), (3, 6, 0, 4), (0, 4, 6, 3)),
        (3, 6), False, ("drums", "strings", "horn", "bass"), 16, 0.5,
    ),
}  # fmt: skip


def ensemble(
    mood: str, named: tuple[str, ...] = (), avoided: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the players, in the order of `INSTRUMENT_NAMES`; at least one.

    Args:
        mood: a key of `MOODS`.
        named: instruments asked for; they replace those of the mood.
        avoided: instruments that shall not play, whoever named them. If this leaves none, a bass
            or a pad plays.

    Raises:
        KeyError: the mood is unknown.
    """
    chosen = [name for name in named or MOODS[mood].instruments if name not in avoided]
    # Drums alone have no pitch, so the piece would have no key to end in: a bass or pad joins them,
    # preferably the mood's own.
    if set(chosen) <= {"drums"}:
        ground = [*(n for n in MOODS[mood].instruments if n in ("bass", "pad")), "bass", "pad"]
        chosen += next(([name] for name in ground if name not in avoided), [])
    return tuple(name for name in INSTRUMENT_NAMES if name in chosen) or ("pad",)


def mood_named(text: str) -> str:
    """Return the mood of that name, or the one that an everyday word means.

    Raises:
        ConfigError: no mood is meant; the message names the nearest.
    """
    mood = vocabulary().mood_for(text)
    if mood is None:
        raise ConfigError(unknown("mood", text, MOOD_NAMES))
    return mood

"""Wishes about the music bed, taken from the words of a prompt.

`cues.vocabulary` reads the words; this module keeps what they say about music: mood, instruments,
pace, level, or no music at all. `styles.direct` decides what is played.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

from foley_core.cues.phrases import Phrase


@dataclass(frozen=True, slots=True)
class MusicWish:
    """Wishes about the music.

    Attributes:
        mood: the mood asked for; None if no mood is.
        moods_avoided: moods that shall not be used.
        instruments: instruments asked for; they replace those of the mood.
        instruments_avoided: instruments that shall not play.
        pace: factor on the tempo.
        gain_db: change of the level.
        refused: True if no music at all is wanted.
    """

    mood: str | None = None
    moods_avoided: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    instruments_avoided: tuple[str, ...] = ()
    pace: float = 1.0
    gain_db: float = 0.0
    refused: bool = False


def music_wish(wanted: Sequence[Phrase], unwanted: Sequence[Phrase]) -> MusicWish:
    """Return what phrases of a prompt say about music.

    A refusal of a mood or of instruments ("no sad music", "without drums") refuses no more than
    these; a refusal of music as such ("no music") refuses all music.

    Args:
        wanted: phrases of the prompt that ask for something.
        unwanted: negated phrases, and those of the negative prompt.
    """
    about = [phrase for phrase in wanted if phrase.about_music]
    # A mood beside the word "music" is meant for the music; only without one does the mood of
    # another phrase ("dark forest") count.
    moods = [phrase.mood for phrase in (*about, *wanted) if phrase.mood and not phrase.meant.keeps]
    return MusicWish(
        mood=next(iter(moods), None),
        moods_avoided=_unique(phrase.mood for phrase in unwanted if phrase.mood),
        instruments=_unique(name for phrase in about for name in phrase.meant.instruments),
        instruments_avoided=_unique(n for phrase in unwanted for n in phrase.meant.instruments),
        pace=prod(phrase.meant.pace for phrase in about),
        gain_db=sum(phrase.gain_db for phrase in about),
        refused=any(
            phrase.music and not phrase.mood and not phrase.meant.instruments for phrase in unwanted
        ),
    )


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))

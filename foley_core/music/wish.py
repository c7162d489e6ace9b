"""What the words of a prompt want of the music: mood, instruments, pace, level, or none at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

from foley_core.cues.vocabulary import Phrase


@dataclass(frozen=True, slots=True)
class MusicWish:
    """Wishes about the music.

    Attributes:
        mood: the mood asked for, if any.
        moods_avoided: those asked not to be.
        instruments: named ones; they play in place of the mood's.
        instruments_avoided: those that shall not play.
        pace: factor on the tempo.
        gain_db: how much louder.
        refused: no music at all.
    """

    mood: str | None = None
    moods_avoided: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    instruments_avoided: tuple[str, ...] = ()
    pace: float = 1.0
    gain_db: float = 0.0
    refused: bool = False


def music_wish(wanted: Sequence[Phrase], unwanted: Sequence[Phrase]) -> MusicWish:
    """The wishes of phrases; a phrase about music has a say in the mood before any other.

    A refusal of a mood or of instruments ("no sad music", "without drums") refuses no more than
    these; one of music as such refuses all.
    """
    about = [phrase for phrase in wanted if phrase.about_music]
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

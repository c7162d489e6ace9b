"""Everyday words, in English and Chinese, and what they mean on a cue sheet.

`heavy boots on gravel, distant thunder` is read as two phrases: footsteps, of gravel, big and hard;
and a thunderstorm, soft. The words are data in `vocabulary.toml`. Reading is by the longest known
word from the left, which needs no spaces and so serves Chinese as well. Of grammar there is one
rule: a negation turns what follows it, up to the next comma. What is not a known word is handed
back, so that a person can be told.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, reduce
from importlib.resources import files
from typing import Any

from foley_core.cues.sheet import STYLE_NAMES
from foley_core.cues.taxonomy import taxonomy

PROMPT_LIMIT_CHARS = 2_000
LONGEST_WORD_CHARS = 32

_BREAK = re.compile(r"[,;.!?\n，；。、！？]| but | with |但是?|以及")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one word stands for; most fields are empty.

    `pace` is a factor on a tempo. `keeps`: what stands with it shall stay as it is. `negates`: what
    follows shall not be.
    """

    classes: tuple[str, ...] = ()
    material: str | None = None
    style: tuple[tuple[str, float], ...] = ()
    gain_db: float = 0.0
    mood: str | None = None
    music: bool = False
    instruments: tuple[str, ...] = ()
    pace: float = 1.0
    keeps: bool = False
    negates: bool = False

    def joined(self, other: "Meaning") -> "Meaning":
        """Both meanings at once."""
        return Meaning(
            classes=(*self.classes, *other.classes),
            material=self.material or other.material,
            style=_summed((*self.style, *other.style)),
            gain_db=self.gain_db + other.gain_db,
            mood=self.mood or other.mood,
            music=self.music or other.music,
            instruments=tuple(dict.fromkeys((*self.instruments, *other.instruments))),
            pace=self.pace * other.pace,
            keeps=self.keeps or other.keeps,
            negates=self.negates or other.negates,
        )


@dataclass(frozen=True, slots=True)
class Phrase:
    """One part of a prompt: what stands between two commas, or from a negation on.

    `actions`, `scenes`: classes named (a scene is an ambience class). `words` is the part as
    written, `unmapped` what of it is not known. `mood_style`: what the mood is in style latents.
    """

    words: str
    actions: tuple[str, ...]
    scenes: tuple[str, ...]
    meant: Meaning
    mood_style: tuple[tuple[str, float], ...]
    unmapped: tuple[str, ...]

    @property
    def material(self) -> str | None:
        """The material named first."""
        return self.meant.material

    @property
    def style(self) -> tuple[tuple[str, float], ...]:
        """Style latents asked for, without the mood's."""
        return self.meant.style

    @property
    def gain_db(self) -> float:
        """How much louder."""
        return self.meant.gain_db

    @property
    def mood(self) -> str | None:
        """The mood named first."""
        return self.meant.mood

    @property
    def music(self) -> bool:
        """Whether music as such is named."""
        return self.meant.music

    @property
    def about_music(self) -> bool:
        """Whether it is music that it speaks of: it, or an instrument, is named."""
        return self.meant.music or bool(self.meant.instruments)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Known words with their meanings, and words that mean nothing here and are not reported."""

    meanings: Mapping[str, Meaning]
    mood_styles: Mapping[str, tuple[tuple[str, float], ...]]
    ignored: frozenset[str]

    def names_for(self, text: str) -> tuple[str, ...]:
        """Class names for a text that is one known word, else none."""
        meaning = self._meaning(_normal(text))
        return meaning.classes if meaning else ()

    def mood_for(self, text: str) -> str | None:
        """The mood of that name, or meant by a text that is one known word; else None."""
        word = _normal(text)
        meaning = self._meaning(word)
        return word if word in self.mood_styles else meaning.mood if meaning else None

    def style_for(self, text: str) -> Meaning | None:
        """What a text asks for that holds words for style and level and no other; else None."""
        meanings, unmapped = self._scan(_normal(text))
        styles = [
            m for m in meanings if m == Meaning(style=m.style, gain_db=m.gain_db, mood=m.mood)
        ]
        if unmapped or not any(m.style or m.gain_db for m in styles) or len(styles) < len(meanings):
            return None
        return replace(reduce(Meaning.joined, styles, Meaning()), mood=None)

    @property
    def style_words(self) -> tuple[str, ...]:
        """Every word for style or level."""
        return tuple(word for word, m in self.meanings.items() if m.style or m.gain_db)

    def read(self, prompt: str) -> tuple[Phrase, ...]:
        """The phrases of a prompt; beyond `PROMPT_LIMIT_CHARS` it is not read."""
        parts = _BREAK.split(_normal(prompt[:PROMPT_LIMIT_CHARS]))
        pieces = (piece for part in parts for piece in self._before_negations(part.strip()))
        return tuple(self._phrase(piece) for piece in pieces if piece)

    def _before_negations(self, text: str) -> Iterator[str]:
        """A text cut before every word that negates what follows it."""
        first = 0
        for begin, _, meaning in self._words(text):
            if meaning and meaning.negates:
                yield text[first:begin].strip()
                first = begin
        yield text[first:].strip()

    def _phrase(self, text: str) -> Phrase:
        meanings, unmapped = self._scan(text)
        kinds = taxonomy().all_classes
        meant = reduce(Meaning.joined, meanings, Meaning())
        names = tuple(dict.fromkeys(meant.classes))
        return Phrase(
            words=text,
            actions=tuple(name for name in names if kinds[name].kind != "ambience"),
            scenes=tuple(name for name in names if kinds[name].kind == "ambience"),
            meant=meant,
            mood_style=self.mood_styles[meant.mood] if meant.mood else (),
            unmapped=unmapped,
        )

    def _scan(self, text: str) -> tuple[list[Meaning], tuple[str, ...]]:
        meanings: list[Meaning] = []
        unmapped: list[str] = []
        for begin, end, meaning in self._words(text):
            if meaning:
                meanings.append(meaning)
            elif text[begin:end] not in self.ignored:
                unmapped.append(text[begin:end])
        return meanings, tuple(word for word in unmapped if word.strip(" -'\"()·"))

    def _words(self, text: str) -> Iterator[tuple[int, int, Meaning | None]]:
        """Begin, end and meaning of every word; ignored and unknown ones have none."""
        place = 0
        while place < len(text):
            end = self._longest(text, place) or self._unknown_end(text, place)
            yield place, end, self._meaning(text[place:end])
            place = end

    def _longest(self, text: str, place: int) -> int | None:
        """End of the longest known word that starts at `place` and does not end inside a word."""
        for end in range(min(len(text), place + LONGEST_WORD_CHARS), place, -1):
            if _splits_word(text, end):
                continue
            word = text[place:end]
            if word in self.ignored or self._meaning(word):
                return end
        return None

    def _unknown_end(self, text: str, place: int) -> int:
        """End of an unknown word; of a script without spaces, up to the next known word."""
        end = place + 1
        while end < len(text) and _splits_word(text, end):
            end += 1
        if not _spaced(text[place]):
            while end < len(text) and text[end] != " " and self._longest(text, end) is None:
                end += 1
        return end

    def _meaning(self, word: str) -> Meaning | None:
        """Meaning of a word, or of it without the plural's `s`."""
        return self.meanings.get(word) or self.meanings.get(word.removesuffix("s"))


@cache
def vocabulary() -> Vocabulary:
    """The words shipped with the package."""
    text = files("foley_core.cues").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    meanings: dict[str, Meaning] = {}
    for words, meaning in _entries(data):
        for word in words:
            meanings[word] = meanings.get(word, Meaning()).joined(meaning)
    moods = {name: _latents(row) for name, row in data["moods"].items()}
    return Vocabulary(meanings, moods, frozenset(data["ignored"]))


def _entries(data: dict[str, Any]) -> Iterator[tuple[list[str], Meaning]]:
    """Lists of words with one meaning each; a word in two lists has both meanings."""
    for name, words in data["classes"].items():
        yield words, Meaning(classes=taxonomy().names_in(name))
    for name, words in data["materials"].items():
        yield words, Meaning(material=name)
    for row in data["styles"].values():
        yield row["words"], Meaning(style=_latents(row), gain_db=float(row.get("gain_db", 0.0)))
    for name, row in data["moods"].items():
        yield row["words"], Meaning(mood=name)
    for name, words in data["instruments"].items():
        yield words, Meaning(instruments=(name,))
    for row in data["paces"].values():
        yield row["words"], Meaning(pace=float(row["factor"]))
    yield data["music"], Meaning(music=True)
    yield data["keep"], Meaning(keeps=True)
    yield data["negations"], Meaning(negates=True)


def _latents(row: dict[str, Any]) -> tuple[tuple[str, float], ...]:
    return tuple((name, float(row[name])) for name in STYLE_NAMES if name in row)


def _summed(style: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    """Each latent once, in order of name, kept within -1..1."""
    amounts: dict[str, float] = {}
    for latent, amount in style:
        amounts[latent] = max(-1.0, min(1.0, amounts.get(latent, 0.0) + amount))
    return tuple(sorted(amounts.items()))


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("_", " ").strip()


def _splits_word(text: str, end: int) -> bool:
    """Whether `end` lies between two letters of a script that puts spaces between words."""
    return end < len(text) and _spaced(text[end - 1]) and _spaced(text[end])


def _spaced(letter: str) -> bool:
    return letter.isalnum() and not "\u3040" <= letter <= "\u9fff"

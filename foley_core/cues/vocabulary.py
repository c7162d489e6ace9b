"""Everyday words, in English and Chinese, and what they mean on a cue sheet.

`heavy boots on gravel, distant thunder` is read as two phrases: footsteps, of gravel, big and hard;
and a thunderstorm, soft. The words are data in `vocabulary.toml`. Reading is by the longest known
word from the left, which needs no spaces and so serves Chinese as well. There is no grammar: what
is not a known word is handed back, so that a person can be told.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from foley_core.cues.sheet import STYLE_NAMES
from foley_core.cues.taxonomy import taxonomy

PROMPT_LIMIT_CHARS = 2_000
LONGEST_WORD_CHARS = 32

_BREAK = re.compile(r"[,;.!?\n，；。、！？]| but | with |但是?|以及")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one word stands for; most fields are empty."""

    classes: tuple[str, ...] = ()
    material: str | None = None
    style: tuple[tuple[str, float], ...] = ()
    gain_db: float = 0.0
    mood: str | None = None
    music: bool = False

    def joined(self, other: "Meaning") -> "Meaning":
        """Both meanings at once."""
        return Meaning(
            classes=(*self.classes, *other.classes),
            material=self.material or other.material,
            style=(*self.style, *other.style),
            gain_db=self.gain_db + other.gain_db,
            mood=self.mood or other.mood,
            music=self.music or other.music,
        )


@dataclass(frozen=True, slots=True)
class Phrase:
    """One part of a prompt, between two commas.

    `actions`, `scenes`: classes named (a scene is an ambience class). `words` is the part as
    written, `unmapped` what of it is not known.
    """

    words: str
    actions: tuple[str, ...]
    scenes: tuple[str, ...]
    material: str | None
    style: tuple[tuple[str, float], ...]
    gain_db: float
    mood: str | None
    music: bool
    unmapped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Known words with their meanings, and words that mean nothing here and are not reported."""

    meanings: Mapping[str, Meaning]
    ignored: frozenset[str]

    def names_for(self, text: str) -> tuple[str, ...]:
        """Class names for a text that is one known word, else none."""
        meaning = self._meaning(_normal(text))
        return meaning.classes if meaning else ()

    def read(self, prompt: str) -> tuple[Phrase, ...]:
        """The phrases of a prompt; beyond `PROMPT_LIMIT_CHARS` it is not read."""
        parts = _BREAK.split(_normal(prompt[:PROMPT_LIMIT_CHARS]))
        return tuple(self._phrase(part.strip()) for part in parts if part.strip())

    def _phrase(self, text: str) -> Phrase:
        meanings, unmapped = self._scan(text)
        kinds = taxonomy().classes
        names = tuple(dict.fromkeys(name for m in meanings for name in m.classes))
        style: dict[str, float] = {}
        for latent, amount in (pair for meaning in meanings for pair in meaning.style):
            style[latent] = max(-1.0, min(1.0, style.get(latent, 0.0) + amount))
        return Phrase(
            words=text,
            actions=tuple(name for name in names if kinds[name].kind != "ambience"),
            scenes=tuple(name for name in names if kinds[name].kind == "ambience"),
            material=next((m.material for m in meanings if m.material), None),
            style=tuple(sorted(style.items())),
            gain_db=sum((meaning.gain_db for meaning in meanings), 0.0),
            mood=next((m.mood for m in meanings if m.mood), None),
            music=any(meaning.music for meaning in meanings),
            unmapped=unmapped,
        )

    def _scan(self, text: str) -> tuple[list[Meaning], tuple[str, ...]]:
        meanings: list[Meaning] = []
        unmapped: list[str] = []
        place = 0
        while place < len(text):
            end = self._longest(text, place)
            if end is None:
                end = self._unknown_end(text, place)
                unmapped.append(text[place:end])
            elif meaning := self._meaning(text[place:end]):
                meanings.append(meaning)
            place = end
        return meanings, tuple(word for word in unmapped if word.strip(" -'\"()·"))

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
    return Vocabulary(meanings, frozenset(data["ignored"]))


def _entries(data: dict[str, Any]) -> Iterator[tuple[list[str], Meaning]]:
    """Lists of words with one meaning each; a word in two lists has both meanings."""
    for name, words in data["classes"].items():
        yield words, Meaning(classes=taxonomy().names_in(name))
    for name, words in data["materials"].items():
        yield words, Meaning(material=name)
    for name, words in data["moods"].items():
        yield words, Meaning(mood=name)
    yield data["music"], Meaning(music=True)
    for row in data["styles"].values():
        latents = tuple((name, float(row[name])) for name in STYLE_NAMES if name in row)
        yield row["words"], Meaning(style=latents, gain_db=float(row.get("gain_db", 0.0)))


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("_", " ").strip()


def _splits_word(text: str, end: int) -> bool:
    """Whether `end` lies between two letters of a script that puts spaces between words."""
    return end < len(text) and _spaced(text[end - 1]) and _spaced(text[end])


def _spaced(letter: str) -> bool:
    return letter.isalnum() and not "\u3040" <= letter <= "\u9fff"

"""The vocabulary: everyday words, in English and Chinese, and their meanings on a cue sheet.

`heavy boots on gravel, distant thunder` is read as two phrases: footsteps, of gravel, big and hard;
and a thunderstorm, soft. The words are data in `vocabulary.toml`. A text is read from left to
right, each time taking the longest known word. This needs no spaces between words, so it works for
Chinese too. There is one rule of grammar: a negation negates what follows it, up to the next comma.
Unknown words are returned, so that a person can be told.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, reduce
from importlib.resources import files
from typing import Any

from foley_core.cues.phrases import Meaning, Phrase
from foley_core.cues.sheet import STYLE_NAMES
from foley_core.cues.taxonomy import taxonomy

PROMPT_LIMIT_CHARS = 2_000
LONGEST_WORD_CHARS = 32

# Where one phrase ends and the next begins.
_BREAK = re.compile(r"[,;.!?\n，；。、！？]| but | with |但是?|以及")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All known words.

    Attributes:
        meanings: words with their meanings.
        mood_styles: moods, each with its changes of style latents.
        ignored: words without a meaning here, which are not reported as unknown; numbers neither.
    """

    meanings: Mapping[str, Meaning]
    mood_styles: Mapping[str, tuple[tuple[str, float], ...]]
    ignored: frozenset[str]

    def names_for(self, text: str) -> tuple[str, ...]:
        """Return the class names that a text means if it is one known word; else none."""
        meaning = self._meaning(_normal(text))
        return meaning.classes if meaning else ()

    def words_by_class(self) -> dict[str, list[str]]:
        """Return the words for each class: the most exact first, else in the order of the file."""
        words: dict[str, list[str]] = {name: [] for name in taxonomy().all_classes}
        for word, meaning in sorted(self.meanings.items(), key=lambda one: len(one[1].classes)):
            for name in meaning.classes:
                words[name].append(word)
        return words

    def mood_for(self, text: str) -> str | None:
        """Return the mood that a text names or means if it is one known word; else None."""
        word = _normal(text)
        meaning = self._meaning(word)
        return word if word in self.mood_styles else meaning.mood if meaning else None

    def style_for(self, text: str) -> Meaning | None:
        """Return the meaning of a text that holds only words for style and level; else None."""
        meanings, unmapped = self.scan(_normal(text))
        styles = [
            m for m in meanings if m == Meaning(style=m.style, gain_db=m.gain_db, mood=m.mood)
        ]
        # A class or material among the words makes the text more than a style.
        if unmapped or not any(m.style or m.gain_db for m in styles) or len(styles) < len(meanings):
            return None
        return replace(reduce(Meaning.joined, styles, Meaning()), mood=None)

    @property
    def style_words(self) -> tuple[str, ...]:
        """Every word for style or level."""
        return tuple(word for word, m in self.meanings.items() if m.style or m.gain_db)

    def read(self, prompt: str) -> tuple[Phrase, ...]:
        """Return the phrases of a prompt; text beyond `PROMPT_LIMIT_CHARS` is not read."""
        parts = _BREAK.split(_normal(prompt[:PROMPT_LIMIT_CHARS]))
        pieces = (piece for part in parts for piece in self._before_negations(part.strip()))
        return tuple(self._phrase(piece) for piece in pieces if piece)

    def _before_negations(self, text: str) -> Iterator[str]:
        """Yield the parts of a text, cut before every word that negates what follows it."""
        first = 0
        for begin, _, meaning in self._words(text):
            if meaning and meaning.negates:
                yield text[first:begin].strip()
                first = begin
        yield text[first:].strip()

    def _phrase(self, text: str) -> Phrase:
        meanings, unmapped = self.scan(text)
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

    def scan(self, text: str) -> tuple[list[Meaning], tuple[str, ...]]:
        """Return the meanings of the known words of a text, and its unknown words."""
        meanings: list[Meaning] = []
        unmapped: list[str] = []
        for begin, end, meaning in self._words(text):
            if meaning:
                meanings.append(meaning)
            elif text[begin:end] not in self.ignored and not text[begin:end].isdigit():
                unmapped.append(text[begin:end])
        return meanings, tuple(word for word in unmapped if word.strip(" -'\"()·"))

    def _words(self, text: str) -> Iterator[tuple[int, int, Meaning | None]]:
        """Yield begin, end and meaning of every word; ignored and unknown ones have none."""
        place = 0
        while place < len(text):
            end = self._longest(text, place) or self._unknown_end(text, place)
            yield place, end, self._meaning(text[place:end])
            place = end

    def _longest(self, text: str, place: int) -> int | None:
        """Return the end of the longest known word that starts at `place`; None if there is none.

        A known word does not end inside another one: `door` is not found in `doorway`.
        """
        for end in range(min(len(text), place + LONGEST_WORD_CHARS), place, -1):
            if _splits_word(text, end):
                continue
            word = text[place:end]
            if word in self.ignored or self._meaning(word):
                return end
        return None

    def _unknown_end(self, text: str, place: int) -> int:
        """Return the end of an unknown word; without spaces it reaches to the next known word."""
        end = place + 1
        while end < len(text) and _splits_word(text, end):
            end += 1
        if not _spaced(text[place]):
            while end < len(text) and text[end] != " " and self._longest(text, end) is None:
                end += 1
        return end

    def _meaning(self, word: str) -> Meaning | None:
        """Return the meaning of a word, or of the word without the `s` of a plural."""
        return self.meanings.get(word) or self.meanings.get(word.removesuffix("s"))


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary of the package, read at the first call."""
    text = files("foley_core.cues").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    meanings: dict[str, Meaning] = {}

    for words, meaning in _entries(data):
        for word in words:
            meanings[word] = meanings.get(word, Meaning()).joined(meaning)
    moods = {name: _latents(row) for name, row in data["moods"].items()}
    return Vocabulary(meanings, moods, frozenset(data["ignored"]))


def _entries(data: dict[str, Any]) -> Iterator[tuple[list[str], Meaning]]:
    """Yield lists of words with the meaning of each list; a word in two lists has both."""
    for name, words in data["classes"].items():
        yield words, Meaning(classes=taxonomy().names_in(name))
    for name, words in data["families"].items():
        yield words, Meaning(classes=(name, *taxonomy().finer_classes(name)))
    for name, words in data["materials"].items():
        yield words, Meaning(material=name)
    for row in data["styles"].values():
        yield row["words"], Meaning(style=_latents(row), gain_db=float(row.get("gain_db", 0.0)))
    for name, row in data["moods"].items():
        yield row["words"], Meaning(mood=name)
    for name, words in data["instruments"].items():
        yield words, Meaning(instruments=(name,), played=tuple(data["played"][name]))
    for row in data["paces"].values():
        yield row["words"], Meaning(pace=float(row["factor"]))
    yield data["music"], Meaning(music=True)
    yield data["keep"], Meaning(keeps=True)
    yield data["negations"], Meaning(negates=True)


def _latents(row: dict[str, Any]) -> tuple[tuple[str, float], ...]:
    """Return the style latents that a row of the file sets, by name."""
    return tuple((name, float(row[name])) for name in STYLE_NAMES if name in row)


def _normal(text: str) -> str:
    """Return a text in the form in which words are compared: lower case, one form per letter."""
    return unicodedata.normalize("NFKC", text).casefold().replace("_", " ").strip()


def _splits_word(text: str, end: int) -> bool:
    """Return True if `end` lies inside a word of a script that puts spaces between words."""
    return end < len(text) and _spaced(text[end - 1]) and _spaced(text[end])


def _spaced(letter: str) -> bool:
    """Return True for a letter or digit of a script that puts spaces between words."""
    return letter.isalnum() and not "\u3040" <= letter <= "\u9fff"

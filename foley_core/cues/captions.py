"""Captions of sounds: which words are shown, from when to when, in a viewer's language.

Words and rules are data, `captions.csv` and `captions.toml`. Equal sounds that follow each other
are said once, "[footsteps]" for a walk. A caption begins with its sound and stays long enough to be
read. Sounds that begin together stand together; else the later waits a little. What finds no room
by then waits for a pause if it goes on, and is left out if not. A place waits for a pause, too, for
as long as it is there: what happens goes first.
"""

import csv
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import groupby

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.errors import ConfigError
from foley_core.messages import unknown
from foley_core.timebase import SAMPLE_RATE

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class CaptionRules:
    """Rules by which captions are laid out; see `captions.toml`. Times are in seconds."""

    shortest_s: float
    longest_s: float
    gap_s: float
    same_within_s: float
    most_lines: int
    together_s: float
    latest_s: float
    unwritten: frozenset[str]
    characters_per_s: dict[str, int]
    countries: dict[str, tuple[str, ...]]

    def reading(self, lines: Sequence[str], language: str) -> int:
        """Return the least samples for which some lines stay."""
        letters = sum(map(len, lines)) / self.characters_per_s[language]
        return round(max(self.shortest_s, letters) * SAMPLE_RATE)


@dataclass(frozen=True, slots=True)
class Caption:
    """A text that is shown from sample `start` to `end`, a line for each sound."""

    start: int
    end: int
    lines: tuple[str, ...]


@cache
def caption_rules() -> CaptionRules:
    """Return the rules of the package."""
    data = tomllib.loads(_read("captions.toml"))
    del data["schema_version"]
    data["unwritten"] = frozenset(data["unwritten"])
    data["countries"] = {name: tuple(spoken) for name, spoken in data["countries"].items()}
    return CaptionRules(**data)


@cache
def caption_words() -> dict[str, dict[str, str]]:
    """Return what each class is called, by language and class."""
    rows = list(csv.DictReader(_read("captions.csv").splitlines()))
    languages = [name for name in rows[0] if name != "sound_class"]
    return {one: {row["sound_class"]: row[one] for row in rows} for one in languages}


def caption_languages() -> tuple[str, ...]:
    """Return the languages that there are words in."""
    return tuple(caption_words())


def checked_language(language: str) -> str:
    """Return a language that there are words in.

    Raises:
        ConfigError: there are none.
    """
    if language not in caption_words():
        raise ConfigError(unknown("language of captions", language, caption_languages()))
    return language


def languages_of(countries: Sequence[str]) -> tuple[str, ...]:
    """Return the languages of some countries, each once; English where none is known."""
    known = caption_rules().countries
    spoken = dict.fromkeys(one for country in countries for one in known.get(country, ()))
    return tuple(spoken) or (ENGLISH,)


def captions_of(sheet: CueSheet, language: str) -> tuple[Caption, ...]:
    """Return the captions of a cue sheet, in order; none overlaps another.

    Raises:
        ConfigError: there are no words in that language.
    """
    layout = _Layout(checked_language(language), sheet.samples)
    for heard in sorted(_heard(sheet, language), key=lambda one: (one.start, one.is_place)):
        layout.fill(heard.start)
        layout.add(heard)
    layout.finish()
    return tuple(layout.captions)


@dataclass(frozen=True, slots=True)
class _Heard:
    """A sound that is said once, from sample `start` to `end`."""

    text: str
    start: int
    end: int
    is_place: bool


def _heard(sheet: CueSheet, language: str) -> list[_Heard]:
    """Return the sounds of a sheet, equal ones that follow each other as one."""
    rules, words = caption_rules(), caption_words()[language]
    written = [cue for cue in sheet.cues if cue.sound_class not in rules.unwritten]
    by_text = sorted(written, key=lambda cue: (words[cue.sound_class], cue.onset))
    found: list[_Heard] = []
    for word, cues in groupby(by_text, key=lambda cue: words[cue.sound_class]):
        last: _Heard | None = None
        for cue in cues:
            if last and cue.onset - last.end <= rules.same_within_s * SAMPLE_RATE:
                last = replace(last, end=max(last.end, cue.offset))
                found[-1] = last
            else:
                last = _Heard(f"[{word}]", cue.onset, cue.offset, _is_place(cue))
                found.append(last)
    return found


def _is_place(cue: Cue) -> bool:
    return cue.kind in ("ambience", "music")


class _Layout:
    """Captions as they fill up, one sound after another in order of their beginnings."""

    def __init__(self, language: str, samples: int) -> None:
        self._language, self._samples = language, samples
        self._rules = caption_rules()
        self._waiting: list[_Heard] = []
        self.captions: list[Caption] = []

    def add(self, heard: _Heard) -> None:
        """Show a sound where there is room: after the last caption, beside it, or soon.

        A place waits, as what goes on does that finds no room. What nobody could read before the
        end stands beside the last one, or nowhere.
        """
        if heard.is_place:
            self._waiting.append(heard)
            return
        room = self._room(heard.start)
        in_time = self._ends_in_time(self.captions, heard.text)
        if in_time and room <= heard.start:
            self._show(heard, heard.start)
        elif self._beside(heard, at_the_end=not in_time):
            return
        elif in_time and room - heard.start <= self._rules.latest_s * SAMPLE_RATE:
            self._show(heard, room)
        elif room < heard.end:
            self._waiting.append(heard)

    def fill(self, until: int) -> None:
        """Say what still waits where nothing else begins up to a sample, places last."""
        said = False
        for heard in sorted(self._waiting, key=lambda one: one.is_place):
            start = max(heard.start, self.captions[-1].end + self._gap if self.captions else 0)
            if said and self._shares_pause(heard, until):
                self._waiting.remove(heard)
            elif start + self._reading(heard.text) + self._gap <= until and start < heard.end:
                self._waiting.remove(heard)
                self._show(heard, start)
                said = True

    def finish(self) -> None:
        """Say what still waits at the end, where nothing more begins.

        The last caption makes room once it is read. What could not be read any more stands beside
        it, or nowhere.
        """
        self.fill(self._samples)
        for heard in sorted(self._waiting, key=lambda one: one.is_place):
            room = self._room(heard.start)
            if self._ends_in_time(self.captions, heard.text) and room < heard.end:
                self._show(heard, room)
            else:
                self._beside(heard, at_the_end=True)

    def _shares_pause(self, heard: _Heard, until: int) -> bool:
        """Put a sound beside the one that was said in the same pause, if both can be read in it."""
        last = self.captions[-1]
        both = last.start + self._reading(*last.lines, heard.text) + self._gap
        return both <= until and self._beside(heard, at_the_end=False)

    def _room(self, start: int) -> int:
        """Return the first sample, from one on, at which the last caption may have gone.

        A caption that stays only since its sound goes on makes room once it is read.
        """
        return max(start, self._read_until(self.captions))

    def _read_until(self, captions: Sequence[Caption]) -> int:
        """Return the sample at which the last of some captions may have gone; 0 of none."""
        if not captions:
            return 0
        last = captions[-1]
        return min(last.end, last.start + self._reading(*last.lines)) + self._gap

    def _ends_in_time(self, before: Sequence[Caption], *lines: str) -> bool:
        """Return whether a caption after others can be read before the end.

        In a video that is shorter than the reading the first one stands nevertheless.
        """
        return not before or self._read_until(before) + self._reading(*lines) <= self._samples

    def _beside(self, heard: _Heard, *, at_the_end: bool) -> bool:
        """Put a sound into the last caption if that begins with it and has a line free.

        Args:
            at_the_end: there is no time for a caption of its own, so it need not begin with it.
        """
        last = self.captions[-1]
        if heard.text in last.lines:
            return True
        early = heard.start - last.start > self._rules.together_s * SAMPLE_RATE
        if (early and not at_the_end) or len(last.lines) >= self._rules.most_lines:
            return False
        lines = (*last.lines, heard.text)
        if not self._ends_in_time(self.captions[:-1], *lines):
            return False
        self.captions.pop()
        self._place(last.start, max(last.end, last.start + self._reading(*lines)), lines)
        return True

    def _show(self, heard: _Heard, start: int) -> None:
        """Begin a caption; one before it that still stands makes room."""
        least = self._reading(heard.text)
        longest = max(least, round(self._rules.longest_s * SAMPLE_RATE))
        self._place(start, start + min(longest, max(least, heard.end - start)), (heard.text,))

    def _place(self, start: int, end: int, lines: tuple[str, ...]) -> None:
        """Add a caption after the others; the last of them makes room."""
        end = min(self._samples, end)
        # At the very end there is no time to read it unless it comes sooner.
        start = min(start, max(self._room(0), end - self._reading(*lines)))
        if self.captions:
            last = self.captions[-1]
            self.captions[-1] = replace(last, end=min(last.end, start - self._gap))
        self.captions.append(Caption(start, end, lines))

    def _reading(self, *lines: str) -> int:
        return self._rules.reading(lines, self._language)

    @property
    def _gap(self) -> int:
        return round(self._rules.gap_s * SAMPLE_RATE)


def _read(name: str) -> str:
    return files("foley_core.cues").joinpath(name).read_text(encoding="utf-8")

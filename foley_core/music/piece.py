"""The composer: notes of a piece, bar by bar, from a seed.

Phrases of four bars take their chords from the mood; pairs of phrases are sections, in which some
players rest and all play softer or fuller. A motif of one bar is drawn for the piece and varied in
every bar that has a melody. Bars are counted back from the end, so that the last phrase is whole,
the bars before the last are its cadence, and the last chord falls where the picture has as much
time left as it needs to die away. Every bar follows from seed and place alone: any part of a piece
of any length can be had without the rest, and no two phrases are drawn alike. What time is left
before the first whole bar is the end of one that began before the picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from foley_core.ids import seed_of
from foley_core.music.instruments import HAT, HIGH_TOM, KICK, LONGEST_RING_S, LOW_TOM, SNARE
from foley_core.music.moods import MoodMusic
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import Rng

BEATS = 4
PLACES = 16
PHRASE_BARS = 4
LAST_CHORD_S = 3.0
ROOTS = 5
STROKES = 4
"""Variants of each stroke of a drum."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note: first sample, samples held, level, place from -1 (left) to 1 (right)."""

    start: int
    samples: int
    instrument: str
    pitch: int
    level: float
    pan: float
    variant: int = 0


@dataclass(frozen=True, slots=True)
class _Bar:
    """One bar: where, for how long, over which chord (a degree), and what surrounds it."""

    index: int
    start: int
    samples: int
    chord: int
    phrase: int
    place_in_phrase: int
    last: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of `total` samples; `beat` is the length of a beat in samples."""

    seed: int
    mood: MoodMusic
    instruments: tuple[str, ...]
    beat: int
    total: int

    @property
    def bar_samples(self) -> int:
        """Length of a bar."""
        return BEATS * self.beat

    @property
    def last_chord(self) -> int:
        """Sample of the last chord."""
        return self.total - min(
            self.total, max(self.bar_samples, round(LAST_CHORD_S * SAMPLE_RATE))
        )

    @property
    def bars(self) -> int:
        """Whole bars before the last chord."""
        return self.last_chord // self.bar_samples

    @property
    def root(self) -> int:
        """MIDI pitch of the first degree."""
        return self.mood.root + seed_of("root", self.seed) % (ROOTS + 1)

    def notes(self, first: int, last: int) -> Iterator[Note]:
        """The notes that sound within `[first, last)`, in the order of the piece."""
        lead = self.last_chord - self.bars * self.bar_samples
        ring = ceil(LONGEST_RING_S * SAMPLE_RATE / self.bar_samples) + 2
        earliest = max(-1, (first - lead) // self.bar_samples - ring)
        latest = min(self.bars, (last - lead) // self.bar_samples + 1)
        for index in range(min(earliest, self.bars), latest + 1):
            for note in self._played(self._bar(index)):
                if note.start < last and note.start + note.samples + _RING_SAMPLES > first:
                    yield note

    def _bar(self, index: int) -> _Bar:
        start = self.last_chord - (self.bars - index) * self.bar_samples
        if index == self.bars:
            return _Bar(index, start, self.total - start, 0, 0, PHRASE_BARS - 1, last=True)
        back = self.bars - index - 1
        phrase, place = back // PHRASE_BARS, PHRASE_BARS - 1 - back % PHRASE_BARS
        drawn = seed_of("chords", self.seed, phrase) % len(self.mood.progressions)
        chord = self.mood.progressions[drawn][place]
        if back < len(self.mood.cadence):
            chord = self.mood.cadence[len(self.mood.cadence) - 1 - back]
        return _Bar(index, start, self.bar_samples, chord, phrase, place)

    def _rng(self, *parts: int | str) -> Rng:
        return np.random.default_rng(seed_of("music", self.seed, *parts))

    def _played(self, bar: _Bar) -> Iterator[Note]:
        section = bar.phrase // 2
        fullness = 1.0 if section == 0 else 0.6 + 0.4 * self._rng("level", section).random()
        for instrument in self.instruments:
            if not self._rests(instrument, section):
                rng = self._rng(bar.index - self.bars, instrument)
                for played in self._part(instrument, bar, rng):
                    note = self._note(instrument, bar, played, fullness, rng)
                    if note.start >= 0:
                        yield note

    def _rests(self, instrument: str, section: int) -> bool:
        """Whether a player rests in a section: at most one does, never in the last section."""
        if section == 0 or len(self.instruments) < 3:
            return False
        order = self._rng("rest", section).permutation(len(self.instruments) + 1)
        return bool(order[0] == self.instruments.index(instrument))

    def _note(
        self, instrument: str, bar: _Bar, played: "_Played", fullness: float, rng: Rng
    ) -> Note:
        place, places, degree, level, pan = played
        start = bar.start + round(place * self.bar_samples / PLACES)
        held = bar.samples if bar.last else round(places * self.bar_samples / PLACES)
        if start < 0 < start + held and places == PLACES:
            start, held = 0, start + held
        variant = int(rng.integers(STROKES)) if instrument == "drums" else 0
        pitch = degree if instrument == "drums" else self.pitch(degree)
        return Note(start, held, instrument, pitch, level * fullness, pan, variant)

    def pitch(self, degree: int) -> int:
        """MIDI pitch of a degree of the scale; 7 is an octave up."""
        octave, step = divmod(degree, len(self.mood.scale))
        return self.root + 12 * octave + self.mood.scale[step]

    def _part(self, instrument: str, bar: _Bar, rng: Rng) -> Iterator["_Played"]:
        chord = [bar.chord + 2 * tone for tone in range(4 if self.mood.seventh else 3)]
        if instrument == "drums":
            yield from _drums(bar, self.mood.pulses, self._rng("drums", bar.phrase // 2), rng)
        elif instrument == "bass":
            yield from _bass(bar, self.mood.pulses)
        elif instrument == "pad" or (instrument == "strings" and self.mood.pulses < PLACES):
            yield from _held(chord, bar)
        elif instrument == "strings":
            yield from _figure(chord, bar, self.mood.pulses, self._rng("figure", bar.phrase), 0.0)
        elif instrument == "bells":
            yield from _sparkle(chord, bar, rng)
        elif instrument in ("piano", "guitar"):
            pulses = min(self.mood.pulses, 8)
            pan = -0.35 if instrument == "piano" else 0.4
            figure = self._rng("figure", instrument, bar.phrase)
            yield from _figure(chord, bar, pulses, figure, pan)
        if instrument in self._leads:
            yield from self._melody(chord, bar, rng)

    @property
    def _leads(self) -> tuple[str, ...]:
        """Who has the melody: one of the players."""
        order = ("flute", "horn", "piano", "guitar", "strings", "bells", "pad")
        return tuple(name for name in order if name in self.instruments)[:1]

    def _melody(self, chord: list[int], bar: _Bar, rng: Rng) -> Iterator["_Played"]:
        """The motif of the piece, turned and shortened by chance, from a tone of the chord."""
        motif = self._rng("motif")
        places = [0, *(2 * n for n in range(1, 8) if motif.random() < self.mood.busy)]
        steps = motif.integers(-2, 3, len(places))
        if bar.last:
            yield 0.0, PLACES, 7, 0.5, 0.1
            return
        if rng.random() < 0.25 and bar.place_in_phrase:
            return
        turned = -1 if rng.random() < 0.4 else 1
        keep = len(places) if rng.random() < 0.6 else 1 + int(rng.integers(len(places)))
        degree = 7 + int(rng.choice(chord)) % 7
        for index in range(keep):
            end = places[index + 1] if index + 1 < keep else PLACES
            yield (
                float(places[index]),
                end - places[index],
                degree,
                _accented(places[index], rng),
                0.1,
            )
            degree = min(max(degree + turned * int(steps[index] or 1), 4), 15)


_RING_SAMPLES = round(LONGEST_RING_S * SAMPLE_RATE)
_Played = tuple[float, float, int, float, float]
"""Place and length in sixteenths of a bar, degree (or drum), level, pan."""


def _accented(place: float, rng: Rng) -> float:
    return (0.62 if place % 4 == 0 else 0.45) * float(rng.uniform(0.9, 1.1))


def _held(chord: list[int], bar: _Bar) -> Iterator[_Played]:
    for voice, degree in enumerate(chord):
        yield 0.0, PLACES, degree, 0.34, 0.7 * (2 * voice / (len(chord) - 1) - 1)


def _bass(bar: _Bar, pulses: int) -> Iterator[_Played]:
    every = PLACES if bar.last or pulses < 8 else 8 if pulses == 8 else 4
    for place in range(0, PLACES, every):
        yield float(place), every, bar.chord - 7 if bar.chord < 4 else bar.chord - 14, 0.6, 0.0


def _figure(
    chord: list[int], bar: _Bar, pulses: int, pattern: Rng, pan: float
) -> Iterator[_Played]:
    """A broken chord; which tone comes when is drawn for each phrase."""
    if bar.last:
        for voice, degree in enumerate((0, 2, 4, 7)):
            yield 0.15 * voice, PLACES, degree, 0.45, pan
        return
    tones = [*chord, chord[0] + 7]
    order = pattern.integers(0, len(tones), pulses)
    sounding = pattern.random(pulses) < 0.85
    every = PLACES // pulses
    for pulse in range(pulses):
        place = pulse * every
        if sounding[pulse] or place % 4 == 0:
            level = 0.6 if place % 4 == 0 else 0.4
            yield float(place), every, tones[int(order[pulse])], level, pan


def _sparkle(chord: list[int], bar: _Bar, rng: Rng) -> Iterator[_Played]:
    places = [0] if bar.last else sorted(rng.choice(8, int(rng.integers(1, 4)), replace=False) * 2)
    for place in places:
        degree = 7 + int(rng.choice(chord))
        yield float(place), 2.0, 14 if bar.last else degree, 0.35, float(rng.uniform(-0.7, 0.7))


def _drums(bar: _Bar, pulses: int, section: Rng, rng: Rng) -> Iterator[_Played]:
    if bar.last:
        yield 0.0, 1, KICK, 0.95, 0.0
        yield 0.0, 1, LOW_TOM, 0.7, 0.2
        return
    extra = section.random(PLACES) < (0.35 if pulses == PLACES else 0.12)
    for place in range(PLACES):
        beat = place % 4 == 0
        level = float(rng.uniform(0.85, 1.0)) * (1.0 if beat else 0.6)
        if place % 8 == 0:
            yield float(place), 1, KICK, 0.9 * level, 0.0
        elif place % 8 == 4 and pulses == 8:
            yield float(place), 1, SNARE, 0.5 * level, -0.1
        elif beat and pulses == PLACES:
            yield float(place), 1, LOW_TOM, 0.8 * level, -0.4
        elif extra[place] and pulses >= 8:
            yield float(place), 1, HIGH_TOM if pulses == PLACES else KICK, 0.6 * level, 0.4
        if pulses == 8 and place % 2 == 0:
            yield float(place), 1, HAT, 0.5 * level, 0.3
    if bar.place_in_phrase == PHRASE_BARS - 1 and pulses >= 8:
        for place in range(12, PLACES):
            yield float(place), 1, (HIGH_TOM, LOW_TOM)[place % 2], 0.5 + 0.08 * (place - 12), 0.2

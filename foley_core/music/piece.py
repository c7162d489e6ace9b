"""The notes of a piece of music, bar by bar, drawn from a seed. No sound: `bed` renders it.

The form: a phrase is four bars, whose chords come from the mood. A section is two phrases; in a
section one player may rest, and all play louder or softer. One motif of one bar is drawn for the
whole piece, and every bar of melody varies it.

Bars are counted back from the end of the picture. So the last phrase is whole, the bars before the
last chord are its cadence, and the last chord has the time it needs to die away. Time that is left
before the first whole bar holds the end of a bar that began before the picture.

Every bar follows from the seed and its place alone: any part of a piece can be had without the
rest, and each phrase is drawn anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from foley_core.ids import seed_of
from foley_core.music.figures import (
    LONGEST_RING_S,
    PHRASE_BARS,
    PLACES,
    Bar,
    Played,
    accented,
    bass_line,
    broken_chord,
    drum_bar,
    held_chord,
    sparkle,
)
from foley_core.music.moods import MoodMusic
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import Rng

BEATS = 4
"""Beats in a bar."""
LAST_CHORD_S = 3.0
"""Least length of the last chord in seconds; it lasts one bar if that is longer."""
ROOTS = 5
"""Semitones by which the seed may raise a mood's lowest root."""
STROKES = 4
"""Variants of each stroke of a drum; repeating one stroke exactly sounds like a machine."""

_RING_SAMPLES = round(LONGEST_RING_S * SAMPLE_RATE)


@dataclass(frozen=True, slots=True)
class Note:
    """One note of one player.

    Attributes:
        start: first sample, counted from the start of the piece.
        samples: how long it is held; the instrument may ring on after that.
        instrument: a name of `INSTRUMENT_NAMES`.
        pitch: MIDI number, or a drum.
        level: amplitude factor, about 0..1.
        pan: -1 (left) to 1 (right).
        variant: which stroke of a drum; 0 for other instruments.
    """

    start: int
    samples: int
    instrument: str
    pitch: int
    level: float
    pan: float
    variant: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of music; equal values give equal notes.

    Attributes:
        seed: seed of everything that is drawn.
        mood: scale, chords and figures.
        instruments: the players, names of `INSTRUMENT_NAMES`.
        beat: length of a beat, samples.
        total: length of the piece, samples.
        take: another take has the same key and chords, and other figures.
    """

    seed: int
    mood: MoodMusic
    instruments: tuple[str, ...]
    beat: int
    total: int
    take: int = 0

    @property
    def bar_samples(self) -> int:
        """Length of a bar, samples."""
        return BEATS * self.beat

    @property
    def last_chord(self) -> int:
        """First sample of the last chord."""
        return self.total - min(
            self.total, max(self.bar_samples, round(LAST_CHORD_S * SAMPLE_RATE))
        )

    @property
    def bars(self) -> int:
        """Number of whole bars before the last chord."""
        return self.last_chord // self.bar_samples

    @property
    def root(self) -> int:
        """MIDI pitch of degree 0 of the scale."""
        return self.mood.root + seed_of("root", self.seed) % (ROOTS + 1)

    def notes(self, first: int, last: int) -> Iterator[Note]:
        """Yield the notes that sound in the samples `[first, last)`, always in the same order."""
        # Time before the first whole bar; the bar that ends there has index -1.
        lead = self.last_chord - self.bars * self.bar_samples
        # Bars to look back: a note may be held for a bar, and rings for `LONGEST_RING_S` after it.
        ring = ceil(LONGEST_RING_S * SAMPLE_RATE / self.bar_samples) + 2
        earliest = max(-1, (first - lead) // self.bar_samples - ring)
        latest = min(self.bars, (last - lead) // self.bar_samples + 1)
        for index in range(min(earliest, self.bars), latest + 1):
            for note in self._played(self._bar(index)):
                if note.start < last and note.start + note.samples + _RING_SAMPLES > first:
                    yield note

    def bar_at(self, sample: int) -> Bar:
        """Return the bar in which a sample lies; the last chord counts as one."""
        index = self.bars - ceil((self.last_chord - sample) / self.bar_samples)
        return self._bar(min(max(index, -1), self.bars))

    def _bar(self, index: int) -> Bar:
        """Return bar `index`; `self.bars` is the last chord."""
        start = self.last_chord - (self.bars - index) * self.bar_samples
        if index == self.bars:
            return Bar(index, start, self.total - start, 0, 0, PHRASE_BARS - 1, last=True)
        # Bars between this one and the last chord.
        back = self.bars - index - 1
        phrase, place = back // PHRASE_BARS, PHRASE_BARS - 1 - back % PHRASE_BARS
        drawn = seed_of("chords", self.seed, phrase) % len(self.mood.progressions)
        chord = self.mood.progressions[drawn][place]
        # The last bars leave the drawn progression for the mood's cadence, which leads home.
        if back < len(self.mood.cadence):
            chord = self.mood.cadence[len(self.mood.cadence) - 1 - back]
        return Bar(index, start, self.bar_samples, chord, phrase, place)

    def _rng(self, *parts: int | str) -> Rng:
        """Return a generator for one decision, named by `parts`.

        Every decision has its own, so that a bar does not depend on how many numbers other bars
        have drawn.
        """
        takes = (self.take,) if self.take else ()
        return np.random.default_rng(seed_of("music", self.seed, *takes, *parts))

    def _played(self, bar: Bar) -> Iterator[Note]:
        """Yield the notes of a bar, player by player."""
        # Section 0 is the last of the piece: all play, at full level.
        section = bar.phrase // 2
        fullness = 1.0 if section == 0 else 0.6 + 0.4 * self._rng("level", section).random()
        for instrument in self.instruments:
            if not self._rests(instrument, section):
                # Counted from the end (below 0), so that more time at the start changes no bar.
                rng = self._rng(bar.index - self.bars, instrument)
                for played in self._part(instrument, bar, rng):
                    note = self._note(instrument, bar, played, fullness, rng)
                    if note.start >= 0:
                        yield note

    def _rests(self, instrument: str, section: int) -> bool:
        """Return True if a player rests in a section: at most one does, none in the last one."""
        if section == 0 or len(self.instruments) < 3:
            return False
        # One place more than players: where the first place falls on it, nobody rests.
        order = self._rng("rest", section).permutation(len(self.instruments) + 1)
        return bool(order[0] == self.instruments.index(instrument))

    def _note(self, instrument: str, bar: Bar, played: Played, fullness: float, rng: Rng) -> Note:
        """Turn what a player plays, counted in places and degrees, into samples and a pitch."""
        place, places, degree, level, pan = played
        start = bar.start + round(place * self.bar_samples / PLACES)
        held = bar.samples if bar.last else round(places * self.bar_samples / PLACES)
        # Of a bar that began before the picture, only notes of a whole bar are kept, without their
        # beginning: a held chord fades in well, a cut stroke would not. The rest start below 0 and
        # are left out by `_played`.
        if start < 0 < start + held and places == PLACES:
            start, held = 0, start + held
        variant = int(rng.integers(STROKES)) if instrument == "drums" else 0
        pitch = degree if instrument == "drums" else self.pitch(degree)
        return Note(start, held, instrument, pitch, level * fullness, pan, variant)

    def pitch(self, degree: int) -> int:
        """Return the MIDI pitch of a degree of the scale; degree 7 is an octave above degree 0."""
        octave, step = divmod(degree, len(self.mood.scale))
        return self.root + 12 * octave + self.mood.scale[step]

    def _part(self, instrument: str, bar: Bar, rng: Rng) -> Iterator[Played]:
        """Yield what one player plays in a bar: its figure, and the melody if it leads."""
        # A chord is every second degree of the scale from its root: a triad or a seventh chord.
        chord = [bar.chord + 2 * tone for tone in range(4 if self.mood.seventh else 3)]
        if instrument == "drums":
            yield from drum_bar(bar, self.mood.pulses, self._rng("drums", bar.phrase // 2), rng)
        elif instrument == "bass":
            yield from bass_line(bar, self.mood.pulses)
        elif instrument == "pad" or (instrument == "strings" and self.mood.pulses < PLACES):
            yield from held_chord(chord, bar)
        elif instrument == "strings":
            yield from broken_chord(
                chord, bar, self.mood.pulses, self._rng("figure", bar.phrase), 0.0
            )
        elif instrument == "bells":
            yield from sparkle(chord, bar, rng)
        elif instrument in ("piano", "guitar"):
            pulses = min(self.mood.pulses, 8)
            pan = -0.35 if instrument == "piano" else 0.4
            figure = self._rng("figure", instrument, bar.phrase)
            yield from broken_chord(chord, bar, pulses, figure, pan)
        if instrument in self._leads:
            yield from self._melody(chord, bar, rng)

    @property
    def _leads(self) -> tuple[str, ...]:
        """The player with the melody, as a tuple of one name or none."""
        # From the best suited to carry a melody to the least.
        order = ("flute", "horn", "violin", "piano", "guitar", "strings", "bells", "pad")
        return tuple(name for name in order if name in self.instruments)[:1]

    def _melody(self, chord: list[int], bar: Bar, rng: Rng) -> Iterator[Played]:
        """Yield a bar of melody: the motif of the piece, varied, from a tone of the chord.

        The motif is a rhythm and steps of the scale. A bar may turn its steps upside down or stop
        early. Apart from the first of a phrase, a bar is silent with probability 1/4.
        """
        # The same generator in every bar: the motif is one for the whole piece.
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
        # Begin in the octave above the chords (degrees 7 to 13).
        degree = 7 + int(rng.choice(chord)) % 7
        for index in range(keep):
            end = places[index + 1] if index + 1 < keep else PLACES
            yield (
                float(places[index]),
                end - places[index],
                degree,
                accented(places[index], rng),
                0.1,
            )
            # `or 1`: a step of 0 would repeat the note. Degrees 4 to 15 are the melody's range.
            degree = min(max(degree + turned * int(steps[index] or 1), 4), 15)

"""A small musical bed, composed and synthesised from a seed.

Chords under a mood's progression, four beats each, played by a slow pad, a bass and plucked notes
whose order and accents are drawn for every bar from the seed. No recording, sample or learned
melody is in it, so it is original by construction. It knows nothing of the picture but its length:
it fades in, comes home to its first chord and dies away as the picture ends.

Any span is cut from notes that are always computed whole and summed in one order, so it equals the
same part of the whole piece bit for bit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import numpy as np

from foley_core.audio.waveform import db_to_gain, envelope
from foley_core.ids import seed_of
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

BEATS_PER_BAR = 4
FADE_IN_S = 2.0
FADE_OUT_S = 3.0
_LEVEL_DB = -18.0
_PAD_ATTACK_S = 0.6
_PLUCK_S = 1.5
_OCTAVE = 12


@dataclass(frozen=True, slots=True)
class Mood:
    """How a bed feels.

    Attributes:
        root: MIDI note of the home chord.
        chords: for each bar in turn, semitones above the root.
        partials: harmonics of the pad; more sound brighter.
        plucks: plucked notes a bar, in `BEATS_PER_BAR` or twice that many places.
        bass_db: level of the bass.
    """

    root: int
    chords: tuple[tuple[int, ...], ...]
    partials: int
    plucks: int
    bass_db: float


MOODS = {
    "calm": Mood(60, ((0, 4, 7, 11), (-3, 0, 4, 7), (-7, -3, 0, 4), (-5, 0, 2, 7)), 3, 2, -9.0),
    "tense": Mood(57, ((0, 3, 7, 8), (0, 3, 6, 8), (-4, 0, 3, 8), (-1, 2, 5, 8)), 4, 3, -4.0),
    "epic": Mood(50, ((0, 3, 7, 12), (-4, 0, 3, 8), (3, 7, 10, 15), (-2, 2, 5, 10)), 7, 4, -2.0),
    "warm": Mood(58, ((0, 4, 7, 14), (-5, -1, 2, 7), (-3, 0, 4, 7), (-7, -3, 0, 7)), 3, 3, -7.0),
    "bright": Mood(62, ((0, 4, 7, 12), (-5, -1, 2, 7), (-3, 0, 4, 9), (-7, -3, 0, 5)), 5, 6, -8.0),
    "dark": Mood(45, ((0, 3, 7, 10), (-4, 0, 3, 7), (-7, -4, 0, 3), (-5, -2, 2, 5)), 3, 1, -1.0),
}


@dataclass(frozen=True, slots=True)
class _Note:
    """One note: first sample, length, MIDI pitch, amplitude, place from -1 (left) to 1 (right)."""

    start: int
    samples: int
    pitch: int
    amplitude: float
    pan: float
    plucked: bool


def music_span(
    seed: int, mood: str, tempo_bpm: float, first_sample: int, samples: int, total_samples: int
) -> F32:
    """Samples `[first_sample, first_sample + samples)` of a piece of `total_samples`, `(2, N)`.

    Args:
        mood: a key of `MOODS`.
        tempo_bpm: beats a minute, 30 to 240.

    Raises:
        ValueError: the mood is unknown, the tempo out of range, or the span outside of the piece.
    """
    last_sample = first_sample + samples
    if mood not in MOODS:
        raise ValueError(f"no mood {mood!r}; there are {', '.join(sorted(MOODS))}")
    if not 30 <= tempo_bpm <= 240:
        raise ValueError(f"a tempo is 30 to 240 beats a minute, got {tempo_bpm}")
    if not 0 <= first_sample <= last_sample <= total_samples:
        raise ValueError(f"no span {first_sample}..{last_sample} in {total_samples} samples")
    piece = _Piece(seed, MOODS[mood], round(60 * SAMPLE_RATE / tempo_bpm), total_samples)
    span = np.zeros((2, samples))
    for note in piece.notes(first_sample, last_sample):
        _add(span, first_sample, note, piece.mood.partials)
    rise = min(round(FADE_IN_S * SAMPLE_RATE), total_samples // 4)
    fall = min(round(FADE_OUT_S * SAMPLE_RATE), total_samples // 2)
    gains = envelope(first_sample, last_sample, total_samples, rise, fall)
    return (span * gains * db_to_gain(_LEVEL_DB)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Piece:
    seed: int
    mood: Mood
    beat_samples: int
    total_samples: int

    @property
    def bar_samples(self) -> int:
        return BEATS_PER_BAR * self.beat_samples

    @property
    def last_bar(self) -> int:
        """The bar whose chord is held to the end: the last to begin before the final fade."""
        fading = self.total_samples - round(FADE_OUT_S * SAMPLE_RATE)
        return max(0, fading // self.bar_samples)

    def notes(self, first: int, last: int) -> Iterator[_Note]:
        """The notes that sound within `[first, last)`, in the order of the piece."""
        ring = ceil(_PLUCK_S * SAMPLE_RATE / self.bar_samples) + 1
        earliest = min(first // self.bar_samples - ring, self.last_bar)
        for bar in range(max(0, earliest), min(last // self.bar_samples, self.last_bar) + 1):
            for note in self._bar(bar):
                if note.start < last and note.start + note.samples > first:
                    yield note

    def _bar(self, bar: int) -> Iterator[_Note]:
        rng = np.random.default_rng(seed_of("music", self.seed, bar))
        final = bar == self.last_bar
        chord = self.mood.chords[0 if final else bar % len(self.mood.chords)]
        yield from self._sustained(bar, chord, final)
        if not final:
            yield from self._plucked(bar, chord, rng)

    def _sustained(self, bar: int, chord: tuple[int, ...], final: bool) -> Iterator[_Note]:
        start = bar * self.bar_samples
        length = self.bar_samples + round(_PAD_ATTACK_S * SAMPLE_RATE)
        if final:
            length = max(length, round(FADE_OUT_S * SAMPLE_RATE) + self.bar_samples)
        bass = self.mood.root + chord[0] - _OCTAVE
        yield _Note(start, length, bass, db_to_gain(self.mood.bass_db), 0.0, False)
        for voice, step in enumerate(chord):
            pan = 0.6 * (2 * voice / (len(chord) - 1) - 1)
            yield _Note(start, length, self.mood.root + step, 0.35, pan, False)

    def _plucked(
        self, bar: int, chord: tuple[int, ...], rng: np.random.Generator
    ) -> Iterator[_Note]:
        places = 2 * BEATS_PER_BAR
        for place in sorted(rng.choice(places, self.mood.plucks, replace=False).tolist()):
            start = bar * self.bar_samples + place * self.bar_samples // places
            pitch = self.mood.root + _OCTAVE + int(rng.choice(chord))
            loud, pan = rng.uniform(0.2, 0.4), rng.uniform(-0.7, 0.7)
            yield _Note(start, round(_PLUCK_S * SAMPLE_RATE), pitch, loud, pan, True)


def _add(span: F64, first: int, note: _Note, partials: int) -> None:
    sound = (
        _pluck(note.pitch, note.samples)
        if note.plucked
        else _pad(note.pitch, note.samples, partials)
    )
    begin, end = max(first, note.start), min(first + span.shape[1], note.start + note.samples)
    part = sound[begin - note.start : end - note.start] * note.amplitude
    angle = (note.pan + 1) * np.pi / 4
    span[0, begin - first : end - first] += part * np.cos(angle)
    span[1, begin - first : end - first] += part * np.sin(angle)


def _phase(pitch: int, samples: int) -> F64:
    """Phase in radians of a note of equal temperament, A4 = MIDI 69 = 440 Hz."""
    hz = 440.0 * 2.0 ** ((pitch - 69) / 12)
    phase: F64 = 2 * np.pi * hz / SAMPLE_RATE * np.arange(samples)
    return phase


@lru_cache(maxsize=32)
def _pad(pitch: int, samples: int, partials: int) -> F64:
    """Two slightly detuned voices of falling harmonics, swelling in and out."""
    phase = _phase(pitch, samples)
    sound = np.zeros(samples)
    for harmonic in range(1, partials + 1):
        for detune in (0.9985, 1.0015):
            sound += np.sin(harmonic * detune * phase) / (2 * harmonic**1.7)
    swell = round(_PAD_ATTACK_S * SAMPLE_RATE)
    faded: F64 = sound * envelope(0, samples, samples, swell, swell)
    return faded


@lru_cache(maxsize=32)
def _pluck(pitch: int, samples: int) -> F64:
    """A struck string: harmonics that die away the faster the higher they are."""
    phase = _phase(pitch, samples)
    seconds = np.arange(samples) / SAMPLE_RATE
    sound = np.zeros(samples)
    for harmonic in range(1, 6):
        sound += np.exp(-3.0 * harmonic * seconds) * np.sin(harmonic * phase) / harmonic**1.3
    faded: F64 = sound * envelope(0, samples, samples, SAMPLE_RATE // 500, SAMPLE_RATE // 4)
    return faded

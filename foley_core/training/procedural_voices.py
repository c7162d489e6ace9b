"""Voices and horns: harmonics on a contour under moving resonances; bird song; many talkers."""

from dataclasses import dataclass

import numpy as np

from foley_core.timebase import SAMPLE_RATE
from foley_core.training.procedural_parts import (
    Points,
    Span,
    coloured,
    cycle_table,
    cycles_of,
    drawn,
    played,
    resonant,
    tilted,
    wander,
)
from foley_core.types import F64, Rng

_BREATH: Points = ((200, -12), (1_000, 0), (6_000, -4), (18_000, -14))


@dataclass(frozen=True, slots=True)
class VoicePart:
    """Calls of one animal, person, horn, whistle or blown or bowed instrument.

    Attributes:
        pitch_hz, length_s: of a call.
        contour: share of the call, and semitones from the pitch.
        level: share of the call, and decibels.
        bend: semitones by which each point of the contour varies.
        attack_s, release_s: linear rise and fall.
        formants: resonances in hertz, one row for each moment, evenly spaced over the call.
        widths_hz: of the resonances.
        tract: factor on all resonances: the size of the animal.
        floor: gain far from any resonance.
        tilt_db: of the source, decibels an octave.
        even_db: level of even harmonics (a closed pipe has few).
        breath_db: noise against the tone.
        jitter: random share by which the pitch trembles.
        vibrato_hz, vibrato: rate, and depth in semitones.
        rough: depth at which every second period is weaker, and periods vary (0..1).
        chord: ratios of pitches that sound at once.
        together: calls in a row; `apart_s` seconds of silence between them.
        rest_s: silence between rows of calls; None: there is one row.
    """

    pitch_hz: Span
    length_s: Span
    contour: Points = ((0, 0), (1, 0))
    level: Points = ((0, 0), (1, 0))
    bend: float = 1.0
    attack_s: Span = (0.01, 0.03)
    release_s: Span = (0.03, 0.08)
    formants: tuple[tuple[float, ...], ...] = ()
    widths_hz: tuple[float, ...] = (120, 150, 220, 300)
    tract: Span = (0.9, 1.12)
    floor: float = 0.02
    tilt_db: Span = (-9, -6)
    even_db: float = 0.0
    breath_db: Span = (-36, -28)
    jitter: Span = (0.003, 0.01)
    vibrato_hz: Span = (5, 6.5)
    vibrato: Span = (0, 0)
    rough: Span = (0, 0.1)
    chord: tuple[float, ...] = (1.0,)
    together: Span = (1, 1)
    apart_s: Span = (0.05, 0.12)
    rest_s: Span | None = None

    def sound(self, samples: int, material: str | None, rng: Rng) -> F64:
        """Return calls, the first at the beginning, or soon after where rows of them repeat."""
        pitch, tract = drawn(self.pitch_hz, rng), drawn(self.tract, rng)
        tilt, breath = drawn(self.tilt_db, rng), 10 ** (drawn(self.breath_db, rng) / 20)
        rough = drawn(self.rough, rng)
        sound = np.zeros(samples)
        at = 0.0
        while at < samples:
            for _ in range(round(drawn(self.together, rng))):
                count = int(min(drawn(self.length_s, rng) * SAMPLE_RATE, samples - at))
                if count < 256:
                    break
                its_pitch = pitch * 2 ** (0.1 * self.bend * rng.standard_normal() / 12)
                call = self._call(count, its_pitch, tract, tilt, breath, rough, rng)
                sound[int(at) : int(at) + count] += call * rng.lognormal(0, 0.15)
                at += count + drawn(self.apart_s, rng) * SAMPLE_RATE
            if self.rest_s is None:
                break
            at += drawn(self.rest_s, rng) * SAMPLE_RATE
        return sound

    def _call(
        self, count: int, pitch: float, tract: float, tilt: float, breath: float, rough: float,
        rng: Rng,
    ) -> F64:  # fmt: skip
        """Return one call `(count,)`."""
        share = np.linspace(0, 1, count)
        semitones = _curve(share, self.contour, self.bend, rng)
        if self.vibrato[1] > 0:
            # A vibrato sets in after the tone has begun.
            turns = cycles_of(np.full(count, drawn(self.vibrato_hz, rng)))
            depth = drawn(self.vibrato, rng) * np.clip(share * 4, 0, 1)
            semitones = semitones + depth * np.sin(2 * np.pi * turns)
        tremble = 1 + drawn(self.jitter, rng) * wander(count, 0.03, rng)
        hertz = pitch * 2 ** (semitones / 12) * tremble
        tone, cycles = self._tone(hertz, tilt, rng)
        if rough > 0:
            # Every second period weaker is a tone an octave lower; chaos is noise at that rate.
            halves = 1 - 0.8 * rough * (0.5 + 0.5 * np.sin(np.pi * cycles))
            tone = tone * halves * np.clip(1 + 0.35 * rough * wander(count, 0.012, rng), 0, 2)
        tone = tone + breath * coloured(count, _BREATH, rng)
        if self.formants:
            centres = np.array(self.formants, np.float64) * tract
            tone = resonant(tone, centres, self.widths_hz, self.floor)
        gain = 10 ** (_curve(share, self.level, 1.0, rng) / 20)
        t = np.arange(count) / SAMPLE_RATE
        gain *= np.clip(t / drawn(self.attack_s, rng), 0, 1)
        gain *= np.clip((count / SAMPLE_RATE - t) / drawn(self.release_s, rng), 0, 1)
        return tone * gain

    def _tone(self, hertz: F64, tilt_db: float, rng: Rng) -> tuple[F64, F64]:
        """Return the source of a pitch `(N,)` and its phase in cycles."""
        cycles = cycles_of(hertz)
        # No harmonic above 18 kHz, where it would alias.
        top = float(hertz.max()) * max(self.chord)
        levels = tilted(max(1, min(250, int(18_000 / top))), tilt_db)
        levels[1::2] *= 10 ** (self.even_db / 20)
        # Walls of throats and pipes take what lies above some 6 kHz.
        levels /= 1 + (np.arange(1, len(levels) + 1) * float(hertz.mean()) / 6_000) ** 2
        table = cycle_table(levels, rng, 0.3)
        tone = np.zeros(len(hertz))
        for ratio in self.chord:
            # Pipes and strings of one chord are never quite in tune.
            tone += played(table, cycles * ratio * rng.uniform(0.998, 1.002) + rng.random())
        return tone / len(self.chord), cycles


@dataclass(frozen=True, slots=True)
class ChirpPart:
    """Songs of birds, insects or frogs: gliding whistles in motifs.

    Attributes:
        hz: of a syllable's middle.
        glide: octaves that a syllable rises or falls.
        syllable_s, gap_s: length of syllables, and of the silence between them.
        syllables: how many a song has; `motif` of them differ, then they repeat.
        rest_s: silence between songs.
        buzz_hz, buzz: rate and depth (semitones) at which a syllable trembles.
        second_db: level of the second harmonic.
        singers: how many sing over each other.
    """

    hz: Span
    glide: Span = (-0.5, 0.5)
    syllable_s: Span = (0.04, 0.15)
    gap_s: Span = (0.02, 0.08)
    syllables: Span = (3, 12)
    motif: Span = (1, 4)
    rest_s: Span = (0.4, 2.0)
    buzz_hz: Span = (20, 60)
    buzz: Span = (0, 1.5)
    second_db: Span = (-40, -22)
    singers: Span = (1, 1)

    def sound(self, samples: int, material: str | None, rng: Rng) -> F64:
        """Return songs; one singer begins at once."""
        sound = np.zeros(samples)
        for singer in range(round(drawn(self.singers, rng))):
            level = 1.0 if singer == 0 else drawn((0.1, 0.7), rng)
            base, second = drawn(self.hz, rng), 10 ** (drawn(self.second_db, rng) / 20)
            motif = [self._syllable(base, rng) for _ in range(round(drawn(self.motif, rng)))]
            at = 0.0 if singer == 0 else drawn(self.rest_s, rng) * rng.random()
            gap = drawn(self.gap_s, rng)
            while at < samples / SAMPLE_RATE:
                for number in range(round(drawn(self.syllables, rng))):
                    hertz, gain = motif[number % len(motif)]
                    start = int(at * SAMPLE_RATE)
                    room = max(0, min(len(hertz), samples - start))
                    turn = 2 * np.pi * cycles_of(hertz[:room])
                    whistle = np.sin(turn) + second * np.sin(2 * turn)
                    swell = level * rng.lognormal(0, 0.2)
                    sound[start : start + room] += whistle * gain[:room] * swell
                    at += len(hertz) / SAMPLE_RATE + gap * rng.uniform(0.9, 1.1)
                at += drawn(self.rest_s, rng)
        return sound

    def _syllable(self, base_hz: float, rng: Rng) -> tuple[F64, F64]:
        """Return frequency and gain of one kind of syllable, `(M,)` each."""
        count = int(drawn(self.syllable_s, rng) * SAMPLE_RATE)
        share = np.linspace(-0.5, 0.5, count)
        curve = drawn(self.glide, rng) * share + 0.5 * drawn(self.glide, rng) * (share**2 - 0.1)
        tremble = drawn(self.buzz, rng) / 12
        turns = cycles_of(np.full(count, drawn(self.buzz_hz, rng)))
        octaves = curve + tremble * np.sin(2 * np.pi * turns) + rng.uniform(-0.3, 0.3)
        hertz = np.clip(base_hz * 2**octaves, 200, 11_000)
        return hertz, np.sin(np.pi * (share + 0.5)) ** rng.uniform(0.4, 1.5)


@dataclass(frozen=True, slots=True)
class BabblePart:
    """Many people at once: voices whose syllables come and go, words not to be understood.

    Attributes:
        talkers: how many are near enough to be told apart.
        pitch_hz: of the voices.
        syllable_s: length of a syllable.
        open_hz, mouth_hz: ranges of the first and second resonance, between which vowels change.
        talks: share of the time that one speaks.
        tilt_db: of the source, decibels an octave.
        breath_db: noise against the tone.
    """

    talkers: Span
    pitch_hz: Span = (90, 240)
    syllable_s: Span = (0.12, 0.25)
    open_hz: Span = (350, 800)
    mouth_hz: Span = (900, 2_200)
    talks: Span = (0.4, 0.8)
    tilt_db: Span = (-9, -7)
    breath_db: Span = (-22, -14)

    def sound(self, samples: int, material: str | None, rng: Rng) -> F64:
        """Return the sum of the talkers."""
        sound = np.zeros(samples)
        for _ in range(round(drawn(self.talkers, rng))):
            syllable_s = drawn(self.syllable_s, rng)
            moves = wander(samples, syllable_s, rng)
            hertz = drawn(self.pitch_hz, rng) * 2 ** (wander(samples, 0.6, rng) / 6 + moves / 24)
            top = float(hertz.max())
            levels = tilted(max(1, min(120, int(16_000 / top))), drawn(self.tilt_db, rng))
            tone = played(cycle_table(levels, rng, 0.3), cycles_of(hertz))
            tone = tone + 10 ** (drawn(self.breath_db, rng) / 20) * rng.standard_normal(samples)
            gain = np.clip(0.4 + wander(samples, syllable_s / 1.7, rng), 0, 1.6)
            speaks = drawn(self.talks, rng) - 0.5 + 0.5 * wander(samples, 0.9, rng)
            gain *= np.clip(0.5 + 3 * speaks, 0, 1)
            knots = int(samples / SAMPLE_RATE / syllable_s) + 2
            ranges = (self.open_hz, self.mouth_hz, (2_400, 3_200))
            centres = np.stack([rng.uniform(low, high, knots) for low, high in ranges], axis=1)
            sound += resonant(tone, centres, (110, 140, 240), 0.02) * gain * rng.lognormal(0, 0.5)
        return sound


def _curve(share: F64, points: Points, vary: float, rng: Rng) -> F64:
    """Return a curve `(N,)` through points, each of which varies a little."""
    place, value = np.array(points, np.float64).T
    curve: F64 = np.interp(share, place, value + 0.5 * vary * rng.standard_normal(len(value)))
    return curve

"""Engines, motors and machines: firing pulses at a changing speed, hums under load, rhythms."""

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
    filtered,
    played,
    ring,
    wander,
)
from foley_core.types import F64, Rng


@dataclass(frozen=True, slots=True)
class EnginePart:
    """A combustion engine or a rotor, louder and brighter the faster it turns.

    A cycle of four strokes takes two turns, so n cylinders fire n / 2 times a turn, and what
    differs between cylinders sounds at multiples of half the speed (half orders).

    Attributes:
        idle_rpm, top_rpm: slowest and fastest turns a minute of this engine.
        cylinders: how many fire in one cycle (for a rotor: blades).
        turns: turns in a cycle: 2 for four strokes, 1 for two strokes and rotors.
        moves_s: seconds in which the speed changes.
        drive: 0 idles, 0.5 goes up and down, 1 stays fast.
        uneven: how much cylinders differ, 0..1.
        width: length of a firing pulse, as a share of the time between two.
        tilt_db: decibels an octave of the pulse's own harmonics beyond its width.
        pipe: spectrum of exhaust and body.
        noise_db: air and mechanics against the pulses.
        pulsing: how far that noise follows the pulses, 0..1.
        level_power: level is speed to this power.
        whine: orders of a gear or supercharger, and `whine_db` its level.
    """

    idle_rpm: Span
    top_rpm: Span
    cylinders: Span = (4, 4)
    turns: float = 2.0
    moves_s: Span = (0.6, 2.0)
    drive: Span = (0.1, 0.9)
    uneven: Span = (0.1, 0.4)
    width: Span = (0.1, 0.3)
    tilt_db: Span = (-7, -4)
    pipe: Points = ((40, -6), (120, 0), (600, -2), (2_500, -5), (8_000, -12), (16_000, -20))
    noise_db: Span = (-32, -20)
    pulsing: Span = (0.3, 0.8)
    level_power: Span = (0.8, 1.6)
    whine: Span | None = None
    whine_db: Span = (-30, -20)

    def sound(self, samples: int, material: str | None, rng: Rng) -> F64:
        """Return the engine while its speed moves between idle and top."""
        idle, top = drawn(self.idle_rpm, rng), drawn(self.top_rpm, rng)
        drive = drawn(self.drive, rng)
        moved = wander(samples, drawn(self.moves_s, rng), rng)
        share = 1 / (1 + np.exp(-1.8 * moved - 6 * (drive - 0.5)))
        # Even a steady engine is a little unsteady.
        speed = (idle * (top / idle) ** share) * (1 + 0.004 * wander(samples, 0.08, rng)) / 60
        cycles = cycles_of(speed / self.turns)
        count = round(drawn(self.cylinders, rng))
        table = self._cycle(count, float(speed.max()) / self.turns, rng)
        strokes = 1 + 0.06 * wander(samples, 0.05, rng)
        pulses = played(table, cycles) * strokes
        air = coloured(samples, self.pipe, rng)
        # Air is loud where the pulse is: the cycle's own curve, smoothed.
        push = played(_envelope(table), cycles)
        follows = drawn(self.pulsing, rng)
        air *= (1 - follows) + follows * push
        sound = filtered(pulses, self.pipe, rng)
        sound /= float(sound.std()) + 1e-9
        sound = sound + 10 ** (drawn(self.noise_db, rng) / 20) * air
        if self.whine is not None:
            ratio = drawn(self.whine, rng) * self.turns
            whine = np.sin(2 * np.pi * cycles * ratio) + 0.4 * np.sin(4 * np.pi * cycles * ratio)
            sound += 10 ** (drawn(self.whine_db, rng) / 20) * whine * share
        level = (speed / float(speed.max())) ** drawn(self.level_power, rng)
        return sound * level * (1 + 0.08 * wander(samples, 0.25, rng))

    def _cycle(self, count: int, fastest_hz: float, rng: Rng) -> F64:
        """Return the waveform of one cycle as a table; no order of it above 16 kHz."""
        uneven, width = drawn(self.uneven, rng), drawn(self.width, rng)
        orders = np.arange(1, max(2, min(200 * count, 2_000, int(16_000 / fastest_hz))) + 1)
        firing = np.zeros(len(orders), np.complex128)
        for cylinder in range(count):
            late = (cylinder + 0.08 * uneven * rng.standard_normal()) / count
            level = 1 + 0.5 * uneven * rng.standard_normal()
            firing += level * np.exp(-2j * np.pi * orders * late)
        # A pulse is flat up to one over its width and falls off above.
        corner = count / width
        fall = (1 + (orders / corner) ** 2) ** (drawn(self.tilt_db, rng) / 12.04)
        # Pipes and block answer each order differently.
        colour = 10 ** (3 * rng.standard_normal(len(orders)) / 20)
        levels = np.abs(firing) * fall * colour
        phases = np.angle(firing)
        spectrum = np.zeros(8_193, np.complex128)
        spectrum[1 : len(orders) + 1] = levels * np.exp(1j * phases)
        table: F64 = np.fft.irfft(spectrum)
        return table / (float(table.std()) + 1e-12)


@dataclass(frozen=True, slots=True)
class HumPart:
    """A motor or mains hum: steady harmonics whose pitch moves a little, together with the level.

    Attributes:
        hz: of the lowest harmonic.
        harmonics: how many there are.
        tilt_db: decibels an octave; each harmonic varies by 6 dB besides.
        drift: share by which the pitch moves within `moves_s` seconds.
        load: octaves by which the pitch falls under load, in which the level changes too.
        beat: depth of a tremble at the turns of the motor, `beat_hz`.
    """

    hz: Span
    harmonics: Span = (6, 20)
    tilt_db: Span = (-9, -4)
    drift: Span = (0.002, 0.01)
    moves_s: Span = (0.5, 2.0)
    load: Span = (0, 0)
    beat_hz: Span = (8, 25)
    beat: Span = (0, 0.2)

    def sound(self, samples: int, material: str | None, rng: Rng) -> F64:
        """Return the hum from beginning to end."""
        work = 0.4 + 0.6 * wander(samples, drawn(self.moves_s, rng), rng)
        load = drawn(self.load, rng) * np.clip(work, 0, 1)
        drift = drawn(self.drift, rng) * wander(samples, drawn(self.moves_s, rng), rng)
        hertz = drawn(self.hz, rng) * (1 + drift) * 2 ** (-load)
        most = int(17_000 / float(hertz.max()))
        orders = np.arange(1, max(1, min(round(drawn(self.harmonics, rng)), most)) + 1)
        uneven = 10 ** (6 * rng.standard_normal(len(orders)) / 20)
        levels = orders ** (drawn(self.tilt_db, rng) / 6.02) * uneven
        cycles = cycles_of(hertz)
        beat = drawn(self.beat, rng) * np.sin(
            2 * np.pi * drawn(self.beat_hz, rng) * np.arange(samples) / SAMPLE_RATE
        )
        return played(cycle_table(levels, rng), cycles) * (1 + beat) * (1 + 4 * drift) * (1 + load)


@dataclass(frozen=True, slots=True)
class RhythmPart:
    """Blows in a pattern that repeats: needles, wheels on joints, ratchets, paper feeds.

    Attributes:
        rate_hz: how often the pattern repeats.
        pattern: of each blow its place in the pattern (0..1), decibels, pitch in hertz, decay in
            seconds and share of noise (0..1).
        changes: share by which the rate changes within `moves_s` seconds; the level goes with it.
        late: random share of the pattern by which blows come late.
        vary_db: deviation of the level of each blow.
        rests: share of patterns that are left out.
    """

    rate_hz: Span
    pattern: tuple[tuple[float, ...], ...]
    changes: Span = (0.02, 0.1)
    moves_s: Span = (0.8, 2.5)
    late: float = 0.01
    vary_db: float = 1.5
    rests: float = 0.0

    def sound(self, samples: int, material: str | None, rng: Rng) -> F64:
        """Return the pattern again and again, the first time at the beginning."""
        size = 2 ** rng.uniform(-0.35, 0.35)
        kinds = [
            [
                ring(row[2] * size * rng.uniform(0.95, 1.05), row[3], row[4], 0.0, rng)
                for _ in range(3)
            ]
            for row in self.pattern
        ]
        changes = drawn(self.changes, rng) * wander(samples, drawn(self.moves_s, rng), rng)
        rate = drawn(self.rate_hz, rng) * np.exp(changes)
        sound = np.zeros(samples)
        at = 0.0
        while at < samples:
            now = float(rate[int(at)])
            level = (now / float(rate.max())) ** 1.5
            length = SAMPLE_RATE / now
            played_on = rng.random() >= self.rests
            for row, kind in zip(self.pattern, kinds, strict=True):
                start = int(at + length * max(0.0, row[0] + self.late * rng.standard_normal()))
                if played_on and start < samples:
                    grain = kind[rng.integers(3)][: samples - start]
                    gain = level * 10 ** ((row[1] + self.vary_db * rng.standard_normal()) / 20)
                    sound[start : start + len(grain)] += gain * grain
            at += length
        return sound


def _envelope(table: F64) -> F64:
    """Return the curve of a cycle's strength, mean 1, smoothed over a fiftieth of it."""
    width = len(table) // 50
    wrapped = np.concatenate([table[-width:], table, table[:width]])
    smooth = np.convolve(np.square(wrapped), np.ones(width) / width, "same")[width:-width]
    curve = np.sqrt(smooth)
    return curve / (float(curve.mean()) + 1e-12)

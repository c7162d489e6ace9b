"""Air, water, fire and friction: swelling noise, bursts, clouds of grains, strokes."""

from dataclasses import dataclass

import numpy as np

from foley_core.timebase import SAMPLE_RATE
from foley_core.training.procedural_parts import (
    Points,
    Span,
    banded,
    coloured,
    cycle_table,
    cycles_of,
    drawn,
    kinds_of_ring,
    played,
    resonant,
    ring,
    scattered,
    tilted,
    wander,
)
from foley_core.types import F64, Rng

_BUBBLES = 24


@dataclass(frozen=True, slots=True)
class NoisePart:
    """Lasting noise: wind, water from afar, traffic, the air of a machine.

    Attributes:
        points: its spectrum.
        swell_db: decibels by which it comes and goes within `swell_s` seconds.
        bright_db: by how much more its part above `bright_hz` does so.
        flutter_hz, flutter: rate and depth (0..1) of a regular tremble: blades, waves of a motor.
        whistle_hz, whistle_db: a resonance that wanders, as wind has around edges; None without.
    """

    points: Points
    swell_db: Span = (1, 4)
    swell_s: Span = (0.5, 2.0)
    bright_db: Span = (0, 3)
    bright_hz: float = 2_500.0
    flutter_hz: Span = (5, 20)
    flutter: Span = (0, 0)
    whistle_hz: Span | None = None
    whistle_db: Span = (-18, -8)

    def sound(self, samples: int, material: str | None, rng: Rng) -> F64:
        """Return the noise from beginning to end."""
        swell = wander(samples, drawn(self.swell_s, rng), rng)
        low = tuple((hz, db - (0 if hz < self.bright_hz else 30)) for hz, db in self.points)
        high = tuple((hz, db - (30 if hz < self.bright_hz else 0)) for hz, db in self.points)
        whole = coloured(samples, self.points, rng)
        bright = drawn(self.bright_db, rng)
        if bright > 0 and low != self.points and high != self.points:
            top = coloured(samples, high, rng) * _share_of(self.points, self.bright_hz)
            whole = whole + top * (10 ** (bright * np.clip(swell, -2, 2) / 20) - 1).clip(0)
        if self.whistle_hz is not None:
            centre = drawn(self.whistle_hz, rng) * 2 ** (0.5 * swell[:: SAMPLE_RATE // 50])
            air = resonant(rng.standard_normal(samples), centre[:, None], (40.0,), 0.0)
            air /= float(air.std()) + 1e-9
            whole = whole + 10 ** (drawn(self.whistle_db, rng) / 20) * air * np.clip(swell, 0, 2)
        whole = whole * 10 ** (drawn(self.swell_db, rng) * np.clip(swell, -2.5, 1.5) / 20)
        depth = drawn(self.flutter, rng)
        if depth > 0:
            turns = cycles_of(drawn(self.flutter_hz, rng) * (1 + 0.03 * wander(samples, 0.7, rng)))
            whole *= 1 - depth * (0.5 + 0.5 * np.cos(2 * np.pi * turns)) ** 2
        return whole


@dataclass(frozen=True, slots=True)
class BurstPart:
    """Noise that rises and dies away once: blasts, breath, splashes, snares.

    Attributes:
        points: its spectrum.
        attack_s: linear rise; a hundredth of a millisecond is none.
        hold_s: how long it stays at its level.
        decay_s: seconds in which the lowest band falls to 1/e.
        high_share: the same of the highest band, as a share of it.
        formants: resonances that move over the burst; `widths_hz` of each.
        rough: depth of random trembling, 0..1, `rough_s` fast.
    """

    points: Points
    decay_s: Span
    attack_s: Span = (0.00001, 0.00002)
    hold_s: Span = (0, 0)
    high_share: Span = (0.3, 0.8)
    formants: tuple[tuple[float, ...], ...] = ()
    widths_hz: tuple[float, ...] = (160, 240, 320)
    rough: Span = (0, 0.2)
    rough_s: Span = (0.005, 0.02)

    def sound(self, samples: int, material: str | None, rng: Rng) -> F64:
        """Return the burst, which begins at sample 0."""
        attack, hold = drawn(self.attack_s, rng), drawn(self.hold_s, rng)
        rise = int((attack + hold) * SAMPLE_RATE)
        decay = drawn(self.decay_s, rng)
        body = coloured(samples, self.points, rng) if rise > 48 else np.zeros(0)
        fall = banded(
            max(1, samples - rise), self.points, (decay, decay * drawn(self.high_share, rng)), rng
        )
        fall *= 1 / (float(fall[: SAMPLE_RATE // 100].std()) + 1e-9)
        sound = np.concatenate([body[:rise], fall])[:samples] if rise > 48 else fall[:samples]
        sound = np.pad(sound, (0, samples - len(sound)))
        t = np.arange(samples) / SAMPLE_RATE
        if self.formants:
            steps = max(2, int((attack + hold + 2 * decay) * 50))
            shape = np.array(self.formants, np.float64) * rng.uniform(0.9, 1.15)
            place = np.linspace(0, len(shape) - 1, steps)
            moving = np.stack([np.interp(place, np.arange(len(shape)), c) for c in shape.T], axis=1)
            rest = max(0, int(samples / SAMPLE_RATE * 50) - steps)
            centres = np.concatenate([moving, np.repeat(moving[-1:], rest, axis=0)])
            sound = resonant(sound, centres, self.widths_hz, 0.1)
        depth = drawn(self.rough, rng)
        sound *= np.clip(1 + depth * wander(samples, drawn(self.rough_s, rng), rng), 0, 3)
        if attack < 0.001:
            # The crack of the front itself.
            sound *= 1 + 1.5 * np.exp(-t / 0.0015)
        return sound * np.clip(t / attack, 0, 1)


@dataclass(frozen=True, slots=True)
class GrainPart:
    """A cloud of grains: crackle, gravel, crumpled paper, claps of many hands, drops, bubbles.

    Attributes:
        rate: grains a second.
        hz, decay_s, noise: pitch, length and share of noise of a grain.
        bubbles: grains are bubbles: their length follows from their pitch, and it rises.
        power: exponent of the amplitudes' power law: near 1 a few are far above all others, above
            4 all are alike.
        cluster: how much the rate changes, natural logarithm, within `cluster_s` seconds.
        thin_s: seconds in which the cloud thins out to 1/e after a blow; None: it lasts.
        softer_high: amplitude is one over pitch to this power.
        voices: kinds of grain.
    """

    rate: Span
    hz: Span
    decay_s: Span = (0.001, 0.004)
    noise: Span = (0.3, 0.9)
    bubbles: bool = False
    power: Span = (1.5, 3.0)
    cluster: Span = (0.2, 0.8)
    cluster_s: Span = (0.1, 0.6)
    thin_s: Span | None = None
    softer_high: float = 0.5

    def sound(self, samples: int, material: str | None, rng: Rng) -> F64:
        """Return the cloud; one that thins out begins with a grain at sample 0."""
        rate = drawn(self.rate, rng)
        if self.thin_s is None:
            places = _clustered(
                samples, rate, drawn(self.cluster, rng), drawn(self.cluster_s, rng), rng
            )
        else:
            thin = drawn(self.thin_s, rng)
            places = rng.exponential(thin, max(3, int(rate * thin))) * SAMPLE_RATE
            places[0] = 0
        power = drawn(self.power, rng)
        # A Pareto law, cut at 26 dB above its least.
        levels = np.minimum((1 - rng.random(len(places))) ** (-1 / power), 20.0)
        return scattered(places, levels, self._kinds(rng), samples, rng)

    def _kinds(self, rng: Rng) -> list[F64]:
        """Return the kinds of grain of this cloud."""
        if not self.bubbles:
            return kinds_of_ring(self.hz, self.decay_s, self.noise, (0, 0), rng)
        kinds = []
        for _ in range(_BUBBLES):
            hz = drawn(self.hz, rng)
            # Minnaert: a bubble of radius r metres sings at 3 / r hertz. Its damping and the rise
            # of pitch near the surface after van den Doel, "Physically based models for liquid
            # sounds", ACM Trans. Appl. Perception 2 (2005): d = 0.13 / r + 0.0072 r^-1.5.
            radius = 3 / hz
            damping = 0.13 / radius + 0.0072 * radius**-1.5
            rise = rng.uniform(0, 0.25) if rng.random() < 0.7 else 0.02
            level = (self.hz[0] / hz) ** self.softer_high
            kinds.append(level * ring(hz, 1 / damping, 0.0, max(rise, 0.01), rng))
        return kinds


@dataclass(frozen=True, slots=True)
class StrokePart:
    """Friction to and fro, or on and on: saws, knives on steels, brushes, wheels, skis.

    Attributes:
        points: spectrum of the friction.
        rate_hz: strokes there and back a second; None: one movement that goes on.
        back_db: level of the way back.
        flat: above 1, strokes soon reach a speed that they keep, as driven ones do.
        speed_power: level is speed to this power; `bright_db` more above 3 kHz at full speed.
        teeth_hz: rate at which teeth or bumps pass at full speed; None without.
        teeth_db: their level against the noise.
        body_hz: resonances of what is rubbed.
        body_db: how far these stand out.
        moves_s: seconds in which the speed changes where it goes on.
        grain: depth of random roughness, `grain_s` fast at full speed.
    """

    points: Points
    rate_hz: Span | None = None
    back_db: Span = (-10, 0)
    flat: Span = (1, 1)
    speed_power: Span = (1.0, 1.8)
    bright_db: Span = (2, 8)
    teeth_hz: Span | None = None
    teeth_db: Span = (-14, -4)
    body_hz: Span = (300, 3_000)
    bodies: int = 5
    body_db: Span = (0, 10)
    moves_s: Span = (0.6, 2.0)
    grain: Span = (0.2, 0.6)
    grain_s: Span = (0.004, 0.02)

    def sound(self, samples: int, material: str | None, rng: Rng) -> F64:
        """Return the friction."""
        speed = self._speed(samples, rng)
        noise = coloured(samples, self.points, rng)
        bright = tuple((hz, db + (0 if hz > 3_000 else -24)) for hz, db in self.points)
        extra = 10 ** (drawn(self.bright_db, rng) / 20) - 1
        share = _share_of(self.points, 3_000)
        noise = noise + extra * share * coloured(samples, bright, rng) * speed
        noise *= np.clip(
            1 + drawn(self.grain, rng) * wander(samples, drawn(self.grain_s, rng), rng), 0, 3
        )
        if self.teeth_hz is not None:
            cycles = cycles_of(drawn(self.teeth_hz, rng) * np.maximum(speed, 0.05))
            table = cycle_table(tilted(29, -5.0), rng, 0.5)
            noise = noise + 10 ** (drawn(self.teeth_db, rng) / 20) * played(table, cycles)
        stand_out = drawn(self.body_db, rng)
        if stand_out > 0:
            centres = np.array([[drawn(self.body_hz, rng) for _ in range(self.bodies)]])
            rung = resonant(noise, centres, [0.08 * hz for hz in centres[0]], 0.0)
            noise = noise + 10 ** (stand_out / 20) * rung
        return noise * speed ** drawn(self.speed_power, rng)

    def _speed(self, samples: int, rng: Rng) -> F64:
        """Return the speed over time, 0..1."""
        if self.rate_hz is None:
            return np.clip(0.65 + 0.22 * wander(samples, drawn(self.moves_s, rng), rng), 0.1, 1)
        rate = drawn(self.rate_hz, rng) * (1 + 0.08 * wander(samples, 1.0, rng))
        turn = np.sin(2 * np.pi * cycles_of(rate))
        turn = np.clip(drawn(self.flat, rng) * turn, -1, 1)
        back = 10 ** (drawn(self.back_db, rng) / 20)
        # Each stroke is a little different.
        force = 1 + 0.15 * wander(samples, 0.5 / float(rate.mean()), rng)
        return np.clip(np.where(turn > 0, turn, -turn * back) * force, 0.001, 1.5)


def _share_of(points: Points, above_hz: float) -> float:
    """Return the share of a spectrum's amplitude that lies above a frequency, about."""
    hertz, level_db = np.array(points, np.float64).T
    grid = np.geomspace(50, 20_000, 400)
    power = 10 ** (np.interp(np.log2(grid), np.log2(hertz), level_db) / 10)
    return float(np.sqrt(power[grid > above_hz].sum() / power.sum()))


def _clustered(samples: int, rate: float, depth: float, period_s: float, rng: Rng) -> F64:
    """Return places of grains whose rate comes and goes, in samples."""
    steps = max(2, samples // 480)
    density = np.exp(depth * wander(steps * 480, period_s, rng)[::480])
    density /= float(density.mean())
    counts = rng.poisson(rate * density * samples / steps / SAMPLE_RATE)
    starts = np.repeat(np.arange(len(counts)), counts) * (samples / steps)
    return starts + rng.random(len(starts)) * samples / steps

"""Struck bodies: modes of materials, bars, membranes, strings and bells; what a blow is made of."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from foley_core.timebase import SAMPLE_RATE
from foley_core.training.procedural_parts import (
    Points,
    Span,
    banded,
    drawn,
    kinds_of_ring,
    scattered,
)
from foley_core.types import F64, Rng

_CLICK: Points = ((300, -20), (1_500, -3), (5_000, 0), (16_000, -8))


@dataclass(frozen=True, slots=True)
class Body:
    """The response of a material to a blow.

    Attributes:
        lowest_hz: frequency of the lowest mode.
        modes: how many modes ring.
        decay_s: time in which the lowest mode falls to 1/e.
        tilt: how much weaker high modes are: their level is frequency to the power of -0.7 tilt.
        noise: level of the rough part of the attack.
        noise_hz: centre of that noise.
        loose: grains that a blow stirs up; 0 for what is of one piece.
    """

    lowest_hz: float
    modes: int
    decay_s: float
    tilt: float
    noise: float
    noise_hz: float
    loose: int = 0


@cache
def bodies() -> dict[str, Body]:
    """Return the body of each material, read at the first call."""
    path = files("foley_core.training").joinpath("procedural_bodies.toml")
    return {name: Body(**row) for name, row in tomllib.loads(path.read_text("utf-8")).items()}


@dataclass(frozen=True, slots=True)
class BlowPart:
    """A blow on a body of the sound's material, or of one that is named.

    Attributes:
        body: name of the material; None: that of the sound.
        size: factor on the frequencies: below 1 is bigger.
        contact_ms: how long the two touch: modes above its inverse are hardly excited.
        decay: factor on how long it rings.
        noise: factor on the rough part of the attack.
        loose: factor on the grains that loose material gives.
        loose_s: seconds in which these grains thin out.
        again_s, again_db: when and how loud it touches a second time; None: once.
        times: how often that repeats, each time after `closer` of the time before.
    """

    body: str | None = None
    size: Span = (0.7, 1.5)
    contact_ms: Span = (0.2, 1.5)
    decay: Span = (0.7, 1.4)
    noise: Span = (0.7, 1.3)
    loose: Span = (0.7, 1.3)
    loose_s: Span = (0.04, 0.09)
    again_s: Span | None = None
    again_db: Span = (-12, -3)
    times: Span = (1, 1)
    closer: Span = (0.6, 0.8)

    def sound(self, samples: int, material: str | None, rng: Rng) -> F64:
        """Return the blow, which begins at sample 0."""
        body = bodies()[self.body or material or "wood"]
        size = drawn(self.size, rng)
        sound = self._blow(body, size, samples, rng)
        if self.again_s is not None:
            gap, level = drawn(self.again_s, rng), 1.0
            at = 0.0
            for _ in range(round(drawn(self.times, rng))):
                at += gap
                gap *= drawn(self.closer, rng)
                level *= 10 ** (drawn(self.again_db, rng) / 20)
                start = int(at * SAMPLE_RATE)
                if start >= samples:
                    break
                sound[start:] += level * self._blow(body, size, samples - start, rng)
        return sound

    def _blow(self, body: Body, size: float, samples: int, rng: Rng) -> F64:
        """Return one blow `(samples,)`."""
        contact_s = drawn(self.contact_ms, rng) / 1_000
        lowest = body.lowest_hz * size
        # Between a string (exponent 1, harmonic) and a bar or plate (modes farther apart).
        orders = 1 + np.arange(body.modes)
        hertz = lowest * orders ** rng.uniform(1.0, 1.35, body.modes)
        hertz = hertz[hertz < 20_000]
        # High modes die sooner, in every material.
        decay = body.decay_s * drawn(self.decay, rng) * (lowest / hertz) ** 0.4
        decay *= rng.uniform(0.5, 1.5, len(hertz))
        level = (hertz / lowest) ** (-body.tilt * 0.7) * rng.uniform(0.1, 1, len(hertz))
        sound = ringing(hertz, decay, level * struck(hertz, contact_s), samples, rng)
        # While they touch, all modes are heard; then most of them are damped.
        t = np.arange(samples) / SAMPLE_RATE
        sound *= 1 + 1.2 * np.exp(-t / (0.002 + contact_s))
        sound /= float(np.abs(sound).max()) + 1e-9
        # The rough part of the attack is no brighter than the contact is short.
        centre = min(body.noise_hz * rng.uniform(0.7, 1.4), 1.5 / contact_s)
        points = (
            (centre / 8, -18.0),
            (centre / 2, -3.0),
            (centre, 0.0),
            (centre * 2, -4.0),
            (centre * 6, -18.0),
        )
        fall = drawn((0.006, 0.02), rng)
        rough = banded(samples, points, (fall * 1.5, fall * 0.6), rng)
        rough *= 1.5 * body.noise * drawn(self.noise, rng) / (float(np.abs(rough).max()) + 1e-9)
        # What the body lies on, or hangs in, is pushed as well.
        ground = banded(samples, ((50, -4), (120, 0), (350, -6), (1_200, -22)), (0.04, 0.01), rng)
        sound += rng.uniform(0.05, 0.3) * ground / (float(np.abs(ground).max()) + 1e-9)
        sound += rough * np.clip(t / (0.3 * contact_s), 0, 1)
        count = int(body.loose * drawn(self.loose, rng))
        if count:
            places = rng.exponential(drawn(self.loose_s, rng), count) * SAMPLE_RATE
            hz = (body.noise_hz * 0.4, body.noise_hz * 1.6)
            kinds = kinds_of_ring(hz, (0.001, 0.006), (0.5, 1.0), (0, 0), rng)
            sound += scattered(places, 0.3 * rng.lognormal(-0.5, 0.7, count), kinds, samples, rng)
        return sound


@dataclass(frozen=True, slots=True)
class ModePart:
    """A tuned body: bell, bar, membrane, string, glass. Its partials stand in known ratios.

    Attributes:
        hz: of the partial with ratio 1.
        ratios: of the partials.
        levels_db: of these; empty: they follow `tilt_db`.
        string: instead of ratios, how many harmonics of a string; 0: none.
        stiffness: B of a string, whose partial n stands at n √(1 + B n²).
        pluck: place along the string where it is struck or plucked, 0..1.
        decay_s: time in which the first partial falls to 1/e.
        damping: partials die sooner as frequency to this power.
        tilt_db: decibels an octave.
        detune: random share by which partials are off.
        beat_hz: two partials beside each other, so far apart; (0, 0): none.
        contact_ms: how long the hammer touches.
        attack_s: linear rise of bowed or blown ones.
        click_db, click_hz, click_s: noise of the attack against the ring, its centre and decay.
        falls: semitones by which the pitch is higher at first (a drum's skin), gone in `falls_s`.
        chord: ratios of several such bodies that sound in turn, `strum_s` apart.
    """

    hz: Span
    ratios: tuple[float, ...] = (1.0,)
    levels_db: tuple[float, ...] = ()
    string: int = 0
    stiffness: Span = (0.0001, 0.0004)
    pluck: Span = (0.1, 0.25)
    decay_s: Span = (0.2, 0.6)
    damping: Span = (0.4, 0.8)
    tilt_db: Span = (-6, -3)
    detune: float = 0.005
    beat_hz: Span = (0, 0)
    contact_ms: Span = (0.1, 0.5)
    click_db: Span = (-24, -12)
    click_hz: Span = (2_000, 6_000)
    click_s: Span = (0.003, 0.01)
    falls: Span = (0, 0)
    falls_s: Span = (0.02, 0.06)
    chord: tuple[float, ...] = (1.0,)
    strum_s: Span = (0, 0)

    def sound(self, samples: int, material: str | None, rng: Rng) -> F64:
        """Return the ring, which begins at sample 0."""
        lowest, gap = drawn(self.hz, rng), drawn(self.strum_s, rng)
        ratios = np.array(self.ratios)
        if self.string:
            orders = np.arange(1, self.string + 1)
            ratios = orders * np.sqrt(1 + drawn(self.stiffness, rng) * orders**2)
        sound = np.zeros(samples)
        for number, step in enumerate(self.chord):
            start = int(number * gap * SAMPLE_RATE)
            if start < samples:
                sound[start:] += self._body(lowest * step, ratios, samples - start, rng)
        return sound

    def _body(self, lowest: float, ratios: F64, samples: int, rng: Rng) -> F64:
        """Return one body struck once."""
        hertz = lowest * ratios * (1 + self.detune * rng.standard_normal(len(ratios)))
        level_db = drawn(self.tilt_db, rng) * np.log2(np.maximum(ratios, 0.25))
        if self.levels_db:
            level_db = np.array(self.levels_db)
        level = 10 ** ((level_db + 1.5 * rng.standard_normal(len(ratios))) / 20)
        if self.string:
            level = level * (0.05 + np.abs(np.sin(np.pi * drawn(self.pluck, rng) * ratios)))
        level = level * struck(hertz, drawn(self.contact_ms, rng) / 1_000)
        decay = drawn(self.decay_s, rng) * np.maximum(ratios, 0.25) ** -drawn(self.damping, rng)
        beat = drawn(self.beat_hz, rng)
        if beat > 0:
            hertz = np.concatenate([hertz, hertz + beat * rng.uniform(0.5, 1.5, len(hertz))])
            level, decay = (
                np.tile(level, 2) * rng.uniform(0.4, 1, 2 * len(level)),
                np.tile(decay, 2),
            )
        heard = hertz < 20_000
        bend = drawn(self.falls, rng)
        sound = ringing(
            hertz[heard], decay[heard], level[heard], samples, rng, bend, drawn(self.falls_s, rng)
        )
        sound /= float(np.abs(sound).max()) + 1e-9
        centre, fall = drawn(self.click_hz, rng), drawn(self.click_s, rng)
        points = ((centre / 6, -24.0), (centre, 0.0), (centre * 3, -10.0), (18_000.0, -24.0))
        click = banded(samples, points, (fall * 1.5, fall * 0.7), rng)
        click /= float(np.abs(click).max()) + 1e-9
        return sound + 10 ** (drawn(self.click_db, rng) / 20) * click


def struck(hertz: F64, contact_s: float) -> F64:
    """Return how strongly a half-sine push of some length excites each frequency, 0..1."""
    turns = hertz * contact_s
    # |cos(π f T)| / |1 - (2 f T)²|, the spectrum of a half sine, its zeros filled up.
    below = np.abs(1 - (2 * turns) ** 2)
    spectrum = np.where(
        below < 0.05, np.pi / 4, np.abs(np.cos(np.pi * turns)) / np.maximum(below, 0.05)
    )
    return np.minimum(1.0, np.maximum(spectrum, 0.5 / (1 + (2 * turns) ** 2)))


def ringing(
    hertz: F64, decay_s: F64, level: F64, samples: int, rng: Rng, falls: float = 0.0,
    falls_s: float = 0.05,
) -> F64:  # fmt: skip
    """Return decaying modes `(samples,)`, all at once from sample 0.

    Args:
        hertz, decay_s, level: of each mode `(M,)`.
        falls: semitones by which all begin higher, which dies away in `falls_s` seconds.
    """
    t = np.arange(samples) / SAMPLE_RATE
    bent = t
    if falls:
        bent = np.cumsum(2 ** (falls / 12 * np.exp(-t / falls_s))) / SAMPLE_RATE
    sound = np.zeros(samples)
    for hz, decay, gain in zip(hertz, decay_s, level, strict=True):
        # Beyond ten times its decay a mode is 87 dB down.
        count = min(samples, max(64, int(10 * decay * SAMPLE_RATE)))
        # A push sets all modes off together, from rest.
        turn = 2 * np.pi * hz * bent[:count] + rng.uniform(-0.4, 0.4)
        sound[:count] += gain * np.exp(-t[:count] / decay) * np.sin(turn)
    return sound

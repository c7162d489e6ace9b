"""Movements that fall, strike, walk and swing, and the instants at which they sound.

Positions and times only, no pictures. Every profile is a pure function of time, so that a scene can
be drawn in any order and at any frame rate.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin, sqrt
from typing import Literal

import numpy as np

Ease = Literal["linear", "smooth", "accelerate", "decelerate"]
"""Course of a movement between two keys; see `eased`."""


@dataclass(frozen=True, slots=True)
class Key:
    """A value that is reached at a time, and the ease of the movement that leads to it."""

    time_s: float
    value: float
    ease: Ease = "smooth"


class Profile:
    """A value over time that moves from key to key; constant before the first and after the last.

    Attributes:
        keys: ordered by time.
        times: of the keys, seconds.
    """

    def __init__(self, keys: Sequence[Key]) -> None:
        self.keys = sorted(keys, key=lambda key: key.time_s)
        self.times = [key.time_s for key in self.keys]

    def __call__(self, time_s: float) -> float:
        """Return the value at a time in seconds."""
        index = bisect_right(self.times, time_s)
        if index == 0:
            return self.keys[0].value
        if index == len(self.keys):
            return self.keys[-1].value
        before, after = self.keys[index - 1], self.keys[index]
        share = (time_s - before.time_s) / (after.time_s - before.time_s)
        return before.value + (after.value - before.value) * eased(share, after.ease)


def eased(share: float, ease: Ease) -> float:
    """Return the progress 0..1 of a movement after the share 0..1 of its time.

    A blow accelerates and stops dead, a thrown thing decelerates, a hand that carries starts and
    ends gently (the cubic smoothstep).
    """
    match ease:
        case "linear":
            return share
        case "smooth":
            return share * share * (3.0 - 2.0 * share)
        case "accelerate":
            return share * share
        case "decelerate":
            return 1.0 - (1.0 - share) ** 2


@dataclass(frozen=True, slots=True)
class Bounces:
    """A body dropped onto a floor: parabolas between impacts (Newton's law of restitution).

    Attributes:
        start_s: when it is let go.
        height: height of the first fall, world units.
        gravity: acceleration, world units / s².
        times_s: instants of the impacts.
        speeds: speed just before each impact, world units / s.
        rebounds: speed just after each impact; 0 after the last one.
    """

    start_s: float
    height: float
    gravity: float
    times_s: tuple[float, ...]
    speeds: tuple[float, ...]
    rebounds: tuple[float, ...]

    def height_at(self, time_s: float) -> float:
        """Return the height above the floor at a time, world units, at least 0."""
        index = bisect_right(self.times_s, time_s)
        if index == 0:
            # Free fall from rest: h - g t² / 2.
            fallen = max(0.0, time_s - self.start_s)
            return max(0.0, self.height - 0.5 * self.gravity * fallen * fallen)
        # After an impact the body is thrown up again: v t - g t² / 2.
        since = time_s - self.times_s[index - 1]
        return max(0.0, self.rebounds[index - 1] * since - 0.5 * self.gravity * since * since)


def bounces(
    start_s: float, height: float, gravity: float, restitution: float, least_speed: float = 0.25
) -> Bounces:
    """Return the fall from `height` and all bounces.

    The last impact is the one whose rebound would be slower than `least_speed`.

    Args:
        start_s: when the body is let go.
        height: world units.
        gravity: world units / s².
        restitution: share 0..1 of the speed that an impact leaves.
        least_speed: world units / s.
    """
    # From h = g t² / 2: the time of the fall, and the speed that it ends with.
    time_s, speed = start_s + sqrt(2.0 * height / gravity), sqrt(2.0 * gravity * height)
    times: list[float] = []
    speeds: list[float] = []
    rebounds: list[float] = []
    while True:
        rebound = speed * restitution
        # With a restitution near 1 the impacts would hardly ever end: 30 are enough for any scene.
        stops = rebound < least_speed or len(times) > 30
        times.append(time_s)
        speeds.append(speed)
        rebounds.append(0.0 if stops else rebound)
        if stops:
            return Bounces(start_s, height, gravity, tuple(times), tuple(speeds), tuple(rebounds))
        # Up and down again takes 2 v / g, and the body arrives as fast as it left.
        time_s, speed = time_s + 2.0 * rebound / gravity, rebound


def strikes(
    times_s: Sequence[float], lift: float, swing_s: float, rebound: float, misses: bool
) -> Profile:
    """Return the course of repeated blows: 0 touches, `lift` is fully drawn back.

    Each blow is a lift, a swing that accelerates, a dead stop and a small rebound. The stop and the
    rebound are what shows that something was hit.

    Args:
        times_s: instants of the impacts, ascending.
        lift: how far the tool is drawn back, in the unit of the profile (radians or world units).
        swing_s: time from the highest point to the impact.
        rebound: share of `lift` by which the tool springs back.
        misses: True for the silent twin: the swing slows down and turns before it touches.
    """
    keys = [Key(times_s[0] - 3.0 * swing_s - 0.3, 0.35 * lift)] if times_s else [Key(0.0, lift)]
    for number, time_s in enumerate(times_s):
        following = times_s[number + 1] if number + 1 < len(times_s) else time_s + 1.0
        # Every other blow is drawn back 15 % less: people do not repeat a blow exactly.
        keys.append(Key(time_s - swing_s, lift * (0.85 + 0.15 * (number % 2)), "smooth"))
        if misses:
            keys.append(Key(time_s, 0.3 * lift, "smooth"))
            continue
        keys.append(Key(time_s, 0.0, "accelerate"))
        # The rebound takes at most 0.12 s, and never most of the pause before the next blow.
        back_s = min(0.12, 0.3 * (following - time_s))
        keys.append(Key(time_s + back_s, rebound * lift, "decelerate"))
    # Where blows follow fast, keys come too close to one another: keep the impacts and drop the
    # others.
    ordered = sorted(keys, key=lambda key: key.time_s)
    return Profile(
        [k for k, n in zip(ordered, [*ordered[1:], None], strict=True) if _is_kept(k, n)]
    )


def _is_kept(key: Key, following: Key | None) -> bool:
    """Return whether a key is an impact, or leaves more than 15 ms to the key that follows it."""
    return following is None or following.time_s - key.time_s > 0.015 or key.value == 0.0


@dataclass(frozen=True, slots=True)
class Gait:
    """A walk along x: a foot stays where it is set down while the body passes over it.

    Attributes:
        start_x: x of the hips at time 0, world units.
        rate_hz: steps a second, both feet together.
        length: length of a step, world units; 0 for steps on the spot.
        lift: greatest height of a swinging foot, world units.
        stance: share of a foot's cycle that it spends on the ground. Above ½ (walking) both feet
            are on the ground for moments, below ½ (running) both are in the air for moments.
        phase: shift of the whole walk, in steps.
    """

    start_x: float
    rate_hz: float
    length: float
    lift: float
    stance: float
    phase: float = 0.0

    def body_x(self, time_s: float) -> float:
        """Return x of the hips at a time in seconds, world units."""
        return self.start_x + self.length * self.rate_hz * time_s

    def strike_times(self, seconds: float) -> list[float]:
        """Return the instants, above 0 and up to `seconds`, at which a foot is set down."""
        first = (1.0 - self.phase % 1.0) / self.rate_hz
        count = max(0, int((seconds - first) * self.rate_hz) + 1)
        return [first + n / self.rate_hz for n in range(count) if first + n / self.rate_hz > 0.0]

    def foot(self, side: int, time_s: float) -> tuple[float, float]:
        """Return (x, height) of the foot of `side` 0 or 1 at a time in seconds, world units."""
        # A cycle is two steps, one of each foot; the two feet are half a cycle apart. Whole numbers
        # of `cycle` are the instants at which this foot is set down.
        cycle = (time_s * self.rate_hz + self.phase - 1.0 - side) / 2.0
        number = np.floor(cycle)
        share = cycle - number
        set_down_s = (2.0 * number + 1.0 + side - self.phase) / self.rate_hz
        # A foot lands half a step ahead of the hips, so that they pass over it half-way.
        planted = self.body_x(set_down_s) + 0.5 * self.length
        if share < self.stance:
            return planted, 0.0
        swing = (share - self.stance) / (1.0 - self.stance)
        # In the air the foot overtakes the body: two step lengths, until the next place to land.
        ahead = 2.0 * self.length * eased(swing, "smooth")
        # The exponent moves the highest point behind the middle of the swing (to 0.61 of it), so
        # that the foot comes down faster than it rose.
        return planted + ahead, self.lift * sin(pi * swing**1.4)

    def bob(self, time_s: float) -> float:
        """Return the rise of the hips, 0..1, at a time in seconds."""
        # Lowest 0.12 of a step after a foot is set down, when the knee gives way under the weight.
        return 0.5 - 0.5 * cos(2.0 * pi * (time_s * self.rate_hz + self.phase - 0.12))


def swings(rng: np.random.Generator, amplitude: float, rates_hz: Sequence[float]) -> Profile:
    """Return aimless smooth movement: the mean of a few sinusoids, held beyond 30 s.

    Args:
        amplitude: greatest value that the movement can reach.
        rates_hz: rate of each sinusoid; each is varied by up to a fifth.
    """
    # Sampled once, every 40 ms: a picture asks for a value often, and scenes are shorter than 30 s.
    times = np.arange(0.0, 30.0, 0.04)
    total = np.zeros_like(times)
    for rate_hz in rates_hz:
        total += np.sin(2.0 * pi * (rate_hz * rng.uniform(0.8, 1.2) * times + rng.random()))
    total *= amplitude / max(1, len(rates_hz))
    return Profile([Key(float(t), float(v), "linear") for t, v in zip(times, total, strict=True)])


def wander(
    rng: np.random.Generator, amplitude: float, rates_hz: Sequence[float]
) -> Callable[[float], float]:
    """Return aimless smooth movement over time: the mean of sinusoids of about the given rates.

    Args:
        rng: draws rates (varied by a quarter), weights and phases.
        amplitude: greatest value that the movement can reach.
        rates_hz: rate of each sinusoid.
    """
    turns = 2.0 * np.pi * np.array(rates_hz) * rng.uniform(0.75, 1.25, len(rates_hz))
    phases = rng.uniform(0.0, 2.0 * np.pi, len(rates_hz))
    weights = rng.uniform(0.3, 1.0, len(rates_hz))
    weights *= amplitude / weights.sum()

    def value(t: float) -> float:
        return float(weights @ np.sin(turns * t + phases))

    return value


def rhythm(
    rng: np.random.Generator, seconds: float, interval_s: float, jitter: float
) -> list[float]:
    """Return instants about `interval_s` apart that lie inside a scene of `seconds`.

    Args:
        jitter: each instant comes late by a random share of the interval, from 0 up to this one.
    """
    count = int(max(0.0, seconds - 0.5) / interval_s)
    # Nothing happens in the first 0.1 s and the last 0.1 s: there would be too little to see of it.
    first = rng.uniform(0.15, min(0.15 + interval_s, max(0.2, seconds - 0.2)))
    times = [first + n * interval_s + rng.uniform(0, jitter) * interval_s for n in range(count + 1)]
    return [t for t in times if 0.1 < t < seconds - 0.1]

"""How things move when they fall, strike, walk and swing, with the instants at which they sound.

Positions and times only, no pictures. Every profile is a pure function of time, so that a scene can
be looked at in any order and at any frame rate.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin, sqrt
from typing import Literal

import numpy as np

Ease = Literal["linear", "smooth", "accelerate", "decelerate"]


@dataclass(frozen=True, slots=True)
class Key:
    """A value reached at a time, and how it is approached."""

    time_s: float
    value: float
    ease: Ease = "smooth"


class Profile:
    """A value that goes from key to key; constant before the first and after the last."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self.keys = sorted(keys, key=lambda key: key.time_s)
        self.times = [key.time_s for key in self.keys]

    def __call__(self, time_s: float) -> float:
        """Value at a time in seconds."""
        index = bisect_right(self.times, time_s)
        if index == 0:
            return self.keys[0].value
        if index == len(self.keys):
            return self.keys[-1].value
        before, after = self.keys[index - 1], self.keys[index]
        share = (time_s - before.time_s) / (after.time_s - before.time_s)
        return before.value + (after.value - before.value) * eased(share, after.ease)


def eased(share: float, ease: Ease) -> float:
    """Progress 0..1 of a movement that is `share` of its time old."""
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
        times_s: of the impacts.
        speeds: of the impacts, heights per second.
        start_s, height, gravity: of the first fall.
    """

    start_s: float
    height: float
    gravity: float
    times_s: tuple[float, ...]
    speeds: tuple[float, ...]
    rebounds: tuple[float, ...]

    def height_at(self, time_s: float) -> float:
        """Height above the floor."""
        index = bisect_right(self.times_s, time_s)
        if index == 0:
            fallen = max(0.0, time_s - self.start_s)
            return max(0.0, self.height - 0.5 * self.gravity * fallen * fallen)
        since = time_s - self.times_s[index - 1]
        return max(0.0, self.rebounds[index - 1] * since - 0.5 * self.gravity * since * since)


def bounces(
    start_s: float, height: float, gravity: float, restitution: float, least_speed: float = 0.25
) -> Bounces:
    """The fall from `height` and all bounces until the rebound is slower than `least_speed`."""
    time_s, speed = start_s + sqrt(2.0 * height / gravity), sqrt(2.0 * gravity * height)
    times: list[float] = []
    speeds: list[float] = []
    rebounds: list[float] = []
    while True:
        rebound = speed * restitution
        stops = rebound < least_speed or len(times) > 30
        times.append(time_s)
        speeds.append(speed)
        rebounds.append(0.0 if stops else rebound)
        if stops:
            return Bounces(start_s, height, gravity, tuple(times), tuple(speeds), tuple(rebounds))
        time_s, speed = time_s + 2.0 * rebound / gravity, rebound


def strikes(
    times_s: Sequence[float], lift: float, swing_s: float, rebound: float, misses: bool
) -> Profile:
    """Lift, swing, stop dead, spring back a little: 0 touches, `lift` is fully drawn back.

    Args:
        misses: the silent twin: the swing slows down and turns before it touches.
    """
    keys = [Key(times_s[0] - 3.0 * swing_s - 0.3, 0.35 * lift)] if times_s else [Key(0.0, lift)]
    for number, time_s in enumerate(times_s):
        following = times_s[number + 1] if number + 1 < len(times_s) else time_s + 1.0
        keys.append(Key(time_s - swing_s, lift * (0.85 + 0.15 * (number % 2)), "smooth"))
        if misses:
            keys.append(Key(time_s, 0.3 * lift, "smooth"))
            continue
        keys.append(Key(time_s, 0.0, "accelerate"))
        back_s = min(0.12, 0.3 * (following - time_s))
        keys.append(Key(time_s + back_s, rebound * lift, "decelerate"))
    ordered = sorted(keys, key=lambda key: key.time_s)
    return Profile([k for k, n in zip(ordered, [*ordered[1:], None], strict=True) if _apart(k, n)])


def _apart(key: Key, following: Key | None) -> bool:
    return following is None or following.time_s - key.time_s > 0.015 or key.value == 0.0


@dataclass(frozen=True, slots=True)
class Gait:
    """A walk along x: feet stay where they are set down while the body passes over them.

    `rate_hz` steps a second of both feet together, `length` world units a step, `lift` of a
    swinging foot, `stance` the share of a foot's cycle spent on the ground (above ½: walking).
    """

    start_x: float
    rate_hz: float
    length: float
    lift: float
    stance: float
    phase: float = 0.0

    def body_x(self, time_s: float) -> float:
        """Of the hips."""
        return self.start_x + self.length * self.rate_hz * time_s

    def strike_times(self, seconds: float) -> list[float]:
        """Instants at which a heel is set down, within 0..seconds."""
        first = (1.0 - self.phase % 1.0) / self.rate_hz
        count = max(0, int((seconds - first) * self.rate_hz) + 1)
        return [first + n / self.rate_hz for n in range(count) if first + n / self.rate_hz > 0.0]

    def foot(self, side: int, time_s: float) -> tuple[float, float]:
        """(x, height) of the foot of side 0 or 1."""
        cycle = (time_s * self.rate_hz + self.phase - 1.0 - side) / 2.0
        number = np.floor(cycle)
        share = cycle - number
        set_down_s = (2.0 * number + 1.0 + side - self.phase) / self.rate_hz
        planted = self.body_x(set_down_s) + 0.5 * self.length
        if share < self.stance:
            return planted, 0.0
        swing = (share - self.stance) / (1.0 - self.stance)
        ahead = 2.0 * self.length * eased(swing, "smooth")
        return planted + ahead, self.lift * sin(pi * swing**1.4)

    def bob(self, time_s: float) -> float:
        """Rise of the hips, 0..1: lowest shortly after a foot is set down."""
        return 0.5 - 0.5 * cos(2.0 * pi * (time_s * self.rate_hz + self.phase - 0.12))


def swings(rng: np.random.Generator, amplitude: float, rates_hz: Sequence[float]) -> Profile:
    """Smooth aimless movement over 30 s: a few sinusoids, sampled finely."""
    times = np.arange(0.0, 30.0, 0.04)
    total = np.zeros_like(times)
    for rate_hz in rates_hz:
        total += np.sin(2.0 * pi * (rate_hz * rng.uniform(0.8, 1.2) * times + rng.random()))
    total *= amplitude / max(1, len(rates_hz))
    return Profile([Key(float(t), float(v), "linear") for t, v in zip(times, total, strict=True)])


def rhythm(
    rng: np.random.Generator, seconds: float, interval_s: float, jitter: float
) -> list[float]:
    """Instants about `interval_s` apart, each off by up to `jitter` intervals, inside the scene."""
    count = int(max(0.0, seconds - 0.5) / interval_s)
    first = rng.uniform(0.15, min(0.15 + interval_s, max(0.2, seconds - 0.2)))
    times = [first + n * interval_s + rng.uniform(0, jitter) * interval_s for n in range(count + 1)]
    return [t for t in times if 0.1 < t < seconds - 0.1]

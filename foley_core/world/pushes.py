"""Sticks and tools that are pushed or swung sideways against a thing, and stay on it awhile."""

from collections.abc import Callable, Sequence
from math import pi

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, one_of
from foley_core.world.canvas import Canvas
from foley_core.world.kinematics import Ease, Key, Profile, rhythm
from foley_core.world.tools import HeldTool, Swing, Target, ToolKind, turned_back


def poke(rng: np.random.Generator, setting: Setting) -> Act:
    """A stick that pokes a thing from the side and may scrape along; the twin stops before it."""
    material = one_of(rng, "metal", "wood", "cloth")
    times = rhythm(rng, setting.seconds, rng.uniform(0.4, 1.2), 0.3)
    swung = rng.random() < 0.35
    stay_s = rng.uniform(0.05, 0.45)
    way = _pushes(rng, times, rng.uniform(0.08, 0.18) if swung else rng.uniform(0.1, 0.4), stay_s)
    course: Callable[[float], float] = turned_back(rng, way) if setting.silent else way
    size, side = setting.size, 1.0 if rng.random() < 0.5 else -1.0
    away = (0.0 if side > 0.0 else pi) + rng.uniform(-0.5, 0.5)
    # A push goes where the stick points; a swing goes across it.
    across = rng.choice([-1.0, 1.0]) * rng.uniform(0.8, 1.5) if swung else rng.uniform(-0.5, 0.5)
    turn = -0.6 * float(across) if swung else rng.uniform(-0.15, 0.15)
    lift = size * (rng.uniform(0.2, 0.5) if swung else rng.uniform(0.06, 0.3))
    contact = (setting.x, setting.floor - rng.uniform(0.2, 0.7) * size)
    swing = Swing(contact, away, lift, away + float(across), turn)
    kinds: list[ToolKind] = ["stick", "stick", "stick", "hammer", "hand"]
    tool = HeldTool(rng, kinds[int(rng.integers(len(kinds)))], size)
    wide, high = size * rng.uniform(0.3, 1.0), size * rng.uniform(0.5, 1.2)
    middle = (contact[0] - side * 0.48 * wide, contact[1] + rng.uniform(-0.2, 0.2) * high)
    target = Target(rng, material, "box", middle, (wide, high), away + pi)
    scrape = _scrapes(rng, times, stay_s, size) if rng.random() < 0.5 else None

    def draw(canvas: Canvas, t: float) -> None:
        target.draw(canvas, t, [] if setting.silent else times)
        (x, y), angle = swing.pose(course(t))
        tool.draw(canvas, (x, y + (scrape(t) if scrape else 0.0)), angle)

    cues = [Sounding("strike", material, t, t + 0.3, 0.5) for t in times]
    return Act(draw, [] if setting.silent else cues)


def _pushes(
    rng: np.random.Generator, times_s: Sequence[float], fastest_s: float, stay_s: float
) -> Profile:
    """Return the course of pushes: 0 touches; the way back is as fast, or slower."""
    ease: Ease = "linear" if rng.random() < 0.5 else "accelerate"
    slower = rng.uniform(1.0, 2.5)
    keys = [Key(0.0, 1.0)]
    for number, time_s in enumerate(times_s):
        after = times_s[number + 1] if number + 1 < len(times_s) else time_s + 2.0
        room = time_s - keys[-1].time_s
        begin = time_s - min(fastest_s, 0.9 * room)
        if room > 0.03:
            keys.append(Key(begin, rng.uniform(0.7, 1.0)))
        keys.append(Key(time_s, 0.0, ease))
        # Pressed on: the thing gives way a little, then the tool rests on it.
        stays = min(stay_s, 0.4 * (after - time_s))
        keys.append(Key(time_s + stays, -0.04 * rng.random(), "decelerate"))
        back_s = min(slower * fastest_s, 0.35 * (after - time_s))
        keys.append(Key(time_s + stays + back_s, rng.uniform(0.6, 1.0)))
    return Profile(keys)


def _scrapes(
    rng: np.random.Generator, times_s: Sequence[float], stay_s: float, size: float
) -> Profile:
    """Return the shift along the thing while the tool stays on it, world units."""
    keys = [Key(0.0, 0.0)]
    for time_s in times_s:
        if time_s > keys[-1].time_s + 0.01:
            keys.append(Key(time_s, 0.0))
            keys.append(Key(time_s + stay_s, size * rng.uniform(-0.12, 0.12), "linear"))
    return Profile(keys)

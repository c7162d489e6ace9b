"""Hits into leaves, cloth and cushions, which move on long after the hit without another sound."""

from collections.abc import Callable, Sequence
from math import exp, hypot, pi, sin

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, any_colour, material_colour
from foley_core.world.canvas import Canvas, Point, shade
from foley_core.world.kinematics import Key, Profile, rhythm, wander
from foley_core.world.sprites import Sprite
from foley_core.world.tools import HeldTool, Swing, turned_back

SoftTarget = Callable[[Canvas, float, Sequence[float]], None]
"""Draws a thing at a time, moved by those of the hits that lie before."""


def into_leaves(rng: np.random.Generator, setting: Setting) -> Act:
    """A stick or a hand that beats a heap of leaves or a bush; leaves fly and settle."""
    return _soft_hit(rng, setting, _leaves, "wood")


def into_cloth(rng: np.random.Generator, setting: Setting) -> Act:
    """A stick or a hand that beats hanging cloth or a cushion; waves run through it."""
    return _soft_hit(rng, setting, _cloth, "cloth")


def _soft_hit(
    rng: np.random.Generator,
    setting: Setting,
    make: Callable[[np.random.Generator, Point, float, int], SoftTarget],
    material: str,
) -> Act:
    """Return an act with a tool that sinks into what it hits; the silent twin stays above it."""
    times = rhythm(rng, setting.seconds, rng.uniform(0.35, 1.3), 0.3)
    size = setting.size
    contact = (setting.x, setting.floor - rng.uniform(0.15, 0.45) * size)
    soft = make(rng, contact, size, max(1, len(times)))
    sinking = _sinking(rng, times)
    course: Callable[[float], float] = turned_back(rng, sinking) if setting.silent else sinking
    # From above, aslant, or sideways.
    away = -pi / 2.0 + rng.uniform(-1.3, 1.3)
    side = 1.0 if rng.random() < 0.5 else -1.0
    angle = away + side * rng.uniform(0.2, 1.4)
    lift = size * rng.uniform(0.2, 0.6)
    swing = Swing(contact, away, lift, angle, -side * rng.uniform(0.0, 0.6))
    tool = HeldTool(rng, "stick" if rng.random() < 0.75 else "hand", size)

    def draw(canvas: Canvas, t: float) -> None:
        soft(canvas, t, [] if setting.silent else times)
        tool.draw(canvas, *swing.pose(course(t)))

    cues = [Sounding("strike", material, t, t + 0.4, 0.45) for t in times]
    return Act(draw, [] if setting.silent else cues)


def _sinking(rng: np.random.Generator, times_s: Sequence[float]) -> Profile:
    """Return the course of blows that are slowed down below the surface (0), and drawn out."""
    fastest_s, depth = rng.uniform(0.08, 0.2), rng.uniform(0.03, 0.2)
    sink_s, stay_s, slower = (
        rng.uniform(0.03, 0.12), rng.uniform(0.0, 0.15), rng.uniform(1.0, 2.5),
    )  # fmt: skip
    keys = [Key(0.0, 1.0)]
    for number, time_s in enumerate(times_s):
        after = times_s[number + 1] if number + 1 < len(times_s) else time_s + 2.0
        room = time_s - keys[-1].time_s
        if room > 0.03:
            keys.append(Key(time_s - min(fastest_s, 0.9 * room), rng.uniform(0.7, 1.0)))
        keys.append(Key(time_s, 0.0, "accelerate"))
        pause = after - time_s
        keys.append(Key(time_s + min(sink_s, 0.2 * pause), -depth, "decelerate"))
        keys.append(Key(keys[-1].time_s + min(stay_s, 0.2 * pause) + 0.005, -depth))
        keys.append(Key(keys[-1].time_s + min(slower * fastest_s, 0.35 * pause), 0.9))
    return Profile(keys)


def _leaves(rng: np.random.Generator, contact: Point, size: float, hits: int) -> SoftTarget:
    """Return a heap of leaves; each leaf flies up at one of the hits and settles elsewhere."""
    count = int(rng.integers(25, 45))
    kind = "grass" if rng.random() < 0.5 else "wood"
    looks = [Sprite(rng, shade(material_colour(rng, kind), rng.uniform(0.5, 1.5)), "blob", 0.9)
             for _ in range(6)]  # fmt: skip
    heap = Sprite(rng, material_colour(rng, kind), "blob", 1.2)
    rest = np.column_stack(
        [contact[0] + rng.normal(0.0, 0.22, count) * size,
         contact[1] + rng.uniform(0.0, 0.3, count) * size]
    )  # fmt: skip
    radii, turns = size * rng.uniform(0.025, 0.06, count), rng.uniform(0.0, 3.1, count)
    near = np.array([hypot(x - contact[0], y - contact[1]) for x, y in rest]) < 0.22 * size
    flies = np.where(near & (rng.random(count) < 0.7), rng.integers(0, hits, count), -1)
    sideways, upwards = rng.normal(0.0, 0.6, count) * size, rng.uniform(0.3, 1.6, count) * size
    lasts_s, rates = rng.uniform(0.4, 1.3, count), rng.uniform(1.0, 4.0, count)
    flutter = wander(rng, rng.choice([0.0, 0.01, 0.03]) * size, (0.4, 1.3, 2.7))

    def draw(canvas: Canvas, t: float, times: Sequence[float]) -> None:
        heap.stamp(canvas, (contact[0], contact[1] + 0.25 * size), 0.5 * size, 0.0, 0.55)
        for n in range(count):
            x, y = float(rest[n, 0]), float(rest[n, 1])
            turn = float(turns[n])
            if 0 <= flies[n] < len(times) and t > times[flies[n]]:
                # A parabola through the air, stretched at its end: leaves fall slowly.
                since = min(1.0, (t - times[flies[n]]) / float(lasts_s[n]))
                x += float(sideways[n]) * 0.3 * (1.0 - (1.0 - since) ** 2)
                y -= float(upwards[n]) * 0.8 * since * (1.0 - since) ** 1.5
                turn += 6.0 * since * float(rates[n])
            sway = flutter(t + 0.13 * n)
            looks[n % 6].stamp(canvas, (x + sway, y + 0.4 * sway), float(radii[n]), turn, 0.6)

    return draw


def _cloth(rng: np.random.Generator, contact: Point, size: float, hits: int) -> SoftTarget:
    """Return a cloth in strips; from each hit a wave runs outwards and dies away."""
    del hits
    strips, width = 14, size * rng.uniform(0.7, 1.3)
    colour = any_colour(rng)
    looks = [Sprite(rng, shade(colour, rng.uniform(0.75, 1.2)), "box", 0.6) for _ in range(strips)]
    high, fade_s = size * rng.uniform(0.4, 1.1), rng.uniform(0.12, 0.6)
    rate_hz, pace = rng.uniform(1.5, 4.0), size * rng.uniform(1.0, 4.0)
    depth = size * rng.uniform(0.02, 0.07)
    breeze = wander(rng, rng.choice([0.0, 0.01, 0.03]) * size, (0.3, 0.9, 1.7))

    def draw(canvas: Canvas, t: float, times: Sequence[float]) -> None:
        for n, look in enumerate(looks):
            x = contact[0] + ((n + 0.5) / strips - 0.5) * width
            shift = breeze(t - 0.08 * n)
            for at in times:
                # The wave reaches a strip when it has come so far.
                since = t - at - abs(x - contact[0]) / pace
                if 0.0 < since < 5.0 * fade_s:
                    shift += depth * exp(-since / fade_s) * sin(2.0 * pi * rate_hz * since)
            top = (x + 0.3 * shift, contact[1] - 0.02 * size + shift)
            below = (x + shift, contact[1] + high + 0.5 * shift)
            look.place(canvas, top, below, 1.35 * width / strips, 1.0 + 4.0 * shift / size)

    return draw

"""Two hands or two sticks that alternate on drums or a table, four to eight hits a second."""

from collections.abc import Callable
from math import pi

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, any_colour, material_colour
from foley_core.world.canvas import Canvas, Point
from foley_core.world.kinematics import wander
from foley_core.world.sprites import Sprite
from foley_core.world.tools import HeldTool, Swing, even_strokes, turned_back


def fast_hands(rng: np.random.Generator, setting: Setting) -> Act:
    """Two hands that play fast, with accents and rests; the silent twin plays in the air."""
    beats = _beats(rng, setting.seconds)
    accents = rng.uniform(0.3, 1.0, len(beats))
    accents[:: int(rng.integers(2, 5))] = 1.0
    # Mostly the hands take turns; at times one of them plays twice.
    sides = (np.arange(len(beats)) + (rng.random(len(beats)) < 0.08).cumsum()) % 2
    sticks = rng.random() < 0.4
    size = setting.size
    places, flatness = _drum_places(rng, setting)
    swings, courses, tools = [], [], []
    from_above = rng.random() < 0.5
    lift = size * (rng.uniform(0.04, 0.12) if from_above else rng.uniform(0.1, 0.35))
    for side in (0, 1):
        own = [beats[n] for n in np.flatnonzero(sides == side)]
        course: Callable[[float], float] = even_strokes(
            rng, own, rng.uniform(0.06, 0.14), [float(a) for a in accents[sides == side]]
        )
        courses.append(turned_back(rng, course) if setting.silent else course)
        outwards = 1.0 if side else -1.0
        # Seen from the player the arms come from below, seen from the front from above.
        down = 1.0 if from_above else rng.choice([-1.0, 1.0])
        angle = down * pi / 2.0 - down * outwards * rng.uniform(0.1, 0.8)
        away = -pi / 2.0 + rng.uniform(-0.3, 0.3)
        spot = (places[side][0] + outwards * rng.uniform(0.02, 0.08) * size, places[side][1])
        swings.append(Swing(spot, away, lift, angle, rng.uniform(-0.4, 0.4)))
        tools.append(HeldTool(rng, "stick" if sticks else "hand", size))
    drums = [Sprite(rng, material_colour(rng, "paper"), "disc", 0.4) for _ in places]
    bodies = [Sprite(rng, any_colour(rng), "box", 0.6) for _ in places]
    body, head = (
        Sprite(rng, any_colour(rng), "bar"),
        Sprite(rng, material_colour(rng, "flesh"), "disc"),
    )
    sway, shown = wander(rng, 0.03 * size, (0.4, 1.1, 2.0)), not from_above and rng.random() < 0.6

    def draw(canvas: Canvas, t: float) -> None:
        if shown:
            x, y = setting.x + sway(t), places[0][1] - 0.35 * size
            body.place(canvas, (x, y - 0.4 * size), (x, y + 0.5 * size), 0.5 * size)
            head.stamp(canvas, (x + 0.5 * sway(t + 0.2), y - 0.5 * size), 0.14 * size, 0.0, 1.2)
        for (x, y), skin, shell in zip(places, drums, bodies, strict=True):
            radius = 0.26 * size
            shell.place(
                canvas, (x - radius, y + 0.2 * size), (x + radius, y + 0.2 * size), 0.4 * size
            )
            skin.stamp(canvas, (x, y), radius, 0.0, flatness)
        for tool, swing, course in zip(tools, swings, courses, strict=True):
            tool.draw(canvas, *swing.pose(course(t)))

    name, material = ("strike", "cloth") if sticks else ("slap", "flesh")
    cues = [
        Sounding(name, material, t, t + 0.2, float(0.3 + 0.5 * accent))
        for t, accent in zip(beats, accents, strict=True)
    ]
    return Act(draw, [] if setting.silent else cues)


def _beats(rng: np.random.Generator, seconds: float) -> list[float]:
    """Return instants of hits, four to eight a second, with rests between phrases."""
    gap = 1.0 / rng.uniform(4.0, 8.0)
    jitter, rests = rng.uniform(0.0, 0.15), rng.choice([0.0, 0.08, 0.25])
    beats, t = [], float(rng.uniform(0.15, 0.6))
    while t < seconds - 0.1:
        beats.append(t + float(rng.uniform(0.0, jitter)) * gap)
        # A rest is one beat long, or as long as a breath.
        pause = (1.0 if rng.random() < 0.7 else 4.0) if rng.random() < rests else 0.0
        t += gap * (1.0 + pause)
    return beats


def _drum_places(rng: np.random.Generator, setting: Setting) -> tuple[tuple[Point, Point], float]:
    """Return where each hand plays, one drum or two, and how flat their skins are seen."""
    apart = setting.size * (rng.uniform(0.25, 0.5) if rng.random() < 0.6 else 0.05)
    y = setting.floor - setting.size * rng.uniform(0.15, 0.4)
    left, right = (setting.x - 0.5 * apart, y), (setting.x + 0.5 * apart, y)
    return (left, right), float(rng.uniform(0.2, 0.8))

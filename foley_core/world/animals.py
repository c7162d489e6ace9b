"""Animals that call."""

from math import sin

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, material_colour, one_of
from foley_core.world.canvas import Canvas, Colour, Point, shade
from foley_core.world.kinematics import (
    Key,
    Profile,
    rhythm,
    swings,
)

_LARGE = 1.35
"""Animals call with their heads, so they are drawn large enough for a head to be seen."""


def dog(rng: np.random.Generator, stage: Setting) -> Act:
    """A dog barks: head thrown up, mouth open; the twin pants and looks around."""
    coat, s = one_of(rng, "earth", "wood", "stone", "snow"), _LARGE * stage.size
    colour, way = material_colour(rng, coat), 1.0 if rng.random() < 0.5 else -1.0
    times = rhythm(rng, stage.seconds, rng.uniform(0.35, 1.5), 0.4)
    keys = [Key(0.0, 0.0)]
    for t in times:
        keys += [
            Key(max(keys[-1].time_s + 0.01, t - 0.08), 0.0),
            Key(t + 0.07, 1.0, "decelerate"),
            Key(t + 0.25, 0.0),
        ]
    bark = Profile(keys)
    look_around, tail = swings(rng, 0.25, (0.4, 0.9)), swings(rng, 0.7, (3.0, 4.0))

    def draw(canvas: Canvas, t: float) -> None:
        open_mouth = 0.15 + 0.1 * sin(18.0 * t) if stage.silent else bark(t)
        nod = look_around(t) + (0.0 if stage.silent else 0.45 * bark(t))
        _dog(canvas, (stage.x, stage.floor), s, way, colour, nod, open_mouth, tail(t))

    cues = [Sounding("dog_bark", "flesh", t, t + 0.4, 0.75) for t in times]
    return Act(draw, [] if stage.silent else cues)


def _dog(
    canvas: Canvas,
    foot: Point,
    s: float,
    way: float,
    colour: Colour,
    nod: float,
    mouth: float,
    tail: float,
) -> None:
    def at(x: float, up: float) -> Point:
        return foot[0] + way * x * s, foot[1] - up * s

    dark = shade(colour, 0.7)
    canvas.line([at(-0.28, 0.36), at(-0.42, 0.52 + 0.08 * tail)], 0.05 * s, dark)
    for x in (-0.24, -0.14, 0.14, 0.24):
        canvas.line([at(x, 0.28), at(x, 0.0)], 0.07 * s, dark)
    canvas.line([at(-0.2, 0.34), at(0.2, 0.36)], 0.24 * s, colour)
    neck, lift = (0.27, 0.48), 0.12 * nod
    canvas.line([at(0.2, 0.38), at(neck[0], neck[1] + lift)], 0.17 * s, colour)
    x, up = neck[0] + 0.03, neck[1] + 0.08 + lift
    canvas.disc(at(x, up), 0.12 * s, colour)
    canvas.line([at(x - 0.06, up + 0.02), at(x - 0.1, up - 0.1)], 0.06 * s, dark)
    rise, gape = 0.2 * nod, 0.16 * mouth
    canvas.line(
        [at(x + 0.05, up - 0.03 - gape * 0.3), at(x + 0.17, up - 0.08 + rise - gape)],
        0.055 * s,
        shade(colour, 0.85),
    )
    canvas.polygon(
        [at(x + 0.05, up), at(x + 0.18, up + rise), at(x + 0.15, up - 0.06 + rise - gape)],
        (120, 40, 45),
    )
    canvas.line([at(x + 0.05, up + 0.02), at(x + 0.19, up - 0.01 + rise)], 0.065 * s, colour)
    canvas.disc(at(x + 0.21, up + rise), 0.028 * s, (30, 28, 28))
    canvas.disc(at(x + 0.05, up + 0.05), 0.018 * s, (25, 22, 20))


def rooster(rng: np.random.Generator, stage: Setting) -> Act:
    """A rooster stretches and crows; the twin pecks at the ground."""
    s, way = _LARGE * stage.size, 1.0 if rng.random() < 0.5 else -1.0
    colour = material_colour(rng, one_of(rng, "wood", "earth", "snow"))
    times = rhythm(rng, stage.seconds, rng.uniform(1.8, 2.8), 0.2)
    keys = [Key(0.0, 0.0)]
    for t in times:
        keys += [
            Key(max(keys[-1].time_s + 0.01, t - 0.3), 0.0),
            Key(t + 0.1, 1.0),
            Key(t + 1.1, 1.0),
            Key(t + 1.5, 0.0),
        ]
    stretch, peck = Profile(keys), swings(rng, 0.8, (1.2, 2.0))

    def draw(canvas: Canvas, t: float) -> None:
        up = -abs(peck(t)) if stage.silent else stretch(t)

        def at(x: float, y: float) -> Point:
            return stage.x + way * x * s, stage.floor - y * s

        canvas.polygon(
            [at(-0.15, 0.35), at(-0.45, 0.6), at(-0.4, 0.35), at(-0.2, 0.22)], shade(colour, 0.5)
        )
        for x in (-0.03, 0.05):
            canvas.line([at(x, 0.2), at(x, 0.0)], 0.02 * s, (215, 160, 60))
        canvas.disc(at(0.0, 0.3), 0.2 * s, colour, 0.7)
        head = (0.2 + 0.04 * up, 0.52 + 0.16 * up)
        canvas.line([at(0.1, 0.34), at(*head)], 0.1 * s, shade(colour, 1.2))
        canvas.disc(at(*head), 0.065 * s, shade(colour, 1.2))
        canvas.disc(at(head[0], head[1] + 0.07), 0.05 * s, (200, 40, 40))
        gape = 0.03 if up > 0.8 else 0.0
        for jaw in (gape, -gape):
            canvas.line(
                [at(head[0] + 0.05, head[1]), at(head[0] + 0.13, head[1] + 0.05 * up + jaw)],
                0.02 * s,
                (225, 170, 60),
            )
        canvas.disc(at(head[0] + 0.02, head[1] + 0.01), 0.012 * s, (20, 20, 20))

    cues = [Sounding("rooster_crow", "flesh", t, t + 1.2, 0.75) for t in times]
    return Act(draw, [] if stage.silent else cues)

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


def dog(rng: np.random.Generator, setting: Setting) -> Act:
    """A dog barks: head thrown up, mouth open; the silent twin pants and looks around."""
    coat, size = one_of(rng, "earth", "wood", "stone", "snow"), _LARGE * setting.size
    colour, facing = material_colour(rng, coat), 1.0 if rng.random() < 0.5 else -1.0
    times = rhythm(rng, setting.seconds, rng.uniform(0.35, 1.5), 0.4)
    keys = [Key(0.0, 0.0)]
    for t in times:
        # The mouth starts to open 80 ms before the bark is heard and is widest 70 ms after it
        # began, so that the sound falls into the fast part of the movement.
        keys += [
            Key(max(keys[-1].time_s + 0.01, t - 0.08), 0.0),
            Key(t + 0.07, 1.0, "decelerate"),
            Key(t + 0.25, 0.0),
        ]
    bark = Profile(keys)
    look_around, tail = swings(rng, 0.25, (0.4, 0.9)), swings(rng, 0.7, (3.0, 4.0))

    def draw(canvas: Canvas, t: float) -> None:
        # Panting moves the mouth too, but little and steadily, about three times a second.
        open_mouth = 0.15 + 0.1 * sin(18.0 * t) if setting.silent else bark(t)
        nod = look_around(t) + (0.0 if setting.silent else 0.45 * bark(t))
        _dog(canvas, (setting.x, setting.floor), size, facing, colour, nod, open_mouth, tail(t))

    cues = [Sounding("dog_bark", "flesh", t, t + 0.4, 0.75) for t in times]
    return Act(draw, [] if setting.silent else cues)


def _dog(
    canvas: Canvas,
    foot: Point,
    size: float,
    facing: float,
    colour: Colour,
    nod: float,
    mouth: float,
    tail: float,
) -> None:
    """Draw a dog seen from the side; `mouth` 0..1 is how far it is open, `nod` lifts the head."""

    def at(x: float, up: float) -> Point:
        return foot[0] + facing * x * size, foot[1] - up * size

    # From the back to the front, since what is drawn later covers what was drawn before:
    # tail, legs, body, neck, head, ear, jaws with the mouth between them, nose, eye.
    dark = shade(colour, 0.7)
    canvas.line([at(-0.28, 0.36), at(-0.42, 0.52 + 0.08 * tail)], 0.05 * size, dark)
    for x in (-0.24, -0.14, 0.14, 0.24):
        canvas.line([at(x, 0.28), at(x, 0.0)], 0.07 * size, dark)
    canvas.line([at(-0.2, 0.34), at(0.2, 0.36)], 0.24 * size, colour)
    neck, lift = (0.27, 0.48), 0.12 * nod
    canvas.line([at(0.2, 0.38), at(neck[0], neck[1] + lift)], 0.17 * size, colour)
    x, up = neck[0] + 0.03, neck[1] + 0.08 + lift
    canvas.disc(at(x, up), 0.12 * size, colour)
    canvas.line([at(x - 0.06, up + 0.02), at(x - 0.1, up - 0.1)], 0.06 * size, dark)
    rise, gape = 0.2 * nod, 0.16 * mouth
    canvas.line(
        [at(x + 0.05, up - 0.03 - gape * 0.3), at(x + 0.17, up - 0.08 + rise - gape)],
        0.055 * size,
        shade(colour, 0.85),
    )
    canvas.polygon(
        [at(x + 0.05, up), at(x + 0.18, up + rise), at(x + 0.15, up - 0.06 + rise - gape)],
        (120, 40, 45),
    )
    canvas.line([at(x + 0.05, up + 0.02), at(x + 0.19, up - 0.01 + rise)], 0.065 * size, colour)
    canvas.disc(at(x + 0.21, up + rise), 0.028 * size, (30, 28, 28))
    canvas.disc(at(x + 0.05, up + 0.05), 0.018 * size, (25, 22, 20))


def rooster(rng: np.random.Generator, setting: Setting) -> Act:
    """A rooster stretches and crows; the silent twin pecks at the ground."""
    size, facing = _LARGE * setting.size, 1.0 if rng.random() < 0.5 else -1.0
    colour = material_colour(rng, one_of(rng, "wood", "earth", "snow"))
    times = rhythm(rng, setting.seconds, rng.uniform(1.8, 2.8), 0.2)
    keys = [Key(0.0, 0.0)]
    for t in times:
        # A crow lasts about a second: the neck stays stretched for that long.
        keys += [
            Key(max(keys[-1].time_s + 0.01, t - 0.3), 0.0),
            Key(t + 0.1, 1.0),
            Key(t + 1.1, 1.0),
            Key(t + 1.5, 0.0),
        ]
    stretch, peck = Profile(keys), swings(rng, 0.8, (1.2, 2.0))

    def draw(canvas: Canvas, t: float) -> None:
        up = -abs(peck(t)) if setting.silent else stretch(t)

        def at(x: float, y: float) -> Point:
            return setting.x + facing * x * size, setting.floor - y * size

        # Tail feathers, legs, body, neck, head, comb, beak, eye.
        canvas.polygon(
            [at(-0.15, 0.35), at(-0.45, 0.6), at(-0.4, 0.35), at(-0.2, 0.22)], shade(colour, 0.5)
        )
        for x in (-0.03, 0.05):
            canvas.line([at(x, 0.2), at(x, 0.0)], 0.02 * size, (215, 160, 60))
        canvas.disc(at(0.0, 0.3), 0.2 * size, colour, 0.7)
        head = (0.2 + 0.04 * up, 0.52 + 0.16 * up)
        canvas.line([at(0.1, 0.34), at(*head)], 0.1 * size, shade(colour, 1.2))
        canvas.disc(at(*head), 0.065 * size, shade(colour, 1.2))
        canvas.disc(at(head[0], head[1] + 0.07), 0.05 * size, (200, 40, 40))
        # The beak opens only while the neck is stretched.
        gape = 0.03 if up > 0.8 else 0.0
        for jaw in (gape, -gape):
            canvas.line(
                [at(head[0] + 0.05, head[1]), at(head[0] + 0.13, head[1] + 0.05 * up + jaw)],
                0.02 * size,
                (225, 170, 60),
            )
        canvas.disc(at(head[0] + 0.02, head[1] + 0.01), 0.012 * size, (20, 20, 20))

    cues = [Sounding("rooster_crow", "flesh", t, t + 1.2, 0.75) for t in times]
    return Act(draw, [] if setting.silent else cues)

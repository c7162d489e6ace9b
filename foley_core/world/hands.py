"""Hands that press, switch, set down, slide, saw, swish and shake out."""

from math import cos, pi, sin

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, any_colour, material_colour, one_of
from foley_core.world.canvas import Canvas, shade
from foley_core.world.kinematics import (
    Key,
    Profile,
    rhythm,
    strikes,
    swings,
)


def keyboard(rng: np.random.Generator, stage: Setting) -> Act:
    """Fingers on a keyboard seen from above; its twin hovers."""
    times = rhythm(rng, stage.seconds, rng.uniform(0.16, 0.34), 0.35)
    case, skin = any_colour(rng), material_colour(rng, "flesh")
    size, columns = stage.size, 8
    where = rng.integers(0, columns, len(times))
    y = stage.floor - 0.15 * size
    drift = swings(rng, 0.01 * size, (0.6, 1.1))

    def draw(canvas: Canvas, t: float) -> None:
        canvas.box(
            stage.x - 0.5 * size, y - 0.2 * size, stage.x + 0.5 * size, y + 0.16 * size, case
        )
        down = [0.0] * columns
        for hit, column in zip(times, where, strict=True):
            if -0.06 < t - hit < 0.09:
                down[column] = 1.0 - abs(t - hit) / 0.09
        for column in range(columns):
            x = stage.x + (column - 3.5) * 0.115 * size
            for row in range(3):
                pressed = row == 1 and down[column] > 0.4 and not stage.silent
                at = y - 0.14 * size + row * 0.1 * size
                canvas.box(
                    x - 0.045 * size,
                    at,
                    x + 0.045 * size,
                    at + 0.08 * size,
                    shade(case, 0.75 if pressed else 1.5),
                )
            tip = (x + drift(t), y + (0.03 - 0.05 * down[column]) * size)
            canvas.line(
                [tip, (x + 0.05 * (3.5 - column) * size, 1.4)],
                0.06 * size,
                shade(skin, 1.0 - 0.02 * column),
            )

    cues = [Sounding("key_press", "plastic", t, t + 0.2, 0.4) for t in times]
    return Act(draw, [] if stage.silent else cues)


def light_switch(rng: np.random.Generator, stage: Setting) -> Act:
    """A finger throws a switch; its twin points at it."""
    skin, plate = material_colour(rng, "flesh"), material_colour(rng, "ceramic")
    times = rhythm(rng, stage.seconds, rng.uniform(0.9, 1.6), 0.3)
    reach = strikes(times, 0.15 * stage.size, 0.2, 0.5, stage.silent)
    y = stage.floor - 0.45 * stage.size

    def draw(canvas: Canvas, t: float) -> None:
        s, state = stage.size, sum(t >= at for at in times) % 2 if not stage.silent else 0
        canvas.box(stage.x - 0.12 * s, y - 0.18 * s, stage.x + 0.12 * s, y + 0.18 * s, plate)
        lever = y - 0.06 * s if state else y + 0.06 * s
        canvas.box(
            stage.x - 0.04 * s, min(y, lever), stage.x + 0.04 * s, max(y, lever), shade(plate, 0.6)
        )
        tip = (stage.x + 0.5 * reach(t), y + reach(t))
        canvas.line([tip, (tip[0] + 0.35 * s, tip[1] + 0.5 * s)], 0.07 * s, skin)

    cues = [Sounding("switch_click", "plastic", t, t + 0.2, 0.5) for t in times]
    return Act(draw, [] if stage.silent else cues)


def set_down(rng: np.random.Generator, stage: Setting) -> Act:
    """A hand brings a cup and puts it on a table; its twin carries it by."""
    material = one_of(rng, "wood", "glass", "ceramic", "metal", "plastic")
    colour, skin = material_colour(rng, material), material_colour(rng, "flesh")
    lands = rng.uniform(0.6, max(0.7, stage.seconds - 0.6))
    lift, s = stage.size * rng.uniform(0.2, 0.45), stage.size
    if stage.silent:
        height = Profile([Key(lands - 0.6, lift), Key(lands, 0.35 * lift), Key(lands + 0.6, lift)])
        across = Profile([Key(lands - 0.7, -0.5 * s), Key(lands + 0.7, 0.6 * s)])
    else:
        height = Profile(
            [Key(lands - 0.45, lift), Key(lands - 0.06, 0.08 * lift), Key(lands, 0.0, "linear")]
        )
        across = Profile([Key(lands - 0.6, -0.3 * s), Key(lands - 0.05, 0.0)])
    leaves = Profile([Key(lands + 0.3, 0.0), Key(lands + 0.9, 0.0 if stage.silent else 0.7 * s)])

    def draw(canvas: Canvas, t: float) -> None:
        x, y = stage.x + across(t), stage.floor - 0.1 * s - height(t)
        canvas.box(stage.x - 0.7, stage.floor - 0.1 * s, stage.x + 0.7, stage.floor, (120, 88, 60))
        canvas.box(x - 0.07 * s, y - 0.2 * s, x + 0.07 * s, y, colour)
        canvas.disc((x, y - 0.2 * s), 0.07 * s, shade(colour, 0.7), 0.3)
        hand = (x + 0.09 * s + leaves(t), y - 0.1 * s - 0.4 * leaves(t))
        canvas.line([hand, (hand[0] + 0.5 * s, hand[1] - 0.25 * s)], 0.09 * s, skin)
        canvas.disc(hand, 0.07 * s, skin)

    cues = [] if stage.silent else [Sounding("set_down", material, lands, lands + 0.4, 0.5)]
    return Act(draw, cues)


def slide(rng: np.random.Generator, stage: Setting) -> Act:
    """A hand pushes a thing over a table; its twin moves above it."""
    material = one_of(rng, "wood", "metal", "plastic", "cloth")
    return _to_and_fro(
        rng, stage, "slide", material, rng.uniform(0.4, 0.9), 0.3 if stage.silent else 0.0
    )


def saw(rng: np.random.Generator, stage: Setting) -> Act:
    """A saw goes to and fro in a board; its twin is waved above it."""
    material = one_of(rng, "wood", "metal")
    return _to_and_fro(
        rng, stage, "saw", material, rng.uniform(1.2, 2.6), 0.35 if stage.silent else 0.0
    )


def _to_and_fro(
    rng: np.random.Generator,
    stage: Setting,
    sound_class: str,
    material: str,
    rate_hz: float,
    above: float,
) -> Act:
    s, skin, colour = stage.size, material_colour(rng, "flesh"), material_colour(rng, material)
    start = rng.uniform(0.1, 0.8)
    stop = min(stage.seconds - 0.1, start + rng.uniform(1.5, 4.0))
    reach = s * rng.uniform(0.1, 0.22)

    def draw(canvas: Canvas, t: float) -> None:
        moving = min(max(t, start), stop) - start
        x = stage.x + reach * sin(2.0 * pi * rate_hz * moving)
        y = stage.floor - 0.2 * s - above * s
        canvas.box(
            stage.x - 0.6 * s,
            stage.floor - 0.2 * s,
            stage.x + 0.6 * s,
            stage.floor + 0.1,
            shade(colour, 0.8),
        )
        if sound_class == "saw":
            canvas.polygon(
                [
                    (x - 0.35 * s, y - 0.06 * s),
                    (x + 0.25 * s, y - 0.14 * s),
                    (x + 0.25 * s, y + 0.02 * s),
                    (x - 0.35 * s, y + 0.02 * s),
                ],
                (165, 170, 178),
            )
        else:
            canvas.box(x - 0.12 * s, y - 0.1 * s, x + 0.12 * s, y, shade(colour, 1.3))
        hand = (x + 0.26 * s, y - 0.08 * s) if sound_class == "saw" else (x + 0.1 * s, y - 0.08 * s)
        canvas.disc(hand, 0.075 * s, skin)
        canvas.line([hand, (stage.x + 0.9 * s, y - 0.4 * s)], 0.1 * s, shade(skin, 0.9))

    sounding = Sounding(sound_class, material, start, stop, 0.55)
    return Act(draw, [sounding] if above == 0.0 else [])


def whoosh(rng: np.random.Generator, stage: Setting) -> Act:
    """A stick is swung fast through the air; its twin slowly."""
    times = rhythm(rng, stage.seconds, rng.uniform(0.9, 1.8), 0.3)
    half_s = 0.5 if stage.silent else rng.uniform(0.07, 0.13)
    keys = [Key(0.0, -1.0)]
    for number, t in enumerate(times):
        way = 1.0 if number % 2 == 0 else -1.0
        keys += [Key(max(keys[-1].time_s + 0.02, t - half_s), -way), Key(t + half_s, way)]
    angle, skin, wood = Profile(keys), material_colour(rng, "flesh"), material_colour(rng, "wood")

    def draw(canvas: Canvas, t: float) -> None:
        s, turn = stage.size, angle(t) * 1.1
        hand = (stage.x, stage.floor - 0.15 * s)
        tip = (hand[0] + 0.6 * s * sin(turn), hand[1] - 0.6 * s * cos(turn))
        canvas.line([hand, (hand[0], 1.4)], 0.12 * s, skin)
        canvas.line([hand, tip], 0.03 * s, wood)

    cues = [Sounding("whoosh", "air", t - 0.5 * half_s, t + 0.4, 0.5) for t in times]
    return Act(draw, [] if stage.silent else cues)


def cloth(rng: np.random.Generator, stage: Setting) -> Act:
    """A cloth is jerked; its twin hangs and sways."""
    colour = material_colour(rng, "cloth")
    times = rhythm(rng, stage.seconds, rng.uniform(0.7, 1.6), 0.3)
    sway = swings(rng, 0.03 * stage.size, (0.4, 0.7))

    def draw(canvas: Canvas, t: float) -> None:
        s = stage.size
        jerk = 0.0
        if not stage.silent:
            jerk = sum(
                np.exp(-(t - at) / 0.18) * sin(22.0 * (t - at))
                for at in times
                if 0.0 <= t - at < 1.0
            )
        top = stage.floor - 0.7 * s
        left, right = [], []
        for row in range(9):
            share = row / 8.0
            bend = sway(t) * share + 0.16 * s * jerk * sin(pi * share * 1.5)
            left.append((stage.x - 0.22 * s + bend, top + 0.6 * s * share))
            right.append((stage.x + 0.22 * s + bend * 1.2, top + 0.6 * s * share))
        canvas.polygon([*left, *right[::-1]], colour)
        for fold in (0.3, 0.6):
            line = [(a[0] + (b[0] - a[0]) * fold, a[1]) for a, b in zip(left, right, strict=True)]
            canvas.line(line, 0.015 * s, shade(colour, 0.75))

    cues = [Sounding("cloth_rustle", "cloth", t, t + 0.4, 0.4) for t in times]
    return Act(draw, [] if stage.silent else cues)

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


def keyboard(rng: np.random.Generator, setting: Setting) -> Act:
    """Fingers on a keyboard seen from above; the silent twin hovers over the keys."""
    times = rhythm(rng, setting.seconds, rng.uniform(0.16, 0.34), 0.35)
    case, skin = any_colour(rng), material_colour(rng, "flesh")
    size, columns = setting.size, 8
    where = rng.integers(0, columns, len(times))
    y = setting.floor - 0.15 * size
    drift = swings(rng, 0.01 * size, (0.6, 1.1))

    def draw(canvas: Canvas, t: float) -> None:
        canvas.box(
            setting.x - 0.5 * size, y - 0.2 * size, setting.x + 0.5 * size, y + 0.16 * size, case
        )
        # Each column has its finger: down for 90 ms after its stroke, and 60 ms before it on the
        # way.
        down = [0.0] * columns
        for hit, column in zip(times, where, strict=True):
            if -0.06 < t - hit < 0.09:
                down[column] = 1.0 - abs(t - hit) / 0.09
        for column in range(columns):
            x = setting.x + (column - 3.5) * 0.115 * size
            for row in range(3):
                # A pressed key is darker, which shows contact; the fingers of the twin press none.
                pressed = row == 1 and down[column] > 0.4 and not setting.silent
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
    return Act(draw, [] if setting.silent else cues)


def light_switch(rng: np.random.Generator, setting: Setting) -> Act:
    """A finger that throws a switch; the silent twin points at it."""
    skin, plate = material_colour(rng, "flesh"), material_colour(rng, "ceramic")
    times = rhythm(rng, setting.seconds, rng.uniform(0.9, 1.6), 0.3)
    reach = strikes(times, 0.15 * setting.size, 0.2, 0.5, setting.silent)
    y = setting.floor - 0.45 * setting.size

    def draw(canvas: Canvas, t: float) -> None:
        size, state = setting.size, sum(t >= at for at in times) % 2 if not setting.silent else 0
        canvas.box(
            setting.x - 0.12 * size,
            y - 0.18 * size,
            setting.x + 0.12 * size,
            y + 0.18 * size,
            plate,
        )
        lever = y - 0.06 * size if state else y + 0.06 * size
        canvas.box(
            setting.x - 0.04 * size,
            min(y, lever),
            setting.x + 0.04 * size,
            max(y, lever),
            shade(plate, 0.6),
        )
        tip = (setting.x + 0.5 * reach(t), y + reach(t))
        canvas.line([tip, (tip[0] + 0.35 * size, tip[1] + 0.5 * size)], 0.07 * size, skin)

    cues = [Sounding("switch_click", "plastic", t, t + 0.2, 0.5) for t in times]
    return Act(draw, [] if setting.silent else cues)


def set_down(rng: np.random.Generator, setting: Setting) -> Act:
    """A hand that puts a cup on a table; the silent twin carries it past."""
    material = one_of(rng, "wood", "glass", "ceramic", "metal", "plastic")
    colour, skin = material_colour(rng, material), material_colour(rng, "flesh")
    lands = rng.uniform(0.6, max(0.7, setting.seconds - 0.6))
    lift, size = setting.size * rng.uniform(0.2, 0.45), setting.size
    # The last 60 ms down to the table are even and stop dead: that stop is what is heard. The twin
    # comes as near as 0.35 of its lift and goes on without a stop.
    if setting.silent:
        height = Profile([Key(lands - 0.6, lift), Key(lands, 0.35 * lift), Key(lands + 0.6, lift)])
        across = Profile([Key(lands - 0.7, -0.5 * size), Key(lands + 0.7, 0.6 * size)])
    else:
        height = Profile(
            [Key(lands - 0.45, lift), Key(lands - 0.06, 0.08 * lift), Key(lands, 0.0, "linear")]
        )
        across = Profile([Key(lands - 0.6, -0.3 * size), Key(lands - 0.05, 0.0)])
    leaves = Profile(
        [Key(lands + 0.3, 0.0), Key(lands + 0.9, 0.0 if setting.silent else 0.7 * size)]
    )

    def draw(canvas: Canvas, t: float) -> None:
        x, y = setting.x + across(t), setting.floor - 0.1 * size - height(t)
        canvas.box(
            setting.x - 0.7,
            setting.floor - 0.1 * size,
            setting.x + 0.7,
            setting.floor,
            (120, 88, 60),
        )
        canvas.box(x - 0.07 * size, y - 0.2 * size, x + 0.07 * size, y, colour)
        canvas.disc((x, y - 0.2 * size), 0.07 * size, shade(colour, 0.7), 0.3)
        hand = (x + 0.09 * size + leaves(t), y - 0.1 * size - 0.4 * leaves(t))
        canvas.line([hand, (hand[0] + 0.5 * size, hand[1] - 0.25 * size)], 0.09 * size, skin)
        canvas.disc(hand, 0.07 * size, skin)

    cues = [] if setting.silent else [Sounding("set_down", material, lands, lands + 0.4, 0.5)]
    return Act(draw, cues)


def slide(rng: np.random.Generator, setting: Setting) -> Act:
    """A hand that pushes a thing over a table; the silent twin moves it above the table."""
    material = one_of(rng, "wood", "metal", "plastic", "cloth")
    return _to_and_fro(
        rng, setting, "slide", material, rng.uniform(0.4, 0.9), 0.3 if setting.silent else 0.0
    )


def saw(rng: np.random.Generator, setting: Setting) -> Act:
    """A saw that goes to and fro in a board; the silent twin is waved above it."""
    material = one_of(rng, "wood", "metal")
    return _to_and_fro(
        rng, setting, "saw", material, rng.uniform(1.2, 2.6), 0.35 if setting.silent else 0.0
    )


def _to_and_fro(
    rng: np.random.Generator,
    setting: Setting,
    sound_class: str,
    material: str,
    rate_hz: float,
    above: float,
) -> Act:
    """Return an act that moves to and fro for some seconds, `above` (in sizes) the surface.

    The sound lasts as long as the movement; nothing sounds if `above` is not 0.
    """
    size, skin, colour = setting.size, material_colour(rng, "flesh"), material_colour(rng, material)
    start = rng.uniform(0.1, 0.8)
    stop = min(setting.seconds - 0.1, start + rng.uniform(1.5, 4.0))
    reach = size * rng.uniform(0.1, 0.22)

    def draw(canvas: Canvas, t: float) -> None:
        # Outside of start and stop the hand rests where it is.
        moving = min(max(t, start), stop) - start
        x = setting.x + reach * sin(2.0 * pi * rate_hz * moving)
        y = setting.floor - 0.2 * size - above * size
        canvas.box(
            setting.x - 0.6 * size,
            setting.floor - 0.2 * size,
            setting.x + 0.6 * size,
            setting.floor + 0.1,
            shade(colour, 0.8),
        )
        if sound_class == "saw":
            canvas.polygon(
                [
                    (x - 0.35 * size, y - 0.06 * size),
                    (x + 0.25 * size, y - 0.14 * size),
                    (x + 0.25 * size, y + 0.02 * size),
                    (x - 0.35 * size, y + 0.02 * size),
                ],
                (165, 170, 178),
            )
        else:
            canvas.box(x - 0.12 * size, y - 0.1 * size, x + 0.12 * size, y, shade(colour, 1.3))
        hand = (
            (x + 0.26 * size, y - 0.08 * size)
            if sound_class == "saw"
            else (x + 0.1 * size, y - 0.08 * size)
        )
        canvas.disc(hand, 0.075 * size, skin)
        canvas.line([hand, (setting.x + 0.9 * size, y - 0.4 * size)], 0.1 * size, shade(skin, 0.9))

    sounding = Sounding(sound_class, material, start, stop, 0.55)
    return Act(draw, [sounding] if above == 0.0 else [])


def whoosh(rng: np.random.Generator, setting: Setting) -> Act:
    """A stick that is swung fast through the air; the silent twin swings slowly."""
    times = rhythm(rng, setting.seconds, rng.uniform(0.9, 1.8), 0.3)
    # Half the time of a swing: 0.07–0.13 s is fast enough to be heard, 0.5 s is not.
    half_s = 0.5 if setting.silent else rng.uniform(0.07, 0.13)
    keys = [Key(0.0, -1.0)]
    for number, t in enumerate(times):
        direction = 1.0 if number % 2 == 0 else -1.0
        keys += [
            Key(max(keys[-1].time_s + 0.02, t - half_s), -direction),
            Key(t + half_s, direction),
        ]
    angle, skin, wood = Profile(keys), material_colour(rng, "flesh"), material_colour(rng, "wood")

    def draw(canvas: Canvas, t: float) -> None:
        size, turn = setting.size, angle(t) * 1.1
        hand = (setting.x, setting.floor - 0.15 * size)
        tip = (hand[0] + 0.6 * size * sin(turn), hand[1] - 0.6 * size * cos(turn))
        canvas.line([hand, (hand[0], 1.4)], 0.12 * size, skin)
        canvas.line([hand, tip], 0.03 * size, wood)

    cues = [Sounding("whoosh", "air", t - 0.5 * half_s, t + 0.4, 0.5) for t in times]
    return Act(draw, [] if setting.silent else cues)


def cloth(rng: np.random.Generator, setting: Setting) -> Act:
    """A cloth that is jerked; the silent twin hangs and sways."""
    colour = material_colour(rng, "cloth")
    times = rhythm(rng, setting.seconds, rng.uniform(0.7, 1.6), 0.3)
    sway = swings(rng, 0.03 * setting.size, (0.4, 0.7))

    def draw(canvas: Canvas, t: float) -> None:
        size = setting.size
        jerk = 0.0
        if not setting.silent:
            # Every jerk starts an oscillation that fades within a few tenths of a second.
            jerk = sum(
                np.exp(-(t - at) / 0.18) * sin(22.0 * (t - at))
                for at in times
                if 0.0 <= t - at < 1.0
            )
        top = setting.floor - 0.7 * size
        # The cloth hangs from its upper edge: the farther down, the more it bends, in a wave.
        left, right = [], []
        for row in range(9):
            share = row / 8.0
            bend = sway(t) * share + 0.16 * size * jerk * sin(pi * share * 1.5)
            left.append((setting.x - 0.22 * size + bend, top + 0.6 * size * share))
            right.append((setting.x + 0.22 * size + bend * 1.2, top + 0.6 * size * share))
        canvas.polygon([*left, *right[::-1]], colour)
        for fold in (0.3, 0.6):
            line = [(a[0] + (b[0] - a[0]) * fold, a[1]) for a, b in zip(left, right, strict=True)]
            canvas.line(line, 0.015 * size, shade(colour, 0.75))

    cues = [Sounding("cloth_rustle", "cloth", t, t + 0.4, 0.4) for t in times]
    return Act(draw, [] if setting.silent else cues)

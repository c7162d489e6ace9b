"""Doors, lids, vehicles, machines and leaves."""

from math import cos, pi, sin

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, any_colour, material_colour, one_of
from foley_core.world.canvas import Camera, Canvas, Colour, Point, shade
from foley_core.world.kinematics import Ease, Key, Profile, rhythm, swings


def door(rng: np.random.Generator, setting: Setting) -> Act:
    """A door that swings shut, is slammed or is opened; the silent twin stays ajar."""
    material, kind = one_of(rng, "wood", "metal"), one_of(rng, "close", "slam", "open")
    colour = material_colour(rng, material)
    shut = rng.uniform(0.6, max(0.7, setting.seconds - 0.4))
    swing_s = rng.uniform(0.18, 0.35) if kind == "slam" else rng.uniform(0.5, 1.1)
    if setting.silent:
        # The twin turns back at 0.35 radians, before it meets the frame.
        angle = Profile([Key(shut - 1.0, 1.2), Key(shut, 0.35), Key(shut + 1.0, 0.9)])
    elif kind == "open":
        angle = Profile([Key(shut, 0.0), Key(shut + swing_s, 1.25)])
    else:
        # A slam accelerates into the frame, a door that is closed moves evenly; both stop dead
        # there.
        ease: Ease = "accelerate" if kind == "slam" else "linear"
        angle = Profile(
            [Key(shut - swing_s, 1.25), Key(shut - 0.5 * swing_s, 0.7), Key(shut, 0.0, ease)]
        )
    height, width = 1.25 * setting.size, 0.55 * setting.size

    def draw(canvas: Canvas, t: float) -> None:
        swing_door(canvas, (setting.x, setting.floor), (width, height), angle(t), colour)

    def look(t: float) -> Camera:
        """Return a camera that the slam shakes for a few tenths of a second."""
        since = t - shut
        jolt = 0.006 * np.exp(-since / 0.08) * sin(70.0 * since) if since > 0.0 else 0.0
        return Camera(down=jolt)

    strength = {"close": 0.5, "slam": 0.95, "open": 0.45}[kind]
    cues = (
        [] if setting.silent else [Sounding(f"door_{kind}", material, shut, shut + 0.8, strength)]
    )
    return Act(draw, cues, look if kind == "slam" and not setting.silent else None)


def swing_door(canvas: Canvas, foot: Point, size: Point, angle: float, colour: Colour) -> None:
    """Draw a door hinged at its left, turned towards the viewer by `angle` radians (0 is shut).

    Args:
        foot: lower left corner of the frame, world units.
        size: width and height.
    """
    x, floor = foot
    width, height = size
    canvas.box(x - 0.04, floor - height - 0.04, x + width + 0.04, floor, shade(colour, 0.55))
    canvas.box(x, floor - height, x + width, floor, (28, 26, 30))
    # The free edge comes towards the viewer as the door opens: it looks taller and reaches lower.
    edge, near = width * cos(angle), 0.18 * height * sin(angle)
    light = shade(colour, 1.05 - 0.25 * sin(angle))

    def at(share: float, rise: float) -> Point:
        return x + edge * share, floor + near * share * 0.6 - rise * (height + near * share)

    canvas.polygon([at(0, 0), at(1, 0), at(1, 1), at(0, 1)], light)
    for low, high in ((0.08, 0.45), (0.55, 0.92)):
        canvas.polygon(
            [at(0.15, low), at(0.85, low), at(0.85, high), at(0.15, high)], shade(light, 0.85)
        )
    canvas.disc(at(0.92, 0.48), 0.022, (205, 185, 110))


def lid(rng: np.random.Generator, setting: Setting) -> Act:
    """The lid of a chest that falls shut; the silent twin is lowered half-way and lifted again."""
    material = one_of(rng, "wood", "metal", "plastic")
    colour, size = material_colour(rng, material), setting.size
    times = rhythm(rng, setting.seconds, rng.uniform(1.4, 2.4), 0.2)
    keys = [Key(0.0, 1.3)]
    for t in times:
        begin = max(keys[-1].time_s + 0.02, t - rng.uniform(0.2, 0.45))
        keys += [Key(begin, 1.3)]
        keys += (
            [Key(t, 0.45)] if setting.silent else [Key(t, 0.0, "accelerate"), Key(t + 0.35, 0.0)]
        )
        keys += [Key(t + 0.9, 1.3)]
    angle, skin = Profile(keys), material_colour(rng, "flesh")

    def draw(canvas: Canvas, t: float) -> None:
        hinge = (setting.x - 0.3 * size, setting.floor - 0.3 * size)
        canvas.box(hinge[0], hinge[1], setting.x + 0.3 * size, setting.floor, colour)
        canvas.line(
            [(hinge[0], hinge[1] + 0.1 * size), (setting.x + 0.3 * size, hinge[1] + 0.1 * size)],
            0.02 * size,
            shade(colour, 0.7),
        )
        tip = (
            hinge[0] + 0.6 * size * cos(angle(t)),
            hinge[1] - 0.6 * size * sin(angle(t)) - 0.03 * size,
        )
        canvas.line([hinge, tip], 0.08 * size, shade(colour, 1.2))
        canvas.disc(tip, 0.07 * size, skin)
        canvas.line(
            [tip, (tip[0] + 0.5 * size, tip[1] - 0.1 * size)], 0.09 * size, shade(skin, 0.9)
        )

    cues = [Sounding("lid_close", material, t, t + 0.5, 0.55) for t in times]
    return Act(draw, [] if setting.silent else cues)


def vehicle(rng: np.random.Generator, setting: Setting) -> Act:
    """A car that drives past; the silent twin is parked and darkens as if clouds passed."""
    colour, size, facing = any_colour(rng), setting.size, 1.0 if rng.random() < 0.5 else -1.0
    speed, middle = rng.uniform(0.5, 1.3), 0.5 * setting.seconds
    shake = swings(rng, 0.006, (9.0, 11.0))

    def draw(canvas: Canvas, t: float) -> None:
        x = setting.x + (0.0 if setting.silent else facing * speed * (t - middle))
        y = setting.floor + (0.0 if setting.silent else shake(t))
        # A change of light over a still car: brightness alone must not sound.
        darker = 0.85 + 0.15 * sin(1.5 * t) if setting.silent else 1.0
        car(
            canvas,
            (x, y),
            size,
            facing,
            shade(colour, darker),
            0.0 if setting.silent else speed * t,
        )

    # Heard while it is within one world unit of the middle, about half a picture width.
    onset = max(0.0, middle - 1.0 / speed)
    sounding = Sounding("engine", "metal", onset, min(setting.seconds, middle + 1.0 / speed), 0.7)
    return Act(draw, [] if setting.silent else [sounding])


def car(
    canvas: Canvas, at: Point, size: float, facing: float, colour: Colour, travelled: float
) -> None:
    """Draw a car whose wheels touch the ground at `at`.

    Args:
        size: world units; the car is 1.1 times as long.
        facing: 1 drives to the right, -1 to the left.
        travelled: distance rolled so far, world units, which turns the spokes.
    """
    x, y = at

    def p(dx: float, up: float) -> Point:
        return x + facing * dx * size, y - up * size

    canvas.disc((x, y), 0.5 * size, (40, 40, 42), 0.08)
    canvas.polygon([p(-0.55, 0.1), p(0.55, 0.1), p(0.53, 0.26), p(0.3, 0.3), p(-0.5, 0.32)], colour)
    canvas.polygon([p(-0.38, 0.3), p(-0.24, 0.46), p(0.12, 0.46), p(0.3, 0.3)], shade(colour, 0.9))
    canvas.polygon([p(-0.31, 0.31), p(-0.21, 0.43), p(0.1, 0.43), p(0.22, 0.31)], (150, 190, 205))
    canvas.disc(p(0.52, 0.2), 0.03 * size, (255, 240, 190))
    for wheel in (-0.34, 0.34):
        centre = p(wheel, 0.1)
        canvas.disc(centre, 0.1 * size, (32, 32, 34))
        canvas.disc(centre, 0.055 * size, (170, 172, 176))
        turn = facing * travelled / (0.1 * size)
        spoke = (centre[0] + 0.05 * size * cos(turn), centre[1] + 0.05 * size * sin(turn))
        canvas.line([centre, spoke], 0.02 * size, (60, 60, 62))


def engine_block(rng: np.random.Generator, setting: Setting) -> Act:
    """An engine that shakes and turns; the silent twin stands still while a shadow passes."""
    return _machine(rng, setting, "engine", shake=0.012, rates_hz=(8.0, 12.0))


def machine(rng: np.random.Generator, setting: Setting) -> Act:
    """A machine whose wheels turn; the silent twin stands still while a shadow passes."""
    return _machine(rng, setting, "machine", shake=0.0015, rates_hz=(5.0, 7.0))


def _machine(
    rng: np.random.Generator,
    setting: Setting,
    sound_class: str,
    shake: float,
    rates_hz: tuple[float, float],
) -> Act:
    """Return a block with turning wheels that trembles by `shake` sizes at about `rates_hz`."""
    colour, size, wheels = material_colour(rng, "metal"), setting.size, int(rng.integers(2, 4))
    tremble = swings(rng, shake * size, rates_hz)
    speed = 0.0 if setting.silent else rng.uniform(3.0, 12.0)
    shadow = swings(rng, 0.5, (0.3,))

    def draw(canvas: Canvas, t: float) -> None:
        x, y = setting.x, setting.floor
        # The block trembles as a whole, in x and y with the same wave at different times.
        if not setting.silent:
            x, y = x + tremble(t), y + tremble(t + 3.7)
        canvas.box(x - 0.45 * size, y - 0.45 * size, x + 0.45 * size, y, shade(colour, 0.8))
        canvas.box(
            x - 0.4 * size, y - 0.6 * size, x + 0.05 * size, y - 0.45 * size, shade(colour, 0.6)
        )
        for wheel in range(wheels):
            centre = (x + (wheel - 0.5 * (wheels - 1)) * 0.3 * size, y - 0.22 * size)
            canvas.disc(centre, 0.13 * size, shade(colour, 1.25))
            for spoke in range(4):
                turn = speed * t * (1 + 0.5 * wheel) + spoke * pi / 2
                tip = (centre[0] + 0.12 * size * cos(turn), centre[1] + 0.12 * size * sin(turn))
                canvas.line([centre, tip], 0.03 * size, shade(colour, 0.45))
        if setting.silent:
            canvas.disc((setting.x + shadow(t), y - 0.3 * size), 0.1 * size, shade(colour, 0.5))

    return Act(
        draw, [] if setting.silent else [Sounding(sound_class, "metal", 0.0, setting.seconds, 0.6)]
    )


def foliage(rng: np.random.Generator, setting: Setting) -> Act:
    """Branches that thrash in gusts; the silent twin hardly moves."""
    count, size = 40, setting.size
    offsets = rng.normal(0.0, 0.2, (count, 2)) * size
    greens = [shade(material_colour(rng, "grass"), rng.uniform(0.6, 1.3)) for _ in range(count)]
    gust = swings(rng, (0.006 if setting.silent else 0.09) * size, (0.7, 1.6, 3.2))

    def draw(canvas: Canvas, t: float) -> None:
        top = setting.floor - 0.65 * size
        canvas.line(
            [(setting.x, setting.floor), (setting.x + 0.4 * gust(t), top)],
            0.06 * size,
            (92, 68, 48),
        )
        for number, (dx, dy) in enumerate(offsets):
            # The gust reaches each leaf a little later, and moves the upper ones more.
            sway = gust(t + 0.02 * number) * (1.0 - dy / size)
            centre = (setting.x + dx + sway, top + 0.7 * dy + 0.2 * sway)
            canvas.disc(centre, (0.07 + 0.02 * (number % 4)) * size, greens[number], 0.7)

    sounding = Sounding("foliage", "grass", 0.0, setting.seconds, 0.5)
    return Act(draw, [] if setting.silent else [sounding])

"""Things that fall, bounce, break, roll, drip and pour."""

from math import cos, pi, sin

import numpy as np

from foley_core.types import F64
from foley_core.world.acting import Act, Setting, Sounding, any_colour, material_colour, one_of
from foley_core.world.canvas import Canvas, Colour, Point, shade
from foley_core.world.kinematics import Bounces, Key, Profile, bounces, swings


def ball(rng: np.random.Generator, stage: Setting) -> Act:
    """A ball dropped once or twice; its twin swings on a string."""
    material = one_of(rng, "rubber", "plastic", "wood")
    colour = any_colour(rng) if material != "wood" else material_colour(rng, "wood")
    radius = stage.size * rng.uniform(0.05, 0.12)
    if stage.silent:
        sway = swings(rng, 0.25 * stage.size, (rng.uniform(0.5, 1.0),))
        return Act(lambda canvas, t: _hanging(canvas, stage, sway(t), radius, colour))
    restitution = {"rubber": 0.82, "plastic": 0.7, "wood": 0.5}[material] * rng.uniform(0.9, 1.05)
    fall = bounces(
        rng.uniform(0.0, 0.35 * stage.seconds),
        stage.size * rng.uniform(0.5, 1.0),
        rng.uniform(1.8, 5.0),
        restitution,
    )
    drift, spin = rng.uniform(-0.12, 0.12), rng.uniform(-8, 8)

    def draw(canvas: Canvas, t: float) -> None:
        x = stage.x + drift * (t - fall.start_s)
        y = stage.floor - radius - fall.height_at(t)
        _shadow(canvas, x, stage.floor, radius, fall.height_at(t))
        spotted_ball(canvas, (x, y), radius, colour, spin * t * abs(drift) * 8)

    return Act(draw, _impact_cues(fall, "bounce", material, stage))


def _hanging(canvas: Canvas, stage: Setting, sway: float, radius: float, colour: Colour) -> None:
    centre = (stage.x + sway, stage.floor - 0.35 * stage.size - 0.3 * sway * sway)
    canvas.line([(stage.x, -0.5), centre], 0.006, (60, 55, 50))
    spotted_ball(canvas, centre, radius, colour, 2.0 * sway)


def spotted_ball(
    canvas: Canvas, centre: Point, radius: float, colour: Colour, angle: float
) -> None:
    """A shaded ball with two spots, so that its turning shows."""
    x, y = centre
    canvas.disc(centre, radius, shade(colour, 0.75))
    canvas.disc((x - 0.12 * radius, y - 0.12 * radius), 0.86 * radius, colour)
    for turn in (0.0, 0.5):
        at = (
            x + 0.5 * radius * cos(angle + 2 * pi * turn),
            y + 0.5 * radius * sin(angle + 2 * pi * turn),
        )
        canvas.disc(at, 0.22 * radius, shade(colour, 1.35))
    canvas.disc((x - 0.35 * radius, y - 0.4 * radius), 0.16 * radius, shade(colour, 1.8))


def drop(rng: np.random.Generator, stage: Setting) -> Act:
    """A box or bar falls and tumbles to rest; its twin is let down on a rope."""
    material = one_of(rng, "wood", "metal", "stone", "plastic", "rubber")
    colour = material_colour(rng, material)
    width, height = stage.size * rng.uniform(0.08, 0.3), stage.size * rng.uniform(0.06, 0.16)
    start = rng.uniform(0.1, max(0.2, 0.6 * stage.seconds))
    if stage.silent:
        down = Profile(
            [Key(start, 0.6 * stage.size), Key(start + rng.uniform(1, 2), 0.1 * stage.size)]
        )
        return Act(lambda canvas, t: _roped(canvas, stage, down(t), (width, height), colour))
    fall = bounces(
        start, stage.size * rng.uniform(0.4, 0.9), rng.uniform(3, 6), rng.uniform(0.15, 0.4), 0.4
    )
    tilt = rng.uniform(-0.9, 0.9)

    def draw(canvas: Canvas, t: float) -> None:
        up = fall.height_at(t)
        angle = tilt * min(1.0, up / (0.3 * stage.size))
        _shadow(canvas, stage.x, stage.floor, 0.5 * width, up)
        draw_block(
            canvas, (stage.x, stage.floor - up - 0.5 * height), (width, height), angle, colour
        )

    return Act(draw, _impact_cues(fall, "drop", material, stage))


def _roped(canvas: Canvas, stage: Setting, up: float, size: Point, colour: Colour) -> None:
    canvas.line([(stage.x, -0.5), (stage.x, stage.floor - up)], 0.006, (70, 60, 50))
    draw_block(canvas, (stage.x, stage.floor - up - 0.5 * size[1]), size, 0.0, colour)


def shatter(rng: np.random.Generator, stage: Setting) -> Act:
    """A glass or a plate falls and bursts into fragments; its twin is let down whole."""
    material = one_of(rng, "glass", "ceramic")
    colour = material_colour(rng, material)
    radius, start = (
        stage.size * rng.uniform(0.07, 0.14),
        rng.uniform(0.2, max(0.3, 0.5 * stage.seconds)),
    )
    fall = bounces(start, stage.size * rng.uniform(0.5, 0.9), rng.uniform(3, 6), 0.0)
    if stage.silent:
        held = Profile([Key(start, 0.7 * stage.size), Key(start + 1.2, 0.15 * stage.size)])
        return Act(
            lambda canvas, t: _vessel(canvas, (stage.x, stage.floor - held(t)), radius, colour)
        )
    burst = fall.times_s[0]
    pieces = fragments(rng, int(rng.integers(14, 30)), radius)

    def draw(canvas: Canvas, t: float) -> None:
        if t < burst:
            _shadow(canvas, stage.x, stage.floor, radius, fall.height_at(t))
            _vessel(canvas, (stage.x, stage.floor - fall.height_at(t)), radius, colour)
        else:
            scatter(canvas, (stage.x, stage.floor), pieces, t - burst, colour)

    return Act(draw, [Sounding("shatter", material, burst, burst + 1.5, 0.85)])


def _vessel(canvas: Canvas, foot: Point, radius: float, colour: Colour) -> None:
    x, y = foot
    r = radius
    canvas.polygon(
        [(x - r, y - 2.2 * r), (x + r, y - 2.2 * r), (x + 0.6 * r, y), (x - 0.6 * r, y)], colour
    )
    canvas.disc((x, y - 2.2 * r), r, shade(colour, 0.8), 0.25)
    canvas.line(
        [(x - 0.6 * r, y - 1.9 * r), (x - 0.4 * r, y - 0.3 * r)], 0.12 * r, shade(colour, 1.3)
    )


def fragments(rng: np.random.Generator, count: int, radius: float) -> list[F64]:
    """Rows: velocity right, velocity up, size, turn, spin."""
    return [
        np.array(
            [
                rng.normal(0, 0.55),
                rng.uniform(0.1, 1.5),
                radius * rng.uniform(0.1, 0.5),
                rng.random() * 6,
                rng.normal(0, 9),
            ]
        )
        for _ in range(count)
    ]


def scatter(
    canvas: Canvas, origin: Point, fragments: list[F64], since: float, colour: Colour
) -> None:
    """Draw fragments that fly up from an origin, fall, and slide to rest, `since` seconds later."""
    for number, (right, up, size, turn, spin) in enumerate(fragments):
        flight = min(since, 2.0 * up / 4.0)
        slide = right * (flight + 0.25 * (1.0 - np.exp(-(since - flight) * 6.0)))
        height = max(0.0, up * flight - 2.0 * flight * flight)
        x, y = origin[0] + slide, origin[1] - height + 0.02 * (number % 5)
        angle = turn + spin * flight
        corners = [
            (x + size * cos(angle + k * 2.1), y + 0.6 * size * sin(angle + k * 2.1))
            for k in range(3)
        ]
        canvas.polygon(corners, shade(colour, 0.8 + 0.08 * (number % 6)))


def snap(rng: np.random.Generator, stage: Setting) -> Act:
    """Two hands bend a stick until it breaks; its twin springs back."""
    material = one_of(rng, "wood", "plastic")
    colour, skin = material_colour(rng, material), material_colour(rng, "flesh")
    half, breaks = 0.3 * stage.size, rng.uniform(0.6, max(0.7, stage.seconds - 0.4))
    y = stage.floor - 0.4 * stage.size
    bend = Profile(
        [
            Key(breaks - 0.5, 0.0),
            Key(breaks, 0.35, "accelerate"),
            *(
                [Key(breaks + 0.4, 0.0)]
                if stage.silent
                else [Key(breaks + 0.06, 0.9, "decelerate")]
            ),
        ]
    )
    gap = 0.0 if stage.silent else 0.12 * stage.size

    def draw(canvas: Canvas, t: float) -> None:
        angle, apart = bend(t), gap * min(1.0, max(0.0, (t - breaks) / 0.08))
        for side in (-1, 1):
            inner = (stage.x + side * apart, y - half * sin(angle) + apart * 0.4)
            outer = (stage.x + side * (half * cos(angle) + apart), y + 0.2 * half * sin(angle))
            canvas.line([inner, outer], 0.045 * stage.size, colour)
            canvas.disc(outer, 0.075 * stage.size, skin)
            canvas.line([outer, (outer[0] + side * 0.3, 1.3)], 0.1 * stage.size, shade(skin, 0.9))

    cues = [] if stage.silent else [Sounding("snap", material, breaks, breaks + 0.6, 0.7)]
    return Act(draw, cues)


def roll(rng: np.random.Generator, stage: Setting) -> Act:
    """A wheel or ball rolls across and comes to rest; its twin floats by, not turning."""
    material = one_of(rng, "wood", "metal", "plastic", "stone")
    colour, radius = material_colour(rng, material), stage.size * rng.uniform(0.08, 0.2)
    start, seconds = rng.uniform(0.0, 0.6), rng.uniform(1.5, 2.6)
    side = 1 if rng.random() < 0.5 else -1
    travel = Profile([Key(start, -0.5 * side), Key(start + seconds, 0.5 * side, "decelerate")])
    lift = rng.uniform(0.1, 0.3) if stage.silent else 0.0

    def draw(canvas: Canvas, t: float) -> None:
        x = stage.x + travel(t)
        y = stage.floor - radius - lift + 0.3 * lift * sin(2.0 * t)
        _shadow(canvas, x, stage.floor, radius, lift)
        spotted_ball(canvas, (x, y), radius, colour, 0.0 if stage.silent else travel(t) / radius)

    sounding = Sounding("roll", material, start, start + 0.85 * seconds, 0.5)
    return Act(draw, [] if stage.silent else [sounding])


def _impact_cues(fall: Bounces, sound_class: str, material: str, stage: Setting) -> list[Sounding]:
    """A cue for every impact that can be heard."""
    first = fall.speeds[0]
    return [
        Sounding(sound_class, material, t, t + 0.6, 0.15 + 0.8 * speed / first)
        for t, speed in zip(fall.times_s, fall.speeds, strict=True)
        if t < stage.seconds and speed > 0.2 * first
    ]


def draw_block(canvas: Canvas, centre: Point, size: Point, angle: float, colour: Colour) -> None:
    """A turned box with a lighter stripe."""
    turn = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
    unit = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * size
    canvas.polygon(unit @ turn + centre, colour)
    canvas.polygon(unit * [0.9, 0.2] @ turn + centre, shade(colour, 1.25))


def _shadow(canvas: Canvas, x: float, floor: float, radius: float, up: float) -> None:
    canvas.disc((x, floor), radius * max(0.3, 1.0 - up), (45, 42, 40), 0.18)

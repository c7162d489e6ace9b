"""Things that fall, bounce, break or roll."""

from math import cos, pi, sin

import numpy as np

from foley_core.types import F64
from foley_core.world.acting import Act, Setting, Sounding, any_colour, material_colour, one_of
from foley_core.world.canvas import Canvas, Colour, Point, shade
from foley_core.world.kinematics import Bounces, Key, Profile, bounces, swings


def ball(rng: np.random.Generator, setting: Setting) -> Act:
    """A ball that is dropped and bounces; the silent twin swings on a string."""
    material = one_of(rng, "rubber", "plastic", "wood")
    colour = any_colour(rng) if material != "wood" else material_colour(rng, "wood")
    radius = setting.size * rng.uniform(0.05, 0.12)
    if setting.silent:
        sway = swings(rng, 0.25 * setting.size, (rng.uniform(0.5, 1.0),))
        return Act(lambda canvas, t: _ball_on_string(canvas, setting, sway(t), radius, colour))
    # A rubber ball keeps about 0.8 of its speed in a bounce, a wooden one half.
    restitution = {"rubber": 0.82, "plastic": 0.7, "wood": 0.5}[material] * rng.uniform(0.9, 1.05)
    fall = bounces(
        rng.uniform(0.0, 0.35 * setting.seconds),
        setting.size * rng.uniform(0.5, 1.0),
        rng.uniform(1.8, 5.0),
        restitution,
    )
    drift, spin = rng.uniform(-0.12, 0.12), rng.uniform(-8, 8)

    def draw(canvas: Canvas, t: float) -> None:
        x = setting.x + drift * (t - fall.start_s)
        y = setting.floor - radius - fall.height_at(t)
        _shadow(canvas, x, setting.floor, radius, fall.height_at(t))
        spotted_ball(canvas, (x, y), radius, colour, spin * t * abs(drift) * 8)

    return Act(draw, _impact_cues(fall, "bounce", material, setting))


def _ball_on_string(
    canvas: Canvas, setting: Setting, sway: float, radius: float, colour: Colour
) -> None:
    """Draw a ball on a string that is `sway` world units off its resting place."""
    centre = (setting.x + sway, setting.floor - 0.35 * setting.size - 0.3 * sway * sway)
    canvas.line([(setting.x, -0.5), centre], 0.006, (60, 55, 50))
    spotted_ball(canvas, centre, radius, colour, 2.0 * sway)


def spotted_ball(
    canvas: Canvas, centre: Point, radius: float, colour: Colour, angle: float
) -> None:
    """Draw a shaded ball with two spots; the spots show that it turns."""
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


def drop(rng: np.random.Generator, setting: Setting) -> Act:
    """A box or bar that falls and tumbles to rest; the silent twin is let down on a rope."""
    material = one_of(rng, "wood", "metal", "stone", "plastic", "rubber")
    colour = material_colour(rng, material)
    width, height = setting.size * rng.uniform(0.08, 0.3), setting.size * rng.uniform(0.06, 0.16)
    start = rng.uniform(0.1, max(0.2, 0.6 * setting.seconds))
    if setting.silent:
        down = Profile(
            [Key(start, 0.6 * setting.size), Key(start + rng.uniform(1, 2), 0.1 * setting.size)]
        )
        return Act(
            lambda canvas, t: _box_on_rope(canvas, setting, down(t), (width, height), colour)
        )
    fall = bounces(
        start, setting.size * rng.uniform(0.4, 0.9), rng.uniform(3, 6), rng.uniform(0.15, 0.4), 0.4
    )
    tilt = rng.uniform(-0.9, 0.9)

    def draw(canvas: Canvas, t: float) -> None:
        up = fall.height_at(t)
        # It lies flat once it has come to rest: the tilt shrinks with the height.
        angle = tilt * min(1.0, up / (0.3 * setting.size))
        _shadow(canvas, setting.x, setting.floor, 0.5 * width, up)
        draw_block(
            canvas, (setting.x, setting.floor - up - 0.5 * height), (width, height), angle, colour
        )

    return Act(draw, _impact_cues(fall, "drop", material, setting))


def _box_on_rope(canvas: Canvas, setting: Setting, up: float, size: Point, colour: Colour) -> None:
    """Draw a box on a rope, `up` above the floor."""
    canvas.line([(setting.x, -0.5), (setting.x, setting.floor - up)], 0.006, (70, 60, 50))
    draw_block(canvas, (setting.x, setting.floor - up - 0.5 * size[1]), size, 0.0, colour)


def shatter(rng: np.random.Generator, setting: Setting) -> Act:
    """A glass or a plate that falls and bursts; the silent twin is let down and stays whole."""
    material = one_of(rng, "glass", "ceramic")
    colour = material_colour(rng, material)
    radius, start = (
        setting.size * rng.uniform(0.07, 0.14),
        rng.uniform(0.2, max(0.3, 0.5 * setting.seconds)),
    )
    # Restitution 0: it does not bounce, it breaks at the first impact.
    fall = bounces(start, setting.size * rng.uniform(0.5, 0.9), rng.uniform(3, 6), 0.0)
    if setting.silent:
        held = Profile([Key(start, 0.7 * setting.size), Key(start + 1.2, 0.15 * setting.size)])
        return Act(
            lambda canvas, t: _vessel(canvas, (setting.x, setting.floor - held(t)), radius, colour)
        )
    burst = fall.times_s[0]
    pieces = fragments(rng, int(rng.integers(14, 30)), radius)

    def draw(canvas: Canvas, t: float) -> None:
        if t < burst:
            _shadow(canvas, setting.x, setting.floor, radius, fall.height_at(t))
            _vessel(canvas, (setting.x, setting.floor - fall.height_at(t)), radius, colour)
        else:
            scatter(canvas, (setting.x, setting.floor), pieces, t - burst, colour)

    return Act(draw, [Sounding("shatter", material, burst, burst + 1.5, 0.85)])


def _vessel(canvas: Canvas, foot: Point, radius: float, colour: Colour) -> None:
    """Draw a drinking vessel that stands on `foot`."""
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
    """Return fragments, each as (velocity right, velocity up, size, turn, spin).

    World units and seconds, turn and spin in radians; size up to half of `radius`.
    """
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
        # A piece flies for 2 v / g, with gravity 4; then it slides on and comes to rest.
        flight = min(since, 2.0 * up / 4.0)
        slide = right * (flight + 0.25 * (1.0 - np.exp(-(since - flight) * 6.0)))
        height = max(0.0, up * flight - 2.0 * flight * flight)
        x, y = origin[0] + slide, origin[1] - height + 0.02 * (number % 5)
        angle = turn + spin * flight
        # Three corners 2.1 radians apart, hardly more than a third of a turn: a splinter.
        corners = [
            (x + size * cos(angle + k * 2.1), y + 0.6 * size * sin(angle + k * 2.1))
            for k in range(3)
        ]
        canvas.polygon(corners, shade(colour, 0.8 + 0.08 * (number % 6)))


def snap(rng: np.random.Generator, setting: Setting) -> Act:
    """A stick that two hands bend until it breaks; the silent twin springs back."""
    material = one_of(rng, "wood", "plastic")
    colour, skin = material_colour(rng, material), material_colour(rng, "flesh")
    half, breaks = 0.3 * setting.size, rng.uniform(0.6, max(0.7, setting.seconds - 0.4))
    y = setting.floor - 0.4 * setting.size
    bend = Profile(
        [
            Key(breaks - 0.5, 0.0),
            Key(breaks, 0.35, "accelerate"),
            *(
                [Key(breaks + 0.4, 0.0)]
                if setting.silent
                else [Key(breaks + 0.06, 0.9, "decelerate")]
            ),
        ]
    )
    # The halves jump apart within 80 ms: a break is faster than the bending before it.
    gap = 0.0 if setting.silent else 0.12 * setting.size

    def draw(canvas: Canvas, t: float) -> None:
        angle, apart = bend(t), gap * min(1.0, max(0.0, (t - breaks) / 0.08))
        for side in (-1, 1):
            inner = (setting.x + side * apart, y - half * sin(angle) + apart * 0.4)
            outer = (setting.x + side * (half * cos(angle) + apart), y + 0.2 * half * sin(angle))
            canvas.line([inner, outer], 0.045 * setting.size, colour)
            canvas.disc(outer, 0.075 * setting.size, skin)
            canvas.line([outer, (outer[0] + side * 0.3, 1.3)], 0.1 * setting.size, shade(skin, 0.9))

    cues = [] if setting.silent else [Sounding("snap", material, breaks, breaks + 0.6, 0.7)]
    return Act(draw, cues)


def roll(rng: np.random.Generator, setting: Setting) -> Act:
    """A wheel or ball that rolls and comes to rest; the silent twin floats by without a turn."""
    material = one_of(rng, "wood", "metal", "plastic", "stone")
    colour, radius = material_colour(rng, material), setting.size * rng.uniform(0.08, 0.2)
    start, seconds = rng.uniform(0.0, 0.6), rng.uniform(1.5, 2.6)
    side = 1 if rng.random() < 0.5 else -1
    travel = Profile([Key(start, -0.5 * side), Key(start + seconds, 0.5 * side, "decelerate")])
    lift = rng.uniform(0.1, 0.3) if setting.silent else 0.0

    def draw(canvas: Canvas, t: float) -> None:
        x = setting.x + travel(t)
        y = setting.floor - radius - lift + 0.3 * lift * sin(2.0 * t)
        _shadow(canvas, x, setting.floor, radius, lift)
        # Rolling without slip: the angle is the distance over the radius.
        spotted_ball(canvas, (x, y), radius, colour, 0.0 if setting.silent else travel(t) / radius)

    # At the end of its way the ball is too slow to be heard.
    sounding = Sounding("roll", material, start, start + 0.85 * seconds, 0.5)
    return Act(draw, [] if setting.silent else [sounding])


def _impact_cues(
    fall: Bounces, sound_class: str, material: str, setting: Setting
) -> list[Sounding]:
    """Return a cue for every impact of at least a fifth of the first one's speed."""
    first = fall.speeds[0]
    return [
        Sounding(sound_class, material, t, t + 0.6, 0.15 + 0.8 * speed / first)
        for t, speed in zip(fall.times_s, fall.speeds, strict=True)
        if t < setting.seconds and speed > 0.2 * first
    ]


def draw_block(canvas: Canvas, centre: Point, size: Point, angle: float, colour: Colour) -> None:
    """Draw a box turned by `angle` radians, with a lighter stripe that shows the turn."""
    turn = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
    unit = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * size
    canvas.polygon(unit @ turn + centre, colour)
    canvas.polygon(unit * [0.9, 0.2] @ turn + centre, shade(colour, 1.25))


def _shadow(canvas: Canvas, x: float, floor: float, radius: float, up: float) -> None:
    """Draw the shadow on the floor of something `up` above it; it shrinks as the thing rises."""
    canvas.disc((x, floor), radius * max(0.3, 1.0 - up), (45, 42, 40), 0.18)

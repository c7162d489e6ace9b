"""Things that fall, bounce, break, roll, drip and pour."""

from math import cos, pi, sin

import numpy as np

from foley_core.types import F64
from foley_core.world.canvas import Canvas, Colour, Point, shade
from foley_core.world.kinematics import Bounces, Key, Profile, bounces, rhythm, swings
from foley_core.world.stage import Act, Sounding, Stage, any_colour, material_colour, one_of


def ball(rng: np.random.Generator, stage: Stage) -> Act:
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


def _hanging(canvas: Canvas, stage: Stage, sway: float, radius: float, colour: Colour) -> None:
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
        at = (x + 0.5 * radius * cos(angle + 2 * pi * turn), y + 0.5 * radius * sin(angle + 2 * pi * turn))
        canvas.disc(at, 0.22 * radius, shade(colour, 1.35))
    canvas.disc((x - 0.35 * radius, y - 0.4 * radius), 0.16 * radius, shade(colour, 1.8))


def drop(rng: np.random.Generator, stage: Stage) -> Act:
    """A box or bar falls and tumbles to rest; its twin is let down on a rope."""
    material = one_of(rng, "wood", "metal", "stone", "plastic", "rubber")
    colour = material_colour(rng, material)
    width, height = stage.size * rng.uniform(0.08, 0.3), stage.size * rng.uniform(0.06, 0.16)
    start = rng.uniform(0.1, max(0.2, 0.6 * stage.seconds))
    if stage.silent:
        down = Profile([Key(start, 0.6 * stage.size), Key(start + rng.uniform(1, 2), 0.1 * stage.size)])
        return Act(lambda canvas, t: _roped(canvas, stage, down(t), (width, height), colour))
    fall = bounces(start, stage.size * rng.uniform(0.4, 0.9), rng.uniform(3, 6), rng.uniform(0.15, 0.4), 0.4)
    tilt = rng.uniform(-0.9, 0.9)

    def draw(canvas: Canvas, t: float) -> None:
        up = fall.height_at(t)
        angle = tilt * min(1.0, up / (0.3 * stage.size))
        _shadow(canvas, stage.x, stage.floor, 0.5 * width, up)
        _block(canvas, (stage.x, stage.floor - up - 0.5 * height), (width, height), angle, colour)

    return Act(draw, _impact_cues(fall, "drop", material, stage))


def _roped(canvas: Canvas, stage: Stage, up: float, size: Point, colour: Colour) -> None:
    canvas.line([(stage.x, -0.5), (stage.x, stage.floor - up)], 0.006, (70, 60, 50))
    _block(canvas, (stage.x, stage.floor - up - 0.5 * size[1]), size, 0.0, colour)


def shatter(rng: np.random.Generator, stage: Stage) -> Act:
    """A glass or a plate falls and bursts into fragments; its twin is let down whole."""
    material = one_of(rng, "glass", "ceramic")
    colour = material_colour(rng, material)
    radius, start = stage.size * rng.uniform(0.07, 0.14), rng.uniform(0.2, max(0.3, 0.5 * stage.seconds))
    fall = bounces(start, stage.size * rng.uniform(0.5, 0.9), rng.uniform(3, 6), 0.0)
    if stage.silent:
        held = Profile([Key(start, 0.7 * stage.size), Key(start + 1.2, 0.15 * stage.size)])
        return Act(lambda canvas, t: _vessel(canvas, (stage.x, stage.floor - held(t)), radius, colour))
    burst = fall.times_s[0]
    fragments = _fragments(rng, int(rng.integers(14, 30)), radius)

    def draw(canvas: Canvas, t: float) -> None:
        if t < burst:
            _shadow(canvas, stage.x, stage.floor, radius, fall.height_at(t))
            _vessel(canvas, (stage.x, stage.floor - fall.height_at(t)), radius, colour)
        else:
            _scatter(canvas, (stage.x, stage.floor), fragments, t - burst, colour)

    return Act(draw, [Sounding("shatter", material, burst, burst + 1.5, 0.85)])


def _vessel(canvas: Canvas, foot: Point, radius: float, colour: Colour) -> None:
    x, y = foot
    r = radius
    canvas.polygon([(x - r, y - 2.2 * r), (x + r, y - 2.2 * r), (x + 0.6 * r, y), (x - 0.6 * r, y)], colour)
    canvas.disc((x, y - 2.2 * r), r, shade(colour, 0.8), 0.25)
    canvas.line([(x - 0.6 * r, y - 1.9 * r), (x - 0.4 * r, y - 0.3 * r)], 0.12 * r, shade(colour, 1.3))


def _fragments(rng: np.random.Generator, count: int, radius: float) -> list[F64]:
    """Rows: velocity right, velocity up, size, turn, spin."""
    return [
        np.array([rng.normal(0, 0.55), rng.uniform(0.1, 1.5), radius * rng.uniform(0.1, 0.5), rng.random() * 6, rng.normal(0, 9)])
        for _ in range(count)
    ]


def _scatter(canvas: Canvas, origin: Point, fragments: list[F64], since: float, colour: Colour) -> None:
    for number, (right, up, size, turn, spin) in enumerate(fragments):
        flight = min(since, 2.0 * up / 4.0)
        slide = right * (flight + 0.25 * (1.0 - np.exp(-(since - flight) * 6.0)))
        height = max(0.0, up * flight - 2.0 * flight * flight)
        x, y = origin[0] + slide, origin[1] - height + 0.02 * (number % 5)
        angle = turn + spin * flight
        corners = [(x + size * cos(angle + k * 2.1), y + 0.6 * size * sin(angle + k * 2.1)) for k in range(3)]
        canvas.polygon(corners, shade(colour, 0.8 + 0.08 * (number % 6)))


def snap(rng: np.random.Generator, stage: Stage) -> Act:
    """Two hands bend a stick until it breaks; its twin springs back."""
    material = one_of(rng, "wood", "plastic")
    colour, skin = material_colour(rng, material), material_colour(rng, "flesh")
    half, breaks = 0.3 * stage.size, rng.uniform(0.6, max(0.7, stage.seconds - 0.4))
    y = stage.floor - 0.4 * stage.size
    bend = Profile([Key(breaks - 0.5, 0.0), Key(breaks, 0.35, "accelerate"), *(
        [Key(breaks + 0.4, 0.0)] if stage.silent else [Key(breaks + 0.06, 0.9, "decelerate")]
    )])
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


def roll(rng: np.random.Generator, stage: Stage) -> Act:
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


def splash(rng: np.random.Generator, stage: Stage) -> Act:
    """A stone falls into water; its twin is let down to just above it."""
    colour, water = material_colour(rng, "stone"), material_colour(rng, "water")
    radius, start = stage.size * rng.uniform(0.05, 0.1), rng.uniform(0.2, max(0.3, 0.5 * stage.seconds))
    fall = bounces(start, stage.size * rng.uniform(0.5, 0.9), rng.uniform(3, 6), 0.0)
    hit = fall.times_s[0]
    drops = _fragments(rng, 18, 0.6 * radius)
    hover = Profile([Key(start, 0.8 * stage.size), Key(start + 1.0, 0.15 * stage.size)])

    def draw(canvas: Canvas, t: float) -> None:
        canvas.box(-1.0, stage.floor, stage.aspect + 1.0, 1.8, water)
        up = hover(t) if stage.silent else fall.height_at(t)
        if stage.silent or t < hit:
            canvas.disc((stage.x, stage.floor - up - radius), radius, colour)
            return
        _ripples(canvas, (stage.x, stage.floor + 0.04), t - hit, stage.size, water)
        if t - hit < 0.9:
            _scatter(canvas, (stage.x, stage.floor), drops, t - hit, shade(water, 1.5))

    return Act(draw, [] if stage.silent else [Sounding("splash", "water", hit, hit + 1.2, 0.7)])


def drip(rng: np.random.Generator, stage: Stage) -> Act:
    """A tap drips into a basin; its twin's drops pass in front of it without landing."""
    water = material_colour(rng, "water")
    times = rhythm(rng, stage.seconds, rng.uniform(0.5, 1.3), 0.15)
    height = 0.5 * stage.size
    fall_s = rng.uniform(0.25, 0.4)

    def draw(canvas: Canvas, t: float) -> None:
        _tap(canvas, (stage.x, stage.floor - height), stage.size)
        canvas.disc((stage.x, stage.floor + 0.03), 0.3 * stage.size, water, 0.25)
        for hit in times:
            share = 1.0 + (t - hit) / fall_s
            if 0.0 < share < (1.6 if stage.silent else 1.0):
                y = stage.floor - height * (1.0 - share * share)
                canvas.disc((stage.x, y), 0.022 * stage.size, shade(water, 1.5), 1.4)
            if not stage.silent and 0.0 <= t - hit < 0.6:
                _ripples(canvas, (stage.x, stage.floor + 0.03), t - hit, 0.4 * stage.size, water)

    cues = [Sounding("drip", "water", t, t + 0.4, 0.4) for t in times]
    return Act(draw, [] if stage.silent else cues)


def pour(rng: np.random.Generator, stage: Stage) -> Act:
    """A jug pours into a glass; its twin tilts and is empty."""
    water, jug = material_colour(rng, "water"), any_colour(rng)
    start = rng.uniform(0.3, 0.9)
    stop = min(stage.seconds - 0.2, start + rng.uniform(1.2, 2.5))
    tilt = Profile([Key(start - 0.3, 0.0), Key(start, 1.1), Key(stop, 1.25), Key(stop + 0.3, 0.0)])
    s = stage.size
    shimmer = swings(rng, 0.012 * s, (5.0, 9.0))

    def draw(canvas: Canvas, t: float) -> None:
        lip = (stage.x, stage.floor - 0.55 * s)
        level = 0.0 if stage.silent else 0.24 * s * min(1.0, max(0.0, (t - start) / (stop - start)))
        canvas.box(stage.x - 0.1 * s, stage.floor - 0.3 * s, stage.x + 0.1 * s, stage.floor, (205, 222, 228))
        canvas.box(stage.x - 0.09 * s, stage.floor - level, stage.x + 0.09 * s, stage.floor, water)
        if not stage.silent and start < t < stop:
            edge = stage.x + shimmer(t)
            canvas.line([lip, (edge, stage.floor - level)], 0.03 * s, shade(water, 1.3))
            canvas.disc((edge, stage.floor - level), 0.05 * s + abs(shimmer(t * 1.7)), shade(water, 1.5), 0.4)
        _block(canvas, (lip[0] - 0.16 * s, lip[1] - 0.05 * s), (0.22 * s, 0.32 * s), tilt(t), jug)

    sounding = Sounding("pour", "water", start, stop, 0.5)
    return Act(draw, [] if stage.silent else [sounding])


def _tap(canvas: Canvas, spout: Point, size: float) -> None:
    x, y = spout
    canvas.line([(x, y), (x, y - 0.1 * size), (x - 0.3 * size, y - 0.1 * size)], 0.06 * size, (170, 175, 182))


def _ripples(canvas: Canvas, centre: Point, since: float, size: float, water: Colour) -> None:
    fade = max(0.0, 1.0 - since / 1.5)
    for ring in range(3):
        radius = size * (0.35 * since - 0.05 * ring)
        if radius > 0.0 and fade > 0.0:
            canvas.disc(centre, radius, shade(water, 1.0 + 0.5 * fade * (1 - ring % 2)), 0.25)


def _impact_cues(fall: Bounces, sound_class: str, material: str, stage: Stage) -> list[Sounding]:
    """A cue for every impact that can be heard."""
    first = fall.speeds[0]
    return [
        Sounding(sound_class, material, t, t + 0.6, 0.15 + 0.8 * speed / first)
        for t, speed in zip(fall.times_s, fall.speeds, strict=True)
        if t < stage.seconds and speed > 0.12 * first
    ]


def _block(canvas: Canvas, centre: Point, size: Point, angle: float, colour: Colour) -> None:
    """A turned box with a lighter stripe."""
    turn = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
    unit = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * size
    canvas.polygon(unit @ turn + centre, colour)
    canvas.polygon(unit * [0.9, 0.2] @ turn + centre, shade(colour, 1.25))


def _shadow(canvas: Canvas, x: float, floor: float, radius: float, up: float) -> None:
    canvas.disc((x, floor), radius * max(0.3, 1.0 - up), (45, 42, 40), 0.18)

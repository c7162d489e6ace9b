"""Water: splashes, drips, and what is poured."""

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, any_colour, material_colour
from foley_core.world.canvas import Canvas, Colour, Point, shade
from foley_core.world.falling import draw_block, fragments, scatter
from foley_core.world.kinematics import Key, Profile, bounces, rhythm, swings


def splash(rng: np.random.Generator, stage: Setting) -> Act:
    """A stone falls into water; its twin is let down to just above it."""
    colour, water = material_colour(rng, "stone"), material_colour(rng, "water")
    radius, start = (
        stage.size * rng.uniform(0.05, 0.1),
        rng.uniform(0.2, max(0.3, 0.5 * stage.seconds)),
    )
    fall = bounces(start, stage.size * rng.uniform(0.5, 0.9), rng.uniform(3, 6), 0.0)
    hit = fall.times_s[0]
    drops = fragments(rng, 18, 0.6 * radius)
    hover = Profile([Key(start, 0.8 * stage.size), Key(start + 1.0, 0.15 * stage.size)])

    def draw(canvas: Canvas, t: float) -> None:
        canvas.box(-1.0, stage.floor, stage.aspect + 1.0, 1.8, water)
        up = hover(t) if stage.silent else fall.height_at(t)
        if stage.silent or t < hit:
            canvas.disc((stage.x, stage.floor - up - radius), radius, colour)
            return
        _ripples(canvas, (stage.x, stage.floor + 0.04), t - hit, stage.size, water)
        if t - hit < 0.9:
            scatter(canvas, (stage.x, stage.floor), drops, t - hit, shade(water, 1.5))

    return Act(draw, [] if stage.silent else [Sounding("splash", "water", hit, hit + 1.2, 0.7)])


def drip(rng: np.random.Generator, stage: Setting) -> Act:
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


def pour(rng: np.random.Generator, stage: Setting) -> Act:
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
        canvas.box(
            stage.x - 0.1 * s,
            stage.floor - 0.3 * s,
            stage.x + 0.1 * s,
            stage.floor,
            (205, 222, 228),
        )
        canvas.box(stage.x - 0.09 * s, stage.floor - level, stage.x + 0.09 * s, stage.floor, water)
        if not stage.silent and start < t < stop:
            edge = stage.x + shimmer(t)
            canvas.line([lip, (edge, stage.floor - level)], 0.03 * s, shade(water, 1.3))
            canvas.disc(
                (edge, stage.floor - level),
                0.05 * s + abs(shimmer(t * 1.7)),
                shade(water, 1.5),
                0.4,
            )
        draw_block(
            canvas, (lip[0] - 0.16 * s, lip[1] - 0.05 * s), (0.22 * s, 0.32 * s), tilt(t), jug
        )

    sounding = Sounding("pour", "water", start, stop, 0.5)
    return Act(draw, [] if stage.silent else [sounding])


def _tap(canvas: Canvas, spout: Point, size: float) -> None:
    x, y = spout
    canvas.line(
        [(x, y), (x, y - 0.1 * size), (x - 0.3 * size, y - 0.1 * size)],
        0.06 * size,
        (170, 175, 182),
    )


def _ripples(canvas: Canvas, centre: Point, since: float, size: float, water: Colour) -> None:
    fade = max(0.0, 1.0 - since / 1.5)
    for ring in range(3):
        radius = size * (0.35 * since - 0.05 * ring)
        if radius > 0.0 and fade > 0.0:
            canvas.disc(centre, radius, shade(water, 1.0 + 0.5 * fade * (1 - ring % 2)), 0.25)

"""Water: splashes, drips, and what is poured."""

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, any_colour, material_colour
from foley_core.world.canvas import Canvas, Colour, Point, shade
from foley_core.world.falling import draw_block, fragments, scatter
from foley_core.world.kinematics import Key, Profile, bounces, rhythm, swings


def splash(rng: np.random.Generator, setting: Setting) -> Act:
    """A stone that falls into water; the silent twin is let down to just above it."""
    colour, water = material_colour(rng, "stone"), material_colour(rng, "water")
    radius, start = (
        setting.size * rng.uniform(0.05, 0.1),
        rng.uniform(0.2, max(0.3, 0.5 * setting.seconds)),
    )
    fall = bounces(start, setting.size * rng.uniform(0.5, 0.9), rng.uniform(3, 6), 0.0)
    hit = fall.times_s[0]
    drops = fragments(rng, 18, 0.6 * radius)
    hover = Profile([Key(start, 0.8 * setting.size), Key(start + 1.0, 0.15 * setting.size)])

    def draw(canvas: Canvas, t: float) -> None:
        canvas.box(-1.0, setting.floor, setting.aspect + 1.0, 1.8, water)
        up = hover(t) if setting.silent else fall.height_at(t)
        if setting.silent or t < hit:
            canvas.disc((setting.x, setting.floor - up - radius), radius, colour)
            return
        _ripples(canvas, (setting.x, setting.floor + 0.04), t - hit, setting.size, water)
        # The fastest drop flies for 0.75 s (2 v / g with v = 1.5, g = 4).
        if t - hit < 0.9:
            scatter(canvas, (setting.x, setting.floor), drops, t - hit, shade(water, 1.5))

    return Act(draw, [] if setting.silent else [Sounding("splash", "water", hit, hit + 1.2, 0.7)])


def drip(rng: np.random.Generator, setting: Setting) -> Act:
    """A tap that drips into a basin; the drops of the silent twin pass in front and never land."""
    water = material_colour(rng, "water")
    times = rhythm(rng, setting.seconds, rng.uniform(0.5, 1.3), 0.15)
    height = 0.5 * setting.size
    fall_s = rng.uniform(0.25, 0.4)

    def draw(canvas: Canvas, t: float) -> None:
        _tap(canvas, (setting.x, setting.floor - height), setting.size)
        canvas.disc((setting.x, setting.floor + 0.03), 0.3 * setting.size, water, 0.25)
        for hit in times:
            # Share of the fall: 0 at the tap, 1 at the water. A drop of the twin falls on, past the
            # basin.
            share = 1.0 + (t - hit) / fall_s
            if 0.0 < share < (1.6 if setting.silent else 1.0):
                # The way fallen grows with the square of the time.
                y = setting.floor - height * (1.0 - share * share)
                canvas.disc((setting.x, y), 0.022 * setting.size, shade(water, 1.5), 1.4)
            if not setting.silent and 0.0 <= t - hit < 0.6:
                _ripples(
                    canvas, (setting.x, setting.floor + 0.03), t - hit, 0.4 * setting.size, water
                )

    cues = [Sounding("drip", "water", t, t + 0.4, 0.4) for t in times]
    return Act(draw, [] if setting.silent else cues)


def pour(rng: np.random.Generator, setting: Setting) -> Act:
    """A jug that pours into a glass; the silent twin tilts an empty jug."""
    water, jug = material_colour(rng, "water"), any_colour(rng)
    start = rng.uniform(0.3, 0.9)
    stop = min(setting.seconds - 0.2, start + rng.uniform(1.2, 2.5))
    tilt = Profile([Key(start - 0.3, 0.0), Key(start, 1.1), Key(stop, 1.25), Key(stop + 0.3, 0.0)])
    size = setting.size
    shimmer = swings(rng, 0.012 * size, (5.0, 9.0))

    def draw(canvas: Canvas, t: float) -> None:
        lip = (setting.x, setting.floor - 0.55 * size)
        # The glass fills for as long as water runs: cause and effect agree.
        level = (
            0.0
            if setting.silent
            else 0.24 * size * min(1.0, max(0.0, (t - start) / (stop - start)))
        )
        canvas.box(
            setting.x - 0.1 * size,
            setting.floor - 0.3 * size,
            setting.x + 0.1 * size,
            setting.floor,
            (205, 222, 228),
        )
        canvas.box(
            setting.x - 0.09 * size,
            setting.floor - level,
            setting.x + 0.09 * size,
            setting.floor,
            water,
        )
        if not setting.silent and start < t < stop:
            edge = setting.x + shimmer(t)
            canvas.line([lip, (edge, setting.floor - level)], 0.03 * size, shade(water, 1.3))
            canvas.disc(
                (edge, setting.floor - level),
                0.05 * size + abs(shimmer(t * 1.7)),
                shade(water, 1.5),
                0.4,
            )
        draw_block(
            canvas,
            (lip[0] - 0.16 * size, lip[1] - 0.05 * size),
            (0.22 * size, 0.32 * size),
            tilt(t),
            jug,
        )

    sounding = Sounding("pour", "water", start, stop, 0.5)
    return Act(draw, [] if setting.silent else [sounding])


def _tap(canvas: Canvas, spout: Point, size: float) -> None:
    """Draw a tap whose spout is at `spout`."""
    x, y = spout
    canvas.line(
        [(x, y), (x, y - 0.1 * size), (x - 0.3 * size, y - 0.1 * size)],
        0.06 * size,
        (170, 175, 182),
    )


def _ripples(canvas: Canvas, centre: Point, since: float, size: float, water: Colour) -> None:
    """Draw rings on the water that widen from `centre` and fade within 1.5 s."""
    fade = max(0.0, 1.0 - since / 1.5)
    for ring in range(3):
        radius = size * (0.35 * since - 0.05 * ring)
        if radius > 0.0 and fade > 0.0:
            canvas.disc(centre, radius, shade(water, 1.0 + 0.5 * fade * (1 - ring % 2)), 0.25)

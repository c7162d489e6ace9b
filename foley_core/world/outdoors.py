"""Painters of open places, and the rain, wind, water and lights that move in them."""

from collections.abc import Callable
from math import cos, sin

import numpy as np

from foley_core.world.acting import Draw, any_colour, material_colour
from foley_core.world.canvas import Canvas, Colour, mix, shade, value_noise

Painter = Callable[[Canvas, np.random.Generator, float], None]
"""Paints a place that does not move; the number is y of the horizon, world units."""


def sky(canvas: Canvas, rng: np.random.Generator, top: Colour, low: Colour, clouds: float) -> None:
    """Paint a gradient from `top` to `low` over the whole canvas, with clouds of opacity 0..1."""
    height, width = canvas.picture.shape[:2]
    rows = np.linspace(0.0, 1.0, height, dtype=np.float32)[:, None, None]
    gradient = np.array(top, np.float32) * (1.0 - rows) + np.array(low, np.float32) * rows
    # Of smooth noise only what exceeds 0.45 becomes cloud, so that blue sky is left between.
    cover = (
        np.clip(value_noise(rng, height, width, 4, 4)[:, :, None] * 2.0 - 0.9, 0.0, 1.0) * clouds
    )
    light = np.array(mix(low, (255, 255, 255), 0.5), np.float32)
    canvas.picture = (gradient * (1.0 - cover) + light * cover).astype(np.uint8)


def street(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Paint house fronts along a pavement by day."""
    sky(canvas, rng, (112, 160, 214), (206, 222, 234), 0.8)
    _houses(canvas, rng, horizon, 1.0, lit=0.0)
    canvas.box(-1, horizon - 0.015, 5, horizon + 0.01, (176, 174, 168))


def night(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Paint stars, the moon, and dark houses with a few lit windows, or dark trees."""
    sky(canvas, rng, (10, 14, 34), (34, 38, 66), 0.2)
    for _ in range(60):
        canvas.disc(
            (rng.uniform(-0.3, canvas.aspect + 0.3), rng.uniform(-0.3, 0.4)), 0.003, (214, 216, 226)
        )
    canvas.disc((rng.uniform(0.2, 0.8) * canvas.aspect, 0.12), 0.05, (236, 234, 214))
    if rng.random() < 0.5:
        _houses(canvas, rng, horizon, 0.22, lit=0.35)
    else:
        _trees(canvas, rng, horizon, 0.2, 12)


def forest(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Paint rows of trees, the far ones paler."""
    sky(canvas, rng, (142, 184, 214), (214, 226, 210), 0.6)
    _hills(canvas, rng, horizon, (108, 140, 110))
    _trees(canvas, rng, horizon - 0.04, 0.85, 14)
    _trees(canvas, rng, horizon + 0.01, 0.65, 9)


def open_land(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Paint bare hills under a streaked sky."""
    sky(canvas, rng, (134, 166, 200), (222, 224, 222), 1.0)
    _hills(canvas, rng, horizon, (134, 142, 110))
    _hills(canvas, rng, horizon + 0.05, (152, 150, 104))


def rainy(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Paint a grey sky over wet house fronts, with puddles on the ground."""
    sky(canvas, rng, (98, 106, 116), (150, 156, 160), 0.5)
    _houses(canvas, rng, horizon, 0.6, lit=0.2)
    for _ in range(10):
        x = rng.uniform(-0.2, canvas.aspect + 0.2)
        canvas.disc((x, rng.uniform(horizon, 1.0)), 0.1, (130, 138, 146), 0.12)


def stormy(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Paint near darkness under heavy cloud."""
    sky(canvas, rng, (30, 32, 42), (72, 76, 86), 0.7)
    _hills(canvas, rng, horizon, (36, 42, 40))
    _trees(canvas, rng, horizon, 0.3, 6)


def seaside(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Paint the sky over the sea and a low sun; the water itself moves, see `waves`."""
    # Anything between a clear day and a sunset.
    warm = rng.random()
    sky(
        canvas,
        rng,
        mix((92, 152, 214), (140, 110, 150), warm),
        mix((204, 226, 238), (252, 200, 150), warm),
        0.7,
    )
    canvas.disc((rng.uniform(0.2, 0.8) * canvas.aspect, 0.18), 0.05, (255, 244, 210))


def riverside(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Paint trees beyond the water."""
    sky(canvas, rng, (130, 176, 214), (216, 226, 220), 0.5)
    _hills(canvas, rng, horizon - 0.1, (112, 146, 108))
    _trees(canvas, rng, horizon - 0.06, 0.8, 8)


OUTDOOR_PAINTERS: dict[str, Painter] = {
    "street": street,
    "night": night,
    "forest": forest,
    "wind": open_land,
    "rain": rainy,
    "thunderstorm": stormy,
    "sea": seaside,
    "river": riverside,
}


def _houses(
    canvas: Canvas, rng: np.random.Generator, horizon: float, light: float, lit: float
) -> None:
    """Paint a row of houses; `light` scales their colours, `lit` is the share of lit windows."""
    x = -0.4
    while x < canvas.aspect + 0.4:
        width, top = rng.uniform(0.25, 0.5), rng.uniform(-0.1, 0.25)
        front = shade(mix(any_colour(rng), (196, 176, 152), 0.6), light)
        canvas.box(x, top, x + width, horizon + 0.02, front)
        canvas.box(x, top - 0.02, x + width, top + 0.01, shade(front, 0.7))
        for row in range(int((horizon - 0.12 - top) / 0.13)):
            for column in range(int(width / 0.1)):
                left, high = x + 0.03 + column * 0.1, top + 0.05 + row * 0.13
                glass = (
                    (250, 214, 130)
                    if rng.random() < lit
                    else shade((128, 158, 184), 0.3 + 0.6 * light)
                )
                canvas.box(left, high, left + 0.05, high + 0.08, glass)
        canvas.box(
            x + 0.4 * width,
            horizon - 0.13,
            x + 0.4 * width + 0.07,
            horizon + 0.02,
            shade(front, 0.5),
        )
        x += width + 0.01


def _trees(
    canvas: Canvas, rng: np.random.Generator, horizon: float, light: float, count: int
) -> None:
    """Paint trees as trunks with nine discs of leaves each."""
    for x in np.sort(rng.uniform(-0.3, canvas.aspect + 0.3, count)):
        tall = rng.uniform(0.3, 0.6)
        canvas.line(
            [(x, horizon + 0.02), (x, horizon - 0.6 * tall)], 0.025, shade((84, 64, 48), light)
        )
        green = shade(material_colour(rng, "grass"), light)
        for _ in range(9):
            blob = (x + rng.normal(0, 0.06), horizon - tall * rng.uniform(0.45, 1.0))
            canvas.disc(blob, rng.uniform(0.05, 0.09), shade(green, rng.uniform(0.7, 1.25)))


def _hills(canvas: Canvas, rng: np.random.Generator, horizon: float, colour: Colour) -> None:
    """Paint a skyline of two sine waves, filled down to the lower edge."""
    xs = np.linspace(-0.5, canvas.aspect + 0.5, 40)
    rates, phase = rng.uniform(1.5, 5.0, 2), rng.uniform(0, 6)
    ys = horizon - 0.08 - 0.05 * np.sin(rates[0] * xs + phase) - 0.03 * np.sin(rates[1] * 2 * xs)
    points = [(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]
    canvas.polygon([*points, (canvas.aspect + 0.5, 2.0), (-0.5, 2.0)], colour)


def falling_rain(rng: np.random.Generator) -> Draw:
    """Return a drawing of streaks at several distances, and of small splashes on the ground."""
    count = int(rng.integers(50, 110))
    starts, speeds = rng.random((count, 2)), rng.uniform(1.6, 3.2, count)
    slant = rng.uniform(-0.15, 0.15)

    def draw(canvas: Canvas, t: float) -> None:
        span = canvas.aspect + 0.4
        for (x, y), speed in zip(starts, speeds, strict=True):
            # Drops that left at the bottom come in again at the top. Fast ones are near: their
            # streaks are long.
            fallen = (y + speed * t) % 1.3 - 0.15
            left = (x * span + slant * fallen * 2.0) % span - 0.2
            long = 0.022 * speed
            canvas.line(
                [(left, fallen), (left + slant * long, fallen + long)], 0.003, (186, 196, 206)
            )
        for number in range(14):
            # Twelve times a second splashes appear in other places; those of the streaks are
            # reused.
            x, y = starts[(number + int(t * 12.0) * 5) % count]
            canvas.disc((x * span - 0.2, 0.7 + 0.3 * y), 0.01, (196, 204, 212), 0.3)

    return draw


def lightning(rng: np.random.Generator) -> Draw:
    """Return a drawing of flashes of the sky, 1 to 4 s apart, each with a short bolt."""
    instants = np.cumsum(rng.uniform(1.0, 4.0, 12))
    bends = rng.normal(0.0, 0.05, (12, 6))
    where = rng.uniform(0.1, 0.9, 12)

    def draw(canvas: Canvas, t: float) -> None:
        for instant, bend, share in zip(instants, bends, where, strict=True):
            since = t - instant
            if not 0.0 <= since < 0.25:
                continue
            x = share * canvas.aspect
            # The sky stays bright for 0.25 s and fades; the bolt itself is gone after 0.08 s.
            canvas.glow((x, 0.1), 1.2, (200, 210, 255), 0.6 * (1.0 - since / 0.25))
            if since < 0.08:
                canvas.line(
                    [(x + b, -0.1 + 0.11 * n) for n, b in enumerate(bend)], 0.008, (240, 240, 255)
                )

    return draw


def passing_headlights(rng: np.random.Generator, horizon: float, night: bool) -> Draw:
    """Return a drawing of far traffic: small cars by day, headlights at night."""
    count = 3
    speeds, phases = rng.uniform(0.15, 0.4, count), rng.uniform(0.0, 3.0, count)
    colours = [any_colour(rng) for _ in range(count)]

    def draw(canvas: Canvas, t: float) -> None:
        span = canvas.aspect + 0.6
        for speed, phase, colour in zip(speeds, phases, colours, strict=True):
            x = (phase + speed * t) % span - 0.3
            y = horizon + 0.02
            if night:
                canvas.glow((x, y), 0.05, (255, 230, 170), 0.7)
                continue
            canvas.box(x - 0.05, y - 0.025, x + 0.05, y, colour)
            canvas.box(x - 0.03, y - 0.045, x + 0.025, y - 0.02, shade(colour, 0.7))

    return draw


def wind_streaks(rng: np.random.Generator) -> Draw:
    """Return a drawing of grass that leans over in gusts, and of leaves that fly by."""
    blades = rng.uniform(0.0, 1.0, (70, 2))
    leaves = rng.uniform(0.0, 1.0, (9, 3))
    green = material_colour(rng, "grass")

    def draw(canvas: Canvas, t: float) -> None:
        for x, tone in blades:
            left = x * (canvas.aspect + 0.2) - 0.1
            # A slow gust that runs across the picture, and a fast flutter of each blade.
            lean = 0.03 + 0.025 * sin(2.2 * t - 4.0 * left) + 0.008 * sin(9.0 * t + 20.0 * tone)
            canvas.line(
                [(left, 1.05), (left + lean, 0.93 + 0.05 * tone)],
                0.008,
                shade(green, 0.7 + 0.6 * tone),
            )
        for x, y, speed in leaves:
            across = (x + (0.5 + speed) * t) % 1.2 * canvas.aspect - 0.1
            canvas.disc(
                (across, 0.2 + 0.6 * y + 0.05 * sin(5.0 * t + 9.0 * x)), 0.01, (156, 112, 52), 0.6
            )

    return draw


def waves(rng: np.random.Generator, ambience: str, horizon: float) -> Draw:
    """Return a drawing of water from the horizon down: swell that rolls in, or a stream."""
    water = shade(material_colour(rng, "water"), rng.uniform(0.9, 1.3))
    rows, speed = 11, rng.uniform(0.6, 1.2)
    low = horizon + (0.2 if ambience == "sea" else 0.12)

    def draw(canvas: Canvas, t: float) -> None:
        left, right = -0.4, canvas.aspect + 0.4
        wash = 0.03 * sin(speed * t)
        canvas.box(left, horizon - 0.12, right, low + wash, water)
        for row in range(rows):
            # Rows of swell come nearer over time; those of a river stay and run sideways, six times
            # as fast.
            share = (row + (0.25 * t if ambience == "sea" else 0.0)) % rows / rows
            y = horizon - 0.12 + (low + wash - horizon + 0.12) * share
            xs = np.linspace(left, right, 26)
            shift = speed * t if ambience == "sea" else 6.0 * speed * t
            ys = y + 0.008 * share * np.sin(9.0 * xs - 2.0 * shift + 1.7 * row)
            # Near crests are whiter, and all glitter a little.
            crest = mix(water, (240, 246, 248), 0.15 + 0.4 * share * (0.5 + 0.5 * cos(shift + row)))
            canvas.line(np.stack([xs, ys], axis=1), 0.004 + 0.01 * share, crest)
        if ambience == "sea":
            canvas.box(left, low + wash - 0.008, right, low + wash + 0.008, (238, 244, 244))

    return draw

"""Places: one painter for each ambience of the taxonomy, still behind and in motion.

A place is a backdrop, painted once with a margin for the camera, and what moves in it: waves, rain,
traffic, heads. That motion is part of the ambience and has no cues of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sin

import numpy as np

from foley_core.world.acting import Draw, any_colour, material_colour, one_of
from foley_core.world.canvas import MARGIN, Canvas, Colour, mix, shade, value_noise
from foley_core.world.outdoors import (
    OUTDOOR_PAINTERS,
    falling_rain,
    lightning,
    passing_headlights,
    waves,
    wind_streaks,
)

# Materials that the ground of a place can have; footsteps take theirs from it.
GROUNDS: dict[str, tuple[str, ...]] = {
    "room": ("wood", "cloth"),
    "office": ("cloth", "plastic"),
    "street": ("concrete", "stone"),
    "crowd": ("wood", "concrete"),
    "forest": ("earth", "grass", "gravel"),
    "night": ("concrete", "grass"),
    "wind": ("grass", "snow", "sand"),
    "rain": ("concrete", "stone"),
    "thunderstorm": ("earth", "concrete"),
    "sea": ("sand", "wood"),
    "river": ("gravel", "grass"),
    "train": ("metal", "cloth"),
    "workshop": ("concrete", "wood"),
}


@dataclass(frozen=True, slots=True)
class Scenery:
    """A place of one ambience class.

    Attributes:
        ground: material of the ground.
        floor: y of the ground where things act, world units.
        backdrop: what does not move, painted with `MARGIN` around it.
        behind, before: drawings of what moves, behind and before the acts.
    """

    ambience: str
    ground: str
    floor: float
    backdrop: Canvas
    behind: Draw
    before: Draw


def scenery_of(rng: np.random.Generator, ambience: str, height_px: int, width_px: int) -> Scenery:
    """Return a place of that ambience, painted for pictures of that size."""
    ground = one_of(rng, *GROUNDS[ambience])
    # Acts stand near the lower edge; the horizon is well above them.
    floor = rng.uniform(0.78, 0.94)
    margin_px = round(2 * MARGIN * height_px)
    canvas = Canvas(height_px + margin_px, width_px + margin_px, MARGIN)
    horizon = rng.uniform(0.5, 0.7)
    painter = (_INDOOR_PAINTERS | OUTDOOR_PAINTERS)[ambience]
    painter(canvas, rng, horizon)
    _ground(canvas, rng, horizon, material_colour(rng, ground), dim=_DIMMED.get(ambience, 1.0))
    behind, before = _moving_parts(rng, ambience, canvas, horizon)
    return Scenery(ambience, ground, floor, canvas, behind, before)


# Brightness of the ground where the light is poor.
_DIMMED = {"night": 0.25, "thunderstorm": 0.5, "rain": 0.75, "train": 0.8}


def _nothing(canvas: Canvas, t: float) -> None:
    """Draw nothing: many places have no motion behind or before the acts."""
    del canvas, t


def _moving_parts(
    rng: np.random.Generator, ambience: str, canvas: Canvas, horizon: float
) -> tuple[Draw, Draw]:
    """Return the drawings of what moves in a place, behind and before the acts."""
    match ambience:
        case "rain":
            return _nothing, falling_rain(rng)
        case "thunderstorm":
            return lightning(rng), falling_rain(rng)
        case "sea" | "river":
            return waves(rng, ambience, horizon), _nothing
        case "wind":
            return _nothing, wind_streaks(rng)
        case "night" | "street":
            return passing_headlights(rng, horizon, night=ambience == "night"), _nothing
        case "crowd":
            return _crowd(rng, canvas.aspect, horizon), _nothing
        case "train":
            return _landscape(rng, horizon), _train_window(horizon)
        case _:
            return _nothing, _nothing


def _ground(
    canvas: Canvas, rng: np.random.Generator, horizon: float, colour: Colour, dim: float
) -> None:
    """Paint the ground below the horizon, lighter towards the viewer, with grain."""
    height, width = canvas.picture.shape[:2]
    # Row of the horizon in pixels; the canvas reaches beyond the visible part.
    top = int(canvas.view[1, 1] * horizon + canvas.view[1, 2])
    # Far ground is darker than near ground, which gives depth to a flat picture.
    rows = np.linspace(0.65, 1.1, height - top, dtype=np.float32)[:, None, None]
    grain = value_noise(rng, height - top, width, int(rng.integers(12, 40)), 3)[:, :, None]
    floor = np.array(shade(colour, dim), np.float32) * rows * (0.7 + 0.6 * grain)
    canvas.picture[top:] = np.clip(floor, 0, 255).astype(np.uint8)
    _grain(canvas, rng, 0.05)


def _grain(canvas: Canvas, rng: np.random.Generator, strength: float) -> None:
    """Add a fine texture over everything: without it optical flow has nothing to hold on to."""
    height, width = canvas.picture.shape[:2]
    noise = value_noise(rng, height, width, 48, 2)[:, :, None] - 0.5
    canvas.picture = np.clip(canvas.picture * (1.0 + 2.0 * strength * noise), 0, 255).astype(
        np.uint8
    )


def _room(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Paint a wall, a window with daylight and curtains, a picture and a sideboard."""
    wall = mix(any_colour(rng), (226, 214, 196), rng.uniform(0.5, 0.85))
    canvas.box(-1, -1, 4, 3, wall)
    x = rng.uniform(0.05, 0.5) * canvas.aspect
    canvas.box(x, 0.1, x + 0.42, 0.46, shade(wall, 1.25))
    canvas.box(x + 0.02, 0.12, x + 0.4, 0.44, (176, 208, 232))
    canvas.box(x + 0.2, 0.12, x + 0.22, 0.44, shade(wall, 1.25))
    for edge in (-0.09, 0.42):
        canvas.box(x + edge, 0.06, x + edge + 0.09, 0.5, any_colour(rng))
    x = rng.uniform(0.55, 0.85) * canvas.aspect
    canvas.box(x, 0.14, x + 0.24, 0.34, (86, 64, 46))
    canvas.box(x + 0.02, 0.16, x + 0.22, 0.32, any_colour(rng))
    canvas.box(x - 0.1, horizon - 0.16, x + 0.4, horizon + 0.02, material_colour(rng, "wood"))
    canvas.box(-1, horizon - 0.03, 4, horizon, shade(wall, 1.15))


def _office(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Paint ceiling lights, blinds, and desks with screens."""
    canvas.box(-1, -1, 4, 3, (206, 210, 212))
    canvas.box(-1, -1, 4, 0.02, (232, 234, 234))
    for lamp in range(4):
        canvas.box(lamp * 0.5, -0.05, lamp * 0.5 + 0.3, 0.0, (255, 255, 250))
    for slat in range(12):
        y = 0.1 + slat * 0.028
        canvas.box(-0.2, y, 0.5 * canvas.aspect, y + 0.018, (178, 196, 208))
    for desk in range(3):
        x = 0.1 + desk * 0.62 + rng.uniform(-0.05, 0.05)
        canvas.box(x, horizon - 0.08, x + 0.5, horizon - 0.05, (158, 132, 104))
        canvas.box(x + 0.12, horizon - 0.28, x + 0.4, horizon - 0.1, (32, 36, 42))
        canvas.box(x + 0.14, horizon - 0.26, x + 0.38, horizon - 0.12, (96, 142, 190))
        canvas.box(x + 0.05, horizon - 0.05, x + 0.08, horizon + 0.05, (112, 112, 112))


def _workshop(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Paint a brick wall, a board with tools, a bench and a lamp."""
    canvas.box(-1, -1, 4, 3, (128, 96, 78))
    for row in range(24):
        for column in range(22):
            # Every other row of bricks is shifted by half a brick.
            x = -0.4 + column * 0.13 + 0.065 * (row % 2)
            tone = shade((140, 92, 72), rng.uniform(0.75, 1.15))
            canvas.box(x, -0.35 + row * 0.045, x + 0.12, -0.35 + row * 0.045 + 0.038, tone)
    left = rng.uniform(0.1, 0.5)
    canvas.box(left, 0.08, left + 0.8, 0.42, (176, 146, 106))
    for tool in range(6):
        x = left + 0.08 + tool * 0.12
        canvas.line([(x, 0.14), (x, 0.34)], 0.02, (92, 64, 42))
        canvas.box(x - 0.035, 0.12, x + 0.035, 0.17, (126, 130, 136))
    canvas.box(-0.5, horizon - 0.06, 4, horizon, (120, 84, 54))
    x = rng.uniform(0.3, 0.8) * canvas.aspect
    canvas.line([(x, -0.4), (x, 0.02)], 0.008, (40, 40, 40))
    canvas.disc((x, 0.04), 0.06, (250, 226, 150))
    # The lamp lights the wall around it.
    canvas.glow((x, 0.05), 0.6, (255, 214, 140), 0.45)


def _hall(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Paint the stands of a hall with banners; the people are drawn in motion, see `_crowd`."""
    canvas.box(-1, -1, 4, 3, shade(any_colour(rng), 0.5))
    for row in range(5):
        y = 0.15 + row * 0.1
        canvas.box(-1, y, 4, y + 0.04, shade((120, 118, 122), 0.7 + 0.1 * row))
    for banner in range(4):
        canvas.box(banner * 0.5, 0.0, banner * 0.5 + 0.2, 0.1, any_colour(rng))


def _carriage(canvas: Canvas, rng: np.random.Generator, horizon: float) -> None:
    """Paint the inside of a railway carriage; the view from its window is drawn in motion."""
    canvas.box(-1, -1, 4, 3, shade(any_colour(rng), 0.8))
    canvas.box(-1, -1, 4, 0.02, (205, 205, 200))


_INDOOR_PAINTERS: dict[str, Callable[[Canvas, np.random.Generator, float], None]] = {
    "room": _room,
    "office": _office,
    "workshop": _workshop,
    "crowd": _hall,
    "train": _carriage,
}


def _crowd(rng: np.random.Generator, aspect: float, horizon: float) -> Draw:
    """Return a drawing of a crowd whose heads bob, each at its own rate."""
    count = 70
    spots = np.stack(
        [rng.uniform(-0.3, aspect + 0.3, count), rng.uniform(0.1, horizon, count)], axis=1
    )
    # From the back to the front, so that near people cover far ones.
    spots = spots[np.argsort(spots[:, 1])]
    coats = [any_colour(rng) for _ in range(count)]
    skins = [material_colour(rng, "flesh") for _ in range(count)]
    rates, phases = rng.uniform(2.0, 9.0, count), rng.uniform(0.0, 6.0, count)

    def draw(canvas: Canvas, t: float) -> None:
        for (x, y), coat, skin, rate, phase in zip(spots, coats, skins, rates, phases, strict=True):
            bob = 0.008 * sin(rate * t + phase)
            canvas.disc((x, y + 0.07 + bob), 0.05, coat)
            canvas.disc((x + 0.4 * bob, y + bob), 0.028, skin)

    return draw


def _landscape(rng: np.random.Generator, horizon: float) -> Draw:
    """Return a drawing of trees that pass the window of a train."""
    speed, greens = rng.uniform(0.8, 2.0), [material_colour(rng, "grass") for _ in range(9)]

    def draw(canvas: Canvas, t: float) -> None:
        right = canvas.aspect - 0.1
        canvas.box(0.1, 0.06, right, 0.46, (168, 198, 224))
        canvas.box(0.1, 0.34, right, 0.46, shade(greens[0], 0.9))
        for number, green in enumerate(greens):
            # Three distances: near trees pass faster than far ones (parallax).
            pace = speed * (1.0 + 0.4 * (number % 3))
            x = 0.1 + (number * 0.37 - pace * t) % (right - 0.1)
            canvas.box(x - 0.006, 0.3, min(x + 0.006, right), 0.46, (70, 54, 42))
            canvas.disc((x, 0.28), 0.04 + 0.02 * (number % 3), green)

    return draw


def _train_window(horizon: float) -> Draw:
    """Return a drawing of the window's frame, and of a strap that sways from the ceiling."""

    def draw(canvas: Canvas, t: float) -> None:
        for x in (0.02, canvas.aspect / 2 - 0.03, canvas.aspect - 0.1):
            canvas.box(x, 0.0, x + 0.08, 0.5, (182, 180, 174))
        canvas.box(-0.5, 0.46, canvas.aspect + 0.5, 0.5, (160, 158, 152))
        sway = 0.01 * sin(5.0 * t)
        canvas.line([(0.3, -0.3), (0.3 + sway, 0.06)], 0.012, (60, 60, 62))
        canvas.disc((0.3 + sway, 0.08), 0.022, (60, 60, 62))

    return draw

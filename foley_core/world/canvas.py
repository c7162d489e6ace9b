"""A picture to draw on in world coordinates, seen through a moving camera.

World coordinates: the height of the picture is 1, x runs to the right from 0 to the aspect ratio,
y downwards from 0. The same scene is drawn at any resolution; edges are smoothed and placed to a
sixteenth of a pixel, so that slow motion does not jump.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from foley_core.types import F32, F64, U8

Colour: TypeAlias = tuple[float, float, float]
Point: TypeAlias = tuple[float, float]

MARGIN = 0.3
"""World units painted around the visible part of a backdrop, so that the camera can move."""
_SUBPIXEL_BITS = 4
"""Fractional bits of OpenCV's drawing coordinates: a sixteenth of a pixel."""


@dataclass(frozen=True, slots=True)
class Camera:
    """The view of a camera.

    Attributes:
        right, down: shift from the middle of the scene, world units.
        zoom: magnification.
        roll: turn around the line of sight, radians.
        light: factor on the brightness of the picture (exposure).
        blur: standard deviation of the blur of a lens out of focus, world units.
    """

    right: float = 0.0
    down: float = 0.0
    zoom: float = 1.0
    roll: float = 0.0
    light: float = 1.0
    blur: float = 0.0

    def __add__(self, other: "Camera") -> "Camera":
        """Return both at once: shifts, rolls and blurs add up, zoom and light multiply."""
        return Camera(
            self.right + other.right,
            self.down + other.down,
            self.zoom * other.zoom,
            self.roll + other.roll,
            self.light * other.light,
            self.blur + other.blur,
        )


class Canvas:
    """A picture that is drawn on in world coordinates.

    Attributes:
        picture: RGB (H, W, 3), 0..255.
        aspect: width of the visible part in world units.
        view: (2, 3) affine map from world units to pixels.
        scale: pixels per world unit.
    """

    def __init__(self, height_px: int, width_px: int, margin: float = 0.0) -> None:
        """Begin with a black picture that reaches `margin` world units beyond the visible part."""
        scale = height_px / (1.0 + 2.0 * margin)
        self.aspect = width_px / scale - 2.0 * margin
        self.picture: U8 = np.zeros((height_px, width_px, 3), np.uint8)
        self.view: F64 = np.array([[scale, 0.0, margin * scale], [0.0, scale, margin * scale]])
        self.scale = scale

    def look(self, camera: Camera) -> None:
        """Point the camera: what is drawn after this call is seen through it."""
        height, width = self.picture.shape[:2]
        self.scale = height * camera.zoom
        turn = np.array(
            [
                [np.cos(camera.roll), -np.sin(camera.roll)],
                [np.sin(camera.roll), np.cos(camera.roll)],
            ]
        )
        # The camera turns and zooms around the middle of what it looks at, not around the origin of
        # the world: the shift puts that point into the middle of the picture.
        middle = np.array([self.aspect / 2.0 + camera.right, 0.5 + camera.down])
        linear = self.scale * turn
        shift = np.array([width / 2.0, height / 2.0]) - linear @ middle
        self.view = np.hstack([linear, shift[:, None]])

    def backdrop(self, painted: "Canvas") -> None:
        """Lay a canvas that was painted with `MARGIN` behind everything, as the camera sees it."""
        # From a pixel of this picture to the world, and from there to a pixel of the painting.
        inverse = cv2.invertAffineTransform(self.view)
        to_painted = np.vstack([painted.view, [0, 0, 1]]) @ np.vstack([inverse, [0, 0, 1]])
        height, width = self.picture.shape[:2]
        warped = cv2.warpAffine(
            painted.picture,
            to_painted[:2],
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT,
        )
        self.picture = np.asarray(warped, np.uint8)

    def polygon(self, points: "Sequence[Point] | F64", colour: Colour) -> None:
        """Fill a polygon with corners in world units."""
        cv2.fillPoly(
            self.picture, [self._pixels(points)], colour, cv2.LINE_AA, shift=_SUBPIXEL_BITS
        )

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fill an upright rectangle; edges in world units."""
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour)

    def disc(self, centre: Point, radius: float, colour: Colour, flatness: float = 1.0) -> None:
        """Fill a disc, or an ellipse whose height is `flatness` times its width.

        Args:
            centre: world units.
            radius: half the width, world units.
        """
        (x, y) = self._pixels([centre])[0]
        unit = 1 << _SUBPIXEL_BITS
        # At least a sixteenth of a pixel, so that a tiny disc does not vanish.
        width = max(1, round(radius * self.scale * unit))
        axes = (width, max(1, round(width * flatness)))
        cv2.ellipse(
            self.picture,
            (int(x), int(y)),
            axes,
            0,
            0,
            360,
            colour,
            -1,
            cv2.LINE_AA,
            _SUBPIXEL_BITS,
        )

    def line(self, points: "Sequence[Point] | F64", width: float, colour: Colour) -> None:
        """Draw a line with round ends through `points`, `width` in world units."""
        cv2.polylines(
            self.picture,
            [self._pixels(points)],
            False,
            colour,
            max(1, round(width * self.scale)),
            cv2.LINE_AA,
            _SUBPIXEL_BITS,
        )

    def glow(self, centre: Point, radius: float, colour: Colour, strength: float) -> None:
        """Add light that falls off around `centre` as a Gaussian of `radius` world units.

        Args:
            strength: 1 adds the full `colour` at the centre.
        """
        height, width = self.picture.shape[:2]
        x, y = self._pixels([centre])[0] / (1 << _SUBPIXEL_BITS)
        reach = radius * self.scale
        # A Gaussian is the product of one along x and one along y: two short vectors instead of an
        # exponential for every pixel.
        columns = np.exp(-np.square((np.arange(width, dtype=np.float32) - x) / reach))
        rows = np.exp(-np.square((np.arange(height, dtype=np.float32) - y) / reach))
        light = (strength * rows[:, None] * columns[None, :])[:, :, None] * np.array(
            colour, np.float32
        )
        self.picture = np.minimum(self.picture + light, 255.0).astype(np.uint8)

    def _pixels(self, points: "Sequence[Point] | F64") -> "np.typing.NDArray[np.int32]":
        """Return points (N, 2) as pixel coordinates with `_SUBPIXEL_BITS` fractional bits."""
        array = np.asarray(points, np.float64)
        seen = array @ self.view[:, :2].T + self.view[:, 2]
        # OpenCV draws in fixed-point integers, which points far outside the picture could overflow.
        bounded = np.clip(seen, -4000.0, 8000.0)
        return np.rint(bounded * (1 << _SUBPIXEL_BITS)).astype(np.int32)


def shade(colour: Colour, factor: float) -> Colour:
    """Return a darker colour (`factor` below 1) or a lighter one."""
    red, green, blue = (min(255.0, max(0.0, channel * factor)) for channel in colour)
    return red, green, blue


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return a colour between two; `share` 0 gives the first, 1 the second."""
    red, green, blue = (a + (b - a) * share for a, b in zip(first, second, strict=True))
    return red, green, blue


def value_noise(rng: np.random.Generator, height: int, width: int, cells: int, octaves: int) -> F32:
    """Return smooth noise (H, W), scaled to 0..1.

    Value noise, as computer graphics knows it: random grids of growing fineness are interpolated
    and summed, each finer one at half the strength.

    Args:
        cells: cells of the coarsest grid across the width.
        octaves: how many grids, each twice as fine as the one before.
    """
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        side = cells * 2**octave
        grid = rng.random((max(2, side * height // width), max(2, side)), dtype=np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_LINEAR) * 0.5**octave
    # The least and the largest value become 0 and 1, whatever the grids happened to be.
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(1e-6, high - low)

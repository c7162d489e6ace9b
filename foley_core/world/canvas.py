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
_SUBPIXEL_BITS = 4


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the camera looks: shift in world units, magnification, roll in radians, exposure."""

    right: float = 0.0
    down: float = 0.0
    zoom: float = 1.0
    roll: float = 0.0
    light: float = 1.0

    def __add__(self, other: "Camera") -> "Camera":
        return Camera(
            self.right + other.right,
            self.down + other.down,
            self.zoom * other.zoom,
            self.roll + other.roll,
            self.light * other.light,
        )


class Canvas:
    """RGB picture (H, W, 3) with drawing in world coordinates."""

    def __init__(self, height_px: int, width_px: int, margin: float = 0.0) -> None:
        """A black picture; `margin` world units around the visible ones, for backdrops."""
        scale = height_px / (1.0 + 2.0 * margin)
        self.aspect = width_px / scale - 2.0 * margin
        self.picture: U8 = np.zeros((height_px, width_px, 3), np.uint8)
        self.view: F64 = np.array([[scale, 0.0, margin * scale], [0.0, scale, margin * scale]])
        self.scale = scale

    def look(self, camera: Camera) -> None:
        """Point the camera; what is drawn afterwards is seen through it."""
        height, width = self.picture.shape[:2]
        self.scale = height * camera.zoom
        turn = np.array(
            [
                [np.cos(camera.roll), -np.sin(camera.roll)],
                [np.sin(camera.roll), np.cos(camera.roll)],
            ]
        )
        middle = np.array([self.aspect / 2.0 + camera.right, 0.5 + camera.down])
        linear = self.scale * turn
        shift = np.array([width / 2.0, height / 2.0]) - linear @ middle
        self.view = np.hstack([linear, shift[:, None]])

    def backdrop(self, painted: "Canvas") -> None:
        """Lay a canvas painted with `MARGIN` behind everything."""
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
        """Fill a polygon."""
        cv2.fillPoly(
            self.picture, [self._pixels(points)], colour, cv2.LINE_AA, shift=_SUBPIXEL_BITS
        )

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fill an upright rectangle."""
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour)

    def disc(self, centre: Point, radius: float, colour: Colour, flatness: float = 1.0) -> None:
        """Fill a disc, or an ellipse of height `flatness` times its width."""
        (x, y) = self._pixels([centre])[0]
        unit = 1 << _SUBPIXEL_BITS
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
        """A line with round ends through `points`, `width` in world units."""
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
        """Add light that falls off around `centre`."""
        height, width = self.picture.shape[:2]
        x, y = self._pixels([centre])[0] / (1 << _SUBPIXEL_BITS)
        reach = radius * self.scale
        columns = np.exp(-np.square((np.arange(width, dtype=np.float32) - x) / reach))
        rows = np.exp(-np.square((np.arange(height, dtype=np.float32) - y) / reach))
        light = (strength * rows[:, None] * columns[None, :])[:, :, None] * np.array(
            colour, np.float32
        )
        self.picture = np.minimum(self.picture + light, 255.0).astype(np.uint8)

    def _pixels(self, points: "Sequence[Point] | F64") -> "np.typing.NDArray[np.int32]":
        array = np.asarray(points, np.float64)
        seen = array @ self.view[:, :2].T + self.view[:, 2]
        bounded = np.clip(seen, -4000.0, 8000.0)
        return np.rint(bounded * (1 << _SUBPIXEL_BITS)).astype(np.int32)


def shade(colour: Colour, factor: float) -> Colour:
    """A darker (factor below 1) or lighter colour."""
    red, green, blue = (min(255.0, max(0.0, channel * factor)) for channel in colour)
    return red, green, blue


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two; `share` 0 is the first."""
    red, green, blue = (a + (b - a) * share for a, b in zip(first, second, strict=True))
    return red, green, blue


def value_noise(rng: np.random.Generator, height: int, width: int, cells: int, octaves: int) -> F32:
    """Smooth noise (H, W), 0..1: random grids of growing fineness, interpolated and summed."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        side = cells * 2**octave
        grid = rng.random((max(2, side * height // width), max(2, side)), dtype=np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_LINEAR) * 0.5**octave
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(1e-6, high - low)

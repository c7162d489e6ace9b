"""Painted patches that are laid onto a canvas: things with a texture that moves along with them.

Filmed things are rarely of one flat colour. Optical flow finds the motion of a textured thing
everywhere in it, that of a flat thing only at its edge.
"""

from typing import Literal

import cv2
import numpy as np

from foley_core.types import F32, U8
from foley_core.world.canvas import Canvas, Colour, Point, value_noise

Outline = Literal["bar", "box", "disc", "wedge", "blob"]
"""Shape of a sprite: rounded bar, box, ellipse, wedge that narrows to its end, or ragged blob."""

_LONG_PX, _ACROSS_PX = 96, 48
"""Size of a patch: about what a large thing covers in the pictures that are learned from."""


class Sprite:
    """A textured patch with an outline.

    Attributes:
        patch: RGB and opacity (H, W, 4), 0..255; x runs along the sprite, y across it.
    """

    def __init__(
        self, rng: np.random.Generator, colour: Colour, outline: Outline, contrast: float = 0.5
    ) -> None:
        """Paint a patch.

        Args:
            colour: mean colour.
            outline: shape.
            contrast: difference between the darkest and the lightest grain, as a share of the
                colour.
        """
        # From coarse stains to grain of a pixel: five octaves above five cells.
        noise = value_noise(rng, _ACROSS_PX, _LONG_PX, int(rng.integers(3, 9)), 4)
        light = 1.0 + contrast * (noise - 0.5)
        # Light falls from one side: a round thing is darker towards its other edge.
        light *= np.linspace(1.15, rng.uniform(0.6, 1.0), _ACROSS_PX, dtype=np.float32)[:, None]
        if rng.random() < 0.25:
            # Stripes across, as of knitted sleeves and wound handles.
            period = rng.uniform(6.0, 20.0)
            light *= 1.0 + 0.25 * np.sin(2.0 * np.pi * np.arange(_LONG_PX) / period)
        rgb = np.clip(light[:, :, None] * np.array(colour, np.float32), 0.0, 255.0)
        self.patch: U8 = np.dstack([rgb, 255.0 * _mask(rng, outline)]).astype(np.uint8)

    def place(
        self, canvas: Canvas, start: Point, end: Point, width: float, light: float = 1.0
    ) -> None:
        """Lay the sprite along the line from `start` to `end`.

        Args:
            canvas: what is drawn on.
            start, end: world units.
            width: extent across the line, world units.
            light: factor on the brightness.
        """
        ends = np.array([start, end]) @ canvas.view[:, :2].T + canvas.view[:, 2]
        along = ends[1] - ends[0]
        length = float(np.hypot(*along))
        if length < 0.5:
            return
        across = np.array([-along[1], along[0]]) * (width * canvas.scale / length)
        corners = np.array([ends[0] + s * across for s in (-0.5, 0.5)])
        corners = np.concatenate([corners, corners + along])
        # Only the part of the picture that the sprite covers is touched.
        height_px, width_px = canvas.picture.shape[:2]
        left, top = np.maximum(0, np.floor(corners.min(axis=0)).astype(int))
        right, bottom = np.minimum(
            (width_px, height_px), np.ceil(corners.max(axis=0)).astype(int) + 1
        )
        if left >= right or top >= bottom:
            return
        rows, columns = self.patch.shape[:2]
        to_picture = np.column_stack([along / columns, across / rows, corners[0] - (left, top)])
        laid = cv2.warpAffine(self.patch, to_picture, (int(right - left), int(bottom - top)))
        part = canvas.picture[top:bottom, left:right]
        opacity = laid[:, :, 3:].astype(np.float32) / 255.0
        seen = laid[:, :, :3].astype(np.float32)
        if light != 1.0:
            seen = np.minimum(seen * light, 255.0)
        canvas.picture[top:bottom, left:right] = part + (seen - part) * opacity

    def stamp(
        self, canvas: Canvas, centre: Point, radius: float, turn: float = 0.0, flatness: float = 1.0
    ) -> None:
        """Lay the sprite around `centre`, as long as twice the `radius`, turned by `turn` radians.

        Args:
            canvas: what is drawn on.
            centre: world units.
            radius: half the length, world units.
            turn: angle of the line along the sprite, from x towards y.
            flatness: extent across over extent along.
        """
        half = (radius * float(np.cos(turn)), radius * float(np.sin(turn)))
        self.place(
            canvas,
            (centre[0] - half[0], centre[1] - half[1]),
            (centre[0] + half[0], centre[1] + half[1]),
            2.0 * radius * flatness,
        )


def _mask(rng: np.random.Generator, outline: Outline) -> F32:
    """Return the opacity (H, W) of an outline, 0..1, soft at the edge."""
    y, x = np.mgrid[-1.0 : 1.0 : _ACROSS_PX * 1j, -1.0 : 1.0 : _LONG_PX * 1j]
    match outline:
        case "bar":
            # Half discs at both ends, an eighth of the length each.
            inside = np.hypot(np.maximum(0.0, np.abs(x) - 0.75) / 0.25, y) < 0.95
        case "box":
            inside = (np.abs(x) < 0.97) & (np.abs(y) < 0.94)
        case "disc":
            inside = np.hypot(x, y) < 0.95
        case "wedge":
            inside = (np.abs(y) < 0.95 - 0.35 * (x + 1.0)) & (np.abs(x) < 0.97)
        case "blob":
            ragged = value_noise(rng, _ACROSS_PX, _LONG_PX, 4, 3)
            inside = np.hypot(x, y) < 0.55 + 0.4 * ragged
    return np.asarray(cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 0.8), np.float32)

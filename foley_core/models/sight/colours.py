"""Statistics of the colours of a picture: how bright, how colourful, and of which hues."""

import cv2
import numpy as np

from foley_core.types import F32, U8

_SIDE_PX = 64
"""Statistics need no detail, and noise averages out in a small picture."""
_DARK, _BRIGHT = 0.2, 0.9
"""Levels of the brightest channel below which a pixel looks black, and from which overexposed."""
_GREY, _COLOURED, _VIVID = 0.15, 0.3, 0.5
"""Saturations below which no hue is seen, from which one is, and from which it is strong."""
_HUES = 8


def colours(rgb: U8) -> F32:
    """Return the statistics of a picture U8 (H, W, 3), (16,), 0..1; `looks.COLOURS` names them.

    Shares are of the picture's area. Hues are those of HSV, eight ranges of 45° with red in the
    middle of the first; a pixel counts if it is coloured and not dark.
    """
    small = cv2.resize(rgb, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA)
    picture = np.asarray(small, np.float32) / 255
    value = picture.max(axis=2)
    # Saturation of HSV: how far the weakest channel lies below the strongest.
    saturation = (value - picture.min(axis=2)) / np.maximum(value, 1 / 255)
    hue = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)[..., 0]
    coloured = (saturation >= _COLOURED) & (value >= _DARK)
    # Half a range further, so that red, which lies on both sides of 0°, is one range.
    ranges = ((hue + 180 / _HUES) // (360 / _HUES)).astype(np.int64) % _HUES
    shares = np.bincount(ranges[coloured], minlength=_HUES) / value.size
    gray = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)
    # Mean difference of neighbours, across and down.
    edges = np.abs(np.diff(gray, axis=0)).mean() + np.abs(np.diff(gray, axis=1)).mean()
    first = (
        gray.mean(), gray.std(),
        (value < _DARK).mean(), (value > _BRIGHT).mean(),
        saturation.mean(), (saturation < _GREY).mean(),
        ((saturation >= _VIVID) & (value > _COLOURED)).mean(), edges,
    )  # fmt: skip
    return np.array([*first, *shares], np.float32)

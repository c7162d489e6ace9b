"""Blurring of regions of a picture, beyond recognition, and how regions are given.

A box is in pixels of one picture; a region is in shares, so it holds for any size of that picture.
"""

from math import ceil, floor
from typing import TypeAlias

import cv2

from foley_core.types import U8, PictureBox

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, width, height, in pixels."""

# A region is reduced to 4 × 4 patches of colour: no face and no letter is left.
_COARSENESS = 4


def blurred(rgb: U8, boxes: list[Box]) -> U8:
    """Return a picture U8 (H, W, 3) with each box reduced to a few patches of colour."""
    if not boxes:
        return rgb
    hidden = rgb.copy()
    # In order of size: overlapping boxes give the same picture in whatever order they came.
    for left, top, width, height in sorted(boxes, key=lambda box: (box[2] * box[3], box)):
        region = (slice(top, top + height), slice(left, left + width))
        patches = (max(1, min(_COARSENESS, width)), max(1, min(_COARSENESS, height)))
        few = cv2.resize(hidden[region], patches, interpolation=cv2.INTER_AREA)
        hidden[region] = cv2.resize(few, (width, height), interpolation=cv2.INTER_LINEAR)
    return hidden


def region_of(box: Box, width: int, height: int) -> PictureBox:
    """Return a box as shares, one pixel larger on each side: so a larger picture hides it all."""
    left, top, wide, high = box
    return (
        max(0.0, (left - 1) / width),
        max(0.0, (top - 1) / height),
        min(1.0, (left + wide + 1) / width),
        min(1.0, (top + high + 1) / height),
    )


def box_of(region: PictureBox, width: int, height: int) -> Box:
    """Return the box of all pixels that a region touches, in a picture of that size in pixels."""
    left, top = floor(region[0] * width), floor(region[1] * height)
    right, bottom = ceil(region[2] * width), ceil(region[3] * height)
    return left, top, min(width, right) - left, min(height, bottom) - top

"""Licence plates in a picture: found by a cascade, and as bars full of upright edges.

The cascade is one of Haar features (Viola and Jones, 2001) that OpenCV ships; most plates are bars.
Recall counts, not precision: a wall that is blurred in vain costs a little detail.
"""

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from foley_core.types import U8
from foley_core.vision.blurring import Box

# A fifth more on each side takes in the frame.
_PADDING = 0.2
_CASCADE = "haarcascade_russian_plate_number.xml"
# The window of the cascade is three times as wide as high (60 × 20).
_SMALLEST_PX = (40, 10)
# Each size that is searched is 15 % larger than the last one; finer steps would cost more time.
_SCALE_STEP = 1.15
_NEIGHBOURS = 3
# Plates are about 2 (North America) to 4.7 (Europe) times as wide as high; views from the side
# and tilted ones widen that range. Heights are shares of the picture's.
_ASPECT = (1.8, 7.0)
_HEIGHT = (0.02, 0.25)
# The share of its box that an outline must fill: bars do, branches and fences do not.
_FILL = 0.55


def plates(rgb: U8) -> list[Box]:
    """Return boxes around the plates of a picture U8 (H, W, 3), padded, within it."""
    gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    found = _cascade().detectMultiScale(
        gray, scaleFactor=_SCALE_STEP, minNeighbors=_NEIGHBOURS, minSize=_SMALLEST_PX
    )
    boxes = [(int(x), int(y), int(w), int(h)) for x, y, w, h in found]
    return [_padded(box, gray.shape[1], gray.shape[0]) for box in (*boxes, *_bars(gray))]


@cache
def _cascade() -> Any:
    # More than one thread would find the same, in another order.
    cv2.setNumThreads(1)
    path = Path(cv2.__file__).parent / "data" / _CASCADE
    cascade = cv2.CascadeClassifier(str(path))
    if cascade.empty():
        raise RuntimeError(f"{path} is missing; install opencv-python-headless again")
    return cascade


def _bars(gray: U8) -> list[Box]:
    """Return the bars with the proportions of a plate that are full of upright edges."""
    height = gray.shape[0]
    # Letters are upright strokes. An edge must stand out from this picture's usual edges, and from
    # noise (60 of at most 1020 that the Sobel filter gives).
    edges = np.abs(cv2.Sobel(gray, cv2.CV_32F, 1, 0, ksize=3))
    strong = (edges > max(60.0, 2.5 * float(edges.mean()))).astype(np.uint8)
    boxes = []
    # Closing bridges the gaps between letters, opening takes off thin lines; three reaches for
    # three sizes of plates.
    for reach in (5, 9, 15):
        bridge = cv2.getStructuringElement(cv2.MORPH_RECT, (reach, max(2, reach // 4)))
        closed = cv2.morphologyEx(strong, cv2.MORPH_CLOSE, bridge)
        opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, reach), np.uint8))
        outlines, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for outline in outlines:
            left, top, wide, high = cv2.boundingRect(outline)
            fits = _ASPECT[0] <= wide / high <= _ASPECT[1]
            fits = fits and _HEIGHT[0] <= high / height <= _HEIGHT[1]
            if fits and cv2.contourArea(outline) >= _FILL * wide * high:
                boxes.append((int(left), int(top), int(wide), int(high)))
    return boxes


def _padded(box: Box, width: int, height: int) -> Box:
    """Return a box with `_PADDING` of its size more on each side, cut off at the picture's edge."""
    left, top, wide, high = box
    across, along = round(_PADDING * wide), round(_PADDING * high)
    first_x, first_y = max(0, left - across), max(0, top - along)
    last_x, last_y = min(width, left + wide + across), min(height, top + high + along)
    return first_x, first_y, last_x - first_x, last_y - first_y

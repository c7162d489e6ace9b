"""Blur faces and licence plates, before anything else sees a picture.

Faces: cascades of Haar features (Viola and Jones, 2001; those that OpenCV ships) for fronts and for
profiles to both sides. Plates: a cascade, and bright or dark bars full of upright edges, which most
plates are. A region stays blurred for a while after it was last found, since detection flickers.
Recall counts, not precision: a wall blurred in vain costs a little detail.

Fronts, profiles and plates that are small, turned far or covered are missed at times: whoever must
rely on it looks at the figures of `foley evaluate --only privacy` first.
"""

from dataclasses import dataclass, field
from functools import cache
from math import floor
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np

from foley_core.types import U8

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, width, height, pixels."""

LOOKS_PER_S = 10
HOLD_S = 0.2
_PADDING = 0.2
_SMALLEST_FACE_PX = 20
_SCALE_STEP = 1.15
_COARSENESS = 4
_PLATE_ASPECT = (1.8, 7.0)
_PLATE_HEIGHT = (0.02, 0.25)
_PLATE_FILL = 0.55


@dataclass(slots=True)
class Anonymiser:
    """Blurs the pictures of one video, given in order of time.

    It looks for faces and plates in the first picture of each tenth of a second, counted from the
    video's beginning, so that it does the same wherever a clip starts `HOLD_S` earlier.
    """

    _held: list[tuple[float, Box]] = field(default_factory=list)
    _looked: int | None = None

    def __call__(self, rgb: U8, time_s: float) -> U8:
        """The picture (H, W, 3) with every face and plate blurred beyond recognition.

        Args:
            time_s: when it is shown; regions found up to `HOLD_S` before are blurred too.
        """
        found: list[tuple[float, Box]] = []
        if (look := floor(time_s * LOOKS_PER_S)) != self._looked:
            self._looked = look
            found = [(time_s, box) for box in sensitive_regions(rgb)]
        self._held = [(at, box) for at, box in self._held if 0.0 <= time_s - at <= HOLD_S] + found
        return blurred(rgb, [box for _, box in self._held])


def sensitive_regions(rgb: U8) -> list[Box]:
    """Faces and plates of a picture (H, W, 3), padded, within the picture."""
    gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    even = np.asarray(cv2.equalizeHist(gray), np.uint8)
    width = gray.shape[1]
    boxes = [*_found("haarcascade_frontalface_alt2.xml", even, 2)]
    boxes += _found("haarcascade_profileface.xml", even, 3)
    mirrored = np.ascontiguousarray(even[:, ::-1])
    boxes += [
        (width - left - wide, top, wide, high)
        for left, top, wide, high in _found("haarcascade_profileface.xml", mirrored, 3)
    ]
    boxes += _found("haarcascade_russian_plate_number.xml", gray, 3)
    boxes += _bars(gray)
    return [_padded(box, gray.shape[1], gray.shape[0]) for box in boxes]


def blurred(rgb: U8, boxes: list[Box]) -> U8:
    """The picture with each box reduced to a few patches of colour."""
    if not boxes:
        return rgb
    hidden = rgb.copy()
    for left, top, width, height in sorted(boxes, key=lambda box: box[2] * box[3]):
        region = (slice(top, top + height), slice(left, left + width))
        patches = (max(1, min(_COARSENESS, width)), max(1, min(_COARSENESS, height)))
        few = cv2.resize(hidden[region], patches, interpolation=cv2.INTER_AREA)
        hidden[region] = cv2.resize(few, (width, height), interpolation=cv2.INTER_LINEAR)
    return hidden


def _found(name: str, gray: U8, neighbours: int) -> list[Box]:
    smallest = (_SMALLEST_FACE_PX, _SMALLEST_FACE_PX)
    if "plate" in name:
        smallest = (2 * _SMALLEST_FACE_PX, _SMALLEST_FACE_PX // 2)
    found = _cascade(name).detectMultiScale(
        gray, scaleFactor=_SCALE_STEP, minNeighbors=neighbours, minSize=smallest
    )
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h in found]


@cache
def _cascade(name: str) -> Any:
    # More than one thread would find the same, in another order.
    cv2.setNumThreads(1)
    path = Path(cv2.__file__).parent / "data" / name
    cascade = cv2.CascadeClassifier(str(path))
    if cascade.empty():
        raise RuntimeError(f"{path} is missing; install opencv-python-headless again")
    return cascade


def _bars(gray: U8) -> list[Box]:
    """Bars with the proportions of a plate that are full of upright edges."""
    height = gray.shape[0]
    edges = np.abs(cv2.Sobel(gray, cv2.CV_32F, 1, 0, ksize=3))
    strong = (edges > max(60.0, 2.5 * float(edges.mean()))).astype(np.uint8)
    boxes = []
    for reach in (5, 9, 15):
        bridge = cv2.getStructuringElement(cv2.MORPH_RECT, (reach, max(2, reach // 4)))
        closed = cv2.morphologyEx(strong, cv2.MORPH_CLOSE, bridge)
        opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, reach), np.uint8))
        outlines, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for outline in outlines:
            left, top, wide, high = cv2.boundingRect(outline)
            fits = _PLATE_ASPECT[0] <= wide / high <= _PLATE_ASPECT[1]
            fits = fits and _PLATE_HEIGHT[0] <= high / height <= _PLATE_HEIGHT[1]
            if fits and cv2.contourArea(outline) >= _PLATE_FILL * wide * high:
                boxes.append((int(left), int(top), int(wide), int(high)))
    return boxes


def _padded(box: Box, width: int, height: int) -> Box:
    left, top, wide, high = box
    across, along = round(_PADDING * wide), round(_PADDING * high)
    first_x, first_y = max(0, left - across), max(0, top - along)
    last_x, last_y = min(width, left + wide + across), min(height, top + high + along)
    return first_x, first_y, last_x - first_x, last_y - first_y

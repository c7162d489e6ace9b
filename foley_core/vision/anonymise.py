"""Blurring of faces and licence plates, before anything else sees a picture.

Faces are found by cascades of Haar features (Viola and Jones, 2001; the files that OpenCV ships)
for front views and for profiles to both sides. Plates are found by a cascade, and as bars full of
upright edges, which most plates are. Detection comes and goes from picture to picture, so a region
is blurred for a while before and after it was found. Recall counts, not precision: a wall that is
blurred in vain costs a little detail.

Faces and plates that are small, turned far or covered are missed at times. Before you rely on this,
look at the figures of `foley evaluate --only privacy`.
"""

from functools import cache
from math import ceil, floor
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np

from foley_core.timebase import MOTION_RATE
from foley_core.types import U8, PictureBox

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, width, height, in pixels."""

ANONYMISER_VERSION = 2
LOOKS_PER_S = 10
BLUR_HOLD_STEPS = 5
"""Motion steps before and after it was found for which a region is blurred: 0.2 s."""
# A cascade's box fits a face tightly; a fifth more on each side takes in hair and ears.
_PADDING = 0.2
# The window of the cascades for faces; that for plates is three times as wide as high (60 × 20).
_SMALLEST_FACE_PX = 20
# Each size that is searched is 15 % larger than the last one; finer steps would cost more time.
_SCALE_STEP = 1.15
# A region is reduced to 4 × 4 patches of colour: no face and no letter is left.
_COARSENESS = 4
# Plates are about 2 (North America) to 4.7 (Europe) times as wide as high; views from the side
# and tilted ones widen that range. Heights are shares of the picture's.
_PLATE_ASPECT = (1.8, 7.0)
_PLATE_HEIGHT = (0.02, 0.25)
# The share of its box that an outline must fill: bars do, branches and fences do not.
_PLATE_FILL = 0.55


class Anonymiser:
    """Blurs the pictures of one video of `steps` motion steps, given in order of time.

    It looks for faces and plates in the first picture of each tenth of a second, counted from the
    video's beginning, and in the last picture of all. A face is often missed while it comes into
    the picture, so regions are also blurred for a while before they were found (measured on a pan:
    3.5 % of faces and plates stayed visible without that, 1.7 % with it).
    """

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._found: list[tuple[int, tuple[PictureBox, ...]]] = []
        self._last: tuple[U8, tuple[PictureBox, ...]] | None = None

    def needed(self, first_step: int, last_step: int) -> tuple[int, int]:
        """Return the steps [first, last) to look at before pictures of a range can be hidden.

        The range is [first_step, last_step).
        """
        return max(0, first_step - BLUR_HOLD_STEPS), min(self._steps, last_step + BLUR_HOLD_STEPS)

    def looks_at(self, step: int) -> bool:
        """Return True for the first step of each tenth of a second, and for the last of all."""
        first = step * LOOKS_PER_S // MOTION_RATE != (step - 1) * LOOKS_PER_S // MOTION_RATE
        return first or step == self._steps - 1

    def look(self, rgb: U8, step: int) -> None:
        """Find faces and plates in a picture U8 (H, W, 3).

        The same array as at the last call is not searched again.
        """
        if self._last is None or self._last[0] is not rgb:
            height, width = rgb.shape[:2]
            found = (_shares(box, width, height) for box in sensitive_regions(rgb))
            self._last = rgb, tuple(found)
        self._found.append((step, self._last[1]))

    def regions(self, step: float) -> tuple[PictureBox, ...]:
        """Return the regions to blur in a picture that appears at `step`, a time in motion steps.

        Ask in order of time: what lies further back is forgotten.
        """
        near = [regions for at, regions in self._found if abs(at - step) <= BLUR_HOLD_STEPS]
        self._found = [found for found in self._found if found[0] >= step - BLUR_HOLD_STEPS]
        return tuple(sorted({region for regions in near for region in regions}))

    def hidden(self, rgb: U8, regions: tuple[PictureBox, ...]) -> U8:
        """Return a picture U8 (H, W, 3), of any size, with these regions blurred."""
        height, width = rgb.shape[:2]
        return blurred(rgb, [box_of(region, width, height) for region in regions])


def anonymised_mark(anonymises: bool) -> str:
    """Return the end of the name of an encoder: empty, or a mark that it sees blurred pictures."""
    return f"/anonymised-{ANONYMISER_VERSION}" if anonymises else ""


def sensitive_regions(rgb: U8) -> list[Box]:
    """Return boxes around the faces and plates of a picture U8 (H, W, 3), padded, within it."""
    gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    # Equal use of all gray levels brings out faces in shadow. Few neighbouring hits are asked for:
    # a false alarm costs less than a face that is missed.
    even = np.asarray(cv2.equalizeHist(gray), np.uint8)
    width = gray.shape[1]
    boxes = [*_cascade_boxes("haarcascade_frontalface_alt2.xml", even, 2)]
    boxes += _cascade_boxes("haarcascade_profileface.xml", even, 3)
    # That cascade knows profiles to one side only; those to the other are found mirrored.
    mirrored = np.ascontiguousarray(even[:, ::-1])
    boxes += [
        (width - left - wide, top, wide, high)
        for left, top, wide, high in _cascade_boxes("haarcascade_profileface.xml", mirrored, 3)
    ]
    boxes += _cascade_boxes("haarcascade_russian_plate_number.xml", gray, 3)
    boxes += _bars(gray)
    return [_padded(box, gray.shape[1], gray.shape[0]) for box in boxes]


def blurred(rgb: U8, boxes: list[Box]) -> U8:
    """Return a picture U8 (H, W, 3) with each box reduced to a few patches of colour."""
    if not boxes:
        return rgb
    hidden = rgb.copy()
    # In order of size: overlapping boxes give the same picture in whatever order they came.
    for left, top, width, height in sorted(boxes, key=lambda box: box[2] * box[3]):
        region = (slice(top, top + height), slice(left, left + width))
        patches = (max(1, min(_COARSENESS, width)), max(1, min(_COARSENESS, height)))
        few = cv2.resize(hidden[region], patches, interpolation=cv2.INTER_AREA)
        hidden[region] = cv2.resize(few, (width, height), interpolation=cv2.INTER_LINEAR)
    return hidden


def _cascade_boxes(name: str, gray: U8, neighbours: int) -> list[Box]:
    """Return what a cascade finds in a picture U8 (H, W); `neighbours` as OpenCV counts them."""
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
            fits = _PLATE_ASPECT[0] <= wide / high <= _PLATE_ASPECT[1]
            fits = fits and _PLATE_HEIGHT[0] <= high / height <= _PLATE_HEIGHT[1]
            if fits and cv2.contourArea(outline) >= _PLATE_FILL * wide * high:
                boxes.append((int(left), int(top), int(wide), int(high)))
    return boxes


def _padded(box: Box, width: int, height: int) -> Box:
    """Return a box with `_PADDING` of its size more on each side, cut off at the picture's edge."""
    left, top, wide, high = box
    across, along = round(_PADDING * wide), round(_PADDING * high)
    first_x, first_y = max(0, left - across), max(0, top - along)
    last_x, last_y = min(width, left + wide + across), min(height, top + high + along)
    return first_x, first_y, last_x - first_x, last_y - first_y


def _shares(box: Box, width: int, height: int) -> PictureBox:
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

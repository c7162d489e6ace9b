"""Faces in a picture, from what the full-range BlazeFace network says (Google MediaPipe, 2021).

It looks at squares of 192 pixels and finds faces from about a twentieth of a square on. So it is
shown the whole picture, and then parts of it, which overlap: each face that is small in the picture
is larger in one of them. In each cell of a grid of 48 × 48 it says how likely a face is there, and
where. (It has a second end that says the same again; on filmed clips it finds no more faces.)
"""

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from foley_core.types import F32, U8

SIDE_PX = 192
GRID = 48
PART_SHARES = (9 / 16, 3 / 8)
"""Sides of the parts of a picture that are shown, as shares of its longer side. The larger ones are
as high as a wide picture, the smaller ones need no scaling at the size where faces are sought."""
LEAST_SCORE = 0.1
_OVERLAP = 0.25
"""Share of a part's side by which it overlaps the next one: a face of that size is whole in one."""
_MOST_OF_PART = 0.35
"""Share of a part's side up to which a face is looked for in it."""
_MOST_SHARED = 0.3
"""Intersection over union of two boxes from which on they are one face."""


class Window(NamedTuple):
    """A square that is shown to the network, pixels of the picture; it may reach beyond it."""

    left: int
    top: int
    side: int


def windows(height: int, width: int) -> Iterator[Window]:
    """Yield the squares of a picture of that size: the whole, then parts that cover it."""
    longer = max(height, width)
    yield Window((width - longer) // 2, (height - longer) // 2, longer)
    for share in PART_SHARES:
        side = max(1, round(share * longer))
        for top in _starts(height, side):
            for left in _starts(width, side):
                yield Window(left, top, side)


def face_input(rgb: U8, window: Window) -> F32:
    """Return a square of a picture U8 (H, W, 3) as the network takes it, (1, 192, 192, 3)."""
    left, top, side = window
    seen = rgb[max(0, top) : top + side, max(0, left) : left + side]
    if seen.shape[:2] != (side, side):
        square = np.zeros((side, side, 3), np.uint8)
        below, beside = max(0, -top), max(0, -left)
        square[below : below + seen.shape[0], beside : beside + seen.shape[1]] = seen
        seen = square
    # Area averaging shrinks without aliasing, and cannot enlarge.
    kind = cv2.INTER_AREA if side > SIDE_PX else cv2.INTER_LINEAR
    small = cv2.resize(seen, (SIDE_PX, SIDE_PX), interpolation=kind)
    return np.asarray(small, np.float32)[None] / np.float32(127.5) - np.float32(1)


def decoded(said: F32, window: Window, height: int, width: int) -> F32:
    """Return the faces in one square, the surest first: (n, 5) score, left, top, right, bottom.

    Args:
        said: (2304, 17) logit of a face in each cell, row by row, then its middle from the cell's,
            width and height, pixels of 192, and landmarks.
        height: of the picture, pixels, as width; places are shares of it.
    """
    cell = np.nonzero(said[:, 0] >= np.log(LEAST_SCORE / (1 - LEAST_SCORE)))[0]
    logit, x, y, wide, high = said[cell, :5].astype(np.float64).T
    row, column = np.divmod(cell, GRID)
    x += (column + 0.5) * (SIDE_PX / GRID)
    y += (row + 0.5) * (SIDE_PX / GRID)
    score = 1 / (1 + np.exp(-logit))
    faces = np.stack([score, x - wide / 2, y - high / 2, x + wide / 2, y + high / 2], axis=1)
    # A face that fills much of a part is seen in the whole picture, or in a larger part.
    if window.side < max(height, width):
        faces = faces[np.maximum(wide, high) <= _MOST_OF_PART * SIDE_PX]
    scale = window.side / SIDE_PX
    corner = np.array([window.left, window.top] * 2)
    faces[:, 1:] = (faces[:, 1:] * scale + corner) / np.array([width, height] * 2)
    return single(faces.astype(np.float32))


def single(faces: F32) -> F32:
    """Return the faces (n, 5) without those that a surer one overlaps much, the surest first."""
    faces = faces[np.argsort(-faces[:, 0], kind="stable")]
    kept: list[int] = []
    for index in range(len(faces)):
        if not (kept and (shared(faces[index], faces[kept]) > _MOST_SHARED).any()):
            kept.append(index)
    return faces[kept]


def shared(one: F32, others: F32) -> NDArray[np.float64]:
    """Return intersection over union of a box (5,) with others (n, 5), score first."""
    inside, size, sizes = overlap(one, others)
    return inside / np.maximum(size + sizes - inside, 1e-12)


def overlap(one: F32, others: F32) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    """Return intersections (n,) of a box (5,) with others (n, 5), its size, and theirs (n,)."""
    boxes = np.concatenate([one[None, 1:], others[:, 1:]]).astype(np.float64)
    corner = np.maximum(boxes[0, :2], boxes[1:, :2])
    inside = np.maximum(np.minimum(boxes[0, 2:], boxes[1:, 2:]) - corner, 0).prod(axis=1)
    sizes = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    return inside, float(sizes[0]), sizes[1:]


def _starts(total: int, side: int) -> list[int]:
    """Return where parts of a side begin, so that they cover a total and overlap."""
    if side >= total:
        return [(total - side) // 2]
    count = 1 + ceil((total - side) / (side * (1 - _OVERLAP)))
    return [round(k * (total - side) / (count - 1)) for k in range(count)]

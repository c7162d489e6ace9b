"""Boxes around things, decoded from what the NanoDet network says.

RangiLyu, NanoDet (2020), with the box distributions of Li et al., "Generalized Focal Loss"
(NeurIPS 2020). At strides of 8, 16 and 32 pixels each cell of a grid scores 80 kinds and says how
far the four edges of its thing are: a distribution over 0 to 10 strides for each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from foley_core.types import F32, U8

SIDE_PX = 416
STRIDES = (8, 16, 32)
KINDS = 80
_BINS = 11
_LEAST_SCORE = 0.05
"""Least score of a thing, as in the network's own evaluation."""
_MOST_CELLS = 1000
_MOST_OVERLAP = 0.6
"""Share by which two boxes of a kind may overlap, as in the network's own evaluation."""
# Means and deviations of blue, green and red by which the network was trained.
_MEAN = np.array([103.53, 116.28, 123.675], np.float32)
_DEVIATION = np.array([57.375, 57.12, 58.395], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Boxes of one picture, the surest first: kinds (n,), scores (n,) and places (n, 4).

    Places are top, left, bottom, right, as shares of the picture.
    """

    kinds: NDArray[np.int64]
    scores: F32
    places: F32


def network_input(rgb: U8) -> F32:
    """Return a picture U8 (H, W, 3) as the network takes it, (1, 3, 416, 416).

    It is fitted into the square, in the middle, with black beside it.
    """
    (top, left), (height, width) = _fitted(*rgb.shape[:2])
    square = np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)
    fitted = rgb
    if rgb.shape[:2] != (height, width):
        fitted = np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA))
    square[top : top + height, left : left + width] = fitted
    bgr = square[..., ::-1].astype(np.float32)
    normal = (bgr - _MEAN) / _DEVIATION
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[None])


def decoded(
    scores: Sequence[F32], distances: Sequence[F32], height: int, width: int, most: int
) -> Boxes:
    """Return the boxes of a picture of `height` × `width` pixels, at most `most`.

    Args:
        scores: for each stride (n, 80) probabilities of the kinds at its n cells, row by row.
        distances: for each stride (n, 44) logits of the distances left, up, right and down.
    """
    kinds, found, places = [], [], []
    for stride, score, distance in zip(STRIDES, scores, distances, strict=True):
        cell, kind = np.nonzero(score > _LEAST_SCORE)
        kinds.append(kind)
        found.append(score[cell, kind])
        places.append(_places(cell, distance[cell], stride))
    kind, score, place = np.concatenate(kinds), np.concatenate(found), np.concatenate(places)
    order = np.argsort(-score, kind="stable")[:_MOST_CELLS]
    kind, score, place = kind[order], score[order], place[order]
    kept = kept_boxes(kind, place, most)
    # From pixels of the square to shares of the picture that was fitted into it.
    (top, left), (high, wide) = _fitted(height, width)
    corner, size = np.array([top, left] * 2), np.array([high, wide] * 2)
    shares = (place[kept] - corner) / size
    return Boxes(kind[kept], score[kept], np.clip(shares, 0, 1).astype(np.float32))


def kept_boxes(kinds: NDArray[np.int64], places: F32, most: int) -> list[int]:
    """Return the indices of the boxes that no surer box of their kind overlaps much.

    Args:
        kinds: (n,) of boxes in order of falling score.
        places: (n, 4) top, left, bottom, right.
        most: how many are kept at most.
    """
    kept: list[int] = []
    sizes = (places[:, 2] - places[:, 0]) * (places[:, 3] - places[:, 1])
    open_ones = np.ones(len(kinds), np.bool_)
    for index in range(len(kinds)):
        if not open_ones[index]:
            continue
        kept.append(index)
        if len(kept) == most:
            break
        # Intersection over union with every box.
        high = np.minimum(places[:, 2], places[index, 2]) - np.maximum(
            places[:, 0], places[index, 0]
        )
        wide = np.minimum(places[:, 3], places[index, 3]) - np.maximum(
            places[:, 1], places[index, 1]
        )
        shared = np.maximum(high, 0) * np.maximum(wide, 0)
        union = sizes + sizes[index] - shared
        open_ones &= (kinds != kinds[index]) | (shared <= _MOST_OVERLAP * union)
    return kept


def _fitted(height: int, width: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return top and left, and height and width, of a picture in the square; pixels."""
    scale = SIDE_PX / max(height, width)
    high, wide = max(1, round(scale * height)), max(1, round(scale * width))
    return ((SIDE_PX - high) // 2, (SIDE_PX - wide) // 2), (high, wide)


def _places(cells: NDArray[np.int64], distances: F32, stride: int) -> F32:
    """Return top, left, bottom, right of some cells' boxes, (n, 4), pixels of the square."""
    row, column = np.divmod(cells, SIDE_PX // stride)
    bins = distances.reshape(-1, 4, _BINS)
    # Softmax, then the mean of the distribution: in strides.
    weights = np.exp(bins - bins.max(axis=2, keepdims=True))
    mean = weights @ np.arange(_BINS, dtype=np.float32) / weights.sum(axis=2)
    left, up, right, down = (mean * stride).T
    middle_y, middle_x = (row + 0.5) * stride, (column + 0.5) * stride
    place = np.stack([middle_y - up, middle_x - left, middle_y + down, middle_x + right], axis=1)
    clipped: F32 = np.clip(place, 0, SIDE_PX).astype(np.float32)
    return clipped

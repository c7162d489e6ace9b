"""Joints of up to six people, from what the MoveNet network says (Google, 2021)."""

import cv2
import numpy as np

from foley_core.models.sight.looks import JOINTS
from foley_core.types import F32, I32, U8

SIDE_PX = 256
"""Longer side of the picture that the network sees."""
_MULTIPLE_PX = 32
"""Both sides are multiples of it."""


def people_input(rgb: U8) -> I32:
    """Return a picture U8 (H, W, 3) as the network takes it, (1, h, w, 3).

    Its longer side is 256 pixels; below and to the right there is black up to a multiple of 32.
    """
    high, wide = _fitted_size(*rgb.shape[:2])
    small = cv2.resize(rgb, (wide, high), interpolation=cv2.INTER_AREA)
    sides = [-(-px // _MULTIPLE_PX) * _MULTIPLE_PX for px in (high, wide)]
    padded = np.zeros((1, *sides, 3), np.int32)
    padded[0, :high, :wide] = small
    return padded


def people_of(said: F32, height: int, width: int) -> tuple[F32, F32]:
    """Return joints (6, 17, 3), y and x as shares of the picture and score, and scores (6,).

    Args:
        said: (6, 56) for each person 17 × (y, x, score), as shares of the padded picture, then a
            box and the person's score.
        height: of the picture, pixels, as width.
    """
    joints = said[:, : 3 * JOINTS].reshape(-1, JOINTS, 3).copy()
    for axis, px in enumerate(_fitted_size(height, width)):
        joints[..., axis] *= -(-px // _MULTIPLE_PX) * _MULTIPLE_PX / px
    joints[..., :2] = np.clip(joints[..., :2], 0, 1)
    return joints, said[:, -1].copy()


def _fitted_size(height: int, width: int) -> tuple[int, int]:
    scale = SIDE_PX / max(height, width)
    return max(1, round(scale * height)), max(1, round(scale * width))

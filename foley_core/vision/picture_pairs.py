"""Motion between two neighbouring pictures, computed once for all who ask for the same pair.

Motion maps look at 25 pictures a second and contact numbers at every decoded one; for most pairs
these are the same two pictures.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from foley_core.types import F32, F64, U8
from foley_core.vision.map_scale import MAP_SIDE
from foley_core.vision.optical_flow import camera_motion, optical_flow

# Gray levels of 255, as the mean of a cell; less is the difference that a codec leaves.
_SAME_PICTURE_LEVELS = 0.75
# A step takes at most three pairs: one of the maps, two on the way between its pictures.
_REMEMBERED = 4


@dataclass(frozen=True, slots=True)
class PictureMotion:
    """Motion from one gray picture to the next.

    Attributes:
        displacement: (H, W, 2), see `optical_flow`.
        affine: (3, 2), see `camera_motion`.
    """

    displacement: F32
    affine: F64


class PicturePairs:
    """The motion of the pairs that were asked for last."""

    def __init__(self) -> None:
        self._latest: list[tuple[U8, U8, PictureMotion]] = []

    def motion(self, before: U8, after: U8) -> PictureMotion:
        """Return the motion from one gray picture (H, W) to another."""
        for known_before, known_after, known in self._latest:
            # The same two objects: pictures are never changed after they were decoded.
            if known_before is before and known_after is after:
                return known
        displacement = optical_flow(before, after)
        motion = PictureMotion(displacement, camera_motion(displacement))
        self._latest = [(before, after, motion), *self._latest[: _REMEMBERED - 1]]
        return motion


def same_picture(before: U8, after: U8) -> bool:
    """Return True for a repeated picture, which codecs do not repeat bit for bit."""
    difference = cv2.resize(
        cv2.absdiff(before, after).astype(np.float32),
        (MAP_SIDE, MAP_SIDE),
        interpolation=cv2.INTER_AREA,
    )
    return bool(difference.max() < _SAME_PICTURE_LEVELS)

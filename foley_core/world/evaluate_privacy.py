"""How many faces and plates an anonymiser covers in single pictures, and what it covers in vain."""

from collections.abc import Callable
from time import process_time

import cv2
import numpy as np

from foley_core.media.decode import HIDING_SIDE_PX
from foley_core.types import U8
from foley_core.vision.anonymise import LOOKS_PER_S, Box, sensitive_regions
from foley_core.world.people_and_plates import sensitive_picture

COVERED_SHARE = 0.7
PICTURES = 120


def evaluate_privacy(
    seed: int, pictures: int = PICTURES, progress: Callable[[float], None] = lambda share: None
) -> dict[str, float]:
    """Figures on drawn pictures, each looked at for itself.

    Returns:
        `privacy_face_recall`, `privacy_plate_recall`: shares of which at least 70 % of the area is
        covered; `privacy_false_share`: share of the picture covered where there is neither;
        `privacy_cpu_s_per_s`: CPU seconds of looking for each second of video.
    """
    faces: list[bool] = []
    plates: list[bool] = []
    vain: list[float] = []
    looking_s = 0.0
    for number in range(pictures):
        drawn = sensitive_picture(100_000 * seed + number)
        scale = HIDING_SIDE_PX / drawn.rgb.shape[1]
        seen = np.asarray(
            cv2.resize(drawn.rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
        begun = process_time()
        boxes = sensitive_regions(seen)
        looking_s += process_time() - begun
        mask = _mask(seen, boxes)
        faces += [_covered(mask, box, scale) for box in drawn.faces]
        plates += [_covered(mask, box, scale) for box in drawn.plates]
        if not drawn.faces and not drawn.plates:
            vain.append(float(mask.mean()))
        progress((number + 1) / pictures)
    return {
        "privacy_face_recall": float(np.mean(faces)),
        "privacy_plate_recall": float(np.mean(plates)),
        "privacy_false_share": float(np.mean(vain)),
        "privacy_cpu_s_per_s": LOOKS_PER_S * looking_s / pictures,
    }


def _mask(picture: U8, boxes: list[Box]) -> "np.typing.NDArray[np.bool_]":
    mask = np.zeros(picture.shape[:2], np.bool_)
    for left, top, width, height in boxes:
        mask[top : top + height, left : left + width] = True
    return mask


def _covered(mask: "np.typing.NDArray[np.bool_]", box: Box, scale: float) -> bool:
    left, top, width, height = (max(0, round(scale * value)) for value in box)
    return bool(mask[top : top + height, left : left + width].mean() >= COVERED_SHARE)

"""Figures of hiding: faces and plates that are covered, and area that is covered in vain.

Faces and plates of drawn pictures, where their boxes are known exactly, each looked at by itself
and in pans.
"""

from collections.abc import Callable, Sequence
from time import process_time

import cv2
import numpy as np

from foley_core.media.hiding import HIDING_SIDE_PX
from foley_core.models.sight.anonymise import LOOKS_PER_S, Anonymiser
from foley_core.timebase import MOTION_RATE
from foley_core.types import PictureBox
from foley_core.vision.blurring import Box, box_of
from foley_core.world.people_and_plates import Sensitive, sensitive_picture

COVERED_SHARE = 0.7
"""Share of a box that must be hidden."""
PICTURES = 120
MOVING_SHARE = 6
"""Pictures of which one is also panned over for a second."""
_VIEW_PX = 288, 448
"""Height and width of the window that pans over a picture of 360×640."""


def evaluate_privacy(
    seed: int, pictures: int = PICTURES, progress: Callable[[float], None] = lambda share: None
) -> dict[str, float]:
    """Return figures on drawn pictures, and on pans over some of them.

    Args:
        seed: another seed takes other pictures.
        pictures: how many.
        progress: told the share done.

    Returns:
        `privacy_face_recall`, `privacy_plate_recall`: shares of which at least 70 % of the area is
        covered; `privacy_moving_recall`: the same of both in the pictures of a pan, as a whole
        anonymiser hides them; `privacy_false_share`: share of the picture covered where there is
        neither; `privacy_cpu_s_per_s`: CPU seconds of looking for each second of video.
    """
    faces: list[bool] = []
    plates: list[bool] = []
    false_shares: list[float] = []
    moving: list[bool] = []
    looking_s = 0.0
    for number in range(pictures):
        drawn = sensitive_picture(100_000 * seed + number)
        # The finder looks at small pictures; so the drawn ones are scaled as a job scales them.
        scale = HIDING_SIDE_PX / drawn.rgb.shape[1]
        seen = np.asarray(
            cv2.resize(drawn.rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
        begun = process_time()
        anonymiser = Anonymiser(1)
        anonymiser.look(seen, 0)
        looking_s += process_time() - begun
        mask = hidden_mask(seen.shape[:2], anonymiser.regions(0))
        faces += [_covered(mask, box, scale) for box in drawn.faces]
        plates += [_covered(mask, box, scale) for box in drawn.plates]
        if not drawn.faces and not drawn.plates:
            false_shares.append(float(mask.mean()))
        if number % MOVING_SHARE == 1:
            moving += _covered_in_a_pan(drawn, number)
        progress((number + 1) / pictures)
    return {
        "privacy_face_recall": float(np.mean(faces)),
        "privacy_plate_recall": float(np.mean(plates)),
        "privacy_moving_recall": float(np.mean(moving)),
        "privacy_false_share": float(np.mean(false_shares)),
        "privacy_cpu_s_per_s": LOOKS_PER_S * looking_s / pictures,
    }


def _covered_in_a_pan(drawn: Sensitive, seed: int) -> list[bool]:
    """Return whether each face and plate in view is covered, step by step of a pan of 1 s."""
    rng = np.random.default_rng([seed, 78])
    height, width = _VIEW_PX
    spare_y, spare_x = drawn.rgb.shape[0] - height, drawn.rgb.shape[1] - width
    # The window goes from one edge to the other in a second, half of the time backwards.
    corners = [(spare_x * k // (MOTION_RATE - 1), spare_y // 2) for k in range(MOTION_RATE)]
    if rng.random() < 0.5:
        corners.reverse()
    anonymiser = Anonymiser(MOTION_RATE)
    for step, (left, top) in enumerate(corners):
        if anonymiser.looks_at(step):
            view = drawn.rgb[top : top + height, left : left + width]
            noisy = view + rng.normal(0, 4, view.shape)
            anonymiser.look(np.clip(noisy, 0, 255).astype(np.uint8), step)
    covered = []
    # Judged when all is seen: an anonymiser also hides what it finds only later, or found before.
    for step, (left, top) in enumerate(corners):
        mask = hidden_mask(_VIEW_PX, anonymiser.regions(step))
        for x, y, wide, high in (*drawn.faces, *drawn.plates):
            moved = x - left, y - top, wide, high
            # Only what lies wholly within the window is asked for.
            if min(moved[:2]) >= 0 and moved[0] + wide <= width and moved[1] + high <= height:
                covered.append(_covered(mask, moved, 1.0))
    return covered


def hidden_mask(
    size_px: tuple[int, int], regions: Sequence[PictureBox]
) -> "np.typing.NDArray[np.bool_]":
    """Return a mask (height, width) of a picture of that size that is True where it is hidden."""
    mask = np.zeros(size_px, np.bool_)
    for region in regions:
        left, top, width, height = box_of(region, size_px[1], size_px[0])
        mask[top : top + height, left : left + width] = True
    return mask


def _covered(mask: "np.typing.NDArray[np.bool_]", box: Box, scale: float) -> bool:
    """Return whether enough of a box, scaled, is masked."""
    left, top, width, height = (max(0, round(scale * value)) for value in box)
    return bool(mask[top : top + height, left : left + width].mean() >= COVERED_SHARE)

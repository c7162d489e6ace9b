"""Heads lie around the joints of the head, from whichever side it is seen."""

import numpy as np
import pytest

from foley_core.models.sight.heads import heads
from foley_core.types import F32

HEIGHT, WIDTH = 300, 400
NOSE, LEFT_EYE, RIGHT_EYE, LEFT_EAR, RIGHT_EAR = range(5)


def people(joints: dict[int, tuple[float, float]], person: float = 0.8) -> tuple[F32, F32]:
    """One person with these joints, x and y in pixels, and nobody else."""
    found, scores = np.zeros((6, 17, 3), np.float32), np.zeros(6, np.float32)
    for joint, (x, y) in joints.items():
        found[0, joint] = y / HEIGHT, x / WIDTH, 0.9
    scores[0] = person
    return found, scores


FRONT = {NOSE: (200.0, 110.0), LEFT_EYE: (212.0, 100.0), RIGHT_EYE: (188.0, 100.0),
         LEFT_EAR: (225.0, 104.0), RIGHT_EAR: (175.0, 104.0)}  # fmt: skip
PROFILE = {NOSE: (180.0, 110.0), RIGHT_EYE: (188.0, 100.0), RIGHT_EAR: (215.0, 104.0)}


@pytest.mark.parametrize("joints", [FRONT, PROFILE])
def test_a_head_holds_the_face(joints: dict[int, tuple[float, float]]) -> None:
    score, left, top, right, bottom = heads(*people(joints), HEIGHT, WIDTH)[0].tolist()
    assert score == pytest.approx(0.8)
    assert left * WIDTH <= min(x for x, _ in joints.values())
    assert right * WIDTH >= max(x for x, _ in joints.values())
    assert 60 <= top * HEIGHT <= 85
    assert 125 <= bottom * HEIGHT <= 150


def test_a_head_from_behind_has_no_face() -> None:
    behind = {LEFT_EAR: (225.0, 104.0), RIGHT_EAR: (175.0, 104.0)}
    assert heads(*people(behind), HEIGHT, WIDTH).shape == (0, 5)


def test_one_joint_is_no_head() -> None:
    assert heads(*people({NOSE: (200.0, 110.0)}), HEIGHT, WIDTH).shape == (0, 5)


def test_nobody_has_no_head() -> None:
    assert heads(*people(FRONT, person=0.1), HEIGHT, WIDTH).shape == (0, 5)

"""Joints are shares of the picture, whatever the network was given around it."""

import numpy as np
import pytest

from foley_core.models.sight.people import people_input, people_of


@pytest.mark.parametrize(
    ("height", "width", "sides"),
    [(234, 416, (160, 256)), (416, 312, (256, 192)), (9, 416, (32, 256))],
)
def test_the_network_sees_multiples_of_32(height: int, width: int, sides: tuple[int, int]) -> None:
    seen = people_input(np.full((height, width, 3), 200, np.uint8))
    assert seen.shape == (1, *sides, 3)
    assert seen.dtype == np.int32
    assert seen[0, 0, 0].tolist() == [200, 200, 200]
    # Below is what was added.
    assert seen[0, -1, -1].tolist() == ([200] * 3 if sides == (256, 192) else [0] * 3)


def test_joints_are_shares_of_the_picture() -> None:
    said = np.zeros((6, 56), np.float32)
    # 234 × 416 is shown as 144 × 256, in 160 rows.
    said[0, :3] = 0.45, 0.25, 0.9
    said[0, 48:51] = 0.99, 0.5, 0.1
    said[0, 55] = 0.7
    joints, scores = people_of(said, 234, 416)
    assert joints.shape == (6, 17, 3)
    assert joints[0, 0] == pytest.approx([0.5, 0.25, 0.9])
    assert joints[0, 16] == pytest.approx([1, 0.5, 0.1])
    assert scores.tolist() == pytest.approx([0.7, 0, 0, 0, 0, 0])

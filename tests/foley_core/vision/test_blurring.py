"""What is blurred is beyond recognition, at any size of the picture, and nothing else is."""

import numpy as np
import pytest

from foley_core.vision.blurring import Box, blurred, box_of, region_of


def noise(width: int, height: int) -> "np.typing.NDArray[np.uint8]":
    rng = np.random.default_rng(1)
    return rng.integers(0, 255, (height, width, 3)).astype(np.uint8)


def test_nothing_of_a_box_is_left_and_nothing_outside_is_touched() -> None:
    rgb = noise(120, 90)
    hidden = blurred(rgb, [(20, 30, 40, 40), (30, 40, 10, 10)])
    inside = (slice(30, 70), slice(20, 60))
    assert float(hidden[inside].std()) < 0.3 * float(rgb[inside].std())
    outside = np.ones((90, 120), np.bool_)
    outside[inside] = False
    assert np.array_equal(hidden[outside], rgb[outside])


def test_boxes_of_any_order_hide_alike() -> None:
    rgb = noise(120, 90)
    boxes: list[Box] = [(20, 30, 40, 40), (30, 40, 40, 40), (25, 20, 80, 20)]
    assert np.array_equal(blurred(rgb, boxes), blurred(rgb, boxes[::-1]))


@pytest.mark.parametrize("scale", [0.5, 1, 3.3])
def test_a_region_holds_all_of_a_box_at_any_size(scale: float) -> None:
    width, height = round(120 * scale), round(90 * scale)
    for box in ((0, 0, 10, 10), (33, 21, 40, 30), (100, 80, 20, 10)):
        left, top, wide, high = box_of(region_of(box, 120, 90), width, height)
        assert 0 <= left <= box[0] * scale
        assert 0 <= top <= box[1] * scale
        assert round((box[0] + box[2]) * scale) <= left + wide <= width
        assert round((box[1] + box[3]) * scale) <= top + high <= height

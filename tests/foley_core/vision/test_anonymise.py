"""What is found is blurred beyond recognition, stays blurred for a moment, and nothing else is."""

import numpy as np

from foley_core.vision.anonymise import HOLD_S, Anonymiser, blurred, sensitive_regions
from foley_core.world.people_and_plates import sensitive_picture


def test_a_face_and_a_plate_are_found() -> None:
    drawn = [sensitive_picture(number) for number in range(1, 9)]
    found = faces = 0
    for picture in drawn:
        boxes = sensitive_regions(picture.rgb)
        for left, top, width, height in (*picture.faces, *picture.plates):
            faces += 1
            middle = left + width // 2, top + height // 2
            found += any(x <= middle[0] < x + w and y <= middle[1] < y + h for x, y, w, h in boxes)
    assert found >= 0.7 * faces


def test_boxes_lie_within_the_picture() -> None:
    picture = sensitive_picture(3)
    for left, top, width, height in sensitive_regions(picture.rgb):
        assert left >= 0
        assert top >= 0
        assert left + width <= picture.rgb.shape[1]
        assert top + height <= picture.rgb.shape[0]


def test_nothing_of_a_box_is_left_and_nothing_outside_is_touched() -> None:
    rng = np.random.default_rng(1)
    rgb = rng.integers(0, 255, (90, 120, 3)).astype(np.uint8)
    hidden = blurred(rgb, [(20, 30, 40, 40), (30, 40, 10, 10)])
    inside = (slice(30, 70), slice(20, 60))
    assert float(hidden[inside].std()) < 0.3 * float(rgb[inside].std())
    outside = np.ones((90, 120), np.bool_)
    outside[inside] = False
    assert np.array_equal(hidden[outside], rgb[outside])


def test_a_region_stays_hidden_for_a_moment() -> None:
    picture = next(p for p in map(sensitive_picture, range(1, 30)) if sensitive_regions(p.rgb))
    anonymiser = Anonymiser()
    anonymiser(picture.rgb, 0.0)
    plain = np.random.default_rng(2).integers(0, 255, picture.rgb.shape).astype(np.uint8)
    assert not np.array_equal(anonymiser(plain, 0.05), plain)
    assert np.array_equal(anonymiser(plain, 0.05 + 2 * HOLD_S), blurred(plain, [])) or bool(
        sensitive_regions(plain)
    )

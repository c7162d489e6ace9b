"""What is found is blurred beyond recognition, stays blurred for a moment, and nothing else is."""

import numpy as np
import pytest

from foley_core.types import U8
from foley_core.vision.anonymise import BLUR_HOLD_STEPS, Anonymiser, blurred, sensitive_regions
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


PICTURE = next(p for p in map(sensitive_picture, range(1, 30)) if sensitive_regions(p.rgb))
PLAIN = np.full_like(PICTURE.rgb, 90)


def shown(anonymiser: Anonymiser, pictures: dict[int, U8], steps: range) -> dict[int, U8]:
    """What is let through of these pictures, plain ones elsewhere, when all have been seen."""
    for step in steps:
        if anonymiser.looks_at(step):
            anonymiser.look(pictures.get(step, PLAIN), step)
    return {
        step: anonymiser.hidden(PICTURE.rgb, anonymiser.regions(step)) for step in sorted(steps)
    }


def test_a_region_is_hidden_for_a_moment_before_and_after_it_was_found() -> None:
    seen = shown(Anonymiser(50), {20: PICTURE.rgb}, range(50))
    changed = {step for step, rgb in seen.items() if not np.array_equal(rgb, PICTURE.rgb)}
    assert changed == set(range(20 - BLUR_HOLD_STEPS, 20 + BLUR_HOLD_STEPS + 1))


def test_pictures_are_looked_at_ten_times_a_second_and_at_the_end() -> None:
    looked = [step for step in range(25) if Anonymiser(25).looks_at(step)]
    assert looked == [0, 3, 5, 8, 10, 13, 15, 18, 20, 23, 24]


@pytest.mark.parametrize(("first", "last"), [(0, 12), (13, 31), (40, 50)])
def test_a_range_needs_no_more_than_it_says(first: int, last: int) -> None:
    pictures = {step: PICTURE.rgb for step in (0, 18, 33, 48)}
    whole = shown(Anonymiser(50), pictures, range(50))
    needed = Anonymiser(50).needed(first, last)
    assert 0 <= needed[0] <= first < last <= needed[1] <= 50
    part = shown(Anonymiser(50), pictures, range(*needed))
    assert all(np.array_equal(part[step], whole[step]) for step in range(first, last))


@pytest.mark.parametrize("scale", [0.5, 1, 3.3])
def test_a_picture_of_another_size_is_hidden_at_the_same_places(scale: float) -> None:
    anonymiser = Anonymiser(25)
    anonymiser.look(PICTURE.rgb, 0)
    regions = anonymiser.regions(0)
    size = [round(scale * px) for px in (PICTURE.rgb.shape[1], PICTURE.rgb.shape[0])]
    noise = np.random.default_rng(2).integers(0, 255, (size[1], size[0], 3)).astype(np.uint8)
    hidden = anonymiser.hidden(noise, regions)
    for left, top, width, height in sensitive_regions(PICTURE.rgb):
        rows = slice(round(top * scale), round((top + height) * scale))
        columns = slice(round(left * scale), round((left + width) * scale))
        assert (hidden[rows, columns] == noise[rows, columns]).mean() < 0.05

"""Most drawn plates are found, in boxes within the picture."""

from foley_core.vision.plates import plates
from foley_core.world.people_and_plates import sensitive_picture


def test_most_plates_are_found() -> None:
    found = there = 0
    for number in range(1, 25):
        picture = sensitive_picture(number)
        boxes = plates(picture.rgb) if picture.plates else []
        for left, top, width, height in picture.plates:
            there += 1
            x, y = left + width // 2, top + height // 2
            found += any(a <= x < a + w and b <= y < b + h for a, b, w, h in boxes)
    assert there > 5
    assert found >= 0.8 * there


def test_boxes_lie_within_the_picture() -> None:
    for number in (3, 6, 9):
        picture = sensitive_picture(number)
        for left, top, width, height in plates(picture.rgb):
            assert left >= 0
            assert top >= 0
            assert left + width <= picture.rgb.shape[1]
            assert top + height <= picture.rgb.shape[0]

"""Boxes are decoded from class scores and distance bins; of boxes that overlap one stays."""

import numpy as np
import pytest

from foley_core.models.sight.boxes import SIDE_PX, STRIDES, decoded, kept_boxes, network_input
from foley_core.types import F32


def said() -> tuple[list[F32], list[F32]]:
    counts = [(SIDE_PX // stride) ** 2 for stride in STRIDES]
    return (
        [np.zeros((n, 80), np.float32) for n in counts],
        [np.zeros((n, 44), np.float32) for n in counts],
    )


def say(distances: F32, cell: int, strides: tuple[int, int, int, int]) -> None:
    """Put all weight of the four distributions on whole numbers of strides."""
    for edge, bin_ in enumerate(strides):
        distances[cell, 11 * edge + bin_] = 50


def test_a_box_lies_around_its_cell() -> None:
    scores, distances = said()
    # The cell of row 5, column 7, at 16 pixels a cell: its middle is at y 88, x 120.
    cell = 5 * 26 + 7
    scores[1][cell, 16] = 0.9
    say(distances[1], cell, (2, 1, 3, 4))
    found = decoded(scores, distances, 416, 416, 20)
    assert found.kinds.tolist() == [16]
    assert found.scores.tolist() == pytest.approx([0.9])
    assert found.places[0] * SIDE_PX == pytest.approx([88 - 16, 120 - 32, 88 + 64, 120 + 48])


def test_places_are_shares_of_the_picture_without_its_bars() -> None:
    scores, distances = said()
    # A wide picture fills rows 104 to 312 of the square.
    cell = 6 * 13 + 6
    scores[2][cell, 0] = 0.5
    say(distances[2], cell, (6, 3, 6, 3))
    found = decoded(scores, distances, 208, 416, 20)
    top, left, bottom, right = found.places[0].tolist()
    assert (top, bottom) == pytest.approx(((208 - 96 - 104) / 208, (208 + 96 - 104) / 208))
    assert (left, right) == pytest.approx((16 / 416, 400 / 416))


def test_nothing_likely_gives_no_boxes() -> None:
    scores, distances = said()
    scores[0][:, 3] = 0.04
    found = decoded(scores, distances, 300, 416, 20)
    assert found.places.shape == (0, 4)
    assert found.kinds.shape == found.scores.shape == (0,)


def test_the_surest_come_first_and_are_limited() -> None:
    scores, distances = said()
    cells = [0, 200, 1200, 2500]
    for index, cell in enumerate(cells):
        scores[0][cell, 2] = 0.2 + 0.1 * index
        say(distances[0], cell, (1, 1, 1, 1))
    found = decoded(scores, distances, 416, 416, 3)
    assert found.scores.tolist() == pytest.approx([0.5, 0.4, 0.3])


def test_only_boxes_of_one_kind_drive_each_other_out() -> None:
    places = np.array(
        [[0, 0, 10, 10], [0, 0, 10, 9], [0, 0, 10, 9], [0, 0, 10, 5], [20, 20, 30, 30]], np.float32
    )
    kinds = np.array([1, 1, 2, 1, 1])
    assert kept_boxes(kinds, places, 20) == [0, 2, 3, 4]
    assert kept_boxes(kinds, places, 2) == [0, 2]


def test_the_network_sees_blue_first_and_black_bars() -> None:
    rgb = np.zeros((208, 416, 3), np.uint8)
    rgb[..., 2] = 255
    seen = network_input(rgb)
    assert seen.shape == (1, 3, 416, 416)
    assert seen[0, 0, 208, 0] == pytest.approx((255 - 103.53) / 57.375)
    assert seen[0, 0, 0, 0] == seen[0, 0, 415, 0] == pytest.approx(-103.53 / 57.375)
    assert network_input(np.zeros((40, 80, 3), np.uint8)).shape == seen.shape

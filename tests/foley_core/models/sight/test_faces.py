"""Faces lie where the network says, in whichever part of a picture it was shown."""

import numpy as np
import pytest

from foley_core.models.sight.faces import (
    GRID,
    SIDE_PX,
    Window,
    decoded,
    face_input,
    shared,
    single,
    windows,
)
from foley_core.types import F32

WHOLE = Window(0, -112, 512)


def said(score_logit: float = -np.inf, width: float = 20, height: float = 30) -> F32:
    """Return the answers for a picture with a face in row 10, column 20, and for one without."""
    cells = np.zeros((GRID * GRID, 17), np.float32)
    cells[:, 0] = -np.inf
    cells[10 * GRID + 20, :5] = score_logit, 2, -2, width, height
    return cells


@pytest.mark.parametrize(("height", "width"), [(288, 512), (384, 512), (512, 288), (9, 512)])
def test_parts_cover_the_picture_and_overlap(height: int, width: int) -> None:
    whole, *parts = windows(height, width)
    assert whole.side == max(height, width)
    for side in {part.side for part in parts}:
        covered = np.zeros((height, width), np.int64)
        for left, top, _ in (part for part in parts if part.side == side):
            covered[max(0, top) : top + side, max(0, left) : left + side] += 1
        assert covered.min() >= 1
        # The middle of a wide picture lies in more than one part.
        assert covered.max() >= 2


def test_a_part_is_shown_with_black_where_the_picture_ends() -> None:
    rgb = np.full((100, 200, 3), 255, np.uint8)
    seen = face_input(rgb, Window(0, -50, 200))
    assert seen.shape == (1, SIDE_PX, SIDE_PX, 3)
    assert seen[0, SIDE_PX // 2, 5].tolist() == pytest.approx([1, 1, 1])
    assert seen[0, 2, 5].tolist() == seen[0, -2, 5].tolist() == pytest.approx([-1, -1, -1])


def test_a_face_lies_around_its_cell() -> None:
    # Four pixels a cell: the middle is at y 40, x 84, in a part that is shown at half its size.
    found = decoded(said(0.0), Window(100, 50, 2 * SIDE_PX), 400, 800)
    x, y = 100 + 2 * 84, 50 + 2 * 40
    assert found.shape == (1, 5)
    assert found[0] == pytest.approx(
        [0.5, (x - 20) / 800, (y - 30) / 400, (x + 20) / 800, (y + 30) / 400]
    )


def test_what_is_unlikely_is_no_face() -> None:
    assert decoded(said(-3.0), WHOLE, 288, 512).shape == (0, 5)


def test_a_part_is_not_asked_for_a_face_that_fills_it() -> None:
    part, large = Window(0, 0, SIDE_PX), said(2.0, width=90, height=90)
    assert decoded(large, part, 288, 512).shape == (0, 5)
    assert decoded(large, WHOLE, 288, 512).shape == (1, 5)


def test_one_face_is_found_once() -> None:
    faces = np.array(
        [[0.6, 0.1, 0.1, 0.3, 0.3], [0.9, 0.12, 0.1, 0.32, 0.3], [0.5, 0.6, 0.1, 0.8, 0.3]],
        np.float32,
    )
    assert single(faces)[:, 0].tolist() == pytest.approx([0.9, 0.5])


def test_shares_of_boxes() -> None:
    one = np.array([1, 0, 0, 0.4, 0.4], np.float32)
    others = np.array([[1, 0.2, 0, 0.4, 0.4], [1, 0.2, 0.2, 0.6, 0.6], [1, 0.5, 0, 1, 1]])
    assert shared(one, others.astype(np.float32)) == pytest.approx([0.5, 1 / 7, 0])

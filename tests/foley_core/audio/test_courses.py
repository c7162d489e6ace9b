"""Courses: smoothed values keep their mean, and pauses are filled."""

import numpy as np
import pytest

from foley_core.audio.courses import filled, smoothed


def test_a_step_is_smoothed_around_its_place_and_a_constant_stays() -> None:
    step = np.repeat([0.0, 1.0], 50)
    course = smoothed(step, 13)
    assert len(course) == 100
    assert (np.diff(course) >= 0).all()
    assert course[[42, 57]] == pytest.approx([0, 1], abs=0.01)
    assert course[49] + course[50] == pytest.approx(1)
    assert smoothed(np.full(5, 3.0), 13) == pytest.approx(np.full(5, 3.0))


@pytest.mark.parametrize(("pause", "left"), [(24, 5.0), (25, 0.0)])
def test_only_pauses_shorter_than_the_window_are_filled(pause: int, left: float) -> None:
    values = np.full(100, 5.0)
    values[40 : 40 + pause] = 0
    values[40 + pause :] = 7
    course = filled(values, 25)
    assert course[40 + pause // 2] == left
    assert course[[0, 39, 99]].tolist() == [5, 5, 7]

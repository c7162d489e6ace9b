"""Contact numbers come to an even grid, each against its own shot; nothing is read beside a cut."""

import numpy as np
import pytest

from foley_core.models.embedded.contact_grid import GRID_NUMBERS, GRID_RATE, contact_rows
from foley_core.types import F32, F64
from foley_core.vision.contact_numbers import PICTURE_NUMBERS, UNLIKENESS
from foley_core.vision.contacts import NUMBERS


def numbers_of(seconds: float, rate: float) -> tuple[F64, F32]:
    times = np.arange(1, int(seconds * rate)) / rate
    rng = np.random.default_rng(0)
    numbers = rng.uniform(0.0, 1.0, (len(times), NUMBERS)).astype(np.float32)
    numbers[:, UNLIKENESS] = 0.0
    return times, numbers


@pytest.mark.parametrize("rate", [12.0, 23.976, 30.0, 60.0])
def test_every_rate_gives_thirty_rows_a_second(rate: float) -> None:
    found = contact_rows(*numbers_of(6.0, rate), 6.0)
    assert found.rows.shape == (6 * GRID_RATE + 1, GRID_NUMBERS)
    assert np.isfinite(found.rows).all()
    assert not found.cut.any()
    # Against what is usual: about no mean.
    assert abs(found.rows.mean(axis=0)).max() < 0.1


def test_a_sudden_number_stands_out_at_its_time_at_any_level() -> None:
    for level in (1.0, 4.0):
        times, numbers = numbers_of(6.0, 30.0)
        numbers[:] = level
        numbers[:, UNLIKENESS] = 0.0
        numbers[89, 0] += 1.0
        rows = contact_rows(times, numbers, 6.0).rows
        assert rows[:, 0].argmax() == 90
        assert rows[90, 0] > 1.5
        assert abs(rows[:, 1]).max() < 0.1


def test_a_shot_knows_nothing_of_the_shot_before_it() -> None:
    times, numbers = numbers_of(8.0, 30.0)
    numbers[119] = 6.0
    numbers[119, UNLIKENESS] = 0.9
    other = numbers.copy()
    other[:119, :PICTURE_NUMBERS] += 3.0
    other[:, UNLIKENESS] = numbers[:, UNLIKENESS]
    first, second = contact_rows(times, numbers, 8.0), contact_rows(times, other, 8.0)
    assert np.flatnonzero(first.cut).tolist() == [119, 120, 121]
    assert not first.rows[119:122].any() or abs(first.rows[119:122]).max() < 3.0
    assert np.allclose(first.rows[124:, :UNLIKENESS], second.rows[124:, :UNLIKENESS], atol=1e-5)


def test_a_long_gap_between_pictures_is_rest() -> None:
    times = np.array([0.5, 0.54, 2.0, 2.04])
    found = contact_rows(times, np.ones((4, NUMBERS), np.float32), 3.0)
    # The actor's velocity is reported as it is.
    assert found.velocity.shape == (91, 2)
    assert not found.velocity[20:58].any()
    assert found.velocity[15].min() > 0.9
    assert found.velocity[61].min() > 0.9


def test_a_video_without_motion_has_rows_of_nothing() -> None:
    found = contact_rows(np.zeros(0), np.zeros((0, NUMBERS), np.float32), 1.0)
    assert found.rows.shape == (GRID_RATE + 1, GRID_NUMBERS)
    assert not found.rows.any()

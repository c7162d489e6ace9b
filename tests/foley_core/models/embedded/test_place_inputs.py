"""Numbers of places: relative to what is usual, known only inside the shot, mirrored at will."""

import numpy as np
import pytest

from foley_core.models.embedded.place_inputs import (
    PROFILE_NUMBERS,
    WINDOW_NUMBERS,
    WINDOW_STEPS,
    PlaceInputs,
    mirrored,
    place_inputs,
)
from foley_core.types import F64
from foley_core.vision.changed_columns import COLUMNS

STEPS = 300
MIDDLE = WINDOW_STEPS // 2


def picture() -> F64:
    changes: F64 = np.random.default_rng(2).uniform(0.001, 0.01, (STEPS, COLUMNS))
    return changes


def inputs(columns: F64, *steps: int, shot: slice = slice(0, STEPS)) -> PlaceInputs:
    spans = [slice(max(0, step - 3), step + 4) for step in steps]
    return place_inputs(columns, shot, np.array(steps), spans, lasts=False)


def test_each_moment_has_a_window_and_a_profile() -> None:
    found = inputs(picture(), 50, 90)
    assert found.windows.shape == (2, WINDOW_NUMBERS, WINDOW_STEPS, COLUMNS)
    assert found.profiles.shape == (2, PROFILE_NUMBERS, COLUMNS)
    assert (found.windows.dtype, found.profiles.dtype) == (np.float32, np.float32)


def test_what_happens_in_another_shot_is_not_seen() -> None:
    columns = picture()
    before = inputs(columns, 102, shot=slice(100, STEPS))
    columns[:100] = 9.0
    after = inputs(columns, 102, shot=slice(100, STEPS))
    assert np.array_equal(before.windows, after.windows)
    assert np.array_equal(before.profiles, after.profiles)
    known = before.windows[0, 3, :, 0]
    assert known.tolist() == [0.0] * (MIDDLE - 2) + [1.0] * (WINDOW_STEPS - MIDDLE + 2)


def test_a_softer_picture_has_the_same_numbers() -> None:
    loud, soft = inputs(picture(), 100), inputs(picture() * 0.25, 100)
    assert soft.windows == pytest.approx(loud.windows, abs=1e-4)
    assert soft.profiles == pytest.approx(loud.profiles, abs=1e-4)


def test_a_column_that_changes_with_the_hit_alone_stands_out() -> None:
    columns = picture()
    columns[:, 3] = 0.5
    columns[99:102, 20] = 0.5
    unusual = inputs(columns, 100).profiles[0, 0]
    assert unusual.argmax() == 20
    assert unusual[3] < 0.5 * unusual[20]


def test_hits_nearby_speak_for_each_other_and_distant_ones_do_not() -> None:
    columns = picture()
    columns[49:52, 7] = 1.0
    alone, beside = inputs(columns, 100), inputs(columns, 50, 100)
    distant = inputs(columns, 100, 250)
    assert beside.profiles[1, 6].argmax() == 7
    assert alone.profiles[0, 6, 7] < 0.5
    assert np.array_equal(distant.profiles[0, 6:8], distant.profiles[0, :2])


def test_a_mirrored_picture_has_the_numbers_of_the_mirrored_columns() -> None:
    columns = picture()
    turned = inputs(columns[:, ::-1].copy(), 40, 120)
    found = mirrored(inputs(columns, 40, 120))
    assert found.windows == pytest.approx(turned.windows, abs=1e-6)
    assert found.profiles == pytest.approx(turned.profiles, abs=1e-6)

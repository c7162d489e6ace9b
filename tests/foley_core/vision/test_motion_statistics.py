"""Numbers of motion: nothing for stillness, the right sign for a direction, blind to place."""

import numpy as np

from foley_core.types import I8
from foley_core.vision.map_scale import MAP_SIDE
from foley_core.vision.motion import CAMERA_VALUES, MAP_CHANNELS
from foley_core.vision.motion_statistics import STATISTICS, VIEW_NUMBERS, VIEWS, motion_statistics

STILL = np.zeros(len(CAMERA_VALUES), np.float32)


def maps(channel: str, level: int, row: int = 4, column: int = 4, side: int = 6) -> I8:
    """Maps with one square in one channel."""
    values = np.zeros((len(MAP_CHANNELS), MAP_SIDE, MAP_SIDE), np.int8)
    values[MAP_CHANNELS.index(channel), row : row + side, column : column + side] = level
    return values


def test_stillness_is_zero() -> None:
    numbers = motion_statistics(np.zeros((8, MAP_SIDE, MAP_SIDE), np.int8), STILL)
    assert numbers.shape == (STATISTICS,)
    assert not numbers.any()


def test_a_direction_has_its_sign() -> None:
    down = motion_statistics(maps("residual_down", 100), STILL)
    up = motion_statistics(maps("residual_down", -100), STILL)
    assert down[17] > 0.5
    assert up[17] < -0.5
    assert np.isclose(down[0], up[0])


def test_place_does_not_matter_to_the_whole() -> None:
    here = motion_statistics(maps("residual_right", 80), STILL)
    there = motion_statistics(maps("residual_right", 80, row=20, column=15), STILL)
    assert np.allclose(here[:VIEW_NUMBERS], there[:VIEW_NUMBERS], atol=1e-6)


def test_a_part_knows_nothing_of_what_is_elsewhere() -> None:
    numbers = motion_statistics(maps("residual_right", 80, row=25, column=25), STILL)
    of_views = numbers[: len(VIEWS) * VIEW_NUMBERS].reshape(len(VIEWS), VIEW_NUMBERS)
    assert of_views.any(axis=1).tolist() == [True, False, False, False, True]
    whole, part = of_views[0, 0], of_views[4, 0]
    assert np.isclose(part, whole * 32**2 / 20**2)


def test_what_moves_apart_spreads() -> None:
    values = maps("residual_right", -90, column=8, side=8) + maps("residual_right", 90, column=16)
    numbers = motion_statistics(values, STILL)
    assert numbers[19] > 0.5


def test_the_camera_is_passed_on() -> None:
    camera = np.arange(len(CAMERA_VALUES), dtype=np.float32)
    numbers = motion_statistics(np.zeros((8, MAP_SIDE, MAP_SIDE), np.int8), camera)
    assert np.array_equal(numbers[-len(camera) :], camera)


def test_a_stack_of_steps_is_its_steps() -> None:
    rng = np.random.default_rng(3)
    stack = rng.integers(-127, 128, (5, len(MAP_CHANNELS), MAP_SIDE, MAP_SIDE)).astype(np.int8)
    moves = rng.normal(size=(5, len(CAMERA_VALUES))).astype(np.float32)
    single = [motion_statistics(one, camera) for one, camera in zip(stack, moves, strict=True)]
    assert np.array_equal(motion_statistics(stack, moves), np.stack(single))

"""A hit stops or turns back what moved; a pan, a flash and a cut do not look like one."""

import cv2
import numpy as np

from foley_core.types import F32, U8
from foley_core.vision.contact_numbers import (
    LARGEST_CELLS,
    MAP_NAMES,
    PICTURE_NUMBERS,
    UNLIKENESS,
    contact_numbers,
    pair_motion,
)
from foley_core.vision.picture_pairs import PicturePairs

STEP_S = 0.04


def ground(seed: int = 0, width: int = 256) -> U8:
    texture = np.random.default_rng(seed).integers(0, 255, (128, width)).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(texture, (0, 0), 2.5), np.uint8)


def scene(top: int) -> U8:
    """A block of 32 pixels with its upper edge at `top`, before a textured ground."""
    picture = ground()[:, :128].copy()
    picture[top : top + 32, 48:80] = cv2.equalizeHist(ground(1))[:32, :32]
    return picture


def number(numbers: F32, name: str, cells: int) -> float:
    return float(numbers[MAP_NAMES.index(name) * len(LARGEST_CELLS) + LARGEST_CELLS.index(cells)])


def numbers_of(first: U8, second: U8, third: U8) -> F32:
    pairs = PicturePairs()
    before = pair_motion(first, second, pairs.motion(first, second), STEP_S)
    after = pair_motion(second, third, pairs.motion(second, third), STEP_S)
    return contact_numbers(before, after)[0]


def test_what_stops_is_told_from_what_moves_on() -> None:
    on, stop, back = (numbers_of(scene(30), scene(34), scene(top)) for top in (38, 34, 30))
    assert on.shape == (PICTURE_NUMBERS,)
    # At four pixels a step the block has 0.78 sides a second.
    assert number(on, "speed", 4) > np.log1p(0.5 / 0.02)
    for name in ("stop", "stop_peak"):
        assert number(on, name, 16) < 0.7 * number(stop, name, 16)
    assert number(on, "reversal", 16) < 0.6
    assert number(stop, "reversal", 16) < 0.6
    assert number(back, "reversal", 16) > 2.0


def test_what_starts_is_told_from_what_moved_before() -> None:
    start = numbers_of(scene(30), scene(30), scene(34))
    on = numbers_of(scene(26), scene(30), scene(34))
    assert number(start, "start", 16) > 2.0 * number(on, "start", 16)


def test_a_rest_after_motion_is_a_stop() -> None:
    pairs, first, second = PicturePairs(), scene(30), scene(34)
    pair = pair_motion(first, second, pairs.motion(first, second), STEP_S)
    numbers, cells = contact_numbers(pair, None)
    assert number(numbers, "stop", 16) > 2.0
    # Downwards, where the block is.
    assert cells[8, 7, 1] > 0.4
    assert abs(cells[8, 14]).max() < 0.1


def test_a_pan_is_neither_motion_nor_change() -> None:
    wide = ground(2)
    pan = [wide[:, left : left + 128].copy() for left in (0, 3, 6)]
    numbers = numbers_of(*pan)
    # Only the edge that comes in is new.
    assert number(numbers, "speed", 256) < 0.4
    assert number(numbers, "difference", 256) < 1.2
    assert numbers[-5] > 3.0 * numbers[-4]


def test_a_cut_is_unlike_and_a_flash_is_not() -> None:
    flash = np.clip(scene(30) * 0.6 + 100.0, 0, 255).astype(np.uint8)
    assert numbers_of(scene(30), flash, scene(30))[UNLIKENESS] < 0.1
    assert numbers_of(scene(30), ground(3)[:, :128].copy(), scene(30))[UNLIKENESS] > 0.5

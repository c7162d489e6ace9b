"""Motion maps measure speed in time, remember for a bounded while, and do not care for clips."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from foley_core.types import U8
from foley_core.vision.map_scale import MAP_SIDE
from foley_core.vision.motion import (
    CAMERA_VALUES,
    GLIMPSE_CHANNELS,
    GLIMPSE_PX,
    HOLD_STEPS,
    LEAD_STEPS,
    MAP_CHANNELS,
    StepMotion,
    step_motions,
)

RIGHT = MAP_CHANNELS.index("right")
RESIDUAL = MAP_CHANNELS.index("residual_peak")
BRIGHTENING = MAP_CHANNELS.index("brightening")
Shown = tuple[U8, float]


def strip(width: int = 600) -> U8:
    noise = np.random.default_rng(0).integers(0, 255, (128, width)).astype(np.uint8)
    blurred = cv2.GaussianBlur(noise, (0, 0), 2.0)
    return np.asarray(cv2.normalize(blurred, blurred, 0, 255, cv2.NORM_MINMAX), np.uint8)


def pan(steps: int, speed_px: int, every: int = 1) -> list[Shown]:
    """A pan of `speed_px` a step, shown with one new picture in `every` steps."""
    wide = strip()
    shown = [(step // every) * every for step in range(steps)]
    return [(wide[:, s * speed_px : s * speed_px + 128].copy(), s / 25) for s in shown]


def bits(steps: Sequence[StepMotion]) -> list[tuple[bytes, bytes, bytes, int]]:
    return [(s.maps.tobytes(), s.glimpse.tobytes(), s.camera.tobytes(), s.energy) for s in steps]


def with_block(left: int, top: int) -> U8:
    picture = strip(128)
    picture[top : top + 14, left : left + 14] = strip()[:14, 200:214]
    return picture


def test_shapes() -> None:
    (first, second) = list(step_motions(pan(2, 2)))
    assert first.maps.shape == (len(MAP_CHANNELS), MAP_SIDE, MAP_SIDE)
    assert first.glimpse.shape == second.glimpse.shape == (len(GLIMPSE_CHANNELS), 32, 32)
    assert second.camera.shape == (len(CAMERA_VALUES),)


def test_speed_does_not_depend_on_the_frame_rate() -> None:
    fast = list(step_motions(pan(20, 2)))[-1]
    slow = list(step_motions(pan(21, 2, every=2)))[-1]
    assert fast.camera[0] == pytest.approx(slow.camera[0], abs=0.02)
    assert fast.maps[RIGHT].mean() == pytest.approx(slow.maps[RIGHT].mean(), abs=3.0)


def test_a_repeated_picture_keeps_its_motion_then_rests() -> None:
    moving = pan(3, 3)
    held = [(moving[-1][0], moving[-1][1])] * (HOLD_STEPS + 2)
    steps = list(step_motions([*moving, *held]))
    assert steps[2 + HOLD_STEPS - 1].energy == steps[2].energy
    assert not steps[-1].maps[:7].any()
    assert steps[-1].energy == 0


def test_equal_pixels_with_new_times_are_one_picture() -> None:
    picture = strip(128)
    steps = list(step_motions((picture, k / 25) for k in range(10)))
    assert not any(step.maps[:7].any() for step in steps)


def test_a_pan_leaves_little_residual_and_a_moving_thing_much() -> None:
    panned = list(step_motions(pan(5, 2)))[-1]
    still, block = strip(128), strip()[:30, 200:230]
    pictures = []
    for k in range(5):
        picture = still.copy()
        picture[50:80, 40 + 4 * k : 70 + 4 * k] = block
        pictures.append((picture, k / 25))
    thing = list(step_motions(pictures))[-1]
    assert np.median(panned.maps[RESIDUAL]) < 0.5 * thing.maps[RESIDUAL].max()
    assert np.median(thing.maps[RESIDUAL]) < 10


@pytest.mark.parametrize(("left", "top"), [(20, 90), (95, 20), (56, 56)])
def test_the_glimpse_is_where_something_moves(left: int, top: int) -> None:
    steps = list(step_motions((with_block(left + 3 * k, top), k / 25) for k in range(4)))
    where = steps[-1].camera[[CAMERA_VALUES.index(f"glimpse_{way}") for way in ("right", "down")]]
    middle = (where + 1) / 2 * (128 - GLIMPSE_PX) + GLIMPSE_PX / 2
    assert abs(middle[0] - (left + 16)) <= 18
    assert abs(middle[1] - (top + 7)) <= 18
    residual = steps[-1].glimpse[GLIMPSE_CHANNELS.index("residual_right")]
    assert residual.max() > 20


def test_what_moved_stays_in_sight_while_something_fainter_moves() -> None:
    moving = [with_block(20 + 4 * k, 90) for k in range(3)]
    later = moving[-1].copy()
    later[10:14, 110:114] += 3
    steps = list(step_motions((p, k / 25) for k, p in enumerate([*moving, later])))
    assert np.array_equal(steps[-1].camera[8:10], steps[-2].camera[8:10])


def test_a_flash_brightens() -> None:
    dark = strip(128) // 2
    steps = list(step_motions([(dark, 0.0), (dark + 100, 0.04)]))
    assert steps[1].maps[BRIGHTENING].min() > 50


def test_a_step_depends_on_its_lead_only() -> None:
    rng = np.random.default_rng(1)
    wide, at, shown = strip(), 0, []
    for step in range(80):
        if rng.random() < 0.6:
            at = min(400, at + int(rng.integers(1, 6)))
            time_s = step / 25
        shown.append((wide[:, at : at + 128].copy(), time_s if step else 0.0))
        time_s = shown[-1][1]
    whole = bits(list(step_motions(shown)))
    for first in (11, 30, 47, 63):
        part = bits(list(step_motions(shown[first - LEAD_STEPS :])))
        assert part[LEAD_STEPS:] == whole[first:]

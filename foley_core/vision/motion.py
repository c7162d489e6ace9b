"""Motion maps: what moved, brightened or shook at every motion step, in a form made for a network.

A motion step shows one picture; slow videos show the same one at several steps. Optical flow is
taken between neighbouring *distinct* pictures and divided by their distance in time, so that a
motion looks the same at any frame rate. A repeated picture keeps the motion that led to it for at
most `HOLD_STEPS`, afterwards nothing moves.

Step k depends on the pictures of steps k - `LEAD_STEPS` … k and nothing else: wherever a video is
divided, every step keeps its maps bit for bit.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from foley_core.timebase import MOTION_RATE
from foley_core.types import F32, U8
from foley_core.vision.optical_flow import camera_motion, optical_flow, without_camera

I8: TypeAlias = NDArray[np.int8]

HOLD_STEPS = 5
LEAD_STEPS = 2 * HOLD_STEPS
TAIL_STEPS = 0

MAP_SIDE = 32
MAP_CHANNELS = (
    "right",
    "down",
    "residual_right",
    "residual_down",
    "residual_peak",
    "change",
    "brightening",
    "gray",
)
CAMERA_VALUES = (
    "right",
    "down",
    "zoom",
    "stretch",
    "roll",
    "shear",
    "brightening",
    "change",
    "picture_age",
    "picture_interval",
)

_SAME_PICTURE_LEVELS = 0.75
_SHORTEST_INTERVAL_S = 1.0 / 60.0
_SPEED_FLOOR, _SPEED_FULL = 0.02, 4.0
_LEVEL_FLOOR, _LEVEL_FULL = 0.01, 1.0
_ENERGY_FULL = 1.0


@dataclass(frozen=True, slots=True)
class StepMotion:
    """Motion of one step.

    Attributes:
        maps: (8, 32, 32) int8, channels `MAP_CHANNELS`. Speeds in picture sides per second and
            changes of level (0..1), each as a signed logarithm scaled to ±127.
        camera: (10,) `CAMERA_VALUES`: affine motion (signed logarithms, -1..1), mean change of
            level, age and interval of the picture shown in motion steps.
        energy: 0..255, mean speed of what moves on its own, logarithmic.
    """

    maps: I8
    camera: F32
    energy: int


@dataclass(slots=True)
class _Shown:
    """The distinct picture on show, the motion that led to it, and since when."""

    gray: U8
    time_s: float
    steps: int = 0
    interval_s: float = HOLD_STEPS / MOTION_RATE
    maps: F32 = field(default_factory=lambda: np.zeros((7, MAP_SIDE, MAP_SIDE), np.float32))
    camera: F32 = field(default_factory=lambda: np.zeros(8, np.float32))
    energy: int = 0


def step_motions(pictures: Iterable[tuple[U8, float]]) -> Iterator[StepMotion]:
    """Motion of consecutive steps.

    Args:
        pictures: for each step the gray picture (H, W) shown and its own time in seconds.

    Yields:
        One `StepMotion` for each picture given. The first `LEAD_STEPS` are final only if the
        video starts there.
    """
    shown: _Shown | None = None
    for gray, time_s in pictures:
        if shown is None:
            shown = _Shown(gray, time_s)
        elif time_s == shown.time_s or _same(shown.gray, gray):
            shown.steps += 1
        else:
            shown = _moved(shown, gray, time_s)
        yield _as_step(shown)


def _same(before: U8, after: U8) -> bool:
    """Whether a picture repeats: codecs leave a faint difference on a frame shown twice."""
    difference = cv2.resize(
        cv2.absdiff(before, after).astype(np.float32),
        (MAP_SIDE, MAP_SIDE),
        interpolation=cv2.INTER_AREA,
    )
    return bool(difference.max() < _SAME_PICTURE_LEVELS)


def _moved(shown: _Shown, gray: U8, time_s: float) -> _Shown:
    interval_s = HOLD_STEPS / MOTION_RATE
    if shown.steps < HOLD_STEPS - 1:
        interval_s = min(interval_s, max(_SHORTEST_INTERVAL_S, time_s - shown.time_s))
    height, width = gray.shape
    displacement = optical_flow(shown.gray, gray)
    affine = camera_motion(displacement)
    per_second = np.array([1.0 / width, 1.0 / height], np.float32) / np.float32(interval_s)
    residual = without_camera(displacement, affine) * per_second
    level = (gray.astype(np.float32) - shown.gray.astype(np.float32)) / 255.0
    maps = np.stack(
        [
            *_signed_log(_pooled(displacement * per_second), _SPEED_FLOOR, _SPEED_FULL),
            *_signed_log(_pooled(residual), _SPEED_FLOOR, _SPEED_FULL),
            _signed_log(
                _peak(np.linalg.norm(residual, axis=2).astype(np.float32)),
                _SPEED_FLOOR,
                _SPEED_FULL,
            ),
            _signed_log(_pooled(np.abs(level))[0], _LEVEL_FLOOR, _LEVEL_FULL),
            _signed_log(_pooled(level)[0], _LEVEL_FLOOR, _LEVEL_FULL),
        ]
    )
    speeds = affine * per_second
    camera = _signed_log(_affine_values(speeds.astype(np.float32)), _SPEED_FLOOR, _SPEED_FULL)
    levels = np.array([level.mean(), np.abs(level).mean()], np.float32)
    return _Shown(
        gray=gray,
        time_s=time_s,
        interval_s=interval_s,
        maps=maps,
        camera=np.concatenate([camera, _signed_log(levels, _LEVEL_FLOOR, _LEVEL_FULL)]),
        energy=_energy(residual),
    )


def _as_step(shown: _Shown) -> StepMotion:
    """What a network sees at this step; a picture held too long has come to rest."""
    moving = shown.steps < HOLD_STEPS
    gray = cv2.resize(shown.gray, (MAP_SIDE, MAP_SIDE), interpolation=cv2.INTER_AREA)
    local = gray.astype(np.float32) - np.float32(gray.mean())
    maps = np.concatenate([shown.maps if moving else 0 * shown.maps, local[None] / 128.0])
    clock = np.array(
        [min(shown.steps, HOLD_STEPS) / HOLD_STEPS, shown.interval_s * MOTION_RATE / HOLD_STEPS],
        np.float32,
    )
    camera = np.concatenate([shown.camera, clock]) if moving else np.zeros(10, np.float32)
    return StepMotion(
        maps=np.rint(np.clip(maps, -1.0, 1.0) * 127.0).astype(np.int8),
        camera=camera.astype(np.float32),
        energy=shown.energy if moving else 0,
    )


def _affine_values(speeds: F32) -> F32:
    """Right, down, zoom, stretch, roll and shear of an affine field (3, 2)."""
    (right_x, down_x), (right_y, down_y), (right, down) = speeds
    zoom, stretch = right_x + down_y, right_x - down_y
    roll, shear = down_x - right_y, down_x + right_y
    return np.array([right, down, zoom, stretch, roll, shear], np.float32)


def _energy(residual: F32) -> int:
    speed = float(np.linalg.norm(residual, axis=2).mean())
    scaled = np.log1p(speed / _SPEED_FLOOR) / np.log1p(_ENERGY_FULL / _SPEED_FLOOR)
    return int(np.clip(round(255.0 * scaled), 0, 255))


def _signed_log(values: F32, floor: float, full: float) -> F32:
    """sign(v)·log(1 + |v|/floor), so that `full` becomes 1."""
    compressed: F32 = np.sign(values) * np.log1p(np.abs(values) / floor)
    scaled: F32 = (compressed / np.log1p(full / floor)).astype(np.float32)
    return scaled


def _pooled(values: F32) -> F32:
    """Cell means of (H, W) or (H, W, C), as (C, 32, 32)."""
    cells = np.asarray(
        cv2.resize(values, (MAP_SIDE, MAP_SIDE), interpolation=cv2.INTER_AREA), np.float32
    )
    return np.moveaxis(cells.reshape(MAP_SIDE, MAP_SIDE, -1), 2, 0)


def _peak(values: F32) -> F32:
    """Largest value of every cell of (H, W), H and W multiples of 32."""
    height, width = values.shape
    cells = values.reshape(MAP_SIDE, height // MAP_SIDE, MAP_SIDE, width // MAP_SIDE)
    peaks: F32 = cells.max(axis=(1, 3))
    return peaks

"""Motion maps: what moved, brightened or shook at every motion step, in a form made for a network.

A motion step shows one picture; a video with a low frame rate shows the same one at several steps.
Optical flow is taken between neighbouring *distinct* pictures and divided by their distance in
time, so that a motion looks the same at any frame rate. A repeated picture keeps the motion that
led to it for at most `HOLD_STEPS`; after that nothing moves.

A hit is small in the picture, so every step also has a *glimpse*: a window of `GLIMPSE_PX` around
the place that moved most in the last steps, at more than twice the resolution of the maps.

Step k depends on the pictures of steps k - `LEAD_STEPS` to k and on nothing else: wherever a video
is divided, every step keeps its maps bit for bit.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import cv2
import numpy as np

from foley_core.timebase import MOTION_RATE
from foley_core.types import F32, I8, U8
from foley_core.vision.map_scale import (
    MAP_SIDE,
    as_bytes,
    camera_moves,
    cell_means,
    cell_peaks,
    motion_energy,
    scaled_levels,
    scaled_speeds,
)
from foley_core.vision.optical_flow import without_camera
from foley_core.vision.picture_pairs import PicturePairs, same_picture

# 0.2 s: the longest wait between pictures that counts as motion, and how long places that moved
# are remembered. The motion at the oldest such step began with a picture up to 0.2 s before it.
HOLD_STEPS = 5
LEAD_STEPS = 2 * HOLD_STEPS
TAIL_STEPS = 0

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
    "glimpse_right",
    "glimpse_down",
    "picture_age",
    "picture_interval",
)
GLIMPSE_CHANNELS = ("gray", "residual_right", "residual_down", "change")
GLIMPSE_PX = 48

# Pictures nearer in time count as so far apart: small errors of times would make enormous speeds.
_SHORTEST_INTERVAL_S = 1.0 / 60.0
# `CAMERA_VALUES` without the last two, age and interval, which change while a picture stays.
_CAMERA_MOVES = len(CAMERA_VALUES) - 2
# What moved counts 0.8 as much one step later, a third after five; places are sought in windows
# of 7 cells (28 pixels), the middle of a glimpse.
_TRAIL_FADE = 0.8
_SALIENT_CELLS = 7


@dataclass(frozen=True, slots=True)
class StepMotion:
    """Motion of one step.

    Attributes:
        maps: (8, 32, 32) int8, channels `MAP_CHANNELS`. Speeds in picture sides a second and
            changes of level (0..1), each as a signed logarithm scaled to ±127. "Residual" means
            without the camera's share.
        glimpse: (4, 32, 32) int8, channels `GLIMPSE_CHANNELS`, scaled alike.
        camera: (12,) `CAMERA_VALUES`: affine motion and mean change of level (signed logarithms,
            -1..1); place of the glimpse (-1..1 over the picture); age and interval of the picture
            shown (0..1, as a share of `HOLD_STEPS`).
        energy: 0..255, mean speed of what moves on its own, logarithmic.
    """

    maps: I8
    glimpse: I8
    camera: F32
    energy: int


Trail: TypeAlias = tuple[tuple[int, F32], ...]
"""The steps among the last `HOLD_STEPS` at which something moved, and how much in every cell."""


@dataclass(slots=True)
class _Shown:
    """The distinct picture that is shown, the motion that led to it, and for how many steps."""

    gray: U8
    time_s: float
    glimpse: F32
    trail: Trail = ()
    steps: int = 0
    interval_s: float = HOLD_STEPS / MOTION_RATE
    maps: F32 = field(default_factory=lambda: np.zeros((7, MAP_SIDE, MAP_SIDE), np.float32))
    camera: F32 = field(default_factory=lambda: np.zeros(_CAMERA_MOVES, np.float32))
    energy: int = 0


def step_motions(
    pictures: Iterable[tuple[U8, float]], pairs: PicturePairs | None = None
) -> Iterator[StepMotion]:
    """Yield the motion of consecutive steps, one `StepMotion` for each picture given.

    The first `LEAD_STEPS` are final only if the video starts there.

    Args:
        pictures: for each step the gray picture U8 (H, W) shown, sides multiples of 32 and at least
            `GLIMPSE_PX`, and the time in seconds at which this picture appeared.
        pairs: gives the optical flow; shared with others that look at the same pictures.
    """
    pairs = pairs or PicturePairs()
    shown: _Shown | None = None
    for step, (gray, time_s) in enumerate(pictures):
        if shown is None:
            shown = _Shown(gray, time_s, _still_glimpse(gray))
        elif time_s == shown.time_s or same_picture(shown.gray, gray):
            shown.steps += 1
        else:
            shown = _moved(shown, gray, time_s, step, pairs)
        yield _as_step(shown)


def _moved(shown: _Shown, gray: U8, time_s: float, step: int, pairs: PicturePairs) -> _Shown:
    """Return the state after a new picture (H, W) took the place of the one shown."""
    interval_s = HOLD_STEPS / MOTION_RATE
    if shown.steps < HOLD_STEPS - 1:
        interval_s = min(interval_s, max(_SHORTEST_INTERVAL_S, time_s - shown.time_s))
    height, width = gray.shape
    moved = pairs.motion(shown.gray, gray)
    displacement, affine = moved.displacement, moved.affine
    # Picture sides a second: the same motion gives the same numbers at any size and frame rate.
    per_second = np.array([1.0 / width, 1.0 / height], np.float32) / np.float32(interval_s)
    # A camera's motion makes no sound: the residual is what moves against the surroundings.
    residual = _scaled(without_camera(displacement, affine), per_second)
    speed = np.asarray(cv2.magnitude(residual[..., 0], residual[..., 1]), np.float32)
    # Flashes (shots, fireworks, lightning) have no motion, so changes of level stand beside it.
    level = (gray.astype(np.float32) - shown.gray.astype(np.float32)) / 255.0
    change = np.abs(level)
    # The mean of a cell hides what is smaller than a cell; its fastest pixel does not.
    peak_map, change_map = scaled_speeds(cell_peaks(speed)), scaled_levels(cell_means(change))
    maps = np.concatenate(
        [
            scaled_speeds(cell_means(_scaled(displacement, per_second))),
            scaled_speeds(cell_means(residual)),
            peak_map[None],
            change_map,
            scaled_levels(cell_means(level)),
        ]
    )
    # The glimpse looks where the last steps, this one above all, moved or changed most.
    recent = (moved for moved in shown.trail if step - moved[0] < HOLD_STEPS)
    trail = (*recent, (step, peak_map + change_map[0]))
    left, top = _salient(trail, step, width, height)
    window = (slice(top, top + GLIMPSE_PX), slice(left, left + GLIMPSE_PX))
    where = 2.0 * np.array([left / (width - GLIMPSE_PX), top / (height - GLIMPSE_PX)]) - 1.0
    affine_values = camera_moves((affine * per_second).astype(np.float32))
    level_values = np.array([level.mean(), change.mean()], np.float32)
    return _Shown(
        gray=gray,
        time_s=time_s,
        glimpse=np.concatenate(
            [
                _local_gray(gray[window]),
                scaled_speeds(cell_means(residual[window])),
                scaled_levels(cell_means(change[window])),
            ]
        ),
        trail=trail,
        interval_s=interval_s,
        maps=maps,
        camera=np.concatenate([scaled_speeds(affine_values), scaled_levels(level_values), where]),
        energy=motion_energy(speed),
    )


def _scaled(field: F32, by: F32) -> F32:
    """Return a field (H, W, 2) times one factor for each direction."""
    height, width = field.shape[:2]
    # In long rows, since numpy is slow on pairs.
    rows: F32 = field.reshape(height, -1) * np.tile(by, width)
    return rows.reshape(field.shape)


def _as_step(shown: _Shown) -> StepMotion:
    """Return the motion of a step; a picture that was held too long has come to rest."""
    moving = shown.steps < HOLD_STEPS
    maps = np.concatenate([shown.maps if moving else 0 * shown.maps, _local_gray(shown.gray)])
    glimpse = shown.glimpse if moving else _still_glimpse(shown.gray)
    clock = np.array(
        [min(shown.steps, HOLD_STEPS) / HOLD_STEPS, shown.interval_s * MOTION_RATE / HOLD_STEPS],
        np.float32,
    )
    camera = np.concatenate([shown.camera, clock])
    return StepMotion(
        maps=as_bytes(maps),
        glimpse=as_bytes(glimpse),
        camera=(camera if moving else 0.0 * camera).astype(np.float32),
        energy=shown.energy if moving else 0,
    )


def _salient(trail: Trail, step: int, width: int, height: int) -> tuple[int, int]:
    """Return left and top, in pixels, of the window around what moved most in the last steps."""
    total = np.zeros((MAP_SIDE, MAP_SIDE), np.float32)
    for moved_at, moved in trail:
        total += np.float32(_TRAIL_FADE ** (step - moved_at)) * moved
    # Summed over a neighbourhood, so that a region wins and not a single noisy cell.
    spread = cv2.blur(total, (_SALIENT_CELLS, _SALIENT_CELLS), borderType=cv2.BORDER_CONSTANT)
    row, column = np.unravel_index(int(spread.argmax()), spread.shape)
    left = round((int(column) + 0.5) * width / MAP_SIDE) - GLIMPSE_PX // 2
    top = round((int(row) + 0.5) * height / MAP_SIDE) - GLIMPSE_PX // 2
    return min(max(left, 0), width - GLIMPSE_PX), min(max(top, 0), height - GLIMPSE_PX)


def _still_glimpse(gray: U8) -> F32:
    """Return the glimpse of a picture in which nothing has moved: its middle."""
    height, width = gray.shape
    top, left = (height - GLIMPSE_PX) // 2, (width - GLIMPSE_PX) // 2
    middle = _local_gray(gray[top : top + GLIMPSE_PX, left : left + GLIMPSE_PX])
    return np.concatenate([middle, np.zeros((3, MAP_SIDE, MAP_SIDE), np.float32)])


def _local_gray(gray: U8) -> F32:
    """Return the brightness around its mean, (1, 32, 32), about -1..1."""
    cells = cell_means(gray.astype(np.float32))
    return (cells - np.float32(cells.mean())) / np.float32(128.0)

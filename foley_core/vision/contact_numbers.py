"""Contact in a few numbers: what stopped, turned back or set off between two pairs of pictures.

A hit is not where something moves fast but where it stops. Each pixel is followed from one picture
to the next (the Lagrangian view), and its velocity there is compared with its velocity before.
Velocities are in picture sides a second, less the camera's; 16 × 16 cells.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from foley_core.types import F32, F64, U8
from foley_core.vision.map_scale import LEVEL_RANGE, SPEED_RANGE
from foley_core.vision.optical_flow import without_camera
from foley_core.vision.picture_pairs import PictureMotion

CELLS_SIDE = 16
"""Cells across and down the picture."""
MAP_NAMES = (
    "speed", "speed_peak", "difference", "difference_peak",
    "stop", "reversal", "start", "stop_peak",
)  # fmt: skip
"""Maps of 16 × 16 cells of which the largest cells are averaged."""
LARGEST_CELLS = (1, 4, 16, CELLS_SIDE**2)
"""Counts of cells: a hit is small, a step or a shot is not."""
PICTURE_NUMBERS = len(MAP_NAMES) * len(LARGEST_CELLS) + 8
"""Numbers of one picture: means of the maps' largest cells; brightening at its most, at its least
and on average; speed of the camera and its change; mean difference; share of cells that move;
unlikeness to the picture before it (`UNLIKENESS`)."""
UNLIKENESS = PICTURE_NUMBERS - 1
"""Number that is 1 less the correlation of two pictures' cells: a flash leaves it small, a cut does
not."""

# Optical flow is computed at half resolution, so velocities lose nothing there.
_SIDE_PX = 64
_CELL_PX = _SIDE_PX // CELLS_SIDE
# Slower than this (sides a second) has no direction that could be reversed.
_LEAST_SPEED = 0.02
# A cell moves from this speed on.
_MOVING_SPEED = 0.05
_SPEED_FLOOR = SPEED_RANGE[0]
_LEVEL_FLOOR = LEVEL_RANGE[0]


@dataclass(frozen=True, slots=True)
class PairMotion:
    """Motion from a picture to the next one, as contact needs it.

    Attributes:
        velocity: (64, 64, 2) of every pixel less the camera's, sides a second.
        arrives: (64, 64, 2) x and y, in pixels of 64, at which each pixel is in the next picture.
        camera: (2, 2) velocity of the camera's field at the upper left and lower right quarter.
        difference: (128, 128) change of level 0..1 that the camera does not explain.
        unlikeness: 0..2, see `UNLIKENESS`.
    """

    velocity: F32
    arrives: F32
    camera: F32
    difference: F32
    unlikeness: float


def pair_motion(before: U8, after: U8, motion: PictureMotion, interval_s: float) -> PairMotion:
    """Return the motion between two gray pictures (H, H) that are `interval_s` apart."""
    side_px = before.shape[0]
    residual = _halved(without_camera(motion.displacement, motion.affine))
    moved = _halved(motion.displacement) * np.float32(_SIDE_PX / side_px)
    corners = np.array([[-0.5, -0.5, 1.0], [0.5, 0.5, 1.0]])
    per_second = 1.0 / (side_px * interval_s)
    return PairMotion(
        velocity=residual * np.float32(per_second),
        arrives=_pixels() + moved,
        camera=(corners @ motion.affine * per_second).astype(np.float32),
        difference=_unexplained(before, after, motion.affine),
        unlikeness=_unlikeness(before, after),
    )


def contact_numbers(pair: PairMotion, following: PairMotion | None) -> tuple[F32, F32]:
    """Return what happened at the picture between two pairs.

    Args:
        pair: motion towards the picture.
        following: motion from it on; None if it rests, or nothing follows.

    Returns:
        The `PICTURE_NUMBERS` numbers, and the mean velocity (16, 16, 2) of each cell.
    """
    velocity = pair.velocity
    if following is None:
        next_velocity, next_camera = np.zeros_like(velocity), np.zeros_like(pair.camera)
    else:
        # Two maps, x and y, as the interface of remap wants them.
        across, along_rows = cv2.split(pair.arrives)
        next_velocity = np.asarray(
            cv2.remap(following.velocity, across, along_rows, cv2.INTER_LINEAR,
                      borderMode=cv2.BORDER_REPLICATE), np.float32,
        )  # fmt: skip
        next_camera = following.camera
    speed, next_speed = _length(velocity), _length(next_velocity)
    dot = velocity[..., 0] * next_velocity[..., 0] + velocity[..., 1] * next_velocity[..., 1]
    along = dot / np.maximum(speed, np.float32(1e-6))
    # What is lost of the velocity, along its own direction; what turned back; what is new.
    stop = np.maximum(0.0, speed - np.maximum(0.0, along))
    reversal = np.where(speed > _LEAST_SPEED, np.maximum(0.0, -along), 0.0)
    kept = np.maximum(0.0, dot / np.maximum(next_speed, np.float32(1e-6)))
    start = np.maximum(0.0, next_speed - kept)
    level = pair.difference
    change = np.abs(level)
    maps = np.stack([
        _means(speed), _peaks(speed), _means(change), _peaks(change),
        _means(_blurred(stop, 3)), _means(_blurred(reversal, 3)),
        _means(_blurred(start, 3)), _peaks(_blurred(stop, 5)),
    ]).reshape(len(MAP_NAMES), -1)  # fmt: skip
    floors = np.array([_LEVEL_FLOOR if "difference" in n else _SPEED_FLOOR for n in MAP_NAMES])
    sums = np.cumsum(np.sort(maps, axis=1)[:, ::-1], axis=1)
    largest = np.stack([sums[:, count - 1] / count for count in LARGEST_CELLS], axis=1)
    brightening = _means(level)
    jolt = float(np.abs(next_camera - pair.camera).mean())
    numbers = np.concatenate([
        np.log1p(largest / floors[:, None]).ravel(),
        _signed_log(np.array([brightening.max(), brightening.min(), brightening.mean()])),
        np.log1p(np.array([float(np.abs(pair.camera).mean()), jolt]) / _SPEED_FLOOR),
        [np.log1p(float(change.mean()) / _LEVEL_FLOOR)],
        [float((maps[0] > _MOVING_SPEED).mean()), pair.unlikeness],
    ]).astype(np.float32)  # fmt: skip
    cells = np.asarray(
        cv2.resize(velocity, (CELLS_SIDE, CELLS_SIDE), interpolation=cv2.INTER_AREA), np.float32
    )
    return numbers, cells


def _unexplained(before: U8, after: U8, affine: F64) -> F32:
    """Return the change of level of each pixel, after the first picture moved with the camera."""
    side_px = before.shape[0]
    # x in -1..1 is (2 p + 1) / side - 1 of a pixel p; so the displacement in pixels is affine in p.
    scale, offset = 2.0 / side_px, 1.0 / side_px - 1.0
    shift = affine[2] + affine[:2].sum(axis=0) * offset
    matrix = np.eye(2, 3) + np.column_stack([affine[:2].T * scale, shift])
    moved = cv2.warpAffine(
        before, matrix, (side_px, side_px), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray((after.astype(np.float32) - moved) / np.float32(255.0), np.float32)


def _unlikeness(before: U8, after: U8) -> float:
    """Return 1 less the correlation of the brightness of the two pictures' cells."""
    first, second = (
        _means(picture.astype(np.float32)).astype(np.float64).ravel() for picture in (before, after)
    )
    first, second = first - first.mean(), second - second.mean()
    # One gray level a cell keeps pictures without any contrast from being unlike each other.
    trace = float(len(first))
    product = float(first @ second) + trace
    return 1.0 - product / float(np.sqrt((first @ first + trace) * (second @ second + trace)))


def _halved(field: F32) -> F32:
    small = cv2.resize(field, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


@cache
def _pixels() -> F32:
    """Return x and y of every pixel, (64, 64, 2)."""
    y, x = np.meshgrid(np.arange(_SIDE_PX), np.arange(_SIDE_PX), indexing="ij")
    return np.stack([x, y], axis=2).astype(np.float32)


def _length(velocity: F32) -> F32:
    return np.asarray(cv2.magnitude(velocity[..., 0], velocity[..., 1]), np.float32)


def _blurred(values: F32, size: int) -> F32:
    return np.asarray(cv2.blur(values, (size, size)), np.float32)


def _means(values: F32) -> F32:
    cells = cv2.resize(values, (CELLS_SIDE, CELLS_SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(cells, np.float32)


def _peaks(values: F32) -> F32:
    size = values.shape[0] // CELLS_SIDE
    across = np.maximum.reduce([values[:, start::size] for start in range(size)])
    peaks: F32 = np.maximum.reduce([across[start::size] for start in range(size)])
    return peaks


def _signed_log(levels: F32) -> F32:
    signed: F32 = np.sign(levels) * np.log1p(np.abs(levels) / _LEVEL_FLOOR)
    return signed

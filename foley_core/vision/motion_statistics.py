"""Motion in a few numbers: how much moves, how fast, in which direction, and what brightens.

Maps also show where something moves and what it looks like, and a network that learned from
rendered pictures relies on that. These numbers know neither place nor look. Compared with what is
usual around them in time, they mean the same in a rendered and in a filmed video.

They are taken of the whole picture and of four overlapping parts of it (`VIEWS`). Filmed pictures
hold more than the action that sounds; in one part of the picture it is most of what moves.
"""

from math import isqrt

import numpy as np

from foley_core.types import F32, I8
from foley_core.vision.map_scale import MAP_SIDE
from foley_core.vision.motion import CAMERA_VALUES, MAP_CHANNELS

VIEW_NUMBERS = 25
_PART_SIDE = 20
_PART_STARTS = (0, MAP_SIDE - _PART_SIDE)
VIEWS = (
    (0, 0, MAP_SIDE),
    *((row, column, _PART_SIDE) for row in _PART_STARTS for column in _PART_STARTS),
)
"""First row, first column and side, in cells of a map: the whole, then its four corners."""
STATISTICS = len(VIEWS) * VIEW_NUMBERS + len(CAMERA_VALUES)

# Shares of a view's cells: a hit is small, so the fastest cells are averaged in growing groups,
# from a single one to a quarter of the view.
_LARGEST = (1 / 1024, 1 / 64, 1 / 16, 1 / 4)
# One extreme value may be noise, so an extreme is the mean of this share of the cells.
_EXTREME = 1 / 32


def motion_statistics(maps: I8, camera: F32) -> F32:
    """Return the numbers of one step, or of every step of a stack.

    Args:
        maps: (…, 8, 32, 32), as in `StepMotion`.
        camera: (…, 12), as in `StepMotion`.

    Returns:
        (…, 137): for each of the 5 `VIEWS` 25 means, extremes and directions of the scaled maps,
        about -1..1, then `camera`.
    """
    views = [
        _of_view(maps[..., row : row + side, column : column + side]) for row, column, side in VIEWS
    ]
    return np.concatenate([*views, camera], axis=-1, dtype=np.float32)


def _of_view(maps: I8) -> F32:
    """Return the numbers (…, 25) of maps (…, 8, side, side)."""
    cells = maps.reshape(*maps.shape[:-2], -1).astype(np.float32) / np.float32(127.0)
    channel = {name: cells[..., index, :] for index, name in enumerate(MAP_CHANNELS)}
    right, down = channel["residual_right"], channel["residual_down"]
    speed = np.hypot(right, down)
    # Directions are averaged with the square of the speed: the noise of many slow cells would
    # else outvote the few fast cells of a hit.
    square = np.square(speed)
    weight = square / (square.sum(axis=-1, keepdims=True) + np.float32(1e-6))
    spreading = _divergence(right, down)
    peak, change = channel["residual_peak"], channel["change"]
    brightening = channel["brightening"]
    values = [
        # Speed of what moves on its own, and of the fastest pixel in each cell.
        speed.mean(axis=-1),
        *(_largest(speed, share) for share in _LARGEST),
        np.median(speed, axis=-1),
        peak.max(axis=-1),
        peak.mean(axis=-1),
        _largest(peak, _EXTREME),
        # Changes of level: flashes, shots, what appears or is covered.
        change.mean(axis=-1),
        change.max(axis=-1),
        _largest(change, _EXTREME),
        brightening.mean(axis=-1),
        brightening.max(axis=-1),
        brightening.min(axis=-1),
        # Motion with the camera's share, then directions: falling, recoil, fragments flying apart.
        np.hypot(channel["right"], channel["down"]).mean(axis=-1),
        (weight * right).sum(axis=-1),
        (weight * down).sum(axis=-1),
        (weight * spreading).sum(axis=-1),
        spreading.max(axis=-1),
        spreading.min(axis=-1),
        _largest(down, _EXTREME),
        -_largest(-down, _EXTREME),
        _largest(right, _EXTREME),
        -_largest(-right, _EXTREME),
    ]
    return np.stack(values, axis=-1)


def _largest(values: F32, share: float) -> F32:
    """Return the mean of a share of the cells (…, cells), the largest ones, at least one."""
    count = max(1, round(share * values.shape[-1]))
    largest: F32 = np.partition(values, -count, axis=-1)[..., -count:].mean(axis=-1)
    return largest


def _divergence(right: F32, down: F32) -> F32:
    """Return the divergence at each cell of a square, (…, cells): + spreads, − gathers."""
    side = isqrt(right.shape[-1])
    sides = (*right.shape[:-1], side, side)
    across = np.asarray(np.gradient(right.reshape(sides), axis=-1), np.float32)
    along = np.asarray(np.gradient(down.reshape(sides), axis=-2), np.float32)
    total: F32 = (across + along).reshape(right.shape)
    return total

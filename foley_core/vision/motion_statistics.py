"""Motion in a handful of numbers: how much moves, how fast, which way, what flares up.

Maps show where something moves and what it looks like, and a network that learned from rendered
pictures leans on that. These numbers know neither place nor look; seen against the usual of their
own video they mean the same in a rendered and in a filmed one.
"""

import numpy as np

from foley_core.types import F32
from foley_core.vision.motion import CAMERA_VALUES, I8, MAP_CHANNELS, MAP_SIDE

_LARGEST = (1, 16, 64, 256)
"""Of 1024 cells: a hit is small, so the fastest cells are averaged in groups of growing size."""
_SIGNED_CELLS = 32
STATISTICS = 25 + len(CAMERA_VALUES)


def motion_statistics(maps: I8, camera: F32) -> F32:
    """Numbers for one step, or for every step of a stack.

    Args:
        maps: (…, 8, 32, 32), camera: (…, 12), as in `StepMotion`.

    Returns:
        (…, 37) means, extremes and directions of the scaled maps, about -1..1, then `camera`.
    """
    cells = maps.reshape(*maps.shape[:-2], -1).astype(np.float32) / np.float32(127.0)
    of = {name: cells[..., index, :] for index, name in enumerate(MAP_CHANNELS)}
    right, down = of["residual_right"], of["residual_down"]
    speed = np.hypot(right, down)
    square = np.square(speed)
    weight = square / (square.sum(axis=-1, keepdims=True) + np.float32(1e-6))
    spreading = _divergence(right, down)
    peak, change, brightening = of["residual_peak"], of["change"], of["brightening"]
    values = [
        speed.mean(axis=-1),
        *(_largest(speed, count) for count in _LARGEST),
        np.median(speed, axis=-1),
        peak.max(axis=-1),
        peak.mean(axis=-1),
        _largest(peak, _SIGNED_CELLS),
        change.mean(axis=-1),
        change.max(axis=-1),
        _largest(change, _SIGNED_CELLS),
        brightening.mean(axis=-1),
        brightening.max(axis=-1),
        brightening.min(axis=-1),
        np.hypot(of["right"], of["down"]).mean(axis=-1),
        (weight * right).sum(axis=-1),
        (weight * down).sum(axis=-1),
        (weight * spreading).sum(axis=-1),
        spreading.max(axis=-1),
        spreading.min(axis=-1),
        _largest(down, _SIGNED_CELLS),
        -_largest(-down, _SIGNED_CELLS),
        _largest(right, _SIGNED_CELLS),
        -_largest(-right, _SIGNED_CELLS),
    ]
    return np.concatenate([np.stack(values, axis=-1), camera], axis=-1, dtype=np.float32)


def _largest(values: F32, count: int) -> F32:
    """Mean of the `count` largest of (…, 1024)."""
    largest: F32 = np.partition(values, -count, axis=-1)[..., -count:].mean(axis=-1)
    return largest


def _divergence(right: F32, down: F32) -> F32:
    """What spreads (+) or gathers (−) at each cell, (…, 1024)."""
    sides = (*right.shape[:-1], MAP_SIDE, MAP_SIDE)
    across = np.asarray(np.gradient(right.reshape(sides), axis=-1), np.float32)
    along = np.asarray(np.gradient(down.reshape(sides), axis=-2), np.float32)
    total: F32 = (across + along).reshape(right.shape)
    return total

"""Motion in a handful of numbers: how much moves, how fast, which way, what flares up.

Maps show where something moves and what it looks like, and a network that learned from rendered
pictures leans on that. These numbers know neither place nor look; seen against the usual of their
own video they mean the same in a rendered and in a filmed one.
"""

import numpy as np

from foley_core.types import F32
from foley_core.vision.motion import CAMERA_VALUES, I8, MAP_CHANNELS

_LARGEST = (1, 16, 64, 256)
"""Of 1024 cells: a hit is small, so the fastest cells are averaged in groups of growing size."""
_SIGNED_CELLS = 32
STATISTICS = 25 + len(CAMERA_VALUES)


def motion_statistics(maps: I8, camera: F32) -> F32:
    """Numbers for one step.

    Args:
        maps, camera: as in `StepMotion`.

    Returns:
        (37,) means, extremes and directions of the scaled maps, about -1..1, then `camera`.
    """
    of = dict(
        zip(MAP_CHANNELS, maps.reshape(len(maps), -1).astype(np.float32) / 127.0, strict=True)
    )
    right, down = of["residual_right"], of["residual_down"]
    speed = np.hypot(right, down)
    weight = np.square(speed) / (float(np.square(speed).sum()) + 1e-6)
    spreading = _divergence(right, down)
    peak, change, brightening = of["residual_peak"], of["change"], of["brightening"]
    values = [
        speed.mean(),
        *(_largest(speed, count) for count in _LARGEST),
        np.median(speed),
        peak.max(),
        peak.mean(),
        _largest(peak, _SIGNED_CELLS),
        change.mean(),
        change.max(),
        _largest(change, _SIGNED_CELLS),
        brightening.mean(),
        brightening.max(),
        brightening.min(),
        np.hypot(of["right"], of["down"]).mean(),
        (weight * right).sum(),
        (weight * down).sum(),
        (weight * spreading).sum(),
        spreading.max(),
        spreading.min(),
        _largest(down, _SIGNED_CELLS),
        -_largest(-down, _SIGNED_CELLS),
        _largest(right, _SIGNED_CELLS),
        -_largest(-right, _SIGNED_CELLS),
    ]
    return np.concatenate([np.array(values, np.float32), camera.astype(np.float32)])


def _largest(values: F32, count: int) -> float:
    """Mean of the `count` largest."""
    return float(np.partition(values, -count)[-count:].mean())


def _divergence(right: F32, down: F32) -> F32:
    """What spreads (+) or gathers (−) at each cell, (1024,)."""
    side = round(len(right) ** 0.5)
    across = np.asarray(np.gradient(right.reshape(side, side), axis=1), np.float32)
    along = np.asarray(np.gradient(down.reshape(side, side), axis=0), np.float32)
    total: F32 = (across + along).ravel()
    return total

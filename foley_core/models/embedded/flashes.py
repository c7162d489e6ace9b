"""Flashes: fireworks and lightning, which are light in the dark rather than things."""

import numpy as np
from numpy.typing import NDArray

from foley_core.models.sight.looks import COLOURS, F16, Looks
from foley_core.timebase import MOTION_RATE
from foley_core.types import F32
from foley_core.vision.motion import CAMERA_VALUES

FLASHES = ("firework_burst", "thunder_crack")

# Evidence that a flash is: as much as that of a thing seen surely.
_SURE = 4.0
# Fireworks: nearly all of the picture is dark; somewhere it brightens fast, it brightens as a
# whole, which a lamp that moves does not bring about, and sparks fly apart. The last three are of
# the logarithmic scale of `vision.motion`.
_NIGHT_SHARE, _SPARK, _LIGHT, _APART = 0.85, 0.7, 0.03, 0.8
# Lightning: the whole picture brightens and darkens again within a second, by so much, and is dim
# otherwise.
_FLASH, _DIM = 0.6, 0.45
_FLASH_STEPS = MOTION_RATE
# Flashes within this time of a look count for it.
_AROUND_STEPS = 4 * MOTION_RATE

_BRIGHTENING = CAMERA_VALUES.index("brightening") - len(CAMERA_VALUES)
# Numbers of the whole picture, see `motion_statistics`: mean and fastest brightening of its cells,
# and how fast what moves flies apart.
_MEAN, _FASTEST, _SPREADING = 12, 13, 19


def flashes(looks: Looks, statistics: F16) -> F32:
    """Return (L, 2) evidence of `FLASHES` at each look, 0 or as much as that of a sure thing.

    Args:
        statistics: (T, 137) of the motion steps, see `vision.motion_statistics`.
    """
    dark = looks.colour[:, COLOURS.index("dark_share")].astype(np.float32)
    bright = looks.colour[:, COLOURS.index("brightness")].astype(np.float32)
    sparks, light, apart = (
        statistics[:, number] >= least
        for number, least in ((_FASTEST, _SPARK), (_MEAN, _LIGHT), (_SPREADING, _APART))
    )
    lightning = _flashes(statistics[:, _BRIGHTENING].astype(np.float32))
    found = np.zeros((len(looks.steps), len(FLASHES)), np.float32)
    for look, step in enumerate(looks.steps):
        near = slice(max(0, step - _AROUND_STEPS), step + _AROUND_STEPS)
        around = slice(
            np.searchsorted(looks.steps, step - _AROUND_STEPS),
            np.searchsorted(looks.steps, step + _AROUND_STEPS, side="right"),
        )
        night = dark[around].mean() >= _NIGHT_SHARE
        # The median: the flash itself is bright.
        dim = np.median(bright[around]) <= _DIM
        fireworks = night and sparks[near].any() and light[near].any() and apart[near].any()
        found[look] = (fireworks, dim and lightning[near].any())
    return np.asarray(_SURE * found, np.float32)


def _flashes(brightening: F32) -> NDArray[np.bool_]:
    """Return (T,) True where the whole picture brightens and darkens again within a second."""
    found = np.zeros(len(brightening), np.bool_)
    for step in np.flatnonzero(brightening >= _FLASH):
        found[step] = brightening[step : step + _FLASH_STEPS].min() <= -_FLASH
    return found

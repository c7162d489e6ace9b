"""Columns of the picture that change, from left to right: all of a motion map that tells a place.

Of every column of a map one number is kept: how strongly its cells change. Strong changes count
most, by the fourth power, since what sounds is small and moves fast, while a camera's shake changes
all of the picture a little.
"""

import numpy as np

from foley_core.types import F32, I8
from foley_core.vision.map_scale import MAP_SIDE
from foley_core.vision.motion import MAP_CHANNELS

COLUMNS = MAP_SIDE
"""Numbers of a step: one for each column of a map, from left to right."""

_CHANGE = MAP_CHANNELS.index("change")
_POWER = 4


def changed_columns(maps: I8) -> F32:
    """Return the change in each column of one step, or of every step of a stack.

    Args:
        maps: (…, 8, 32, 32), as in `StepMotion`.

    Returns:
        (…, 32) roots of the sums of fourth powers, 0 to about 6: half floats hold them.
    """
    change = maps[..., _CHANGE, :, :].astype(np.float32) / np.float32(127.0)
    columns: F32 = np.sqrt((change**_POWER).sum(axis=-2)).astype(np.float32)
    return columns

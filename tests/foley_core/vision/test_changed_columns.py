"""Columns say where the picture changes from left to right, strongest changes most."""

import numpy as np

from foley_core.vision.changed_columns import COLUMNS, changed_columns
from foley_core.vision.motion import MAP_CHANNELS

CHANGE = MAP_CHANNELS.index("change")


def test_a_change_shows_in_its_column_alone() -> None:
    maps = np.zeros((3, len(MAP_CHANNELS), 32, 32), np.int8)
    maps[1, CHANGE, 10, 20] = 127
    maps[2, CHANGE - 1] = 99
    columns = changed_columns(maps)
    assert columns.shape == (3, COLUMNS)
    assert columns[1].tolist() == [0.0] * 20 + [1.0] + [0.0] * 11
    assert not columns[[0, 2]].any()
    # Half a change is a sixteenth, and survives a half float.
    maps[0, CHANGE, :, 5] = 8
    assert changed_columns(maps)[0].astype(np.float16)[5] > 0

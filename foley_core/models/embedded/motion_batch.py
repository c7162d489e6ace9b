"""The motion of a segment of steps, as the motion encoder reads it at once."""

import numpy as np

from foley_core.models.embedded.features import RECENT_STEPS
from foley_core.vision.map_scale import MAP_SIDE
from foley_core.vision.motion import CAMERA_VALUES, GLIMPSE_CHANNELS, MAP_CHANNELS, StepMotion

BATCH_STEPS = 48
"""Motion steps of one segment, which the motion encoder sees at once: 1.92 s."""


class MotionBatch:
    """The motion of one segment of 48 steps, counted from step 0 of the video, and just before it.

    Each step has its own place; there are zeros where no step was put.
    """

    def __init__(self, first_step: int) -> None:
        count, sides = RECENT_STEPS + BATCH_STEPS, (MAP_SIDE, MAP_SIDE)
        self.first = first_step // BATCH_STEPS * BATCH_STEPS
        self.maps = np.zeros((count, len(MAP_CHANNELS), *sides), np.int8)
        self.glimpse = np.zeros((count, len(GLIMPSE_CHANNELS), *sides), np.int8)
        self.camera = np.zeros((count, len(CAMERA_VALUES)), np.float32)
        self.valid = np.zeros(count, np.bool_)

    @property
    def last(self) -> int:
        """The step after the segment."""
        return self.first + BATCH_STEPS

    def inside(self, first_step: int, last_step: int) -> tuple[slice, slice]:
        """Return slices of the steps that clip and segment share: of the clip, of the segment."""
        first, last = max(first_step, self.first), min(last_step, self.last)
        return (
            slice(first - first_step, last - first_step),
            slice(first - self.first, last - self.first),
        )

    def put(self, step: int, moved: StepMotion) -> None:
        """Put the motion of a step in its place."""
        row = step - self.first + RECENT_STEPS
        self.maps[row], self.glimpse[row], self.camera[row] = (
            moved.maps, moved.glimpse, moved.camera,
        )  # fmt: skip
        self.valid[row] = True

    def advance(self) -> None:
        """Advance to the next segment; the last steps of this one stay as those before it."""
        self.first = self.last
        for rows in (self.maps, self.glimpse, self.camera, self.valid):
            rows[:RECENT_STEPS] = rows[-RECENT_STEPS:].copy()
            rows[RECENT_STEPS:] = 0

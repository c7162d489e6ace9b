"""Features of a clip, as they are stored: data, read and written without any model."""

from dataclasses import dataclass

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from foley_core.errors import StorageError
from foley_core.types import U8
from foley_core.vision import motion

F16 = NDArray[np.float16]

RECENT_STEPS = 8
"""How many steps before its own a motion token depends on, see `motion_encoder`."""
LEAD_STEPS = motion.LEAD_STEPS + RECENT_STEPS
TAIL_STEPS = motion.TAIL_STEPS
"""How many pictures before and after its steps a clip's features depend on."""


@dataclass(frozen=True, slots=True, eq=False)
class ClipFeatures:
    """Tokens of the motion steps [first_step, first_step + T) of a video.

    Attributes:
        first_step: of the clip, in motion steps of the video.
        motion_tokens: (T, 128).
        scene_tokens: (S, 128), sixteen for each scene step within the clip.
        statistics: (T, 37) plain numbers of motion, see `motion_statistics`.
        motion_energy: (T,) 0..255, logarithmic speed of what moves on its own.
    """

    first_step: int
    motion_tokens: F16
    scene_tokens: F16
    statistics: F16
    motion_energy: U8

    @property
    def last_step(self) -> int:
        """The step after the clip's last."""
        return self.first_step + len(self.motion_tokens)

    def to_bytes(self) -> bytes:
        """safetensors."""
        data: bytes = safetensors.numpy.save(
            {
                "first_step": np.array([self.first_step], np.int64),
                "motion_tokens": np.ascontiguousarray(self.motion_tokens),
                "scene_tokens": np.ascontiguousarray(self.scene_tokens),
                "statistics": np.ascontiguousarray(self.statistics),
                "motion_energy": np.ascontiguousarray(self.motion_energy),
            }
        )
        return data

    @classmethod
    def from_bytes(cls, data: bytes) -> "ClipFeatures":
        """Inverse of `to_bytes`.

        Raises:
            StorageError: the bytes are not stored features.
        """
        try:
            tensors = safetensors.numpy.load(data)
            return cls(
                first_step=int(tensors["first_step"][0]),
                motion_tokens=tensors["motion_tokens"],
                scene_tokens=tensors["scene_tokens"],
                statistics=tensors["statistics"],
                motion_energy=tensors["motion_energy"],
            )
        except (SafetensorError, KeyError, ValueError) as error:
            raise StorageError(
                f"stored features cannot be read ({error}); delete that object, it is made again"
            ) from error

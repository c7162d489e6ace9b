"""Features of a clip, as they are stored: data, read and written without any model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from foley_core.errors import StorageError
from foley_core.timebase import STEPS_PER_SCENE
from foley_core.types import U8
from foley_core.vision import motion

F16 = NDArray[np.float16]

TOKENS_PER_SCENE = 16

RECENT_STEPS = 8
"""How many steps before its own a motion token depends on, see `motion_encoder`."""
FEATURE_LEAD_STEPS = motion.LEAD_STEPS + RECENT_STEPS
FEATURE_TAIL_STEPS = motion.TAIL_STEPS
"""How many pictures before and after its steps a clip's features depend on."""


@dataclass(frozen=True, slots=True, eq=False)
class ClipFeatures:
    """Tokens of the motion steps [first_step, first_step + T) of a video.

    Attributes:
        first_step: of the clip, in motion steps of the video.
        motion_tokens: (T, 128).
        scene_tokens: (S, 128), sixteen for each scene step within the clip.
        statistics: (T, 137) plain numbers of motion, see `motion_statistics`.
        texture: (S,) one for each scene step, see `texture`.
        motion_energy: (T,) 0..255, logarithmic speed of what moves on its own.
    """

    first_step: int
    motion_tokens: F16
    scene_tokens: F16
    statistics: F16
    texture: F16
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
                "texture": np.ascontiguousarray(self.texture),
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
                texture=tensors["texture"],
                motion_energy=tensors["motion_energy"],
            )
        except (SafetensorError, KeyError, ValueError) as error:
            raise StorageError(
                f"stored features cannot be read ({error}); delete that object, it is made again"
            ) from error


def gathered(
    clips: Sequence[ClipFeatures],
    begin: int,
    length: int,
    name: Literal["motion_tokens", "statistics", "scene_tokens", "texture"],
) -> tuple[F16, NDArray[np.bool_]]:
    """Rows of the steps [begin, begin + length), zeros outside of the video, and which are real.

    What is seen at scene steps is counted in steps of 12 motion steps, tokens sixteen to each.

    Args:
        clips: contiguous, at least one. begin, length: multiples of 12.
    """
    divide = STEPS_PER_SCENE if name in ("scene_tokens", "texture") else 1
    per_step = TOKENS_PER_SCENE if name == "scene_tokens" else 1
    offset, count = begin // divide * per_step, length // divide * per_step
    shape = getattr(clips[0], name).shape[1:]
    found, real = np.zeros((count, *shape), np.float16), np.zeros(count, np.bool_)
    for clip in clips:
        if clip.last_step <= begin or clip.first_step >= begin + length:
            continue
        rows: F16 = getattr(clip, name)
        at = -(-clip.first_step // divide) * per_step - offset
        source = slice(max(0, -at), max(0, min(len(rows), count - at)))
        target = slice(at + source.start, at + source.stop)
        found[target], real[target] = rows[source], True
    return found, real

"""Features of a clip as they are stored. Data only: they are read and written without a network.

Features are all that perception keeps of pictures: from them the cue sheet is read, and read again
without decoding the video.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Literal

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from foley_core.errors import StorageError
from foley_core.models.sight.looks import LOOK_STEPS, NO_LOOKS, Looks
from foley_core.timebase import MOTION_RATE, STEPS_PER_SCENE
from foley_core.types import U8
from foley_core.vision import motion
from foley_core.vision.changed_columns import COLUMNS
from foley_core.vision.contacts import LEAD_S, NO_CONTACTS, TAIL_S, Contacts

F16 = NDArray[np.float16]

NO_COLUMNS: F16 = np.zeros((0, COLUMNS), np.float16)

_LOOKS = "looks."
"""Begin of the names of the looks' arrays in stored features."""

TOKENS_PER_SCENE = 16
"""Scene tokens for each scene step: a grid of 4 × 4 regions of the picture."""

RECENT_STEPS = 8
"""Steps before its own on which a motion token depends, see `motion_encoder`."""
FEATURE_LEAD_STEPS = max(
    motion.LEAD_STEPS + RECENT_STEPS, LOOK_STEPS - 1, ceil(LEAD_S * MOTION_RATE) + 1
)
"""Pictures before its first step on which the features of a clip depend: its motion tokens, whether
its first steps are looked at for joints (see `sight.looking`), and its contacts."""
FEATURE_TAIL_STEPS = max(motion.TAIL_STEPS, ceil(TAIL_S * MOTION_RATE) + 1)
"""Pictures after its last step on which the features of a clip depend."""


@dataclass(frozen=True, slots=True, eq=False)
class ClipFeatures:
    """Features of the motion steps [first_step, first_step + T) of a video.

    Attributes:
        first_step: first motion step of the clip, counted from the start of the video.
        motion_tokens: (T, 128), see `motion_encoder`.
        scene_tokens: (16 S, 128), sixteen for each of the S scene steps within the clip.
        statistics: (T, 137) motion statistics, see `vision.motion_statistics`.
        texture: (S,) one value for each scene step, see `vision.texture`.
        motion_energy: (T,) 0..255, logarithmic speed of what moves on its own.
        looks: what sight saw at the looks within the clip.
        contacts: contact numbers of the distinct pictures of the clip.
        columns: (T, 32) where the picture changes, see `vision.changed_columns`; (0, 32) in
            features that were stored before there were such.
    """

    first_step: int
    motion_tokens: F16
    scene_tokens: F16
    statistics: F16
    texture: F16
    motion_energy: U8
    looks: Looks = NO_LOOKS
    contacts: Contacts = NO_CONTACTS
    columns: F16 = field(default_factory=lambda: NO_COLUMNS)

    @property
    def last_step(self) -> int:
        """The step after the clip's last."""
        return self.first_step + len(self.motion_tokens)

    def to_bytes(self) -> bytes:
        """Return the features as the bytes of a safetensors file."""
        arrays: dict[str, NDArray[Any]] = {
            "first_step": np.array([self.first_step], np.int64),
            "motion_tokens": np.ascontiguousarray(self.motion_tokens),
            "scene_tokens": np.ascontiguousarray(self.scene_tokens),
            "statistics": np.ascontiguousarray(self.statistics),
            "texture": np.ascontiguousarray(self.texture),
            "motion_energy": np.ascontiguousarray(self.motion_energy),
            "columns": np.ascontiguousarray(self.columns),
            "contact_times": np.ascontiguousarray(self.contacts.times),
            "contact_numbers": np.ascontiguousarray(self.contacts.numbers),
        }
        arrays |= {_LOOKS + name: array for name, array in self.looks.arrays().items()}
        data: bytes = safetensors.numpy.save(arrays)
        return data

    @classmethod
    def from_bytes(cls, data: bytes) -> "ClipFeatures":
        """Read what `to_bytes` wrote.

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
                looks=Looks.of_arrays(
                    {
                        name.removeprefix(_LOOKS): array
                        for name, array in tensors.items()
                        if name.startswith(_LOOKS)
                    }
                ),
                columns=tensors.get("columns", NO_COLUMNS),
                contacts=Contacts(tensors["contact_times"], tensors["contact_numbers"]),
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
    """Return one feature of the motion steps [begin, begin + length), across clip borders.

    Args:
        clips: contiguous clips of one video, at least one.
        begin: first motion step of the window, a multiple of 12; may lie before the video.
        length: motion steps of the window, a multiple of 12.
        name: which feature.

    Returns:
        The rows, `(rows, …)` float16, zeros outside of the clips; and `(rows,)`, True for rows that
        a clip has. There is one row for each motion step, or for each scene step (12 motion steps)
        one texture and sixteen scene tokens.
    """
    # A feature has `rows_per_unit` rows for every `unit_steps` motion steps.
    unit_steps = STEPS_PER_SCENE if name in ("scene_tokens", "texture") else 1
    rows_per_unit = TOKENS_PER_SCENE if name == "scene_tokens" else 1
    first_row, count = begin // unit_steps * rows_per_unit, length // unit_steps * rows_per_unit
    shape = getattr(clips[0], name).shape[1:]
    found, real = np.zeros((count, *shape), np.float16), np.zeros(count, np.bool_)
    for clip in clips:
        if clip.last_step <= begin or clip.first_step >= begin + length:
            continue
        rows: F16 = getattr(clip, name)
        # Row of the window at which the clip's rows begin. Rounded up: the first scene step of a
        # clip is the first that begins within it.
        at = -(-clip.first_step // unit_steps) * rows_per_unit - first_row
        source = slice(max(0, -at), max(0, min(len(rows), count - at)))
        target = slice(at + source.start, at + source.stop)
        found[target], real[target] = rows[source], True
    return found, real

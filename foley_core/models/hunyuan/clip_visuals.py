"""Visual features of a clip as they are stored; read and written without any network."""

from dataclasses import dataclass

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from foley_core.errors import StorageError
from foley_core.models.hunyuan.network_config import (
    FEWEST_PICTURES,
    MOST_CLIP_S,
    SCENE_RATE,
    SYNC_RATE,
    TOKENS_PER_SEGMENT,
    sync_segments,
)
from foley_core.types import F32

MAX_BYTES = 32 << 20
"""Limit of a stored object; the features of the longest clip are far smaller (about 1.5 MB)."""

_MOST_SYNC = int(MOST_CLIP_S * SYNC_RATE) + 1
_MOST_SCENE = int(MOST_CLIP_S * SCENE_RATE) + 1


@dataclass(frozen=True, slots=True, eq=False)
class ClipVisuals:
    """Visual features of one clip.

    Attributes:
        scene: (Nv, D) float32, an embedding of each scene picture, 8 a second.
        sync: (Ns, D) float32, synchronisation tokens, eight for each segment of pictures.
        sync_pictures: count of pictures that were taken at 25 a second; the length of the clip's
            sound follows from it, see `network_config.latent_steps`.

    Raises:
        ValueError: the features do not fit together, or are not finite.
    """

    scene: F32
    sync: F32
    sync_pictures: int

    def __post_init__(self) -> None:
        if not FEWEST_PICTURES <= self.sync_pictures <= _MOST_SYNC:
            raise ValueError(f"a clip cannot have {self.sync_pictures} pictures")
        if not 1 <= len(self.scene) <= _MOST_SCENE:
            raise ValueError(f"a clip cannot have {len(self.scene)} scene pictures")
        if len(self.sync) != TOKENS_PER_SEGMENT * sync_segments(self.sync_pictures):
            raise ValueError(f"{len(self.sync)} tokens do not fit {self.sync_pictures} pictures")
        for array in (self.scene, self.sync):
            if array.ndim != 2 or array.dtype != np.float32 or not np.isfinite(array).all():
                raise ValueError("features are not rows of finite numbers")

    def to_bytes(self) -> bytes:
        """Return the features as a safetensors file."""
        data: bytes = safetensors.numpy.save(
            {
                "scene": np.ascontiguousarray(self.scene),
                "sync": np.ascontiguousarray(self.sync),
                "sync_pictures": np.array([self.sync_pictures], np.int64),
            }
        )
        return data

    @classmethod
    def from_bytes(cls, data: bytes, name: str) -> "ClipVisuals":
        """Read what `to_bytes` wrote.

        Args:
            name: stands for the object in messages.

        Raises:
            StorageError: the bytes are not visual features of a clip.
        """
        try:
            if len(data) > MAX_BYTES:
                raise ValueError(f"{len(data)} bytes are too many")
            tensors = safetensors.numpy.load(data)
            (count,) = tensors["sync_pictures"]
            return cls(tensors["scene"], tensors["sync"], int(count))
        except (SafetensorError, KeyError, ValueError, TypeError) as error:
            raise StorageError(
                f"{name} cannot be read as a clip's visual features ({error}); delete it and rerun"
            ) from error

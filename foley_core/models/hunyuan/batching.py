"""Features of clips of different lengths, as one batch.

Streams are padded on the right with zeros to the longest of the batch; `token_layout` makes that
exact. Sampling and mixing cut each clip's latent back to its own length.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from foley_core.models.hunyuan.network_config import TOKENS_PER_SEGMENT, ClipLengths
from foley_core.models.hunyuan.token_layout import TokenLayout, longest, token_layout


@dataclass(frozen=True, slots=True)
class ClipConditions:
    """What one clip is performed from.

    Attributes:
        scene: `(Nv, ·)` an embedding of each scene picture.
        sync: `(Ns, ·)` synchronisation tokens, eight a segment.
        text, negative_text: `(L, ·)` prompt and negative prompt, padded to each other's length.
        latent_steps: length of the clip.

    Raises:
        ValueError: the parts do not fit together.
    """

    scene: Tensor
    sync: Tensor
    text: Tensor
    negative_text: Tensor
    latent_steps: int

    def __post_init__(self) -> None:
        if not len(self.sync) or len(self.sync) % TOKENS_PER_SEGMENT:
            raise ValueError(f"{len(self.sync)} synchronisation tokens are no whole segments")
        if len(self.text) != len(self.negative_text):
            raise ValueError("prompt and negative prompt are not padded to one length")
        if not len(self.scene) or not len(self.text) or self.latent_steps < len(self.scene):
            raise ValueError(
                f"a clip of {self.latent_steps} latent steps cannot have {len(self.scene)} "
                f"pictures and {len(self.text)} text tokens"
            )

    @property
    def lengths(self) -> ClipLengths:
        """Token counts of each stream."""
        return ClipLengths(self.latent_steps, len(self.scene), len(self.sync), len(self.text))


@dataclass(frozen=True, slots=True)
class BatchConditions:
    """Raw features `(B, K, ·)` of a batch: text, scene pictures, synchronisation."""

    text: Tensor
    scene: Tensor
    sync: Tensor

    def to(self, device: torch.device, dtype: torch.dtype) -> "BatchConditions":
        """On a device, in a data type."""
        streams = (stream.to(device, dtype) for stream in (self.text, self.scene, self.sync))
        return BatchConditions(*streams)

    def joined(self, other: "BatchConditions") -> "BatchConditions":
        """Two batches of one shape, one after the other."""
        return BatchConditions(
            torch.cat([self.text, other.text]),
            torch.cat([self.scene, other.scene]),
            torch.cat([self.sync, other.sync]),
        )


@dataclass(frozen=True, slots=True)
class ClipBatch:
    """Padded features of B clips, with their negative prompts and lengths.

    `size` is what they are padded to where that was given; see `token_layout`.
    """

    conditions: BatchConditions
    negative_text: Tensor
    lengths: tuple[ClipLengths, ...]
    size: ClipLengths | None = None

    @property
    def latent_steps(self) -> int:
        """Padded length of the latents."""
        return (self.size or longest(self.lengths)).latent_steps

    def to(self, device: torch.device, dtype: torch.dtype) -> "ClipBatch":
        """On a device, in a data type."""
        negative = self.negative_text.to(device, dtype)
        return ClipBatch(self.conditions.to(device, dtype), negative, self.lengths, self.size)

    def layout(self, head_width: int, device: torch.device) -> TokenLayout:
        """Where its tokens stand."""
        return token_layout(self.lengths, head_width, device, self.size)

    def unconditioned(self, empty_scene: Tensor, empty_sync: Tensor) -> BatchConditions:
        """Guidance away from: the negative prompt, and the learned empty features `(1, ·)`."""
        scene, sync = self.conditions.scene, self.conditions.sync
        return BatchConditions(
            self.negative_text,
            empty_scene.expand(scene.shape),
            empty_sync.expand(sync.shape),
        )


def batch_of(clips: Sequence[ClipConditions], size: ClipLengths | None = None) -> ClipBatch:
    """One padded batch of clips, in their order.

    Args:
        size: to pad each stream to, at least the longest; without it, to the longest.
    """
    lengths = tuple(clip.lengths for clip in clips)
    padded = size or longest(lengths)
    return ClipBatch(
        BatchConditions(
            text=_padded([clip.text for clip in clips], padded.text),
            scene=_padded([clip.scene for clip in clips], padded.scene),
            sync=_padded([clip.sync for clip in clips], padded.sync),
        ),
        negative_text=_padded([clip.negative_text for clip in clips], padded.text),
        lengths=lengths,
        size=size,
    )


def _padded(rows: Sequence[Tensor], length: int) -> Tensor:
    return torch.stack([functional.pad(row, (0, 0, 0, length - len(row))) for row in rows])

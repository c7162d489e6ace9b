"""Features of clips of different lengths, as one batch.

Streams are padded on the right with zeros, to the longest of the batch or to a given length. The
masks of `token_layout` keep the padding without effect. After sampling each clip's latent is cut
back to its own length.

Shapes: `Nv` scene pictures, `Ns` synchronisation tokens, `L` text tokens, `·` the width of a raw
feature.
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
    """All features that one clip is generated from.

    Attributes:
        scene: `(Nv, ·)`, an embedding of each scene picture.
        sync: `(Ns, ·)`, synchronisation tokens, eight a segment.
        text: `(L, ·)`, the prompt, padded to the length of the negative prompt.
        negative_text: `(L, ·)`, the negative prompt, padded to the length of the prompt.
        latent_steps: length of the clip.

    Raises:
        ValueError: the features do not fit together.
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
        # Rotary positions place pictures between latent steps, so there must be no more of them.
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
        """Return the same features on a device, in a data type."""
        streams = (stream.to(device, dtype) for stream in (self.text, self.scene, self.sync))
        return BatchConditions(*streams)

    def joined(self, other: "BatchConditions") -> "BatchConditions":
        """Return the rows of this batch and then those of another of the same shape."""
        return BatchConditions(
            torch.cat([self.text, other.text]),
            torch.cat([self.scene, other.scene]),
            torch.cat([self.sync, other.sync]),
        )


@dataclass(frozen=True, slots=True)
class ClipBatch:
    """Padded features of B clips, with their negative prompts and lengths.

    Attributes:
        conditions: the features.
        negative_text: `(B, L, ·)`, the negative prompts.
        lengths: the length of each clip without padding.
        size: the lengths that were given to pad to, or None; see `token_layout`.
    """

    conditions: BatchConditions
    negative_text: Tensor
    lengths: tuple[ClipLengths, ...]
    size: ClipLengths | None = None

    @property
    def latent_steps(self) -> int:
        """Length of the padded latents."""
        return (self.size or longest(self.lengths)).latent_steps

    def to(self, device: torch.device, dtype: torch.dtype) -> "ClipBatch":
        """Return the same batch on a device, in a data type."""
        negative = self.negative_text.to(device, dtype)
        return ClipBatch(self.conditions.to(device, dtype), negative, self.lengths, self.size)

    def layout(self, head_width: int, device: torch.device) -> TokenLayout:
        """Return the positions and masks of the batch, for heads of so many channels."""
        return token_layout(self.lengths, head_width, device, self.size)

    def unconditioned(self, empty_scene: Tensor, empty_sync: Tensor) -> BatchConditions:
        """Return the features that guidance leads away from.

        They are the negative prompt, and in place of all pictures the learned empty features.

        Args:
            empty_scene, empty_sync: `(1, ·)`.
        """
        scene, sync = self.conditions.scene, self.conditions.sync
        # One learned vector for every token; the place in a segment is added to it later.
        return BatchConditions(
            self.negative_text,
            empty_scene.expand(scene.shape),
            empty_sync.expand(sync.shape),
        )


def batch_of(clips: Sequence[ClipConditions], size: ClipLengths | None = None) -> ClipBatch:
    """Return one padded batch of clips, in their order.

    Args:
        size: length to pad each stream to, at least that of the longest; None for the longest.
    """
    # Lengths without padding go along: masks are made from them.
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

"""Positions, gathers and masks of the tokens of a batch, made once for a batch of clips.

Clips of different lengths are padded on the right. Padding has no effect on a clip, because padded
keys are masked in every attention, padded tokens are zero before every convolution (`silenced`),
and each clip has its own gather of synchronisation tokens and its own positions of pictures. The
padding that makes the two prompts of one clip equally long is different: the published network
attends to it, so it counts as text and is not masked.

A batch of equal lengths has no masks, since the fastest kernels of attention take none. A batch
that is padded to a given size always has them: so its kernels, and with them the bits of each clip,
are the same whatever clips are beside it.

Shapes: `Na` latent steps, `Nv` scene pictures, `L` text tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from foley_core.models.hunyuan.attention import as_scores
from foley_core.models.hunyuan.kernels import AttentionKernel
from foley_core.models.hunyuan.network_config import ClipLengths
from foley_core.models.hunyuan.rotary import Rotary, nearest, rotary, scene_positions


@dataclass(frozen=True)
class TokenLayout:
    """Positions and masks of a padded batch of B clips.

    Attributes:
        joint_audio, joint_scene: rotary angles of the joint attention.
        audio, scene, text: rotary angles of every other attention.
        sync_rows: `(B, Na)`, the synchronisation token of each latent step.
        joint_mask, audio_mask, text_mask: `(B, 1, 1, keys)`, True for keys that may be attended
            to, or `as_scores` for a kernel that is named; None where no clip is padded.
        kernel: of every attention; see `attend`.
        present: `(B, Na, 1)`, True for latent steps that are no padding; None where no clip is
            padded.
    """

    joint_audio: Rotary
    joint_scene: Rotary
    audio: Rotary
    scene: Rotary
    text: Rotary
    sync_rows: Tensor
    joint_mask: Tensor | None
    audio_mask: Tensor | None
    text_mask: Tensor | None
    present: Tensor | None
    kernel: AttentionKernel = ""

    def by_kernel(self, kernel: AttentionKernel, dtype: torch.dtype) -> "TokenLayout":
        """Return the layout for attention of heads of a data type by a named kernel."""
        if not kernel:
            return self
        masks = (self.joint_mask, self.audio_mask, self.text_mask)
        joint, audio, text = (as_scores(mask, dtype) for mask in masks)
        return replace(self, joint_mask=joint, audio_mask=audio, text_mask=text, kernel=kernel)

    def silenced(self, x: Tensor) -> Tensor:
        """Return audio tokens `(B, Na, D)` with zeros in the padding."""
        return x if self.present is None else torch.where(self.present, x, 0.0)

    def doubled(self) -> "TokenLayout":
        """Return the layout of the same batch twice in a row: without and with its conditions."""
        return replace(
            self,
            joint_scene=Rotary(*(torch.cat([angles] * 2) for angles in self.joint_scene)),
            sync_rows=torch.cat([self.sync_rows] * 2),
            joint_mask=_twice(self.joint_mask),
            audio_mask=_twice(self.audio_mask),
            text_mask=_twice(self.text_mask),
            present=_twice(self.present),
        )

    def halved(self) -> "TokenLayout":
        """Return the layout of the second half of the rows, as if it had never been doubled."""
        half = len(self.sync_rows) // 2
        return replace(
            self,
            joint_scene=Rotary(*(angles[half:] for angles in self.joint_scene)),
            sync_rows=self.sync_rows[half:],
            joint_mask=_half(self.joint_mask),
            audio_mask=_half(self.audio_mask),
            text_mask=_half(self.text_mask),
            present=_half(self.present),
        )


def longest(lengths: Sequence[ClipLengths]) -> ClipLengths:
    """Return the longest length of each stream, to which a batch of these clips is padded."""
    return ClipLengths(
        latent_steps=max(clip.latent_steps for clip in lengths),
        scene=max(clip.scene for clip in lengths),
        sync=max(clip.sync for clip in lengths),
        text=max(clip.text for clip in lengths),
    )


def token_layout(
    lengths: Sequence[ClipLengths],
    head_width: int,
    device: torch.device,
    size: ClipLengths | None = None,
) -> TokenLayout:
    """Return the layout of a batch of clips.

    Args:
        head_width: channels of one head.
        size: length that each stream is padded to; None for the longest.
    """
    padded = size or longest(lengths)
    counting = torch.arange(max(padded.latent_steps, padded.scene, padded.text))[None]
    scenes = [scene_positions(clip.scene, clip.latent_steps) for clip in lengths]
    syncs = [nearest(clip.latent_steps, clip.sync) for clip in lengths]
    scene_kept = _kept([clip.scene for clip in lengths], padded.scene)
    audio_kept = _kept([clip.latent_steps for clip in lengths], padded.latent_steps)
    text_kept = _kept([clip.text for clip in lengths], padded.text)

    def angles(positions: Tensor) -> Rotary:
        return rotary(positions.to(device), head_width)

    def mask(kept: Tensor) -> Tensor | None:
        return None if size is None and kept.all() else kept[:, None, None].to(device)

    # Audio and text count alike in every clip; where a picture stands between the audio tokens
    # depends on the clip's own lengths.
    return TokenLayout(
        joint_audio=angles(2 * counting[:, : padded.latent_steps]),
        joint_scene=angles(_stacked(scenes, padded.scene)),
        audio=angles(counting[:, : padded.latent_steps]),
        scene=angles(counting[:, : padded.scene]),
        text=angles(counting[:, : padded.text]),
        sync_rows=_stacked(syncs, padded.latent_steps).to(device),
        # Pictures come before audio among the keys of the joint attention.
        joint_mask=mask(torch.cat([scene_kept, audio_kept], dim=1)),
        audio_mask=mask(audio_kept),
        text_mask=mask(text_kept),
        present=None if size is None and audio_kept.all() else audio_kept[..., None].to(device),
    )


def _kept(counts: Sequence[int], padded: int) -> Tensor:
    """Return `(B, padded)`: True for the first tokens of each row, as many as it has."""
    return torch.arange(padded) < torch.tensor(counts)[:, None]


def _stacked(rows: Sequence[Tensor], padded: int) -> Tensor:
    """Return rows of indices as `(B, padded)`, with zeros at their ends."""
    whole = torch.zeros(len(rows), padded, dtype=torch.long)
    for index, row in enumerate(rows):
        whole[index, : len(row)] = row
    return whole


def _twice(x: Tensor | None) -> Tensor | None:
    return None if x is None else torch.cat([x, x])


def _half(x: Tensor | None) -> Tensor | None:
    return None if x is None else x[len(x) // 2 :]

"""Where the tokens of a batch stand: positions, gathers and masks, once for a batch of clips.

Clips of different lengths are padded on the right. What makes that exact: padded keys are masked in
every attention, padded tokens are zero before every convolution (`silenced`), and each clip has its
own gather of synchronisation tokens and its own positions of pictures. Pads that a text has by its
own, beside the other prompt of its pair, are text and stay visible.

A batch of equal lengths has no masks: the fastest kernels of attention take none. A batch that is
padded to a given size always has them: its kernels, and so the bits of each clip, are the same
whatever clips are beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from foley_core.models.hunyuan.network_config import ClipLengths
from foley_core.models.hunyuan.rotary import Rotary, nearest, rotary, scene_positions


@dataclass(frozen=True)
class TokenLayout:
    """Positions and masks of a padded batch of B clips.

    Attributes:
        joint_audio, joint_scene: rotary angles of the joint attention.
        audio, scene, text: angles of every other attention.
        sync_rows: `(B, Na)` which synchronisation token each latent step has.
        joint_mask, audio_mask, text_mask: `(B, 1, 1, keys)`, True for what may be attended to;
            None where no clip is padded.
        present: `(B, Na, 1)` True for latent steps that exist; None where no clip is padded.
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

    def silenced(self, x: Tensor) -> Tensor:
        """Audio tokens `(B, Na, D)` with the padding zeroed."""
        return x if self.present is None else torch.where(self.present, x, 0.0)

    def doubled(self) -> "TokenLayout":
        """Of the batch twice, one after the other: without and with its condition."""
        return replace(
            self,
            joint_scene=Rotary(*(torch.cat([angles] * 2) for angles in self.joint_scene)),
            sync_rows=torch.cat([self.sync_rows] * 2),
            joint_mask=_twice(self.joint_mask),
            audio_mask=_twice(self.audio_mask),
            text_mask=_twice(self.text_mask),
            present=_twice(self.present),
        )


def longest(lengths: Sequence[ClipLengths]) -> ClipLengths:
    """What a batch of these clips is padded to."""
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
    """The layout of a batch of clips.

    Args:
        size: what each stream is padded to; without it, to the longest.
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

    return TokenLayout(
        joint_audio=angles(2 * counting[:, : padded.latent_steps]),
        joint_scene=angles(_stacked(scenes, padded.scene)),
        audio=angles(counting[:, : padded.latent_steps]),
        scene=angles(counting[:, : padded.scene]),
        text=angles(counting[:, : padded.text]),
        sync_rows=_stacked(syncs, padded.latent_steps).to(device),
        joint_mask=mask(torch.cat([scene_kept, audio_kept], dim=1)),
        audio_mask=mask(audio_kept),
        text_mask=mask(text_kept),
        present=None if size is None and audio_kept.all() else audio_kept[..., None].to(device),
    )


def _kept(counts: Sequence[int], padded: int) -> Tensor:
    return torch.arange(padded) < torch.tensor(counts)[:, None]


def _stacked(rows: Sequence[Tensor], padded: int) -> Tensor:
    whole = torch.zeros(len(rows), padded, dtype=torch.long)
    for index, row in enumerate(rows):
        whole[index, : len(row)] = row
    return whole


def _twice(x: Tensor | None) -> Tensor | None:
    return None if x is None else torch.cat([x, x])

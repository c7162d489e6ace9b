"""The plain reader: onsets from a handful of numbers, each against the usual of its own video.

The networks of `perception_net` look closely, and know best what resembles the rendered worlds they
learned from. Filmed pictures do not. Measured on real clips, their probabilities are hardly better
than chance, whereas a small temporal network on motion statistics whose window mean is taken off
and whose window spread is divided out (instance normalisation) keeps most of what it can: a hit is
a sudden change against what is usual in a video, however fast, bright or near everything in it is.

Several such networks, begun from other weights, are averaged: each alone is noisy.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from foley_core.models.layers import along_steps
from foley_core.vision.motion_statistics import STATISTICS

MEMBERS = 4
_WIDTH = 64
_DILATIONS = (1, 2, 4, 1, 2)
_LEAST_SPREAD = 0.02
_DROPPED = 0.1


class PlainMember(nn.Module):
    """One temporal network: dilated convolutions over about ±0.8 s."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Linear(STATISTICS, _WIDTH)
        self.along = nn.ModuleList(
            nn.Conv1d(_WIDTH, _WIDTH, 5, padding=2 * dilation, dilation=dilation)
            for dilation in _DILATIONS
        )
        self.onset = nn.Linear(_WIDTH, 2)
        nn.init.constant_(self.onset.bias, -3.0)

    def forward(self, contrasted: Tensor, valid: Tensor) -> Tensor:
        """(B, T, 37), (B, T, 1) → (B, T, 2): onset logit, and shift before its squashing."""
        steps = functional.gelu(self.enter(contrasted))
        for convolution in self._convolutions():
            dropped = functional.dropout(steps * valid, _DROPPED, self.training)
            steps = steps + functional.gelu(along_steps(convolution, dropped))
        read: Tensor = self.onset(steps)
        return read

    def _convolutions(self) -> list[nn.Conv1d]:
        return [layer for layer in self.along if isinstance(layer, nn.Conv1d)]


class PlainReader(nn.Module):
    """The mean of its members' logits."""

    def __init__(self) -> None:
        super().__init__()
        self.members = nn.ModuleList(PlainMember() for _ in range(MEMBERS))

    def forward(self, statistics: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """Read a window.

        Args:
            statistics: (B, T, 37), see `motion_statistics`.
            valid: (B, T) whether the video has that step.

        Returns:
            Onset logits (B, T) and shifts (B, T) in steps, -0.5..0.5.
        """
        mask = valid[:, :, None].to(statistics.dtype)
        seen = contrasted(statistics, mask)
        read = torch.stack([member(seen, mask) for member in self.members]).mean(dim=0)
        onset, shift = read.unbind(-1)
        return onset, 0.5 * torch.tanh(shift)


def contrasted(statistics: Tensor, mask: Tensor) -> Tensor:
    """Each number less its mean over the window, over its spread there.

    Args:
        statistics: (B, T, S). mask: (B, T, 1), 0 where the video has no step.
    """
    count = mask.sum(dim=1, keepdim=True).clamp(min=1.0)
    centred = (statistics - (statistics * mask).sum(dim=1, keepdim=True) / count) * mask
    spread = (centred.square().sum(dim=1, keepdim=True) / count).sqrt()
    return centred / (spread + _LEAST_SPREAD)

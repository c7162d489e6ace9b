"""The plain reader: onsets from a handful of numbers, each against what is usual around it.

The networks of `perception_net` look closely, and know best what resembles the rendered worlds they
learned from. Filmed pictures do not. Measured on real clips, their probabilities are hardly better
than chance, whereas a small temporal network on motion statistics, less their mean and over their
spread (instance normalisation), keeps most of what it can: a hit is a sudden change against what is
usual, however fast, bright or near everything in a video is.

Usual is what happens within 2.4 s of a step, about as long as the worlds learned from. F1 on real
clips (mean of three seeds) is 0.51; against all of a window of 11.5 s it was 0.48.

It looks at the whole picture and at parts of it apart (`VIEWS`), each against its own usual, and
what one of them shows plainly counts. Filmed pictures hold more than the act that sounds, and in
the whole it drowns.

Several such networks, begun from other weights, are averaged: each alone is noisy.
"""

from math import log

import torch
from torch import Tensor, nn
from torch.nn import functional

from foley_core.models.layers import along_steps
from foley_core.vision.motion import CAMERA_VALUES
from foley_core.vision.motion_statistics import VIEW_NUMBERS, VIEWS

MEMBERS = 4
NUMBERS = VIEW_NUMBERS + len(CAMERA_VALUES)
"""Of one view at one step."""

_WIDTH = 64
_DILATIONS = (1, 2, 4, 1, 2)
_LEAST_SPREAD = 0.02
_USUAL_STEPS = 60
"""Before and after a step: what it is seen against."""
_DROPPED = 0.1
_SHARPNESS = 2.0
"""Of the soft maximum over views: 0 would be their mean."""


class PlainMember(nn.Module):
    """One temporal network: dilated convolutions over about ±0.8 s."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Linear(NUMBERS, _WIDTH)
        self.along = nn.ModuleList(
            nn.Conv1d(_WIDTH, _WIDTH, 5, padding=2 * dilation, dilation=dilation)
            for dilation in _DILATIONS
        )
        self.onset = nn.Linear(_WIDTH, 2)
        nn.init.constant_(self.onset.bias, -3.0)

    def forward(self, against_surroundings: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """(B, views, T, 37), (B, T, 1) → onset logits (B, T) and shifts (B, T) before squashing."""
        batch, views = against_surroundings.shape[:2]
        steps = functional.gelu(self.enter(against_surroundings.flatten(0, 1)))
        there = valid.repeat_interleave(views, dim=0)
        for convolution in self._convolutions():
            dropped = functional.dropout(steps * there, _DROPPED, self.training)
            steps = steps + functional.gelu(along_steps(convolution, dropped))
        onset, shift = self.onset(steps).unflatten(0, (batch, views)).unbind(-1)
        loudest = torch.logsumexp(_SHARPNESS * onset, dim=1) - log(views)
        return loudest / _SHARPNESS, (onset.softmax(dim=1) * shift).sum(dim=1)

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
            statistics: (B, T, 137), see `motion_statistics`.
            valid: (B, T) whether the video has that step.

        Returns:
            Onset logits (B, T) and shifts (B, T) in steps, -0.5..0.5.
        """
        mask = valid[:, :, None].to(statistics.dtype)
        seen = against_surroundings(statistics, mask)
        onsets, shifts = zip(*(member(seen, mask) for member in self.members), strict=True)
        shift = torch.stack(shifts).mean(dim=0)
        return torch.stack(onsets).mean(dim=0), 0.5 * torch.tanh(shift)


def against_surroundings(statistics: Tensor, mask: Tensor) -> Tensor:
    """Each number less its mean over the steps around, over its spread there, view by view.

    Args:
        statistics: (B, T, 137). mask: (B, T, 1), 0 where the video has no step.

    Returns:
        (B, views, T, 37): numbers of a view, then those of the camera.
    """
    there = _around(mask).clamp(min=1e-6)
    centred = (statistics - _around(statistics * mask) / there) * mask
    spread = (_around(centred.square()) / there).sqrt()
    usual = centred / (spread + _LEAST_SPREAD)
    end = len(VIEWS) * VIEW_NUMBERS
    of_views = usual[..., :end].view(*mask.shape[:2], len(VIEWS), VIEW_NUMBERS).transpose(1, 2)
    camera = usual[:, None, :, end:].expand(-1, len(VIEWS), -1, -1)
    return torch.cat([of_views, camera], dim=-1)


def _around(values: Tensor) -> Tensor:
    """(B, T, …) → means over `_USUAL_STEPS` before and after each step, zeros beyond the ends."""
    reach = _USUAL_STEPS
    along = values.transpose(1, 2)
    return functional.avg_pool1d(along, 2 * reach + 1, 1, reach).transpose(1, 2)

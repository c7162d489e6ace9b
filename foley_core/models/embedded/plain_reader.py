"""The plain reader: onsets from a few motion statistics, each compared with its surroundings.

The other networks of perception know best what resembles the rendered worlds that they learned
from, and filmed pictures do not: on real clips their onset probabilities are hardly better than
chance. A small network on motion statistics keeps most of its skill there, if each number is first
reduced by its mean and divided by its spread over the surroundings (instance normalisation). Then a
hit is a sudden change against what is usual, however fast, bright or near everything in a video is.

The surroundings are 2.4 s before and after a step, about as much as a rendered world lasts. On real
clips this gives an onset F1 of 0.51 (mean of three seeds); a whole window of up to 11.5 s gave
0.48.

The reader looks at the whole picture and at four parts of it (`VIEWS`), each against its own
surroundings; an onset that one view shows clearly counts. In filmed pictures much else moves, and
in the whole picture the act that sounds may be lost among it.

Several such networks, trained from different initial weights, are averaged: each alone is noisy.
"""

from math import log

import torch
from torch import Tensor, nn
from torch.nn import functional

from foley_core.models.layers import along_steps
from foley_core.vision.motion import CAMERA_VALUES
from foley_core.vision.motion_statistics import VIEW_NUMBERS, VIEWS

MEMBERS = 4
"""Networks whose logits are averaged."""
NUMBERS = VIEW_NUMBERS + len(CAMERA_VALUES)
"""Numbers of one view at one step: 25 of the view and 12 of the camera."""

_WIDTH = 64
# Kernels of 5 taps at these dilations reach 2 · 10 = 20 steps, ±0.8 s.
_DILATIONS = (1, 2, 4, 1, 2)
# Added to every spread: where nothing moves, noise must not be enlarged to the size of a hit.
_LEAST_SPREAD = 0.02
# Surroundings of a step: 2.4 s before and after it, see above.
_USUAL_STEPS = 60
# Share of activations dropped in training, against learning the rendered worlds by heart.
_DROPPED = 0.1
# Sharpness of the soft maximum over the views: towards 0 it would be their mean, large values make
# it the maximum.
_SHARPNESS = 2.0


class PlainMember(nn.Module):
    """One network of the reader: dilated convolutions over the steps, ±0.8 s."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Linear(NUMBERS, _WIDTH)
        self.along = nn.ModuleList(
            nn.Conv1d(_WIDTH, _WIDTH, 5, padding=2 * dilation, dilation=dilation)
            for dilation in _DILATIONS
        )
        self.onset = nn.Linear(_WIDTH, 2)
        # Onsets are rare: start from a probability of 5 % (logit -3).
        nn.init.constant_(self.onset.bias, -3.0)

    def forward(self, against_surroundings: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """Read a window.

        Args:
            against_surroundings: (B, views, T, 37), see the function of that name.
            valid: (B, T, 1), 0 where the video has no step.

        Returns:
            Onset logits (B, T), and shifts (B, T) before they are squashed to ±0.5 steps.
        """
        batch, views = against_surroundings.shape[:2]
        # The views share all weights: they are read side by side, as more items of the batch.
        steps = functional.gelu(self.enter(against_surroundings.flatten(0, 1)))
        valid_of_views = valid.repeat_interleave(views, dim=0)
        for convolution in self._convolutions():
            dropped = functional.dropout(steps * valid_of_views, _DROPPED, self.training)
            steps = steps + functional.gelu(along_steps(convolution, dropped))
        onset, shift = self.onset(steps).unflatten(0, (batch, views)).unbind(-1)
        # A soft maximum: one view that is sure outweighs four that see nothing. Less log(views), so
        # that views which agree give their common logit. The shift follows the views that are sure.
        surest = torch.logsumexp(_SHARPNESS * onset, dim=1) - log(views)
        return surest / _SHARPNESS, (onset.softmax(dim=1) * shift).sum(dim=1)

    def _convolutions(self) -> list[nn.Conv1d]:
        return [layer for layer in self.along if isinstance(layer, nn.Conv1d)]


class PlainReader(nn.Module):
    """The plain reader: the mean of the logits of its members."""

    def __init__(self) -> None:
        super().__init__()
        self.members = nn.ModuleList(PlainMember() for _ in range(MEMBERS))

    def forward(self, statistics: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """Read a window.

        Args:
            statistics: (B, T, 137), see `vision.motion_statistics`.
            valid: (B, T) True where the video has that step.

        Returns:
            Onset logits (B, T), and shifts (B, T) from the time of each step, -0.5..0.5 steps.
        """
        mask = valid[:, :, None].to(statistics.dtype)
        seen = against_surroundings(statistics, mask)
        onsets, shifts = zip(*(member(seen, mask) for member in self.members), strict=True)
        shift = torch.stack(shifts).mean(dim=0)
        return torch.stack(onsets).mean(dim=0), 0.5 * torch.tanh(shift)


def against_surroundings(statistics: Tensor, mask: Tensor) -> Tensor:
    """Return each number less its mean over the surroundings, divided by its spread there.

    Args:
        statistics: (B, T, 137), see `vision.motion_statistics`.
        mask: (B, T, 1), 0 where the video has no step.

    Returns:
        (B, views, T, 37): the numbers of each view, then those of the camera, which are the same
        for all views.
    """
    # Means over the steps that exist: sums of masked values over the share of steps that are there
    # (the common divisor of the window cancels). So the ends of a video need no special case.
    share_there = _around(mask).clamp(min=1e-6)
    centred = (statistics - _around(statistics * mask) / share_there) * mask
    # The spread of what was centred step by step, each on its own mean: a running deviation.
    spread = (_around(centred.square()) / share_there).sqrt()
    standardised = centred / (spread + _LEAST_SPREAD)
    end_of_views = len(VIEWS) * VIEW_NUMBERS
    of_views = standardised[..., :end_of_views].view(*mask.shape[:2], len(VIEWS), VIEW_NUMBERS)
    camera = standardised[:, None, :, end_of_views:].expand(-1, len(VIEWS), -1, -1)
    return torch.cat([of_views.transpose(1, 2), camera], dim=-1)


def _around(values: Tensor) -> Tensor:
    """Return the means (B, T, …) over `_USUAL_STEPS` on both sides, zeros beyond the ends."""
    reach = _USUAL_STEPS
    along = values.transpose(1, 2)
    means = functional.avg_pool1d(along, kernel_size=2 * reach + 1, stride=1, padding=reach)
    return means.transpose(1, 2)

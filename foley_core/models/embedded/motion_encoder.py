"""The motion encoder: a light residual CNN on the motion maps of every step, and what was before.

A hit is small in the picture, so the maps are looked at twice: the whole, cell by cell, pooled by
attention and by the largest values, and closely the place that moved most. A step alone does not
show that something stopped dead: every cell remembers the third of a second before (a causal
convolution over time, cell by cell, as in Tran et al., "A Closer Look at Spatiotemporal
Convolutions", 2018). And it knows where it is, so that the attention can keep apart several things
that happen side by side.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from foley_core.vision.motion import CAMERA_VALUES, GLIMPSE_CHANNELS, MAP_CHANNELS

WIDTH = 128
"""Of a token."""

_PLACES = 6
_CELLS = 8 * 8
_RECENT_TAPS = 3
_RECENT_DILATIONS = (1, 3)
"""Together they reach `RECENT_STEPS` back."""


class _Residual(nn.Module):
    """Two 3×3 convolutions around a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, 1, 1)
        self.second = nn.Conv2d(channels, channels, 3, 1, 1)
        self.norm = nn.GroupNorm(8, channels)

    def forward(self, maps: Tensor) -> Tensor:
        inner = self.second(functional.relu(self.first(maps)))
        return functional.relu(maps + self.norm(inner))


def _channels_last(maps: Tensor) -> Tensor:
    """(B, T, C, H, W) → (B · T, C, H, W) in the layout that convolutions like."""
    return maps.flatten(0, 1).contiguous(memory_format=torch.channels_last)


def _convolutions(channels_in: int) -> nn.Sequential:
    """Maps of 32² → 64 channels of 8²: a stem, then a light residual network."""
    return nn.Sequential(
        nn.Conv2d(channels_in, 32, 3, 2, 1),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, 2, 1),
        nn.ReLU(),
        _Residual(64),
    )


class _Recent(nn.Module):
    """What was just before, added to every cell: a causal convolution over the steps."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.taps = nn.Linear(_RECENT_TAPS * channels, channels)
        self.out = nn.Linear(channels, channels)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, cells: Tensor, valid: Tensor) -> Tensor:
        """(B, T, cells, channels), valid (B, T, 1, 1) → the same; nothing is before the first."""
        steps, reach = cells.shape[1], (_RECENT_TAPS - 1) * self.dilation
        padded = functional.pad(cells * valid, (0, 0, 0, 0, reach, 0))
        before = [padded[:, at : at + steps] for at in range(0, reach + 1, self.dilation)]
        mixed: Tensor = cells + self.out(functional.gelu(self.taps(torch.cat(before, dim=-1))))
        return mixed


class MotionEncoder(nn.Module):
    """Motion maps and glimpses of consecutive steps → motion tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.whole = _convolutions(len(MAP_CHANNELS))
        self.recent = nn.ModuleList(_Recent(64, dilation) for dilation in _RECENT_DILATIONS)
        self.position = nn.Parameter(torch.zeros(_CELLS, 64))
        self.attend = nn.Linear(64, _PLACES)
        self.value = nn.Linear(64, 64)
        self.glimpse = _convolutions(len(GLIMPSE_CHANNELS))
        self.shape = nn.Conv2d(64, 64, 4, 2, 1)
        self.project = nn.Sequential(
            nn.Linear((_PLACES + 2) * 64 + 16 * 64 + len(CAMERA_VALUES), 2 * WIDTH),
            nn.GELU(),
            nn.Linear(2 * WIDTH, WIDTH),
        )

    def forward(self, maps: Tensor, glimpse: Tensor, camera: Tensor, valid: Tensor) -> Tensor:
        """Encode consecutive steps.

        Args:
            maps: (B, T, 8, 32, 32) in -1..1.
            glimpse: (B, T, 4, 32, 32) in -1..1.
            camera: (B, T, 12).
            valid: (B, T) whether the video has that step; tokens of others mean nothing.

        Returns:
            (B, T, 128).
        """
        batch, steps = valid.shape
        tokens = self._step_tokens(
            self._cells(maps, valid), _channels_last(glimpse), camera.flatten(0, 1)
        )
        whole: Tensor = tokens.view(batch, steps, WIDTH)
        return whole

    def _cells(self, maps: Tensor, valid: Tensor) -> Tensor:
        """(B · T, 64 cells, 64), each cell with its last steps and its place."""
        batch, steps = valid.shape
        cells = self.whole(_channels_last(maps)).permute(0, 2, 3, 1)
        cells = cells.reshape(batch, steps, _CELLS, 64)
        real = valid[:, :, None, None].to(cells.dtype)
        for recent in self.recent:
            cells = recent(cells, real)
        placed: Tensor = (cells + self.position).flatten(0, 1)
        return placed

    def _step_tokens(self, cells: Tensor, glimpse: Tensor, camera: Tensor) -> Tensor:
        values = self.value(cells)
        weights = self.attend(cells).softmax(dim=1)
        attended = (weights.transpose(1, 2) @ values).flatten(1)
        near = functional.relu(self.shape(self.glimpse(glimpse))).permute(0, 2, 3, 1).flatten(1)
        pooled = [attended, values.amax(dim=1), values.mean(dim=1), near, camera]
        tokens: Tensor = self.project(torch.cat(pooled, dim=1))
        return tokens

"""The network of slow videos: the blocks of the temporal head once more, taught on such videos.

Below 14 pictures a second a hit falls between two pictures, and the picture that shows it comes up
to an eighth of a second later. So this network says at every step how far from it the hit was, up
to three steps before or after, and it knows how old the picture is that a step shows.

On 144 worlds that nothing was chosen on (seeds 0, 1 and 2 of `evaluate_rates`) F1 at ±50 ms is 0.68
to 0.75 of that at 25 a second at 8, 0.85 to 0.89 at 10 and 0.85 to 0.91 at 12.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from foley_core.models.embedded.motion_encoder import WIDTH
from foley_core.models.embedded.perception_net import (
    DILATIONS,
    Readings,
    TemporalBlock,
    TemporalHead,
)
from foley_core.timebase import MOTION_RATE
from foley_core.types import F32, F64
from foley_core.vision.motion import HOLD_STEPS

CLOCK_NUMBERS = 3
BESIDE_NUMBERS = 4 + CLOCK_NUMBERS
"""Numbers of a step beside its vector: onset and shift as two others read them, and the clock."""

_FURTHEST_STEPS = 3.0
# Share of what a block adds that is left out at random in training.
_DROPPED = 0.3
# What is read of onsets by others: logits of about -4..3.
_LOGIT_SCALE = 0.3
# Before the first picture that differs and after the last, none comes: longer than any video.
_LONG_AGO_S = 1e7


@dataclass(frozen=True, slots=True, eq=False)
class SlowInputs:
    """Inputs of the network: a window of T steps.

    Attributes:
        steps: (B, T, 128), see `TemporalHead.in_scene`.
        beside: (B, T, 7), see `beside_steps`.
        valid: (B, T) True where the video has that step.
    """

    steps: Tensor
    beside: Tensor
    valid: Tensor


class SlowNet(nn.Module):
    """Steps of a window and numbers beside them → onsets, and how far from the step they are."""

    def __init__(self) -> None:
        super().__init__()
        self.beside = nn.Linear(BESIDE_NUMBERS, WIDTH)
        self.blocks = nn.ModuleList(TemporalBlock(dilation) for dilation in DILATIONS)
        self.norm = nn.LayerNorm(WIDTH)
        self.onset = nn.Linear(WIDTH, 2)

    @classmethod
    def begun_from(cls, head: TemporalHead) -> Self:
        """Return a network that says nearly what a head says, to be taught further."""
        net = cls()
        for name in ("blocks", "norm", "onset"):
            getattr(net, name).load_state_dict(getattr(head, name).state_dict())
        nn.init.zeros_(net.beside.weight)
        nn.init.zeros_(net.beside.bias)
        return net

    def forward(self, seen: SlowInputs) -> tuple[Tensor, Tensor]:
        """Return onset logits (B, T), and shifts (B, T) from the time of each step, -3..3 steps."""
        mask = seen.valid[:, :, None].to(seen.steps.dtype)
        steps = (seen.steps + self.beside(seen.beside)) * mask
        for block in self.blocks:
            added = block(steps, mask) - steps
            steps = steps + functional.dropout(added, _DROPPED, self.training)
        onset, shift = self.onset(self.norm(steps)).unbind(-1)
        return onset, _FURTHEST_STEPS * torch.tanh(shift / _FURTHEST_STEPS)


def beside_steps(near: Readings, both: Readings, clock: Tensor) -> Tensor:
    """Return the numbers (B, T, 7) beside the steps of a window.

    Args:
        near: of the head alone.
        both: of head and plain reader.
        clock: (B, T, 3), see `clock_of_steps`.
    """
    onsets = torch.stack([near.onset, both.onset], dim=-1)
    shifts = torch.stack([near.shift, both.shift], dim=-1)
    return torch.cat([_LOGIT_SCALE * onsets, shifts, clock], dim=-1)


def clock_of_steps(times_s: F64, begin: int, length: int) -> F32:
    """Return where the steps [begin, begin + length) lie between the pictures of a video, (T, 3).

    Of each step: the age of the picture that it shows, the time until the next one, and how long
    the one before was shown; 0..1, as shares of the longest wait that counts as motion.

    Args:
        times_s: (P,) times of the distinct pictures, rising.
        begin: may lie before the video.
    """
    # A picture exactly at a step is shown there, whatever rounding says.
    at = np.arange(begin, begin + length) / MOTION_RATE
    shown = np.searchsorted(times_s, at + 1e-6, side="right")
    around = np.concatenate([[-2.0 * _LONG_AGO_S, -_LONG_AGO_S], times_s, [_LONG_AGO_S]])
    before, newest, following = (around[shown + number] for number in range(3))
    waits = np.stack([at - newest, following - at, newest - before], axis=1)
    clock: F32 = np.clip(waits * (MOTION_RATE / HOLD_STEPS), 0.0, 1.0).astype(np.float32)
    return clock

"""Training of the plain reader: a quarter of an hour on one core, after the worlds are rendered.

It learns from whole examples, since it sees every number against what is usual around it. It learns
neither long nor from all numbers at once: the better it knows rendered worlds, the less it finds in
filmed pictures.
"""

import numpy as np
import torch
from torch import Tensor, nn

from foley_core.models.embedded.plain_reader import PlainReader, against_surroundings
from foley_core.training.descent import descend
from foley_core.training.examples import Examples
from foley_core.training.perception_losses import focal_sum
from foley_core.training.shards import RenderedWorlds
from foley_core.types import F32, I8, U8
from foley_core.vision.motion_statistics import motion_statistics
from foley_core.vision.texture import texture

_BATCH = 32
_LEARNING_RATE = 2e-3
_WARM_UP_STEPS = 100
_LEFT_OUT = 0.15
"""Share of the numbers that are left out at random in each example."""
_SHIFT_WEIGHT = 0.25
"""Weight of the place within a step against the question whether there is an onset at all."""


def train_plain(worlds: RenderedWorlds, steps: int, seed: int) -> PlainReader:
    """Return a plain reader trained on worlds.

    Its members begin with different weights and see the worlds in different orders, so that their
    mean is better than each of them.

    Args:
        steps: optimiser steps of each member, 32 examples each.
    """
    examples = [_numbers_and_truth(shard) for shard in worlds.shards]
    statistics, onset, shift, at = (torch.cat(parts) for parts in zip(*examples, strict=True))
    valid = torch.ones(*statistics.shape[:2], 1)
    seen = against_surroundings(statistics, valid)
    torch.manual_seed(seed)
    reader = PlainReader()
    for number, member in enumerate(reader.members):
        rng = np.random.default_rng([seed, number])

        def loss(member: nn.Module = member, rng: np.random.Generator = rng) -> Tensor:
            rows = torch.from_numpy(rng.choice(len(seen), min(_BATCH, len(seen)), replace=False))
            # A number is left out at all steps of an example: no single number must carry the
            # answer.
            kept = torch.rand(len(rows), 1, 1, seen.shape[-1]) >= _LEFT_OUT
            read = member(seen[rows] * kept, valid[rows])
            return _loss(read, onset[rows], shift[rows], at[rows])

        descend(member, loss, steps, _LEARNING_RATE, _WARM_UP_STEPS)
    return reader.eval()


def statistics_of(maps: I8, camera: F32) -> Tensor:
    """Return the numbers of every step of a stack of examples, (B, T, 137)."""
    numbers = [motion_statistics(*one) for one in zip(maps, camera, strict=True)]
    return torch.from_numpy(np.stack(numbers))


def textures_of(scenes: U8) -> Tensor:
    """Return the texture (B, S) of every picture of a stack of examples (B, S, 128, 128, 3)."""
    return torch.tensor([[texture(picture) for picture in one] for one in scenes])


def _numbers_and_truth(shard: Examples) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return statistics, onset heat, shift, and whether there is an onset, for a whole shard."""
    return (
        statistics_of(shard.maps, shard.camera),
        torch.from_numpy(np.array(shard.onset)),
        torch.from_numpy(np.array(shard.shift)),
        torch.from_numpy(np.array(shard.action) >= 0),
    )


def _loss(read: tuple[Tensor, Tensor], onset: Tensor, shift: Tensor, at: Tensor) -> Tensor:
    """Return a focal loss for when, as for the head, and a distance within the step."""
    logits, raw_shift = read
    loss = focal_sum(logits, onset) / at.sum().clamp(min=1)
    if not bool(at.any()):
        return loss
    # Squashed to -0.5..0.5 steps, as in use.
    apart = (0.5 * torch.tanh(raw_shift[at]) - shift[at]).abs().mean()
    return loss + _SHIFT_WEIGHT * apart

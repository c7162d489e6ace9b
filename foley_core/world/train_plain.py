"""Training of the plain reader: a few minutes on one core, after the worlds are rendered.

It learns from whole examples, since it sees every number against the usual of its window.
"""

from math import cos, pi

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from foley_core.models.embedded.plain_reader import PlainReader, contrasted
from foley_core.types import F32
from foley_core.vision.motion import I8
from foley_core.vision.motion_statistics import motion_statistics
from foley_core.world.examples import Examples
from foley_core.world.shards import RenderedWorlds

_BATCH = 32
_LEARNING_RATE = 2e-3
_WARM_UP_STEPS = 100


def train_plain(worlds: RenderedWorlds, steps: int, seed: int) -> PlainReader:
    """A plain reader whose members were begun, and shown the worlds, each in its own order."""
    examples = [_numbers_and_truth(shard) for shard in worlds.shards]
    statistics, onset, shift, at = (torch.cat(parts) for parts in zip(*examples, strict=True))
    valid = torch.ones(*statistics.shape[:2], 1)
    seen = contrasted(statistics, valid)
    torch.manual_seed(seed)
    reader = PlainReader()
    for number, member in enumerate(reader.members):
        rng = np.random.default_rng([seed, number])
        optimizer = torch.optim.AdamW(member.parameters(), _LEARNING_RATE, weight_decay=0.01)
        for step in range(steps):
            rate = min(1.0, (step + 1) / _WARM_UP_STEPS) * (0.5 + 0.5 * cos(pi * step / steps))
            optimizer.param_groups[0]["lr"] = _LEARNING_RATE * rate
            rows = torch.from_numpy(rng.choice(len(seen), min(_BATCH, len(seen)), replace=False))
            loss = _loss(member(seen[rows], valid[rows]), onset[rows], shift[rows], at[rows])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    return reader.eval()


def statistics_of(maps: I8, camera: F32) -> Tensor:
    """Numbers of every step of a stack of examples, (B, T, 37)."""
    numbers = [motion_statistics(*one) for one in zip(maps, camera, strict=True)]
    return torch.from_numpy(np.stack(numbers))


def _numbers_and_truth(shard: Examples) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return (
        statistics_of(shard.maps, shard.camera),
        torch.from_numpy(np.array(shard.onset)),
        torch.from_numpy(np.array(shard.shift)),
        torch.from_numpy(np.array(shard.action) >= 0),
    )


def _loss(read: Tensor, onset: Tensor, shift: Tensor, at: Tensor) -> Tensor:
    """Focal loss for when, as for the head; distance for the part of a step."""
    logits, raw_shift = read.unbind(-1)
    wrong = (onset - logits.sigmoid()).square()
    crossed = functional.binary_cross_entropy_with_logits(logits, onset, reduction="none")
    loss = (wrong * crossed).sum() / at.sum().clamp(min=1)
    if not bool(at.any()):
        return loss
    apart = (0.5 * torch.tanh(raw_shift[at]) - shift[at]).abs().mean()
    return loss + 0.25 * apart

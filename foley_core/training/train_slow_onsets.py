"""Training of the network of slow videos: an hour on one core, most of it to render worlds.

It begins from the temporal head and learns the same question, when something begins to sound, from
pictures that come too seldom to show it. It does not learn from all numbers at once: after 2,000
steps with little left out it knew 4,000 worlds by heart, and found less in others.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from foley_core.models.embedded.perception import Perception
from foley_core.models.embedded.perception_net import TemporalHead
from foley_core.models.embedded.slow_net import SlowInputs, SlowNet
from foley_core.models.embedded.slow_onsets import SLOW_FILE
from foley_core.models.precision import computes_in
from foley_core.training.descent import descend
from foley_core.training.perception_losses import focal_sum
from foley_core.training.reader_record import keep_reader
from foley_core.training.slow_examples import SlowExamples, slow_examples
from foley_core.types import Progress

STEPS = 2200
"""Optimiser steps."""

_BATCH = 32
_LEARNING_RATE = 1e-3
_WARM_UP_STEPS = 100
# Share of the numbers of the steps that are left out at random in each example.
_LEFT_OUT = 0.25
# The place of an onset is learned at steps no further from it, most of all at the nearest: the
# standard deviation of their weights follows.
_REACH_STEPS = 2.5
_NEAR_STEPS = 1.2
_SHIFT_WEIGHT = 0.25
"""Weight of the place of an onset against the question whether there is one."""


def train_slow_onsets(
    out: Path, *, worlds: int, seed: int, progress: Progress, steps: int = STEPS
) -> dict[str, float]:
    """Train the network of slow videos, and write weights and record.

    Args:
        out: folder of the run; what is kept of rendered worlds lies there too.
        worlds: how many to train on, rounded up to parts of 250.
        seed: of the order of the examples.
        progress: told the share done and a sentence.
        steps: optimiser steps.

    Returns:
        `loss` of the last hundred steps.
    """
    torch.set_num_threads(1)
    examples = slow_examples(out / "slow_worlds", worlds, progress)
    progress(1.0, "teaching the network of slow videos")
    net, loss = taught(examples, Perception().load().net.head, steps, seed)
    keep_reader(out / SLOW_FILE, net, "slow-onsets", worlds=worlds, steps=steps, seed=seed)
    return {"loss": round(loss, 4)}


def taught(
    examples: SlowExamples, head: TemporalHead, steps: int, seed: int
) -> tuple[SlowNet, float]:
    """Return a network taught on examples, and its loss in the end.

    Args:
        head: from which it begins.
        steps: optimiser steps.
        seed: of the order of the examples, and of what is left out.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = SlowNet.begun_from(head).requires_grad_(True).train()
    halves = computes_in(torch.device("cpu")) == torch.bfloat16

    def loss() -> Tensor:
        rows = rng.integers(0, len(examples.steps), _BATCH)
        steps, beside = (
            torch.from_numpy(array[rows]).float() for array in (examples.steps, examples.beside)
        )
        # A number is left out at all steps of an example: none must carry the answer alone.
        kept = torch.rand(len(rows), 1, steps.shape[2]) >= _LEFT_OUT
        seen = SlowInputs(steps * kept, beside, torch.ones(steps.shape[:2], dtype=torch.bool))
        with torch.autocast("cpu", torch.bfloat16, enabled=halves):
            onset, shift = net(seen)
        heat, away = (torch.from_numpy(a[rows]) for a in (examples.heat, examples.away))
        return slow_loss(onset.float(), shift.float(), heat, away)

    losses = descend(net, loss, steps, _LEARNING_RATE, _WARM_UP_STEPS)
    return net.eval(), float(np.mean(losses[-100:]))


def slow_loss(onset: Tensor, shift: Tensor, heat: Tensor, away: Tensor) -> Tensor:
    """Return a focal loss for when, as for the head, and a distance of the place.

    Args:
        onset, shift: (B, T) as `SlowNet` reads them.
        heat, away: (B, T) the truth, see `SlowExamples`.
    """
    near = away.abs() <= _REACH_STEPS
    loss = focal_sum(onset, heat) / (away.abs() <= 0.5).sum().clamp(min=1)
    weight = torch.exp(-0.5 * (away[near] / _NEAR_STEPS).square())
    apart = (weight * (shift[near] - away[near]).abs()).sum() / weight.sum().clamp(min=1.0)
    return loss + _SHIFT_WEIGHT * apart

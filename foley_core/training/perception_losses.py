"""The losses that perception learns from."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from foley_core.models.embedded.perception_net import (
    ACTIONS,
    Readings,
)
from foley_core.training.shards import RenderedWorlds

_ACTIVE_WEIGHT = 4.0
"""Weight of steps at which a sustained class sounds: most steps are silent."""
_ACTION_WEIGHT = 1.5
"""Weight of the action's class, the hardest of the questions: its loss falls last."""
_SMOOTHING = 0.05
"""Share of the target that goes to all classes alike, against overconfidence."""


def focal_sum(logits: Tensor, heat: Tensor) -> Tensor:
    """Return the focal loss (Lin et al., 2017) of onset logits against their heat, summed."""
    wrong = (heat - logits.sigmoid()).square()
    crossed = functional.binary_cross_entropy_with_logits(logits, heat, reduction="none")
    return (wrong * crossed).sum()


def onset_loss(readings: Readings, batch: Mapping[str, Tensor], class_weights: Tensor) -> Tensor:
    """Return the loss of the head: when, what, on which material, how loud, what sounds for long.

    "When" is a focal loss (Lin et al., 2017) on soft targets: steps that are read rightly anyway
    weigh little, since nearly all steps have no onset.

    Args:
        readings: of the head, (B, T, …).
        batch: the truth, tensors of `batch_of_worlds`.
        class_weights: (actions,) rare classes count more.
    """
    heat = batch["onset"]
    at = batch["action"] >= 0
    onsets = at.sum().clamp(min=1)
    active = torch.full((readings.activity.shape[-1],), _ACTIVE_WEIGHT, device=heat.device)
    # Per onset, not per step: a batch with many onsets must not weigh more. The weights of
    # the parts (4 here, 2, 1.5, 0.5 and 1 below) were set by hand.
    loss = 4.0 * focal_sum(readings.onset, heat) / onsets
    loss = loss + 2.0 * functional.binary_cross_entropy_with_logits(
        readings.activity, batch["activity"], pos_weight=active
    )
    # Class, material, shift and intensity are defined at onsets only.
    if not bool(at.any()):
        return loss
    loss = loss + _ACTION_WEIGHT * functional.cross_entropy(
        readings.action[at], batch["action"][at], class_weights, label_smoothing=_SMOOTHING
    )
    loss = loss + 0.5 * functional.cross_entropy(readings.material[at], batch["material"][at])
    loss = loss + (readings.shift[at] - batch["shift"][at]).abs().mean()
    return loss + (readings.intensity[at].sigmoid() - batch["intensity"][at]).abs().mean()


def class_weights_of(worlds: RenderedWorlds) -> Tensor:
    """Return weights (actions,): one over the square root of a class's count, 1 on average."""
    # As if every class had sounded eight times more: a class that is hardly there must not get a
    # huge weight.
    counts = np.full(len(ACTIONS), 8.0)
    for shard in worlds.shards:
        actions = np.asarray(shard.action)
        counts += np.bincount(actions[actions >= 0], minlength=len(ACTIONS))
    # The square root is a middle way: with 1 / count rare classes would drown the common ones.
    weights = 1.0 / np.sqrt(counts)
    return torch.from_numpy((weights / (weights * counts).sum() * counts.sum()).astype(np.float32))

"""Batches of examples made harder in ways that do not change what is true of them.

Rendered motion is faster and plainer than real motion: speeds and contrasts are scaled at random,
and at times the pictures are taken away, so that motion alone must do.
"""

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
import torch
from torch import Tensor

from foley_core.vision.motion import LEVEL_RANGE, SPEED_RANGE
from foley_core.world.examples import Examples

Batch = dict[str, Tensor]

_SLOWEST, _FASTEST = 0.35, 2.0
_FAINTEST, _STRONGEST = 0.5, 1.3
_BLIND_SHARE = 0.1
_MIRRORED = {"maps": (0, 2), "glimpse": (1,), "camera": (0, 4, 5, 8)}
_SPEEDS = {"maps": (0, 1, 2, 3, 4), "glimpse": (1, 2), "camera": (0, 1, 2, 3, 4, 5)}
_LEVELS = {"maps": (5, 6), "glimpse": (3,), "camera": (6, 7)}
_GRAYS = {"maps": (7,), "glimpse": (0,)}


def tensors_of(examples: Examples) -> Batch:
    """Examples as tensors: maps, glimpses and pictures as numbers -1..1, the rest as it is."""
    batch = {f.name: torch.from_numpy(getattr(examples, f.name)) for f in fields(Examples)}
    batch["maps"] = batch["maps"].float() / 127.0
    batch["glimpse"] = batch["glimpse"].float() / 127.0
    batch["scenes"] = batch["scenes"].permute(0, 1, 4, 2, 3).float() / 127.5 - 1.0
    return batch


def distorted(batch: Batch, rng: np.random.Generator) -> Batch:
    """The batch mirrored by chance, and its speeds, contrasts and colours changed."""
    batch = dict(batch)
    if rng.random() < 0.5:
        batch = mirrored(batch)
    count = len(batch["maps"])
    if rng.random() < 0.5:
        _rescale(batch, _SPEEDS, _drawn(rng, count, _SLOWEST, _FASTEST), SPEED_RANGE)
        _rescale(batch, _LEVELS, _drawn(rng, count, _FAINTEST, _STRONGEST), LEVEL_RANGE)
    contrast = _drawn(rng, count, _FAINTEST, _STRONGEST)
    contrast[torch.from_numpy(rng.random(count) < _BLIND_SHARE)] = 0.0
    for name, channels in _GRAYS.items():
        batch[name][:, :, list(channels)] *= contrast.view(-1, 1, 1, 1, 1)
    tint = torch.from_numpy(rng.uniform(0.8, 1.2, (count, 1, 3, 1, 1)).astype(np.float32))
    batch["scenes"] = batch["scenes"] * tint * contrast.view(-1, 1, 1, 1, 1)
    return batch


def mirrored(batch: Batch) -> Batch:
    """Left and right exchanged."""
    flipped = {name: batch[name].flip(-1) for name in ("maps", "glimpse", "scenes")}
    flipped["camera"] = batch["camera"].clone()
    for name, channels in _MIRRORED.items():
        flipped[name][:, :, list(channels)] *= -1.0
    return batch | flipped


def without_motion(batch: Batch) -> Batch:
    """All that optical flow and change say, blanked; only pictures are left."""
    blank = {name: batch[name].clone() for name in ("maps", "glimpse", "camera")}
    blank["maps"][:, :, :7] = 0.0
    blank["glimpse"][:, :, 1:] = 0.0
    blank["camera"][:, :, :10] = 0.0
    return batch | blank


def _drawn(rng: np.random.Generator, count: int, low: float, high: float) -> Tensor:
    """Factors, as often twice as half."""
    factors = np.exp(rng.uniform(np.log(low), np.log(high), count))
    return torch.from_numpy(factors.astype(np.float32))


def _rescale(
    batch: Batch,
    channels: Mapping[str, tuple[int, ...]],
    factor: Tensor,
    limits: tuple[float, float],
) -> None:
    """Multiply what signed logarithms stand for by a factor for each example, in place."""
    floor, full = limits
    span = float(np.log1p(full / floor))
    for name, chosen in channels.items():
        values = batch[name][:, :, list(chosen)].contiguous()
        by = factor.view(-1, *[1] * (values.ndim - 1))
        scaled = torch.log1p(by * torch.expm1(values.abs() * span)) / span
        batch[name][:, :, list(chosen)] = scaled.clamp(max=1.0).copysign(values)

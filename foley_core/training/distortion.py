"""Batches of examples made harder in ways that do not change what is true of them.

Rendered motion is faster and plainer than real motion: speeds and contrasts are scaled at random,
what is seen is moved within the frame, optical flow is made unsteady as it is in filmed pictures,
and at times the pictures are taken away, so that motion alone must do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np
import torch
from torch import Tensor

from foley_core.media.decode import MOTION_SIDE_PX
from foley_core.training.examples import Examples
from foley_core.vision.motion import (
    CAMERA_VALUES,
    GLIMPSE_PX,
    LEVEL_RANGE,
    MAP_SIDE,
    SPEED_RANGE,
)

WorldBatch = dict[str, Tensor]

_SLOWEST, _FASTEST = 0.35, 2.0
_FAINTEST, _STRONGEST = 0.5, 1.3
_BLIND_SHARE = 0.1
_FARTHEST_CELLS = 4
_UNSTEADY_SHARE = 0.3
_UNSTEADIEST = 0.08
_MIRRORED = {"maps": (0, 2), "glimpse": (1,), "camera": (0, 4, 5, 8)}
_SPEEDS = {"maps": (0, 1, 2, 3, 4), "glimpse": (1, 2), "camera": (0, 1, 2, 3, 4, 5)}
_LEVELS = {"maps": (5, 6), "glimpse": (3,), "camera": (6, 7)}
_GRAYS = {"maps": (7,), "glimpse": (0,)}


def batch_of_worlds(examples: Examples) -> WorldBatch:
    """Examples as tensors: maps, glimpses and pictures as numbers -1..1, the rest as it is."""
    batch = {f.name: torch.from_numpy(getattr(examples, f.name)) for f in fields(Examples)}
    batch["maps"] = batch["maps"].float() / 127.0
    batch["glimpse"] = batch["glimpse"].float() / 127.0
    batch["scenes"] = batch["scenes"].permute(0, 1, 4, 2, 3).float() / 127.5 - 1.0
    return batch


def distorted(batch: WorldBatch, rng: np.random.Generator) -> WorldBatch:
    """The batch mirrored and moved by chance, its speeds, contrasts and colours changed."""
    batch = dict(batch)
    if rng.random() < 0.5:
        batch = mirrored(batch)
    count = len(batch["maps"])
    if rng.random() < 0.5:
        scale_speeds(batch, _random_factors(rng, count, _SLOWEST, _FASTEST))
        _rescale(batch, _LEVELS, _random_factors(rng, count, _FAINTEST, _STRONGEST), LEVEL_RANGE)
    if rng.random() < 0.5:
        shift(batch, rng.integers(-_FARTHEST_CELLS, _FARTHEST_CELLS + 1, (count, 2)).tolist())
    if rng.random() < _UNSTEADY_SHARE:
        add_motion_noise(batch, rng)
    contrast = _random_factors(rng, count, _FAINTEST, _STRONGEST)
    contrast[torch.from_numpy(rng.random(count) < _BLIND_SHARE)] = 0.0
    for name, channels in _GRAYS.items():
        batch[name][:, :, list(channels)] *= contrast.view(-1, 1, 1, 1, 1)
    tint = torch.from_numpy(rng.uniform(0.8, 1.2, (count, 1, 3, 1, 1)).astype(np.float32))
    batch["scenes"] = batch["scenes"] * tint * contrast.view(-1, 1, 1, 1, 1)
    return batch


def mirrored(batch: WorldBatch) -> WorldBatch:
    """Left and right exchanged."""
    flipped = {name: batch[name].flip(-1) for name in ("maps", "glimpse", "scenes")}
    flipped["camera"] = batch["camera"].clone()
    for name, channels in _MIRRORED.items():
        flipped[name][:, :, list(channels)] *= -1.0
    return batch | flipped


def without_motion(batch: WorldBatch) -> WorldBatch:
    """All that optical flow and change say, blanked; only pictures are left."""
    blank = {name: batch[name].clone() for name in ("maps", "glimpse", "camera")}
    blank["maps"][:, :, :7] = 0.0
    blank["glimpse"][:, :, 1:] = 0.0
    blank["camera"][:, :, :10] = 0.0
    return batch | blank


def scale_speeds(batch: WorldBatch, factor: Tensor) -> None:
    """Multiply all speeds of each example by a factor (B,), in place."""
    _rescale(batch, _SPEEDS, factor, SPEED_RANGE)


def shift(batch: WorldBatch, cells: Sequence[Sequence[int]]) -> None:
    """Move what each example shows within its frame, in place; what comes in is black and still.

    Args:
        cells: right and down for each example.
    """
    cell_px = MOTION_SIDE_PX // MAP_SIDE
    for name, scale in (("maps", 1), ("scenes", cell_px)):
        moved = [
            torch.roll(rows, (down * scale, right * scale), (-2, -1))
            for rows, (right, down) in zip(batch[name], cells, strict=True)
        ]
        batch[name] = torch.stack(moved)
        empty = 0.0 if name == "maps" else -1.0
        for rows, (right, down) in zip(batch[name], cells, strict=True):
            _blanked(rows, -2, down * scale).fill_(empty)
            _blanked(rows, -1, right * scale).fill_(empty)
    room_px = MOTION_SIDE_PX - GLIMPSE_PX
    by = 2.0 * cell_px / room_px * torch.tensor(cells, dtype=torch.float32)[:, None]
    at = [CAMERA_VALUES.index("glimpse_right"), CAMERA_VALUES.index("glimpse_down")]
    camera = batch["camera"].clone()
    camera[..., at] = (camera[..., at] + by).clamp(-1.0, 1.0)
    batch["camera"] = camera


def _blanked(rows: Tensor, axis: int, by: int) -> Tensor:
    """The part of `rows` that came in at an edge."""
    return rows.narrow(axis, 0, by) if by >= 0 else rows.narrow(axis, rows.shape[axis] + by, -by)


def add_motion_noise(batch: WorldBatch, rng: np.random.Generator) -> None:
    """Noise on all that optical flow and change say, of another strength in each example."""
    strength = torch.from_numpy(
        rng.uniform(0.0, _UNSTEADIEST, len(batch["maps"])).astype(np.float32)
    )
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    for name, still in _GRAYS.items():
        values = batch[name].clone()
        noise = torch.randn(values.shape, generator=generator) * strength.view(-1, 1, 1, 1, 1)
        noise[:, :, list(still)] = 0.0
        batch[name] = (values + noise).clamp(-1.0, 1.0)


def _random_factors(rng: np.random.Generator, count: int, low: float, high: float) -> Tensor:
    """Factors, as often twice as half."""
    factors = np.exp(rng.uniform(np.log(low), np.log(high), count))
    return torch.from_numpy(factors.astype(np.float32))


def _rescale(
    batch: WorldBatch,
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

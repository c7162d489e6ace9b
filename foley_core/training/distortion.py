"""Batches of examples, made harder in ways that do not change what is true of them.

Rendered motion is faster and plainer than real motion: speeds and contrasts are scaled at random,
what is seen is moved within the frame, optical flow is made noisy as it is in filmed pictures, and
at times the pictures are taken away, so that motion alone must do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np
import torch
from torch import Tensor

from foley_core.media.decode import MOTION_SIDE_PX
from foley_core.training.examples import Examples
from foley_core.vision.map_scale import LEVEL_RANGE, MAP_SIDE, SPEED_RANGE
from foley_core.vision.motion import CAMERA_VALUES, GLIMPSE_CHANNELS, GLIMPSE_PX, MAP_CHANNELS

WorldBatch = dict[str, Tensor]
"""The arrays of `Examples` by name, as tensors."""

_SLOWEST, _FASTEST = 0.35, 2.0
"""Factors on all speeds: filmed motion is mostly slower than the rendered one."""
_FAINTEST, _STRONGEST = 0.5, 1.3
"""Factors on changes of level, and on the contrast of pictures."""
_BLIND_SHARE = 0.1
"""Share of the examples whose pictures are taken away."""
_FARTHEST_CELLS = 4
"""Cells of the 32 across a map by which what is seen is moved at most."""
_NOISY_SHARE = 0.3
"""Share of the batches whose optical flow gets noise."""
_STRONGEST_NOISE = 0.08
"""Greatest standard deviation of that noise; values are -1..1."""


def _channels(names: Sequence[str], *chosen: str) -> tuple[int, ...]:
    """Return the indices of the chosen channels."""
    return tuple(names.index(name) for name in chosen)


_SIDEWAYS = {
    "maps": _channels(MAP_CHANNELS, "right", "residual_right"),
    "glimpse": _channels(GLIMPSE_CHANNELS, "residual_right"),
    "camera": _channels(CAMERA_VALUES, "right", "roll", "shear", "glimpse_right"),
}
"""Values that change their sign in a mirror."""
_SPEEDS = {
    "maps": _channels(
        MAP_CHANNELS, "right", "down", "residual_right", "residual_down", "residual_peak"
    ),
    "glimpse": _channels(GLIMPSE_CHANNELS, "residual_right", "residual_down"),
    "camera": _channels(CAMERA_VALUES, "right", "down", "zoom", "stretch", "roll", "shear"),
}
_LEVELS = {
    "maps": _channels(MAP_CHANNELS, "change", "brightening"),
    "glimpse": _channels(GLIMPSE_CHANNELS, "change"),
    "camera": _channels(CAMERA_VALUES, "brightening", "change"),
}
_GRAYS = {
    "maps": _channels(MAP_CHANNELS, "gray"),
    "glimpse": _channels(GLIMPSE_CHANNELS, "gray"),
}
"""Values that show what a picture looks like; all others say what moves or changes."""


def batch_of_worlds(examples: Examples) -> WorldBatch:
    """Return examples as tensors.

    Maps and glimpses (int8) become -1..1, pictures (B, S, H, W, 3) become (B, S, 3, H, W) in -1..1;
    the rest stays as it is.
    """
    batch = {f.name: torch.from_numpy(getattr(examples, f.name)) for f in fields(Examples)}
    batch["maps"] = batch["maps"].float() / 127.0
    batch["glimpse"] = batch["glimpse"].float() / 127.0
    batch["scenes"] = batch["scenes"].permute(0, 1, 4, 2, 3).float() / 127.5 - 1.0
    return batch


def distorted(batch: WorldBatch, rng: np.random.Generator) -> WorldBatch:
    """Return the batch mirrored and moved at random, its speeds, contrasts and colours changed.

    One decision for the whole batch says whether a kind of change happens; its amount is drawn
    for each example.
    """
    batch = dict(batch)
    if rng.random() < 0.5:
        batch = mirrored(batch)
    count = len(batch["maps"])
    if rng.random() < 0.5:
        scale_speeds(batch, _random_factors(rng, count, _SLOWEST, _FASTEST))
        _rescale(batch, _LEVELS, _random_factors(rng, count, _FAINTEST, _STRONGEST), LEVEL_RANGE)
    if rng.random() < 0.5:
        shift(batch, rng.integers(-_FARTHEST_CELLS, _FARTHEST_CELLS + 1, (count, 2)).tolist())
    if rng.random() < _NOISY_SHARE:
        add_motion_noise(batch, rng)
    # A contrast of 0 is a picture without anything to see: the example must be read from motion
    # alone.
    contrast = _random_factors(rng, count, _FAINTEST, _STRONGEST)
    contrast[torch.from_numpy(rng.random(count) < _BLIND_SHARE)] = 0.0
    for name, channels in _GRAYS.items():
        batch[name][:, :, list(channels)] *= contrast.view(-1, 1, 1, 1, 1)
    # A cast of colour, as light and white balance give.
    tint = torch.from_numpy(rng.uniform(0.8, 1.2, (count, 1, 3, 1, 1)).astype(np.float32))
    batch["scenes"] = batch["scenes"] * tint * contrast.view(-1, 1, 1, 1, 1)
    return batch


def mirrored(batch: WorldBatch) -> WorldBatch:
    """Return the batch with left and right exchanged."""
    flipped = {name: batch[name].flip(-1) for name in ("maps", "glimpse", "scenes")}
    flipped["camera"] = batch["camera"].clone()
    for name, channels in _SIDEWAYS.items():
        flipped[name][:, :, list(channels)] *= -1.0
    return batch | flipped


def without_motion(batch: WorldBatch) -> WorldBatch:
    """Return the batch with only pictures left: all that optical flow and change say is 0."""
    blank = {name: batch[name].clone() for name in ("maps", "glimpse", "camera")}
    for name, seen in _GRAYS.items():
        moving = [channel for channel in range(blank[name].shape[2]) if channel not in seen]
        blank[name][:, :, moving] = 0.0
    # Of the camera's values only the age and interval of the pictures say nothing of motion.
    blank["camera"][:, :, : CAMERA_VALUES.index("picture_age")] = 0.0
    return batch | blank


def scale_speeds(batch: WorldBatch, factor: Tensor) -> None:
    """Multiply all speeds of each example by a factor (B,), in place."""
    _rescale(batch, _SPEEDS, factor, SPEED_RANGE)


def shift(batch: WorldBatch, cells: Sequence[Sequence[int]]) -> None:
    """Move what each example shows within its frame, in place; what comes in is black and still.

    Args:
        cells: right and down for each example, in cells of the maps; negative for left and up.
    """
    # A cell of the maps is this many pixels of the scene's pictures.
    cell_px = MOTION_SIDE_PX // MAP_SIDE
    for name, scale in (("maps", 1), ("scenes", cell_px)):
        # `roll` brings back at one edge what left at the other; that part is blanked below.
        moved = [
            torch.roll(rows, (down * scale, right * scale), (-2, -1))
            for rows, (right, down) in zip(batch[name], cells, strict=True)
        ]
        batch[name] = torch.stack(moved)
        # Maps: still and gray value 0; pictures: black, which is -1.
        empty = 0.0 if name == "maps" else -1.0
        for rows, (right, down) in zip(batch[name], cells, strict=True):
            _blanked(rows, -2, down * scale).fill_(empty)
            _blanked(rows, -1, right * scale).fill_(empty)
    room_px = MOTION_SIDE_PX - GLIMPSE_PX
    # The glimpse goes where its place went: -1..1 is the room that its window has in the picture.
    by = 2.0 * cell_px / room_px * torch.tensor(cells, dtype=torch.float32)[:, None]
    at = [CAMERA_VALUES.index("glimpse_right"), CAMERA_VALUES.index("glimpse_down")]
    camera = batch["camera"].clone()
    camera[..., at] = (camera[..., at] + by).clamp(-1.0, 1.0)
    batch["camera"] = camera


def _blanked(rows: Tensor, axis: int, by: int) -> Tensor:
    """Return the part of `rows` that came in at an edge after a roll by `by` along `axis`."""
    return rows.narrow(axis, 0, by) if by >= 0 else rows.narrow(axis, rows.shape[axis] + by, -by)


def add_motion_noise(batch: WorldBatch, rng: np.random.Generator) -> None:
    """Add noise to the motion in maps and glimpses, in place; each example has its own strength."""
    strength = torch.from_numpy(
        rng.uniform(0.0, _STRONGEST_NOISE, len(batch["maps"])).astype(np.float32)
    )
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    for name, still in _GRAYS.items():
        values = batch[name].clone()
        noise = torch.randn(values.shape, generator=generator) * strength.view(-1, 1, 1, 1, 1)
        noise[:, :, list(still)] = 0.0
        batch[name] = (values + noise).clamp(-1.0, 1.0)


def _random_factors(rng: np.random.Generator, count: int, low: float, high: float) -> Tensor:
    """Return factors (B,), log-uniform: half is as likely as double."""
    factors = np.exp(rng.uniform(np.log(low), np.log(high), count))
    return torch.from_numpy(factors.astype(np.float32))


def _rescale(
    batch: WorldBatch,
    channels: Mapping[str, tuple[int, ...]],
    factor: Tensor,
    limits: tuple[float, float],
) -> None:
    """Multiply what signed logarithms stand for by a factor for each example, in place.

    The maps hold y = sign · log(1 + |x| / floor) / log(1 + full / floor), 1 at `full` (see
    `LEVEL_RANGE`): they are undone, multiplied, and taken again.

    Args:
        channels: which channels of which arrays.
        factor: (B,).
        limits: floor and full of the logarithm.
    """
    floor, full = limits
    span = float(np.log1p(full / floor))
    for name, chosen in channels.items():
        values = batch[name][:, :, list(chosen)].contiguous()
        by = factor.view(-1, *[1] * (values.ndim - 1))
        scaled = torch.log1p(by * torch.expm1(values.abs() * span)) / span
        batch[name][:, :, list(chosen)] = scaled.clamp(max=1.0).copysign(values)

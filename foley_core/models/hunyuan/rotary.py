"""Rotary position embedding, and which positions the tokens of each stream have.

In the joint attention audio and picture tokens are zipped into one sequence: audio token `i` has
position `2i`, and a picture token the odd position beside the audio that it covers. Everywhere else
positions count from 0. Angles are in float32, as is the arithmetic of indices: in float64 some
lengths would pick other neighbours than the published networks were trained with.
"""

from typing import NamedTuple

import torch
from torch import Tensor

_BASE = 10_000.0


class Rotary(NamedTuple):
    """Cosines and sines `(B or 1, K, 1, head width / 2)`, one for each pair of channels."""

    cosines: Tensor
    sines: Tensor


def rotary(positions: Tensor, head_width: int) -> Rotary:
    """Angles of `positions (B, K)`: position · 10000^(-2j / head width) for pair j."""
    exponents = torch.arange(0, head_width, 2, dtype=torch.float32, device=positions.device)
    frequencies = 1.0 / _BASE ** (exponents / head_width)
    angles = positions.float()[..., None] * frequencies
    return Rotary(angles.cos()[:, :, None], angles.sin()[:, :, None])


def rotated(x: Tensor, angles: Rotary) -> Tensor:
    """Heads `x (B, K, H, head width)` with their neighbouring channels turned as pairs."""
    first, second = x.float().view(*x.shape[:-1], -1, 2).unbind(-1)
    cosines, sines = angles
    turned = (first * cosines - second * sines, first * sines + second * cosines)
    return torch.stack(turned, dim=-1).flatten(-2).to(x.dtype)


def nearest(count: int, of: int) -> Tensor:
    """For each of `count` places over a line, the index of the nearest of `of` (nearest-exact)."""
    ratio = torch.tensor(of / count, dtype=torch.float32)
    places = torch.arange(count, dtype=torch.float32) + 0.5
    return (places * ratio).floor().long().clamp(max=of - 1)


def scene_positions(scene: int, latent_steps: int) -> Tensor:
    """Positions of `scene` picture tokens among `latent_steps` audio tokens, zipped.

    Raises:
        ValueError: there are more pictures than latent steps, which no rate of the models gives.
    """
    if scene > latent_steps:
        raise ValueError(f"{scene} pictures cannot stand beside {latent_steps} latent steps")
    return 2 * nearest(scene, latent_steps) + 1

"""Rotary position embedding (Su et al., arXiv:2104.09864), and the positions of each stream.

In the joint attention audio and picture tokens share one sequence of positions: audio token `i` has
position `2i`, and a picture token has the odd position next to the audio token that it covers. In
every other attention positions count from 0.

The published code stretches the picture tokens to the length of the audio, interleaves both,
rotates, and shrinks them back. While there are no more pictures than latent steps this gives back
the same tokens, so only the positions have to be computed.
"""

from typing import NamedTuple

import torch
from torch import Tensor

# The published code's value, which is also that of the paper.
_BASE = 10_000.0


class Rotary(NamedTuple):
    """Cosines and sines of angles, `(B or 1, K, 1, head width / 2)`, one a pair of channels."""

    cosines: Tensor
    sines: Tensor


def rotary(positions: Tensor, head_width: int) -> Rotary:
    """Return the angles of `positions (B, K)`: `position · 10000^(-2j / head width)` for pair j."""
    exponents = torch.arange(0, head_width, 2, dtype=torch.float32, device=positions.device)
    frequencies = 1.0 / _BASE ** (exponents / head_width)
    angles = positions.float()[..., None] * frequencies
    return Rotary(angles.cos()[:, :, None], angles.sin()[:, :, None])


def rotated(x: Tensor, angles: Rotary) -> Tensor:
    """Return heads `x (B, K, H, head width)` with neighbouring channels rotated as pairs.

    The product of two rotated vectors depends on the difference of their positions alone.
    """
    # In float32 as published: bfloat16 has too few digits for a rotation.
    first, second = x.float().view(*x.shape[:-1], -1, 2).unbind(-1)
    cosines, sines = angles
    turned = (first * cosines - second * sines, first * sines + second * cosines)
    return torch.stack(turned, dim=-1).flatten(-2).to(x.dtype)


def nearest(count: int, of: int) -> Tensor:
    """Return for each of `count` places the index of the nearest of `of` places, `(count,)`.

    Both are evenly spread over the same line, at the middles of their cells ("nearest-exact").
    """
    # float32 as in the published code: in float64 some lengths would get other neighbours than the
    # networks were trained with.
    ratio = torch.tensor(of / count, dtype=torch.float32)
    places = torch.arange(count, dtype=torch.float32) + 0.5
    return (places * ratio).floor().long().clamp(max=of - 1)


def scene_positions(scene: int, latent_steps: int) -> Tensor:
    """Return the positions `(scene,)` of picture tokens among audio tokens, in joint attention.

    Args:
        scene: count of picture tokens.
        latent_steps: count of audio tokens.

    Raises:
        ValueError: there are more pictures than latent steps, which no rate of the models gives.
    """
    if scene > latent_steps:
        raise ValueError(f"{scene} pictures cannot stand beside {latent_steps} latent steps")
    return 2 * nearest(scene, latent_steps) + 1

"""Flow matching: a straight path from noise to data, and the ways to walk it.

A point on the path is `x_t = (1 - t) · noise + t · data`, so t runs from 0 (noise) to 1 (data) and
the velocity is `data - noise` (Lipman et al., arXiv:2210.02747). Networks here predict the data,
which bounds their output; `velocity_towards` turns that into the velocity. All are free functions:
a lambda is as good a velocity as a network.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor

Method = Literal["euler", "midpoint"]
Velocity = Callable[[Tensor, float], Tensor]


def shifted(u: Tensor, shift: float) -> Tensor:
    """Path times `u / (u + shift · (1 - u))`: a shift above 1 spends more of them near the noise.

    Data with much redundancy show through noise early, so most is decided there
    (Esser et al., arXiv:2403.03206, with t reversed).
    """
    return u / (u + shift * (1 - u))


def path_times(steps: int, shift: float) -> tuple[float, ...]:
    """The `steps + 1` times, from 0 to 1, at which a sampler looks."""
    if steps < 1:
        raise ValueError(f"a sampler needs at least one step, got {steps}")
    u = torch.linspace(0, 1, steps + 1, dtype=torch.float64)
    return tuple(shifted(u, shift).tolist())


def on_path(data: Tensor, noise: Tensor, t: Tensor) -> Tensor:
    """Points at times `t` `(B,)` between noise and data `(B, …)`."""
    t = t.reshape(-1, *([1] * (data.dim() - 1)))
    return (1 - t) * noise + t * data


def velocity_towards(data: Tensor, x: Tensor, t: float) -> Tensor:
    """Velocity at `x` that arrives at predicted `data` at time 1; `t` must be below 1."""
    return (data - x) / (1 - t)


def guided(conditional: Tensor, unconditional: Tensor, scale: float) -> Tensor:
    """Classifier-free guidance (Ho & Salimans, arXiv:2207.12598); scale 1 is the conditional."""
    return unconditional + scale * (conditional - unconditional)


def integrate(
    velocity: Velocity, x: Tensor, times: Sequence[float], method: Method = "euler"
) -> Tensor:
    """Where `x` is carried from the first to the last of `times`.

    Euler asks the velocity once a step, midpoint twice (second order).
    """
    for start, end in pairwise(times):
        slope = velocity(x, start)
        if method == "midpoint":
            middle = (start + end) / 2
            slope = velocity(x + (middle - start) * slope, middle)
        x = x + (end - start) * slope
    return x

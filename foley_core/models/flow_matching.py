"""Flow matching: a straight path from noise to data, and solvers that follow it.

A point on the path is `x_t = (1 - t) · noise + t · data`, so t runs from 0 (noise) to 1 (data) and
the velocity is `data - noise` (Lipman et al., arXiv:2210.02747). Networks here predict the data,
which bounds their output; `velocity_towards` turns that into the velocity. All are free functions,
so a test can pass a lambda as the velocity in place of a network.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor

Velocity = Callable[[Tensor, float], Tensor]
"""The velocity at a point of the path and a time 0..1, same shape as the point."""


def shifted(u: Tensor, shift: float) -> Tensor:
    """Return path times `u / (u + shift · (1 - u))` of evenly spread times `u` in 0..1.

    A shift above 1 puts more of them near the noise. Redundant data can be seen through strong
    noise, so most is decided there (Esser et al., arXiv:2403.03206, with t reversed).
    """
    return u / (u + shift * (1 - u))


def path_times(steps: int, shift: float) -> tuple[float, ...]:
    """Return the `steps + 1` times, from 0 to 1, that a sampler passes; see `shifted`.

    Raises:
        ValueError: `steps` is less than 1.
    """
    if steps < 1:
        raise ValueError(f"a sampler needs at least one step, got {steps}")
    u = torch.linspace(0, 1, steps + 1, dtype=torch.float64)
    return tuple(shifted(u, shift).tolist())


def on_path(data: Tensor, noise: Tensor, t: Tensor) -> Tensor:
    """Return the points at times `t (B,)` on the paths from `noise` to `data`, `(B, …)` each."""
    # One time for each item, spread over all its other axes.
    t = t.reshape(-1, *([1] * (data.dim() - 1)))
    return (1 - t) * noise + t * data


def velocity_towards(data: Tensor, x: Tensor, t: float) -> Tensor:
    """Return the velocity at `x` that arrives at the predicted `data` at time 1.

    Args:
        t: the present time, below 1.
    """
    return (data - x) / (1 - t)


def guided(conditional: Tensor, unconditional: Tensor, scale: float) -> Tensor:
    """Return the guided prediction `unconditional + scale · (conditional - unconditional)`.

    Classifier-free guidance (Ho & Salimans, arXiv:2207.12598); scale 1 gives the conditional.
    """
    return unconditional + scale * (conditional - unconditional)


def integrate(velocity: Velocity, x: Tensor, times: Sequence[float]) -> Tensor:
    """Carry `x` along the velocity from the first to the last of `times`, and return it.

    Each step is Euler's: straight on, with the velocity at its beginning.

    Args:
        velocity: called with a point and its time.
    """
    for start, end in pairwise(times):
        x = x + (end - start) * velocity(x, start)
    return x

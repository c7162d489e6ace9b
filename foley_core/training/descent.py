"""Descent: the training of one small network, by warm-up and then half a cosine."""

from collections.abc import Callable
from math import cos, pi

import torch
from torch import Tensor, nn


def descend(
    network: nn.Module, loss_of: Callable[[], Tensor], steps: int, peak_rate: float, warm_up: int
) -> list[float]:
    """Train a network in place by AdamW, and return the loss of each step.

    Args:
        network: whose parameters are trained.
        loss_of: draws a batch and returns the loss of the network on it; called once a step.
        steps: optimiser steps.
        peak_rate: learning rate at the end of the warm-up.
        warm_up: steps of linear warm-up.
    """
    optimizer = torch.optim.AdamW(network.parameters(), peak_rate, weight_decay=0.01)
    losses: list[float] = []
    for step in range(steps):
        # Warm-up for the optimiser's moments, then half a cosine down to nothing.
        rate = min(1.0, (step + 1) / warm_up) * (0.5 + 0.5 * cos(pi * step / steps))
        optimizer.param_groups[0]["lr"] = peak_rate * rate
        loss = loss_of()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(float(loss.detach()))
    return losses

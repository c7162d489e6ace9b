"""Descent lowers the loss, draws one batch a step, and begins and ends with small steps."""

import torch
from torch import Tensor, nn

from foley_core.training.descent import descend


def test_a_line_is_fitted() -> None:
    torch.manual_seed(0)
    network, at = nn.Linear(1, 1), torch.linspace(-1, 1, 16)[:, None]
    weights: list[float] = []

    def loss() -> Tensor:
        weights.append(network.weight.item())
        return (network(at) - 2.0 * at).square().mean()

    losses = descend(network, loss, 200, 0.1, 20)
    assert len(losses) == len(weights) == 200
    assert losses[-1] < 0.01 * losses[0]
    moves = torch.tensor(weights).diff().abs()
    assert moves[0] < 0.01
    assert moves[-1] < 0.001

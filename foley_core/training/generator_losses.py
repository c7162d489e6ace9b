"""The loss that the generator learns from: flow matching on clean tokens."""

import torch
from torch import Tensor

from foley_core.audio.band_grid import ENERGY, GRAIN, PITCH, ROWS, TONALITY, VOICING
from foley_core.models.embedded.grid_denoiser import (
    STEPS_PER_TOKEN,
    TRAINING_SHIFT,
    GridDenoiser,
)
from foley_core.models.flow_matching import on_path, shifted
from foley_core.training.training_set import SoundBatch

LEAST_DISTANCE = 0.3
"""Errors are weighted as velocities, 1 / (1 - t)², but never nearer to the data than this."""


def loss_of(network: GridDenoiser, batch: SoundBatch, source: torch.Generator) -> Tensor:
    """Return the weighted squared error of the clean grid, predicted from points on the path."""
    noisy, t = random_path_points(batch.tokens, source, network)
    clean: Tensor = network(noisy, t, batch.conditions.to(noisy.dtype, noisy.device)).float()
    return weighted_error(clean, batch.tokens.to(noisy.device), t)


def random_path_points(
    tokens: Tensor, source: torch.Generator, network: GridDenoiser
) -> tuple[Tensor, Tensor]:
    """Return points on the way from noise to clean tokens, and their times.

    Args:
        tokens: clean, `(B, K, TOKEN_WIDTH)`.
        source: generator of times and noise.
        network: its weights say in which type and on which device.

    Returns:
        Points, shaped as the tokens, and times `(B,)`, 0 for noise and 1 for data.
    """
    weight = next(network.parameters())
    # Drawn on the CPU, whose generator gives the same numbers on every machine. The shift asks more
    # often near the noise: a grid is redundant, so most is decided there.
    t = shifted(torch.rand(len(tokens), generator=source), TRAINING_SHIFT).to(weight.device)
    noise = torch.randn(tokens.shape, generator=source).to(weight.device)
    return on_path(tokens.to(weight.device), noise, t).to(weight.dtype), t


def weighted_error(clean: Tensor, wanted: Tensor, t: Tensor) -> Tensor:
    """Return the mean squared error of predicted clean tokens, weighted by row and as a velocity.

    Args:
        clean, wanted: `(B, K, TOKEN_WIDTH)`.
        t: `(B,)` path times.
    """
    rows = row_weights().to(clean.device)
    per_item = (rows * (clean - wanted).square()).mean(dim=(1, 2))
    # The velocity is (clean - noisy) / (1 - t), so an error of the clean grid is one of the
    # velocity divided by 1 - t.
    return (per_item / (1 - t).clamp(min=LEAST_DISTANCE).square()).mean()


def row_weights() -> Tensor:
    """Return the weight of every number of a token `(TOKEN_WIDTH,)`: energies count most in all."""
    weights = torch.empty(ROWS)
    weights[ENERGY], weights[TONALITY], weights[GRAIN] = 1.0, 0.8, 0.3
    # One number each beside 80 energies, yet they make a voice a voice: at 0.4 it came out a
    # whisper.
    weights[PITCH], weights[VOICING] = 3.0, 3.0
    return weights.repeat(STEPS_PER_TOKEN)

"""From weights to grids: the network, its standardisation, and guided sampling.

Weights are cast once to the numbers that the processor multiplies fastest (`computes_in`; autocast
costs more than it saves), the path is walked in float32. A batch always has the same shape for the
same number of tokens, so a grid does not depend on what it was sampled beside. Between kinds of
processors the rounding differs, and with it the last bits of a sound.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from foley_core.audio.band_grid import BAND_REGIONS, BANDS, FLOOR_DB, ROWS, VOICING
from foley_core.errors import CheckpointError
from foley_core.models.embedded.grid_denoiser import (
    ACTION_TOKENS,
    TILE_TOKENS,
    TOKEN_WIDTH,
    GridConditions,
    GridDenoiser,
    joined,
    network_size_of,
)
from foley_core.models.flow_matching import guided, integrate, path_times, velocity_towards
from foley_core.models.precision import computes_in
from foley_core.types import F32

MICRO_BATCH = {ACTION_TOKENS: 4, TILE_TOKENS: 1}
SAMPLING_SHIFT = {ACTION_TOKENS: 2.0, TILE_TOKENS: 1.0}
"""Lasting sounds are mostly detail, which is decided late: even steps keep more of it."""
GUIDED_UNTIL = 0.4
"""Guidance decides what is heard early on the path; later it only costs (arXiv:2404.07724)."""
NEAR_SILENCE_DB, NEAR_SILENCE_SLOPE = -55.0, 1.0
"""Below this a network's guess of the floor would hiss; it is led down at twice the slope."""
FASTEST_DECAY_DB = 4.0
"""A grid step, of actions: cut recordings teach ends that are sharper than any place's."""
MEAN, DEVIATION = "standard.mean", "standard.deviation"


class GridSampler:
    """Samples grids for conditions; one noise for each seed."""

    def __init__(self, weights: Mapping[str, Tensor], device: str) -> None:
        """Raises: CheckpointError: the tensors are not those of this network."""
        rest = dict(weights)
        try:
            self._mean = rest.pop(MEAN).float()
            self._deviation = rest.pop(DEVIATION).float()
            self._network = GridDenoiser(network_size_of(rest))
            self._network.load_state_dict(rest)
        except (KeyError, ValueError, RuntimeError) as error:
            raise CheckpointError(f"these weights are of another network: {error}") from error
        self._device = torch.device(device)
        self._numbers = computes_in(self._device)
        self._network.to(self._device, self._numbers).eval()

    def sample(
        self,
        conditions: Sequence[GridConditions],
        seeds: Sequence[int],
        steps: int,
        guidance: float,
    ) -> F32:
        """Grids `(B, T, ROWS)` for single conditions (all actions or all tiles) and their seeds.

        `guidance` 1 asks the network once a step: for one that learned from guided answers.
        """
        tokens = ACTION_TOKENS if conditions[0].energy is None else TILE_TOKENS
        size = MICRO_BATCH[tokens]
        grids = []
        for first in range(0, len(seeds), size):
            part, part_seeds = list(conditions[first : first + size]), seeds[first : first + size]
            part += [part[0]] * (size - len(part))
            grids.append(self._sample_batch(joined(part), part_seeds, tokens, steps, guidance))
        return np.concatenate(grids)

    @torch.inference_mode()
    def _sample_batch(
        self,
        conditions: GridConditions,
        seeds: Sequence[int],
        tokens: int,
        steps: int,
        guidance: float,
    ) -> F32:
        conditions = conditions.to(self._numbers, self._device)
        both = joined([conditions, conditions.told_nothing()])

        def velocity(x: Tensor, t: float) -> Tensor:
            if guidance == 1 or t >= GUIDED_UNTIL:
                return velocity_towards(self._clean(x, t, conditions), x, t)
            told, untold = self._clean(torch.cat([x, x]), t, both).chunk(2)
            return velocity_towards(guided(told, untold, guidance), x, t)

        noise = torch.zeros(len(conditions.moves), tokens, TOKEN_WIDTH)
        for row, seed in enumerate(seeds):
            source = torch.Generator().manual_seed(seed)
            noise[row] = torch.randn(tokens, TOKEN_WIDTH, generator=source)
        times = path_times(steps, SAMPLING_SHIFT[tokens])
        clean = integrate(velocity, noise.to(self._device), times)
        return self._to_grids(clean[: len(seeds)].cpu())

    def _clean(self, x: Tensor, t: float, conditions: GridConditions) -> Tensor:
        times = torch.full((len(x),), t, device=self._device)
        clean: Tensor = self._network(x.to(self._numbers), times, conditions)
        return clean.float()

    def _to_grids(self, tokens: Tensor) -> F32:
        rows = tokens.reshape(len(tokens), -1, ROWS) * self._deviation + self._mean
        grids: F32 = rows.numpy()
        energy = grids[:, :, :BANDS]
        energy -= NEAR_SILENCE_SLOPE * np.maximum(NEAR_SILENCE_DB - energy, 0)
        if tokens.shape[1] == ACTION_TOKENS:
            energy = _decaying(energy, FASTEST_DECAY_DB)
        grids[:, :, :BANDS] = np.clip(energy, FLOOR_DB, 10)
        shares = slice(BANDS, BANDS + BAND_REGIONS)
        grids[:, :, shares] = np.clip(grids[:, :, shares], 0, 1)
        grids[:, :, VOICING] = np.clip(grids[:, :, VOICING], 0, 1)
        return grids


def _decaying(energy: F32, fastest_db: float) -> F32:
    """Energies `(B, T, BANDS)` that fall at most so many decibels a step."""
    ramp = (fastest_db * np.arange(energy.shape[1], dtype=np.float32))[:, None]
    decaying: F32 = np.maximum.accumulate(energy + ramp, axis=1) - ramp
    return decaying

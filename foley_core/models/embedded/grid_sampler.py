"""The sampler of the embedded generator: weights and conditions in, synthesiser grids out.

It holds the network (`grid_denoiser`) and walks the path from noise to a grid (`flow_matching`)
with guidance. Then it undoes the standardisation that the network learned with, and limits what a
sound cannot be.

Weights are cast once to the data type that the processor multiplies fastest (`computes_in`;
autocast costs more than it saves); the path itself is walked in float32. A batch always has the
same shape for the same number of tokens, so a grid does not depend on what it was sampled beside.
Between kinds of processors the rounding differs, and with it the last bits of a sound.
"""

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import cast

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from foley_core.audio.band_grid import ENERGY, FLOOR_DB, PITCH, ROWS, TONALITY, VOICING
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
from foley_core.models.protocol import Kin
from foley_core.types import F32

MICRO_BATCH = {ACTION_TOKENS: 4, TILE_TOKENS: 1}
"""Items that are sampled together, by number of tokens."""
SAMPLING_SHIFT = {ACTION_TOKENS: 2.0, TILE_TOKENS: 1.0}
"""Shift of the path times (`flow_matching.shifted`), by number of tokens. Lasting sounds are mostly
detail, which is decided late on the path: even steps (shift 1) keep more of it."""
GUIDED_UNTIL = 0.4
"""Path time until which guidance is used. It decides early what is heard, and later only costs
(Kynkäänniemi et al., arXiv:2404.07724)."""
NEAR_SILENCE_DB, NEAR_SILENCE_SLOPE = -55.0, 1.0
"""Band energy below which a grid is led to silence, and dB that are taken off for each dB below it.
A network guesses the floor of -75 dB only roughly, and the guess would be heard as hiss."""
FASTEST_DECAY_DB = 4.0
"""Fastest fall of an action's band energy in dB per grid step of 5 ms. Recordings that were cut
teach the network ends that are sharper than in any real place."""
VOICED_TONALITY = 0.5
"""Part of its exponent that the tonality of a voice loses: 0.28 becomes 0.53 where all is voiced. A
network that is not sure of a pitch guesses too little of it, and a voice would be a whisper."""
PITCH_STEPS = 4.0
"""Deviation of the Gaussian over grid steps (20 ms) that steadies a pitch: a predicted one trembles
ten times a second, which no throat does."""
MEAN, DEVIATION = "standard.mean", "standard.deviation"
"""Names of the standardisation's tensors in a weights file."""


class GridSampler:
    """A sampler of grids; one seed gives one noise, and so one grid.

    Attributes:
        classes: how many of the taxonomy's `learned` classes the weights know.
    """

    def __init__(self, weights: Mapping[str, Tensor], device: str) -> None:
        """Build the network for these weights.

        Args:
            weights: tensors by name: the network's, and the standardisation's.
            device: name of a torch device.

        Raises:
            CheckpointError: the tensors are not those of this network.
        """
        rest = dict(weights)
        try:
            self._mean = rest.pop(MEAN).float()
            self._deviation = rest.pop(DEVIATION).float()
            self._network = GridDenoiser(network_size_of(rest))
            self._network.load_state_dict(rest)
        except (KeyError, ValueError, RuntimeError) as error:
            raise CheckpointError(f"these weights are of another network: {error}") from error
        self.classes = self._network.sound_class.num_embeddings - 1
        self._device = torch.device(device)
        self._numbers = computes_in(self._device)
        self._network.to(self._device, self._numbers).eval()

    def sample(
        self,
        conditions: Sequence[GridConditions],
        seeds: Sequence[int],
        steps: int,
        guidance: float,
        kin: Sequence[tuple[Kin, ...]] = (),
    ) -> F32:
        """Sample one grid for each condition.

        Args:
            conditions: batches of one item each; all of them actions, or all tiles.
            seeds: seed of the noise for each condition.
            steps: steps along the path.
            guidance: scale of classifier-free guidance. 1 asks the network once a step, not twice,
                as is right for a network that learned from guided answers.
            kin: what each has in common with others; empty for nothing.

        Returns:
            Grids `(B, T, ROWS)`, see `audio.band_grid`.
        """
        tokens = ACTION_TOKENS if conditions[0].energy is None else TILE_TOKENS
        size = MICRO_BATCH[tokens]
        noises = [
            noise_of(seed, shared, tokens)
            for seed, shared in zip(seeds, kin or [()] * len(seeds), strict=True)
        ]
        grids = []
        for first in range(0, len(seeds), size):
            part, noise = list(conditions[first : first + size]), noises[first : first + size]
            count = len(part)
            # The last batch is filled up with copies: matrix kernels may round differently for
            # another batch size, and a grid must not depend on its neighbours.
            part += [part[0]] * (size - count)
            noise += [torch.zeros_like(noise[0])] * (size - count)
            walked = self._sample_batch(joined(part), torch.stack(noise), steps, guidance)
            grids.append(self._to_grids(walked[:count].cpu()))
        return np.concatenate(grids)

    @torch.inference_mode()
    def _sample_batch(
        self,
        conditions: GridConditions,
        noise: Tensor,
        steps: int,
        guidance: float,
    ) -> Tensor:
        """Walk the path for one batch from `noise` to clean tokens, `(B, K, TOKEN_WIDTH)`."""
        conditions = conditions.to(self._numbers, self._device)
        both = joined([conditions, conditions.told_nothing()])

        def velocity(x: Tensor, t: float) -> Tensor:
            if guidance == 1 or t >= GUIDED_UNTIL:
                return velocity_towards(self._clean(x, t, conditions), x, t)
            # Both answers in one batch of twice the size. Guidance moves away from the answer
            # without conditions, towards what the conditions change.
            told, untold = self._clean(torch.cat([x, x]), t, both).chunk(2)
            return velocity_towards(guided(told, untold, guidance), x, t)

        times = path_times(steps, SAMPLING_SHIFT[noise.shape[1]])
        return integrate(velocity, noise.to(self._device), times)

    def _clean(self, x: Tensor, t: float, conditions: GridConditions) -> Tensor:
        """Return the network's clean tokens `(B, K, TOKEN_WIDTH)` at path time `t`, in float32."""
        times = torch.full((len(x),), t, device=self._device)
        clean: Tensor = self._network(x.to(self._numbers), times, conditions)
        return clean.float()

    def _to_grids(self, tokens: Tensor) -> F32:
        """Turn standardised tokens `(B, K, TOKEN_WIDTH)` into grids `(B, T, ROWS)`."""
        rows = tokens.reshape(len(tokens), -1, ROWS) * self._deviation + self._mean
        grids: F32 = rows.numpy()
        energy = grids[:, :, ENERGY]
        # Slope 1 more below -55 dB: a guess of -65 dB becomes the floor of -75 dB.
        energy -= NEAR_SILENCE_SLOPE * np.maximum(NEAR_SILENCE_DB - energy, 0)
        if tokens.shape[1] == ACTION_TOKENS:
            energy = _decaying(energy, FASTEST_DECAY_DB)
        # A grid may not leave the ranges that the renderer is made for.
        grids[:, :, ENERGY] = np.clip(energy, FLOOR_DB, 10)
        voicing = grids[:, :, VOICING] = np.clip(grids[:, :, VOICING], 0, 1)
        tonality = np.clip(grids[:, :, TONALITY], 0, 1)
        grids[:, :, TONALITY] = tonality ** (1 - VOICED_TONALITY * voicing[:, :, None])
        grids[:, :, PITCH] = _steadied(grids[:, :, PITCH], grids[:, :, VOICING])
        return grids


def noise_of(seed: int, kin: Sequence[Kin], tokens: int) -> Tensor:
    """Return the noise that a sound begins as, `(tokens, TOKEN_WIDTH)`, of variance 1.

    What is decided early on the path, the body and the colour of a sound, follows noise that it
    shares; the rest is its own. In a tile the shared noise is turned in time: the colour stays, but
    the course does not come back in the next tile, as a loop would.

    Args:
        seed: of its own noise.
        kin: what it shares with others.
        tokens: length of its grid.
    """
    # Independent noises add up by their variances.
    own = max(0.0, 1.0 - sum(one.share for one in kin))
    noise = _drawn(seed, tokens) * math.sqrt(own)
    turned = seed % tokens if tokens == TILE_TOKENS else 0
    for one in kin:
        noise = noise + torch.roll(_drawn(one.seed, tokens), turned, 0) * math.sqrt(one.share)
    return noise


def _drawn(seed: int, tokens: int) -> Tensor:
    """Return noise of a seed; drawn on the CPU, so that it is the same on every device."""
    return torch.randn(tokens, TOKEN_WIDTH, generator=torch.Generator().manual_seed(seed))


def _steadied(pitch: F32, voicing: F32) -> F32:
    """Return pitches `(B, T)` averaged over some steps, those without a voice hardly counted."""
    weight = voicing + 0.01
    over = partial(gaussian_filter1d, sigma=PITCH_STEPS, axis=1, mode="nearest")
    return cast(F32, over(pitch * weight) / over(weight))


def _decaying(energy: F32, fastest_db: float) -> F32:
    """Return energies `(B, T, BANDS)` raised until they fall by at most `fastest_db` a step."""
    # Tilt up by that slope, take the running maximum, tilt back: the lowest such curve above.
    ramp = (fastest_db * np.arange(energy.shape[1], dtype=np.float32))[:, None]
    decaying: F32 = np.maximum.accumulate(energy + ramp, axis=1) - ramp
    return decaying

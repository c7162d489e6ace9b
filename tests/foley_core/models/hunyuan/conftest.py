"""Tiny denoisers: the golden one, where it is, and one of our own with random weights."""

from collections.abc import Callable

import parity
import pytest
import torch

from foley_core.audio import torchaudio_cpu
from foley_core.models.hunyuan.batching import ClipConditions
from foley_core.models.hunyuan.denoiser import Denoiser
from foley_core.models.hunyuan.network_config import DenoiserConfig
from foley_core.models.hunyuan.random_weights import random_state

__all__ = ["torchaudio_cpu"]  # first: what `transformers` imports needs its stand-in

TINY = DenoiserConfig(
    triple_blocks=2,
    single_blocks=2,
    width=24,
    heads=2,
    latent_channels=6,
    text_width=10,
    scene_width=12,
    sync_width=14,
)


def with_weights(config: DenoiserConfig, weights: dict[str, torch.Tensor]) -> Denoiser:
    with torch.device("meta"):
        denoiser = Denoiser(config)
    denoiser.load_state_dict(weights, assign=True)
    return denoiser.eval()


@pytest.fixture(scope="session")
def tiny() -> Denoiser:
    with torch.device("meta"):
        return with_weights(TINY, random_state(Denoiser(TINY), seed=3))


@pytest.fixture(scope="session")
def published_denoiser() -> Denoiser:
    config = DenoiserConfig.from_metadata(parity.golden("denoiser_cases").facts["config"])
    return with_weights(config, parity.golden("denoiser_state").tensors)


@pytest.fixture(scope="session")
def clip() -> Callable[..., ClipConditions]:
    """A clip of random features for the tiny denoiser."""

    def made(latent_steps: int, scene: int, segments: int, text: int, seed: int = 0):
        generator = torch.Generator().manual_seed(seed)

        def features(count: int, width: int) -> torch.Tensor:
            return torch.randn(count, width, generator=generator)

        return ClipConditions(
            features(scene, TINY.scene_width),
            features(8 * segments, TINY.sync_width),
            features(text, TINY.text_width),
            features(text, TINY.text_width),
            latent_steps,
        )

    return made

"""The public networks with random weights, at full size or tiny, and features to try them with."""

import torch
from torch import Tensor, nn

from foley_core.models.hunyuan.audio_vae import AudioVae, folded
from foley_core.models.hunyuan.batching import ClipConditions
from foley_core.models.hunyuan.clip_sampler import padded_lengths
from foley_core.models.hunyuan.denoiser import Denoiser
from foley_core.models.hunyuan.loading import imported_transformers
from foley_core.models.hunyuan.network_config import (
    MOST_TEXT_TOKENS,
    SCENE_RATE,
    SYNC_RATE,
    XL,
    XXL,
    AudioVaeConfig,
    DenoiserConfig,
    SynchformerConfig,
    latent_steps,
    sync_segments,
)
from foley_core.models.hunyuan.published import TINY_MODEL
from foley_core.models.hunyuan.random_weights import random_state
from foley_core.models.hunyuan.synchformer import Synchformer

TINY = DenoiserConfig(
    triple_blocks=2, single_blocks=2, width=32, heads=2, latent_channels=8,
    text_width=16, scene_width=16, sync_width=16,
)  # fmt: skip
TINY_VAE = AudioVaeConfig(latent_channels=8, encoder_width=2, decoder_width=32)
TINY_SYNCHFORMER = SynchformerConfig(width=16, heads=2, blocks=1, picture_px=32)
SIZES: dict[str, DenoiserConfig] = {
    "hunyuan-xxl": XXL,
    "hunyuan-xl": XL,
    TINY_MODEL: TINY,
}
SIGLIP = {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "image_size": 512,
    "patch_size": 16,
}
TINY_SIGLIP = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 32,
    "patch_size": 16,
}


def random_denoiser(config: DenoiserConfig, device: torch.device, dtype: torch.dtype) -> Denoiser:
    """Return a denoiser of random weights, made where they are used."""
    with torch.device("meta"):
        denoiser = Denoiser(config)
    denoiser.load_state_dict(random_state(denoiser, 1, device, dtype), assign=True)
    return denoiser.eval().requires_grad_(False)


def random_vae(tiny: bool, device: torch.device) -> AudioVae:
    """Return a decoder of random weights, its weight norms multiplied."""
    vae = AudioVae(TINY_VAE if tiny else AudioVaeConfig())
    vae.load_state_dict(random_state(vae, 3))
    return folded(vae.to(device).eval())


def random_siglip(tiny: bool, device: torch.device) -> nn.Module:
    """Return a scene encoder of random weights."""
    transformers = imported_transformers()
    sizes = TINY_SIGLIP if tiny else SIGLIP
    made: nn.Module = transformers.SiglipVisionModel(transformers.SiglipVisionConfig(**sizes))
    return made.to(device).eval()


def random_synchformer(tiny: bool, device: torch.device) -> Synchformer:
    """Return a synchronisation encoder of random weights."""
    synchformer = Synchformer(TINY_SYNCHFORMER if tiny else SynchformerConfig())
    synchformer.load_state_dict(random_state(synchformer, 2))
    return synchformer.to(device).eval()


def random_pictures(tiny: bool, seconds: float) -> tuple[Tensor, Tensor]:
    """Return scene and synchronisation pictures of a clip, U8 `(F, 3, side, side)`."""
    count = int(seconds * SYNC_RATE)
    shown = max(1, count * SCENE_RATE // SYNC_RATE)
    side = (TINY_SIGLIP if tiny else SIGLIP)["image_size"]
    sync_side = (TINY_SYNCHFORMER if tiny else SynchformerConfig()).picture_px
    generator = torch.Generator().manual_seed(0)

    def drawn(pictures: int, side: int) -> Tensor:
        shape = (pictures, 3, side, side)
        return torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)

    return drawn(shown, side), drawn(count, sync_side)


def random_clip(config: DenoiserConfig, seconds: float, seed: int) -> ClipConditions:
    """Return random features of a clip, with as many pictures as it has at 25 a second."""
    generator, pictures = torch.Generator().manual_seed(seed), int(seconds * SYNC_RATE)
    scene = min(padded_lengths(seconds).scene, pictures * SCENE_RATE // SYNC_RATE + 1)

    def drawn(count: int, width: int) -> Tensor:
        return torch.randn(count, width, generator=generator)

    return ClipConditions(
        scene=drawn(scene, config.scene_width),
        sync=drawn(8 * sync_segments(pictures), config.sync_width),
        text=drawn(MOST_TEXT_TOKENS, config.text_width),
        negative_text=drawn(MOST_TEXT_TOKENS, config.text_width),
        latent_steps=latent_steps(pictures),
    )

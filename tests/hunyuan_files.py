"""A tiny model in the form of the public checkpoints, with random weights, as files."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
from torch import Tensor, nn
from whole_audio_vae import WholeAudioVae

from foley_core.audio import torchaudio_cpu
from foley_core.models.hunyuan.denoiser import Denoiser
from foley_core.models.hunyuan.network_config import (
    AudioVaeConfig,
    DenoiserConfig,
    SynchformerConfig,
)
from foley_core.models.hunyuan.published import (
    CLAP_FOLDER,
    DENOISER_FILES,
    SIGLIP_FOLDER,
    SYNCHFORMER_FILE,
    VAE_FILE,
)
from foley_core.models.hunyuan.random_weights import random_state
from foley_core.models.hunyuan.synchformer import Synchformer

__all__ = ["torchaudio_cpu"]  # first: what `transformers` imports needs its stand-in

TEXT, SCENE, SYNC = 8, 12, 16
DENOISER = DenoiserConfig(
    triple_blocks=1,
    single_blocks=1,
    width=16,
    heads=2,
    latent_channels=4,
    text_width=TEXT,
    scene_width=SCENE,
    sync_width=SYNC,
)
SYNCHFORMER = SynchformerConfig(width=SYNC, heads=2, blocks=1, picture_px=32)
VAE = AudioVaeConfig(
    latent_channels=4,
    encoder_width=2,
    decoder_width=32,
)
SIGLIP = {
    "hidden_size": SCENE,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 32,
    "patch_size": 16,
}
CLAP = {
    "vocab_size": 300,
    "hidden_size": TEXT,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "max_position_embeddings": 100,
    "projection_dim": 4,
}


def write_published(folder: Path, seed: int = 0) -> Path:
    """All public files of `hunyuan-tiny`; the folder itself."""
    folder.mkdir(parents=True, exist_ok=True)
    _save_pth(folder / DENOISER_FILES["hunyuan-tiny"], Denoiser(DENOISER), seed, asdict(DENOISER))
    kwargs = {
        "encoder_dim": VAE.encoder_width,
        "encoder_rates": list(VAE.encoder_strides),
        "latent_dim": VAE.latent_channels,
        "decoder_dim": VAE.decoder_width,
        "decoder_rates": list(VAE.decoder_strides),
        "sample_rate": VAE.sample_rate,
        "continuous": True,
    }
    _save_pth(folder / VAE_FILE, WholeAudioVae(VAE), seed + 1, kwargs)
    others = {"vproj.weight": torch.zeros(2, 2), "afeat_extractor.bias": torch.zeros(2)}
    network = Synchformer(SYNCHFORMER)
    _save_pth(folder / SYNCHFORMER_FILE, network, seed + 2, asdict(SYNCHFORMER), others)
    _write_siglip(folder / SIGLIP_FOLDER, seed + 3)
    _write_clap(folder / CLAP_FOLDER, seed + 4)
    return folder


def _save_pth(
    path: Path,
    network: nn.Module,
    seed: int,
    sizes: dict[str, Any],
    others: dict[str, Tensor] | None = None,
) -> None:
    state = random_state(network, seed) | (others or {})
    torch.save({"state_dict": state, "metadata": {"kwargs": sizes}}, path)


def _write_siglip(folder: Path, seed: int) -> None:
    from transformers import SiglipVisionConfig, SiglipVisionModel

    folder.mkdir(exist_ok=True)
    network = SiglipVisionModel(SiglipVisionConfig(**SIGLIP))
    config = {"model_type": "siglip", "vision_config": SIGLIP}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    state = {f"vision_model.{name}": value for name, value in random_state(network, seed).items()}
    save_file({**state, **_text_tower(network, seed)}, folder / "model.safetensors")


def _text_tower(network: nn.Module, seed: int) -> dict[str, Tensor]:
    """What lies beside the image tower: layers of the same names and shapes, other positions."""
    state = random_state(network, seed + 100).items()
    layers = {f"text_model.{name}": value for name, value in state if name.startswith("encoder.")}
    positions = torch.zeros(7, SCENE)
    return {
        **layers,
        "text_model.embeddings.position_embedding.weight": positions,
        "logit_scale": torch.zeros(1),
    }


def _write_clap(folder: Path, seed: int) -> None:
    from transformers import ClapTextConfig, ClapTextModelWithProjection

    folder.mkdir(exist_ok=True)
    network = ClapTextModelWithProjection(ClapTextConfig(**CLAP))
    config = {"model_type": "clap", "text_config": CLAP}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text("{}", encoding="utf-8")
    _tokenizer().save(str(folder / "tokenizer.json"))
    state = random_state(network, seed)
    save_file({**state, "audio_model.bias": torch.zeros(1)}, folder / "model.safetensors")


def _tokenizer() -> Tokenizer:
    """A token for each letter, between the marks of beginning (0) and end (2); padding is 1."""
    letters = [chr(code) for code in range(32, 127)]
    vocabulary = {token: i for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *letters])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer

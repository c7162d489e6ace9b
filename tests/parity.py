"""Golden vectors of the published networks, part of the test data that `outside` finds.

Sizes and cases are read from the files.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import outside
from safetensors import safe_open
from torch import Tensor

from foley_core.models.hunyuan.network_config import DenoiserConfig


@dataclass(frozen=True)
class Golden:
    """Tensors and parsed metadata of one file."""

    tensors: dict[str, Tensor]
    facts: dict[str, Any]

    def under(self, prefix: str) -> dict[str, Tensor]:
        """Tensors whose name begins with `prefix`, under the rest of their names."""
        return {n.removeprefix(prefix): t for n, t in self.tensors.items() if n.startswith(prefix)}

    def cases(self, ending: str) -> list[str]:
        """What comes before `ending` in the names that have it."""
        return sorted(n.removesuffix(ending) for n in self.tensors if n.endswith(ending))


def folder() -> Path:
    """The folder of golden vectors; skips the test where there is none."""
    return outside.need("parity")


def golden(name: str) -> Golden:
    """One file of golden vectors."""
    with safe_open(folder() / f"{name}.safetensors", "pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        return Golden(tensors, {k: _parsed(v) for k, v in (file.metadata() or {}).items()})


def shapes(name: str) -> dict[str, tuple[int, ...]]:
    """Shape by key of a published state dict."""
    text = (folder() / "manifests" / f"{name}_shapes.json").read_text(encoding="utf-8")
    return {key: tuple(shape) for key, shape in json.loads(text).items()}


def denoiser_config(facts: dict[str, Any]) -> DenoiserConfig:
    """From the published names of a configuration."""
    return DenoiserConfig(
        triple_blocks=facts["depth_triple_blocks"],
        single_blocks=facts["depth_single_blocks"],
        width=facts["hidden_size"],
        heads=facts["num_heads"],
        latent_channels=facts["audio_vae_latent_dim"],
        text_width=facts["condition_dim"],
        scene_width=facts["clip_dim"],
        sync_width=facts["sync_feat_dim"],
        widening=facts["mlp_ratio"],
    )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text

"""Networks with their published weights, on a device.

A network is laid out without numbers first; then each tensor goes from the file, which is mapped
rather than read, to the device in the data type asked for. So a machine needs room for the network
once, and never for the file.
"""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from foley_core.errors import CheckpointError
from foley_core.models.hunyuan.audio_vae import AudioVae, folded
from foley_core.models.hunyuan.denoiser import Denoiser
from foley_core.models.hunyuan.network_config import (
    XL,
    XXL,
    AudioVaeConfig,
    DenoiserConfig,
    SynchformerConfig,
)
from foley_core.models.hunyuan.published import CLAP_FOLDER, SIGLIP_FOLDER, Component, Published
from foley_core.models.hunyuan.synchformer import UNUSED_KEYS, Synchformer
from foley_core.models.hunyuan.tensor_file import Described, describe, read_tensors
from foley_core.types import Json

LOG = logging.getLogger("foley")

_NAMED = 4
_LARGEST_SETTING = 1 << 14
_LARGEST_VOCABULARY = 1 << 20
_TOWERS: Mapping[Component, str] = {"siglip": "vision_model."}


def described(published: Published, part: Component) -> Described:
    """What the file of a part holds, and says of its network's sizes.

    Raises:
        CheckpointError: it is missing or damaged.
    """
    file, size_bytes = published.open(part)
    with file:
        return describe(file, size_bytes, published.found(part))


def denoiser_config(published: Published) -> DenoiserConfig:
    """Sizes of the denoiser: known ones for the public models, from the file for a tiny one.

    Raises:
        CheckpointError: the file is missing or damaged, or says no sizes that go together.
    """
    if published.model == "hunyuan-xxl":
        return XXL
    if published.model == "hunyuan-xl":
        return XL
    sizes = _sizes(described(published, "denoiser").settings, published.found("denoiser"))
    try:
        return DenoiserConfig(**sizes)
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{published.found('denoiser')}: {error}") from error


def synchformer_config(published: Published) -> SynchformerConfig:
    """Sizes of the synchronisation encoder; see `denoiser_config`."""
    if published.model != "hunyuan-tiny":
        return SynchformerConfig()
    name = published.found("synchformer")
    try:
        return SynchformerConfig(**_sizes(described(published, "synchformer").settings, name))
    except TypeError as error:
        raise CheckpointError(f"{name}: {error}") from error


def vae_config(published: Published) -> AudioVaeConfig:
    """Sizes of the audio autoencoder, which its file says; see `denoiser_config`."""
    return AudioVaeConfig.from_metadata(described(published, "vae").settings)


def load_denoiser(published: Published, device: torch.device, dtype: torch.dtype) -> Denoiser:
    """The denoiser, all of it in one data type.

    Raises:
        CheckpointError: the file is missing or damaged, or does not hold this network.
        StorageError: it cannot be read.
    """
    return _filled(_laid_out_denoiser(published), published, "denoiser", device, dtype)


def load_vae(published: Published, device: torch.device) -> AudioVae:
    """The decoder of the audio autoencoder, ready to be used; see `load_denoiser`."""
    return folded(_filled(_laid_out_vae(published), published, "vae", device))


def load_synchformer(published: Published, device: torch.device) -> Synchformer:
    """The visual half of the synchronisation encoder; see `load_denoiser`."""
    return _filled(_laid_out_synchformer(published), published, "synchformer", device)


def load_siglip(published: Published, device: torch.device) -> nn.Module:
    """The image tower of the scene encoder, a `SiglipVisionModel`; see `load_denoiser`.

    The side of the pictures that it takes is its `config.image_size`.
    """
    return _filled(_laid_out_siglip(published), published, "siglip", device)


def load_clap(published: Published, device: torch.device) -> nn.Module:
    """The text tower, a `ClapTextModelWithProjection`; see `load_denoiser`."""
    return _filled(_laid_out_clap(published), published, "clap", device)


def shapes_needed(published: Published, part: Component) -> dict[str, tuple[int, ...]]:
    """Shape of every tensor that is used of a part, by its name in the network.

    Raises:
        CheckpointError: what says the sizes of the network is missing or damaged.
    """
    lay_out: dict[Component, Callable[[Published], nn.Module]] = {
        "denoiser": _laid_out_denoiser,
        "vae": _laid_out_vae,
        "synchformer": _laid_out_synchformer,
        "siglip": _laid_out_siglip,
        "clap": _laid_out_clap,
    }
    with torch.device("meta"):
        return _shapes(lay_out[part](published))


def _shapes(network: nn.Module) -> dict[str, tuple[int, ...]]:
    state = network.state_dict()
    return {name: tuple(v.shape) for name, v in state.items() if v.is_floating_point()}


def _laid_out_denoiser(published: Published) -> Denoiser:
    with torch.device("meta"):
        return Denoiser(denoiser_config(published))


def _laid_out_vae(published: Published) -> AudioVae:
    with torch.device("meta"):
        return AudioVae(vae_config(published))


def _laid_out_synchformer(published: Published) -> Synchformer:
    with torch.device("meta"):
        return Synchformer(synchformer_config(published))


def _laid_out_siglip(published: Published) -> nn.Module:
    transformers = imported_transformers()
    sizes = _config_beside(published, "siglip", f"{SIGLIP_FOLDER}/config.json", "vision_config")
    return _of_library(transformers.SiglipVisionModel, transformers.SiglipVisionConfig, sizes)


def _laid_out_clap(published: Published) -> nn.Module:
    transformers = imported_transformers()
    sizes = _config_beside(published, "clap", f"{CLAP_FOLDER}/config.json", "text_config")
    network = transformers.ClapTextModelWithProjection
    return _of_library(network, transformers.ClapTextConfig, sizes)


def _config_beside(published: Published, part: Component, key: str, section: str) -> dict[str, Any]:
    """The section of a `config.json`, or all of it where it has none, kept small."""
    try:
        document = json.loads(published.read_beside(key, part))
        sizes: dict[str, Any] = document.get(section, document)
    except (ValueError, AttributeError) as error:
        raise CheckpointError(f"{key} cannot be read ({error}); fetch it again") from error
    if any(isinstance(n, int) and abs(n) > _LARGEST_VOCABULARY for n in sizes.values()):
        raise CheckpointError(f"{key} holds a size beyond all reason; fetch it again")
    return sizes


def _of_library(network: Any, config: Any, sizes: dict[str, Any]) -> nn.Module:
    try:
        made: nn.Module = network(config(**sizes))
    except (ValueError, TypeError, AttributeError, RuntimeError) as error:
        said = f"{config.__name__} does not take these sizes ({error}); fetch config.json again"
        raise CheckpointError(said) from error
    return made


def imported_transformers() -> Any:
    """The library that holds the encoders of others.

    Raises:
        CheckpointError: the extra `hf` is not installed.
    """
    try:
        from foley_core.audio import torchaudio_cpu  # noqa: F401  it imports torchaudio
        import transformers  # isort: skip
    except ImportError as error:
        raise CheckpointError(
            "the public checkpoints need the extra 'hf': pip install 'foley-catalogue[hf]' "
            f"({error})"
        ) from error
    return transformers


_Network = TypeVar("_Network", bound=nn.Module)


def _filled(
    network: _Network,
    published: Published,
    part: Component,
    device: torch.device,
    dtype: torch.dtype = torch.float32,
) -> _Network:
    """The network with its weights; those that it has no use for are left in the file."""
    path, there = published.local(part), described(published, part).shapes
    names, faults = matched(part, _shapes(network), there)
    if faults:
        raise CheckpointError(f"{path.name} does not hold this network", tuple(faults))
    if unknown := [key for key in there if key not in names.values() and not _of_no_use(key, part)]:
        LOG.info("%s: %d tensors are not used: %s …", path.name, len(unknown), unknown[0])
    by_key = {key: name for name, key in names.items()}
    filled: dict[str, Tensor] = {}
    for key, value in read_tensors(path, list(by_key)):
        filled[by_key[key]] = value.to(device, dtype, copy=True)
    network.load_state_dict(filled, assign=True, strict=False)
    return network.to(device).eval().requires_grad_(False)


def matched(
    part: Component, wanted: Mapping[str, tuple[int, ...]], there: Mapping[str, tuple[int, ...]]
) -> tuple[dict[str, str], list[str]]:
    """The key in the file of each name that it has, and what it lacks or has in another shape.

    An encoder of others may lie in the file of a whole model, beside a tower whose layers have the
    same names and shapes: only its own tower is looked at.
    """
    prefix = _TOWERS.get(part, "")
    own = prefix if any(key.startswith(prefix) for key in there) else ""
    names = {name: own + name for name in wanted if own + name in there}
    missing = [name for name in wanted if name not in names]
    other = [
        f"{name} {there[key]} instead of {wanted[name]}"
        for name, key in names.items()
        if there[key] != wanted[name]
    ]
    faults = []
    if missing:
        faults.append(f"{len(missing)} tensors are missing, such as {', '.join(missing[:_NAMED])}")
    if other:
        shown = ", ".join(other[:_NAMED])
        faults.append(f"{len(other)} tensors have another shape, such as {shown}")
    return names, faults


def _of_no_use(key: str, part: Component) -> bool:
    return part != "denoiser" and (part != "synchformer" or key.startswith(UNUSED_KEYS))


def _sizes(settings: Mapping[str, Json], name: str) -> dict[str, int]:
    """Sizes of a network of any form, none of them absurd."""
    for key, value in settings.items():
        if (
            not isinstance(value, int)
            or isinstance(value, bool)
            or not 0 < value <= _LARGEST_SETTING
        ):
            raise CheckpointError(f"{name}: {key} = {value!r} is no size; fetch the file again")
    return {key: value for key, value in settings.items() if isinstance(value, int)}

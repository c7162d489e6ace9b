"""Networks with their published weights, on a device.

A network is first built without numbers, on torch's `meta` device. Then each tensor goes from the
file, which is mapped and not read whole, to its device in the data type asked for. So a machine
needs memory for the network once, and never for the file.
"""

import logging
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from foley_core.errors import CheckpointError
from foley_core.models.hunyuan.audio_vae import AudioVae, folded
from foley_core.models.hunyuan.denoiser import Denoiser
from foley_core.models.hunyuan.name_matching import matched
from foley_core.models.hunyuan.network_config import (
    XL,
    XXL,
    AudioVaeConfig,
    DenoiserConfig,
    SynchformerConfig,
)
from foley_core.models.hunyuan.published import (
    CLAP_FOLDER,
    SIGLIP_FOLDER,
    TINY_MODEL,
    Component,
    Published,
)
from foley_core.models.hunyuan.synchformer import UNUSED_KEYS, Synchformer
from foley_core.models.hunyuan.tensor_file import Described, describe, read_tensors
from foley_core.parsing import parsed_json
from foley_core.types import Json

LOG = logging.getLogger("foley")

# Limits against files made to fill memory, above every size and vocabulary of these networks.
_LARGEST_SETTING = 1 << 14
_LARGEST_VOCABULARY = 1 << 20


def described(published: Published, component: Component) -> Described:
    """Return the tensors' shapes and the network's settings that a component's file holds.

    Raises:
        CheckpointError: the file is missing or damaged.
        StorageError: it cannot be read.
    """
    file, size_bytes = published.open(component)
    with file:
        return describe(file, size_bytes, published.found(component))


def denoiser_config(published: Published) -> DenoiserConfig:
    """Return the sizes of the denoiser: known for the public models, read from a tiny one's file.

    Raises:
        CheckpointError: the file is missing or damaged, or its sizes do not fit together.
    """
    if published.model != TINY_MODEL:
        return XXL if published.model == "hunyuan-xxl" else XL
    sizes = _sizes(described(published, "denoiser").settings, published.found("denoiser"))
    try:
        return DenoiserConfig(**sizes)
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{published.found('denoiser')}: {error}") from error


def synchformer_config(published: Published) -> SynchformerConfig:
    """Return the sizes of the synchronisation encoder; see `denoiser_config`."""
    if published.model != TINY_MODEL:
        return SynchformerConfig()
    name = published.found("synchformer")
    try:
        return SynchformerConfig(**_sizes(described(published, "synchformer").settings, name))
    except TypeError as error:
        raise CheckpointError(f"{name}: {error}") from error


def vae_config(published: Published) -> AudioVaeConfig:
    """Return the sizes of the audio autoencoder, which its file states; see `denoiser_config`."""
    return AudioVaeConfig.from_metadata(described(published, "vae").settings)


def load_denoiser(published: Published, device: torch.device, dtype: torch.dtype) -> Denoiser:
    """Load the denoiser, all of it in one data type.

    Raises:
        CheckpointError: the file is missing or damaged, or does not hold this network.
        StorageError: it cannot be read.
    """
    return _filled(_laid_out_denoiser(published), published, "denoiser", device, dtype)


def load_vae(published: Published, device: torch.device) -> AudioVae:
    """Load the decoder of the audio autoencoder, its weight norms multiplied; see `load_denoiser`.

    It computes in float32, as published.
    """
    return folded(_filled(_laid_out_vae(published), published, "vae", device))


def load_synchformer(published: Published, device: torch.device) -> Synchformer:
    """Load the visual half of the synchronisation encoder, in float32; see `load_denoiser`."""
    return _filled(_laid_out_synchformer(published), published, "synchformer", device)


def load_siglip(published: Published, device: torch.device) -> nn.Module:
    """Load the image tower of the scene encoder, a `SiglipVisionModel`; see `load_denoiser`.

    Its `config.image_size` is the side of the pictures that it takes, in pixels.
    """
    return _filled(_laid_out_siglip(published), published, "siglip", device)


def load_clap(published: Published, device: torch.device) -> nn.Module:
    """Load the text tower, a `ClapTextModelWithProjection`; see `load_denoiser`."""
    return _filled(_laid_out_clap(published), published, "clap", device)


def shapes_needed(published: Published, component: Component) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor that a component's network uses, by its name there.

    Raises:
        CheckpointError: the file that states the network's sizes is missing or damaged.
    """
    lay_out: dict[Component, Callable[[Published], nn.Module]] = {
        "denoiser": _laid_out_denoiser,
        "vae": _laid_out_vae,
        "synchformer": _laid_out_synchformer,
        "siglip": _laid_out_siglip,
        "clap": _laid_out_clap,
    }
    with torch.device("meta"):
        return _shapes(lay_out[component](published))


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


def _config_beside(
    published: Published, component: Component, key: str, section: str
) -> dict[str, Any]:
    """Return a section of a `config.json`, or all of it if it has none; huge sizes are refused."""
    try:
        document = parsed_json(published.read_beside(key, component))
        sizes: dict[str, Any] = document.get(section, document)
    except (ValueError, AttributeError) as error:
        raise CheckpointError(f"{key} cannot be read ({error}); fetch it again") from error
    if any(isinstance(n, int) and abs(n) > _LARGEST_VOCABULARY for n in sizes.values()):
        raise CheckpointError(f"{key} holds a size beyond all reason; fetch it again")
    return sizes


def _of_library(network: Any, config: Any, sizes: dict[str, Any]) -> nn.Module:
    """Build a network of `transformers` from sizes that a file states."""
    try:
        made: nn.Module = network(config(**sizes))
    except (ValueError, TypeError, AttributeError, RuntimeError) as error:
        said = f"{config.__name__} does not take these sizes ({error}); fetch config.json again"
        raise CheckpointError(said) from error
    return made


def imported_transformers() -> Any:
    """Import `transformers`, the library with the encoders by other publishers.

    Raises:
        CheckpointError: the extra `hf` is not installed.
    """
    _keep_torchaudio_away()
    try:
        import PIL  # noqa: F401  pictures are scaled with it  # isort: skip
        import transformers  # isort: skip
    except ImportError as error:
        raise CheckpointError(
            "the public checkpoints need the extra 'hf': pip install 'foley-catalogue[hf]' "
            f"({error})"
        ) from error
    return transformers


def _keep_torchaudio_away() -> None:
    """Import torchaudio in a form that loads beside any torch, or have it count as missing.

    `transformers` imports it where it finds it, and its own extension loads beside one build of
    torch alone. Nothing here needs either.
    """
    try:
        from foley_core.audio import torchaudio_cpu  # noqa: F401  it imports torchaudio
    except Exception:  # a build for another release stumbles over whatever has changed
        sys.modules["torchaudio"] = None  # type: ignore[assignment]


_Network = TypeVar("_Network", bound=nn.Module)


def _filled(
    network: _Network,
    published: Published,
    component: Component,
    device: torch.device,
    dtype: torch.dtype = torch.float32,
) -> _Network:
    """Return the network with its weights; tensors that it does not use stay in the file."""
    path, there = published.local(component), described(published, component).shapes
    names, faults = matched(component, _shapes(network), there)
    if faults:
        raise CheckpointError(f"{path.name} does not hold this network", tuple(faults))
    if unknown := [
        key for key in there if key not in names.values() and not _of_no_use(key, component)
    ]:
        LOG.info("%s: %d tensors are not used: %s …", path.name, len(unknown), unknown[0])
    by_key = {key: name for name, key in names.items()}
    filled: dict[str, Tensor] = {}
    for key, value in read_tensors(path, list(by_key)):
        # A copy, or the weights would be views of the mapped file.
        filled[by_key[key]] = value.to(device, dtype, copy=True)
    network.load_state_dict(filled, assign=True, strict=False)
    return network.to(device).eval().requires_grad_(False)


def _of_no_use(key: str, component: Component) -> bool:
    """Return True for a tensor that is known not to be used, so that no note is needed."""
    return component != "denoiser" and (component != "synchformer" or key.startswith(UNUSED_KEYS))


def _sizes(settings: Mapping[str, Json], name: str) -> dict[str, int]:
    """Return a network's settings, each checked to be a whole number that a size may have."""
    for key, value in settings.items():
        if (
            not isinstance(value, int)
            or isinstance(value, bool)
            or not 0 < value <= _LARGEST_SETTING
        ):
            raise CheckpointError(f"{name}: {key} = {value!r} is no size; fetch the file again")
    return {key: value for key, value in settings.items() if isinstance(value, int)}

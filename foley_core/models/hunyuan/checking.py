"""Checks of a model's public files (there, whole, right shapes), and their copy as safetensors.

Checking reads names and shapes, not the numbers, so it takes seconds and needs no GPU. Converting
reads everything once, compares the checksums that a file has, and writes the tensors that are used,
in the data types of the file: nothing is rounded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from foley_core.errors import CheckpointError, ConfigError
from foley_core.models.hunyuan.loading import (
    denoiser_config,
    described,
    shapes_needed,
    synchformer_config,
    vae_config,
)
from foley_core.models.hunyuan.name_matching import matched
from foley_core.models.hunyuan.published import BESIDE, COMPONENTS, Component, Published, candidates
from foley_core.models.hunyuan.tensor_file import (
    read_tensors,
    refuse_damage,
    write_safetensors,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of checking one component; without faults it can be used."""

    component: Component
    file: str
    size_bytes: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Converted:
    """One file that was written."""

    path: Path
    size_bytes: int
    sha256: str


def check_files(published: Published) -> list[Finding]:
    """Check each component of a model, and that they fit together.

    Raises:
        StorageError: the place cannot be read.
    """
    findings = [_finding(published, component) for component in COMPONENTS]
    if any(finding.faults for finding in findings):
        return findings
    if faults := _apart(published):
        findings[0] = Finding("denoiser", findings[0].file, findings[0].size_bytes, tuple(faults))
    return findings


def refuse_faults(published: Published, findings: Sequence[Finding]) -> None:
    """Raise an error if a check found any fault.

    Raises:
        CheckpointError: there are faults; the message lists them all.
    """
    faults = tuple(f"{one.file}: {fault}" for one in findings for fault in one.faults)
    if faults:
        place = published.place
        raise CheckpointError(f"{published.model}: the files in {place} cannot be used", faults)


def convert_files(published: Published, out: Path) -> Iterator[Converted]:
    """Write all components of a model as safetensors, and yield each file as it is finished.

    Args:
        out: a folder, which can then be given as `model_path`.

    Raises:
        ConfigError: a file of that name is there already, or the folder cannot be written.
        CheckpointError: a component cannot be used.
        StorageError: the place cannot be read.
    """
    refuse_faults(published, check_files(published))
    targets = {
        component: out / candidates(component, published.model)[0] for component in COMPONENTS
    }
    if there := [str(path) for path in targets.values() if path.exists()]:
        raise ConfigError("these files are there already; name another folder", tuple(there))
    for component, target in targets.items():
        try:
            yield _converted(published, component, target)
            for key in BESIDE.get(component, ()):
                (out / key).write_bytes(published.read_beside(key, component))
        except OSError as error:
            raise ConfigError(f"{target} cannot be written ({error.strerror})") from error


def _finding(published: Published, component: Component) -> Finding:
    name, size_bytes = candidates(component, published.model)[1], 0
    try:
        name = published.found(component)
        if lacking := published.missing_beside(component):
            raise CheckpointError(
                f"{', '.join(lacking)} is missing beside it; fetch the whole folder"
            )
        size_bytes = published.size_bytes(component)
        _, faults = matched(
            component, shapes_needed(published, component), described(published, component).shapes
        )
        if faults:
            faults.append("is it another model's file? fetch it again")
    except CheckpointError as error:
        faults = [str(error)]
    return Finding(component, name, size_bytes, tuple(faults))


def _apart(published: Published) -> list[str]:
    """Return the components that do not fit the denoiser although each is whole, one fault each."""
    config = denoiser_config(published)
    scene = shapes_needed(published, "siglip")["post_layernorm.weight"][0]
    text = shapes_needed(published, "clap")["text_model.embeddings.LayerNorm.weight"][0]
    latent = vae_config(published).latent_channels
    return [
        f"it takes {wanted} values from {name}, which gives {given}; bring files of one release"
        for name, wanted, given in (
            ("the scene encoder", config.scene_width, scene),
            ("the synchronisation encoder", config.sync_width, synchformer_config(published).width),
            ("the text encoder", config.text_width, text),
            ("the autoencoder", config.latent_channels, latent),
        )
        if wanted != given
    ]


def _converted(published: Published, component: Component, target: Path) -> Converted:
    """Write one component as safetensors."""
    path = published.local(component)
    refuse_damage(path)
    held = described(published, component)
    names, _ = matched(component, shapes_needed(published, component), held.shapes)
    keys = list(names.values())

    def tensors() -> Iterator[tuple[str, Tensor]]:
        return read_tensors(path, keys)

    target.parent.mkdir(parents=True, exist_ok=True)
    sha256 = write_safetensors(target, tensors, held.settings)
    return Converted(target, target.stat().st_size, sha256)

"""Whether the public files of a model are there, whole and of the right shapes, and their copy as
safetensors.

Checking reads names and shapes, not the numbers, so it takes seconds, anywhere, before any GPU is
taken. Converting reads everything once, compares what has checksums with them, and writes what is
used in the data types of the file: nothing is rounded that need not be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from foley_core.errors import CheckpointError, ConfigError
from foley_core.models.hunyuan.loading import (
    denoiser_config,
    described,
    matched,
    shapes_needed,
    synchformer_config,
    vae_config,
)
from foley_core.models.hunyuan.published import BESIDE, COMPONENTS, Component, Published, candidates
from foley_core.models.hunyuan.tensor_file import (
    read_tensors,
    refuse_damage,
    write_safetensors,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be said of one part; without faults it can be used."""

    part: Component
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
    """What is to be said of each part of a model.

    Raises:
        StorageError: the place cannot be read.
    """
    findings = [_finding(published, part) for part in COMPONENTS]
    if any(finding.faults for finding in findings):
        return findings
    if faults := _apart(published):
        findings[0] = Finding("denoiser", findings[0].file, findings[0].size_bytes, tuple(faults))
    return findings


def refuse_faults(published: Published, findings: Sequence[Finding]) -> None:
    """Refuse to go on where anything was found to be wrong.

    Raises:
        CheckpointError: it lists every fault.
    """
    faults = tuple(f"{one.file}: {fault}" for one in findings for fault in one.faults)
    if faults:
        place = published.place
        raise CheckpointError(f"{published.model}: the files in {place} cannot be used", faults)


def convert_files(published: Published, out: Path) -> Iterator[Converted]:
    """Write all parts of a model as safetensors into a folder that serves as `model_path`.

    Raises:
        ConfigError: a file of that name is there already, or the folder cannot be written.
        CheckpointError: a part cannot be used.
        StorageError: the place cannot be read.
    """
    refuse_faults(published, check_files(published))
    targets = {part: out / candidates(part, published.model)[0] for part in COMPONENTS}
    if there := [str(path) for path in targets.values() if path.exists()]:
        raise ConfigError("these files are there already; name another folder", tuple(there))
    for part, target in targets.items():
        try:
            yield _converted(published, part, target)
            for key in BESIDE.get(part, ()):
                (out / key).write_bytes(published.read_beside(key, part))
        except OSError as error:
            raise ConfigError(f"{target} cannot be written ({error.strerror})") from error


def _finding(published: Published, part: Component) -> Finding:
    name, size_bytes = candidates(part, published.model)[-1], 0
    try:
        name = published.found(part)
        if lacking := published.missing_beside(part):
            raise CheckpointError(f"{', '.join(lacking)} lacks beside it; fetch the whole folder")
        size_bytes = published.size_bytes(part)
        _, faults = matched(part, shapes_needed(published, part), described(published, part).shapes)
        if faults:
            faults.append("is it another model's file? fetch it again")
    except CheckpointError as error:
        faults = [str(error)]
    return Finding(part, name, size_bytes, tuple(faults))


def _apart(published: Published) -> list[str]:
    """Parts that do not go together, each being whole."""
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


def _converted(published: Published, part: Component, target: Path) -> Converted:
    path = published.local(part)
    refuse_damage(path)
    held = described(published, part)
    names, _ = matched(part, shapes_needed(published, part), held.shapes)
    keys = list(names.values())

    def tensors() -> Iterator[tuple[str, Tensor]]:
        return read_tensors(path, keys)

    target.parent.mkdir(parents=True, exist_ok=True)
    sha256 = write_safetensors(target, tensors, held.settings)
    return Converted(target, target.stat().st_size, sha256)

"""Whether the public files of a model are there, whole and of the right shapes, and their copy as
safetensors.

Checking reads names and shapes, not the numbers, so it takes seconds, anywhere, before any GPU is
taken. Converting reads everything once, compares what has checksums with them, and writes what is
used in the data types of the file: nothing is rounded that need not be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from foley_core.errors import CheckpointError, ConfigError
from foley_core.models.hunyuan.config import AudioVaeConfig
from foley_core.models.hunyuan.loading import (
    denoiser_config,
    faults_of,
    names_in_file,
    settings_of,
    shapes_needed,
    synchformer_config,
)
from foley_core.models.hunyuan.published import BESIDE, PARTS, Part, Published, candidates
from foley_core.models.hunyuan.tensor_file import (
    describe,
    refuse_damage,
    tensors_of,
    write_safetensors,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be said of one part; without faults it can be used."""

    part: Part
    file: str
    size_bytes: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Converted:
    """One file that was written."""

    path: Path
    size_bytes: int
    sha256: str


def check(published: Published) -> list[Finding]:
    """What is to be said of each part of a model.

    Raises:
        StorageError: the place cannot be read.
    """
    findings = [_finding(published, part) for part in PARTS]
    if any(finding.faults for finding in findings):
        return findings
    if faults := _apart(published):
        findings[0] = Finding("denoiser", findings[0].file, findings[0].size_bytes, tuple(faults))
    return findings


def convert(published: Published, out: Path) -> Iterator[Converted]:
    """Write all parts of a model as safetensors into a folder that serves as `model_path`.

    Raises:
        ConfigError: a file of that name is there already, or the folder cannot be written.
        CheckpointError: a part cannot be used.
        StorageError: the place cannot be read.
    """
    if faults := [f"{f.file}: {fault}" for f in check(published) for fault in f.faults]:
        raise CheckpointError(f"the files in {published.place} cannot be used", tuple(faults))
    targets = {part: out / candidates(part, published.model)[0] for part in PARTS}
    if there := [str(path) for path in targets.values() if path.exists()]:
        raise ConfigError("these files are there already; name another folder", tuple(there))
    for part, target in targets.items():
        try:
            yield _converted(published, part, target)
            for key in BESIDE.get(part, ()):
                (out / key).write_bytes(published.read_beside(key, part))
        except OSError as error:
            raise ConfigError(f"{target} cannot be written ({error.strerror})") from error


def _finding(published: Published, part: Part) -> Finding:
    name, size_bytes = candidates(part, published.model)[-1], 0
    try:
        name = published.found(part)
        if lacking := published.missing_beside(part):
            raise CheckpointError(f"{', '.join(lacking)} lacks beside it; fetch the whole folder")
        file, size_bytes = published.open(part)
        with file:
            there = describe(file, size_bytes, name).shapes
        wanted = shapes_needed(published, part)
        names = names_in_file(part, wanted, there)
        faults = faults_of(wanted, {each: there[key] for each, key in names.items()})
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
    latent = AudioVaeConfig.from_metadata(settings_of(published, "vae")).latent_channels
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


def _converted(published: Published, part: Part, target: Path) -> Converted:
    path = published.local(part)
    refuse_damage(path)
    file, size_bytes = published.open(part)
    with file:
        described = describe(file, size_bytes, path.name)
    wanted = shapes_needed(published, part)
    keys = list(names_in_file(part, wanted, described.shapes).values())

    def tensors() -> Iterator[tuple[str, Tensor]]:
        return tensors_of(path, keys)

    target.parent.mkdir(parents=True, exist_ok=True)
    sha256 = write_safetensors(target, tensors, described.settings)
    return Converted(target, target.stat().st_size, sha256)

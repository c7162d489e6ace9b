"""The public files of a model, under the names they are published with, wherever they lie.

A place is a folder, the file of a denoiser under any name in one, an `s3://` prefix, or
`hf://owner/name[@revision]` (with the extra `hf`). The two encoders by other publishers (SigLIP2,
CLAP) are folders beside the checkpoints; in a hub they have repositories of their own. Names and
shapes are read where the files lie; a file is fetched only where its network is loaded.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Literal, cast, get_args

from foley_core.errors import CheckpointError, ConfigError, MissingError
from foley_core.ids import digest
from foley_core.messages import unknown
from foley_core.storage.addresses import is_in_hub, local_path
from foley_core.storage.local_copies import cache_folder, fetch
from foley_core.storage.remembered import remembered_sha256
from foley_core.storage.store import Storage

ModelName = Literal["hunyuan-xxl", "hunyuan-xl"]
TINY_MODEL: str = "hunyuan-tiny"
"""The form of the others without their quality, for tests on a CPU: understood, offered nowhere."""
GeneratorName = Literal["embedded", ModelName]
"""The models that can generate actions: our own one, and the public checkpoints."""
Component = Literal["denoiser", "vae", "synchformer", "siglip", "clap"]
COMPONENTS: tuple[Component, ...] = get_args(Component)

DENOISER_FILES: Mapping[str, str] = {
    "hunyuan-xxl": "hunyuanvideo_foley.pth",
    "hunyuan-xl": "hunyuanvideo_foley_xl.pth",
    TINY_MODEL: "hunyuanvideo_foley_tiny.pth",
}
VAE_FILE = "vae_128d_48k.pth"
SYNCHFORMER_FILE = "synchformer_state_dict.pth"
SIGLIP_FOLDER = "siglip2-base-patch16-512"
CLAP_FOLDER = "larger_clap_general"
WEIGHTS_SUFFIXES = (".pth", ".pt", ".ckpt", ".bin", ".safetensors")
BESIDE: Mapping[Component, tuple[str, ...]] = {
    "siglip": (f"{SIGLIP_FOLDER}/config.json",),
    "clap": (
        f"{CLAP_FOLDER}/config.json",
        f"{CLAP_FOLDER}/tokenizer.json",
        f"{CLAP_FOLDER}/tokenizer_config.json",
    ),
}
"""Files that must lie beside the weights of an encoder."""
REPOSITORIES: Mapping[Component, str] = {
    "siglip": "google/siglip2-base-patch16-512",
    "clap": "laion/larger_clap_general",
}

_HUB = re.compile(r"hf://(?P<name>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w.-]+))?")


def generator_named(name: str) -> GeneratorName:
    """Return the name of a generator, as it is.

    Raises:
        ConfigError: there is no such generator; the message names the nearest.
    """
    if name != "embedded" and name not in DENOISER_FILES:
        raise ConfigError(unknown("model", str(name), get_args(GeneratorName)))
    return cast(GeneratorName, name)


def place_missing(name: str) -> str:
    """Return the sentence that is said where public checkpoints are named without a place."""
    return (
        f"model_path (--model-path): say where the files of {name} are, a folder, s3://… or hf://…"
    )


def candidates(component: Component, model: ModelName) -> tuple[str, ...]:
    """Return the possible keys of a component's weights, the preferred one first.

    A converted file (safetensors) is preferred to the published one beside it. Copies in half
    precision, under the names they go round with, come last.
    """
    if component in REPOSITORIES:
        folder = SIGLIP_FOLDER if component == "siglip" else CLAP_FOLDER
        return f"{folder}/model.safetensors", f"{folder}/pytorch_model.bin"
    one: dict[Component, str] = {
        "denoiser": DENOISER_FILES[model],
        "vae": VAE_FILE,
        "synchformer": SYNCHFORMER_FILE,
    }
    stem = one[component].removesuffix(".pth")
    return f"{stem}.safetensors", f"{stem}.pth", f"{stem}_fp16.safetensors"


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Digests by which the files of a model are known.

    Attributes:
        sound: of all files, since all of them shape the sound.
        eyes: of the visual encoders alone.
        words: of the text encoder alone.
    """

    sound: str
    eyes: str
    words: str


@dataclass(frozen=True)
class Published:
    """The files of one model in one place.

    Raises, in every method:
        CheckpointError: a file is missing, or the hub cannot be used.
        StorageError: the place cannot be read.
    """

    place: str
    model: ModelName

    def found(self, component: Component) -> str:
        """Return the key of a component's weights."""
        keys, store = candidates(component, self.model), self._store(component)
        if component == "denoiser" and (file := self._denoiser_file):
            keys = (file.name,)
        key = next((key for key in keys if store.exists(key)), None)
        if key is None:
            raise CheckpointError(
                f"there is no {' or '.join(keys[:2])} in {store.root}; 'Public checkpoints' in "
                "pipelines/README.md names the public files"
            )
        return key

    def missing_beside(self, component: Component) -> list[str]:
        """Return the keys of files that are missing beside a component's weights."""
        return [key for key in BESIDE.get(component, ()) if not self._store(component).exists(key)]

    def open(self, component: Component) -> tuple[BinaryIO, int]:
        """Open a component's weights, which are read by ranges; and return their size in bytes."""
        store, key = self._store(component), self.found(component)
        return store.open(key), store.size(key)

    def size_bytes(self, component: Component) -> int:
        """Return the size of a component's weights."""
        return self._store(component).size(self.found(component))

    def read_beside(self, key: str, component: Component) -> bytes:
        """Read a small file beside a component's weights."""
        try:
            return self._store(component).read(key)
        except MissingError as error:
            raise CheckpointError(f"{error}; fetch the whole repository") from error

    def local(self, component: Component) -> Path:
        """Return the path of a component's weights on this machine's disk; far ones are fetched.

        The files that belong to them lie beside them. What was fetched once is kept.
        """
        store, key = self._store(component), self.found(component)
        if folder := local_path(store.root):
            return folder / key
        folder = cache_folder() / digest([store.root, self.signature(component)])[:32]
        for item in (*BESIDE.get(component, ()), key):
            fetch(store, item, folder / item)
        return folder / key

    def signature(self, component: Component) -> str:
        """Return a text that changes with a component's weights.

        It is the sha256 of a local file, which is read once while it stays as it is; of a far one
        it is key, size and change tag, since reading gigabytes to name them would take minutes.
        """
        store, key = self._store(component), self.found(component)
        if folder := local_path(store.root):
            return remembered_sha256(folder / key)
        seen = store.find(key)
        return f"{key}:{seen.size_bytes}:{seen.tag}"

    def fingerprints(self) -> Fingerprints:
        """Return the digests of all files. Local files are read whole the first time."""
        known: dict[Component, str] = {
            component: self.signature(component) for component in COMPONENTS
        }
        return Fingerprints(
            sound=digest([self.model, *known.values()]),
            eyes=digest([known["siglip"], known["synchformer"]]),
            words=digest([known["clap"]]),
        )

    @property
    def _denoiser_file(self) -> Path | None:
        """The file of the denoiser, where the place is one on this machine."""
        path = local_path(self.place)
        is_file = path and path.suffix.lower() in WEIGHTS_SUFFIXES and not path.is_dir()
        return path if is_file else None

    def _store(self, component: Component) -> Storage:
        return self._stores[component]

    @cached_property
    def _stores(self) -> Mapping[Component, Storage]:
        """The storage of each component: one place for all, or a repository of its own."""
        match = _HUB.fullmatch(self.place)
        if match is None:
            if is_in_hub(self.place):
                raise CheckpointError(f"{self.place}: write hf://owner/name or hf://…@revision")
            file = self._denoiser_file
            return dict.fromkeys(COMPONENTS, Storage(str(file.parent) if file else self.place))
        wanted = [key for component in COMPONENTS[:3] for key in candidates(component, self.model)]
        main = snapshot(match["name"], match["revision"], wanted)
        stores: dict[Component, Storage] = dict.fromkeys(COMPONENTS, Storage(str(main)))
        for component, repository in REPOSITORIES.items():
            stores[component] = Storage(str(_beside_hub(component, repository)))
        return stores


def _beside_hub(component: Component, repository: str) -> Path:
    """Return a folder that holds an encoder's repository under the name of its folder.

    A hub's snapshot has a name of the hub's own, so a link gives it the name that is looked for.
    """
    keys = (*candidates(component, "hunyuan-xxl"), *BESIDE[component])
    found = snapshot(repository, None, [key.split("/")[1] for key in keys])
    folder = cache_folder() / "hub" / digest(str(found))[:32]
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / (SIGLIP_FOLDER if component == "siglip" else CLAP_FOLDER)
    if not link.exists():
        link.symlink_to(found)
    return folder


def snapshot(repository: str, revision: str | None, patterns: list[str]) -> Path:
    """Return a folder with a hub repository's files of these patterns, downloaded once.

    Raises:
        CheckpointError: the extra `hf` is not installed, or the hub cannot be used.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise CheckpointError(
            f"hf://{repository} needs the extra 'hf': pip install 'foley-catalogue[hf]'"
        ) from error
    try:
        return Path(snapshot_download(repository, revision=revision, allow_patterns=patterns))
    except (OSError, ValueError) as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise CheckpointError(
            f"hf://{repository} cannot be fetched ({said}); accept its terms there, or bring the "
            "files into a folder and name that"
        ) from error

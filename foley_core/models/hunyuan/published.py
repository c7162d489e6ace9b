"""The public files of a model, under the names they are published with, wherever they lie.

A place is a folder, an `s3://` prefix, or `hf://owner/name[@revision]` (with the extra `hf`). The
two encoders of others are folders beside the checkpoints; in a hub they have repositories of their
own. Names and shapes are looked up where the files lie; only who loads a network fetches it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Literal, get_args

from foley_core.errors import CheckpointError, MissingError
from foley_core.ids import digest, sha256_of_file
from foley_core.storage.addresses import is_in_hub, local_path
from foley_core.storage.local_copies import cache_folder, fetch
from foley_core.storage.store import Storage

ModelName = Literal["hunyuan-xxl", "hunyuan-xl", "hunyuan-tiny"]
"""`hunyuan-tiny` has the form of the others and no quality: for tests and trials on a CPU."""
GeneratorName = Literal["embedded", ModelName]
"""Whatever can perform actions: our own model, or public checkpoints."""
Component = Literal["denoiser", "vae", "synchformer", "siglip", "clap"]
COMPONENTS: tuple[Component, ...] = get_args(Component)

DENOISER_FILES: Mapping[ModelName, str] = {
    "hunyuan-xxl": "hunyuanvideo_foley.pth",
    "hunyuan-xl": "hunyuanvideo_foley_xl.pth",
    "hunyuan-tiny": "hunyuanvideo_foley_tiny.pth",
}
VAE_FILE = "vae_128d_48k.pth"
SYNCHFORMER_FILE = "synchformer_state_dict.pth"
SIGLIP_FOLDER = "siglip2-base-patch16-512"
CLAP_FOLDER = "larger_clap_general"
BESIDE: Mapping[Component, tuple[str, ...]] = {
    "siglip": (f"{SIGLIP_FOLDER}/config.json",),
    "clap": (
        f"{CLAP_FOLDER}/config.json",
        f"{CLAP_FOLDER}/tokenizer.json",
        f"{CLAP_FOLDER}/tokenizer_config.json",
    ),
}
"""What must lie beside the weights of an encoder."""
REPOSITORIES: Mapping[Component, str] = {
    "siglip": "google/siglip2-base-patch16-512",
    "clap": "laion/larger_clap_general",
}

_HUB = re.compile(r"hf://(?P<name>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w.-]+))?")


def candidates(part: Component, model: ModelName) -> tuple[str, ...]:
    """Keys of a part's weights; a converted file wins over the published one beside it."""
    if part in REPOSITORIES:
        folder = SIGLIP_FOLDER if part == "siglip" else CLAP_FOLDER
        return f"{folder}/model.safetensors", f"{folder}/pytorch_model.bin"
    one: dict[Component, str] = {
        "denoiser": DENOISER_FILES[model],
        "vae": VAE_FILE,
        "synchformer": SYNCHFORMER_FILE,
    }
    return one[part].replace(".pth", ".safetensors"), one[part]


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What files of a model are known by: digests of `sound`, of all that shapes it; of `eyes`, the
    visual encoders alone; of `words`, the text encoder alone."""

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

    def found(self, part: Component) -> str:
        """The key of a part's weights."""
        keys, store = candidates(part, self.model), self._store(part)
        key = next((key for key in keys if store.exists(key)), None)
        if key is None:
            raise CheckpointError(
                f"there is no {' or '.join(keys)} in {store.root}; 'Public checkpoints' in "
                "pipelines/README.md names the public files"
            )
        return key

    def missing_beside(self, part: Component) -> list[str]:
        """Keys of what lacks beside a part's weights."""
        return [key for key in BESIDE.get(part, ()) if not self._store(part).exists(key)]

    def open(self, part: Component) -> tuple[BinaryIO, int]:
        """A part's weights, read by ranges as they are asked for, and their size in bytes."""
        store, key = self._store(part), self.found(part)
        return store.open(key), store.size(key)

    def size_bytes(self, part: Component) -> int:
        """How large a part's weights are."""
        return self._store(part).size(self.found(part))

    def read_beside(self, key: str, part: Component) -> bytes:
        """A small file beside a part's weights."""
        try:
            return self._store(part).read(key)
        except MissingError as error:
            raise CheckpointError(f"{error}; fetch the whole repository") from error

    def local(self, part: Component) -> Path:
        """A part's weights on this machine's disk, what belongs to them beside; fetched once."""
        store, key = self._store(part), self.found(part)
        if folder := local_path(store.root):
            return folder / key
        folder = cache_folder() / digest([store.root, self.signature(part)])[:32]
        for item in (*BESIDE.get(part, ()), key):
            fetch(store, item, folder / item)
        return folder / key

    def signature(self, part: Component) -> str:
        """What a part's weights are known by: sha256, or size and change tag where they are far."""
        store, key = self._store(part), self.found(part)
        if folder := local_path(store.root):
            return sha256_of_file(folder / key)
        seen = store.find(key)
        return f"{key}:{seen.size_bytes}:{seen.tag}"

    def fingerprints(self) -> Fingerprints:
        """Reads local files whole: ask once, where a job begins."""
        known: dict[Component, str] = {part: self.signature(part) for part in COMPONENTS}
        return Fingerprints(
            sound=digest([self.model, *known.values()]),
            eyes=digest([known["siglip"], known["synchformer"]]),
            words=digest([known["clap"]]),
        )

    def _store(self, part: Component) -> Storage:
        return self._stores[part]

    @cached_property
    def _stores(self) -> Mapping[Component, Storage]:
        match = _HUB.fullmatch(self.place)
        if match is None:
            if is_in_hub(self.place):
                raise CheckpointError(f"{self.place}: write hf://owner/name or hf://…@revision")
            return dict.fromkeys(COMPONENTS, Storage(self.place))
        wanted = [key for part in COMPONENTS[:3] for key in candidates(part, self.model)]
        main = snapshot(match["name"], match["revision"], wanted)
        stores: dict[Component, Storage] = dict.fromkeys(COMPONENTS, Storage(str(main)))
        for part, repository in REPOSITORIES.items():
            stores[part] = Storage(str(_beside_hub(part, repository)))
        return stores


def _beside_hub(part: Component, repository: str) -> Path:
    """A folder that holds an encoder's repository under the name of its folder."""
    keys = (*candidates(part, "hunyuan-xxl"), *BESIDE[part])
    found = snapshot(repository, None, [key.split("/")[1] for key in keys])
    folder = cache_folder() / "hub" / digest(str(found))[:32]
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / (SIGLIP_FOLDER if part == "siglip" else CLAP_FOLDER)
    if not link.exists():
        link.symlink_to(found)
    return folder


def snapshot(repository: str, revision: str | None, patterns: list[str]) -> Path:
    """A folder with a hub repository's files of these patterns, downloaded once.

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

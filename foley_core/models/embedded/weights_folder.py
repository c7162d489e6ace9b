"""The weights of the embedded model: which files, where they lie, and what is named after them.

The package holds every file. A folder or a bucket of one's own may hold some of them, such as the
perception that `foley train feedback` writes; a file that is missing there comes from the package.

Imports no torch, so that a driver can name and count weights that only its workers load, and a
worker that finds all its work done need not load them.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from foley_core.errors import CheckpointError, ConfigError
from foley_core.ids import digest
from foley_core.models.embedded.weights_record import (
    read_record,
    recorded_sha256,
    recorded_thresholds,
)
from foley_core.models.sight.anonymise import anonymised_mark
from foley_core.models.sight.sight_weights import sight_digest
from foley_core.models.tensor_header import read_header
from foley_core.storage.addresses import absolute_address, local_path
from foley_core.storage.local_copies import cache_folder, fetch
from foley_core.storage.store import Storage
from foley_core.types import Quality, Tier

GENERATOR_NAMES: dict[Tier, str] = {"full": "embedded", "light": "embedded-light"}
"""Names of the generator of a tier in stems, tracks and metadata rows."""
GENERATOR_FILES: dict[Tier, str] = {
    "full": "generator.safetensors",
    "light": "generator-light.safetensors",
}
GENERATOR_VERSION = "5"
PERCEPTION_VERSION = 6
PERCEPTION_FILE = "perception.safetensors"
CONTACTS_FILE = "contacts.safetensors"
WEIGHTS_FILES = (PERCEPTION_FILE, CONTACTS_FILE, *GENERATOR_FILES.values())

_MAY_HOLD = (
    f"it may hold {PERCEPTION_FILE} with perception.toml, {CONTACTS_FILE} with contacts.toml, "
    f"{GENERATOR_FILES['full']} and {GENERATOR_FILES['light']}, and what is missing comes from the "
    "package "
    "(for public checkpoints, name their model too)"
)


@dataclass(frozen=True)
class EmbeddedWeights:
    """The weights in use, known by the sha256 of their files; nothing of them is loaded.

    It travels to other machines: each opens the same place, and its own copy of the package.

    Attributes:
        place: a folder of one's own, or `s3://bucket/prefix`; None where all are the package's.
        own: sha256, in hex, of the files in `place`, by name.
        shipped: sha256 of the files that come from the package, by name.
        own_thresholds: onset and activity by the record of perception in `place`; None where they
            and the weights are the package's. They shape cue sheets, so they are part of its name.
    """

    place: str | None
    own: Mapping[str, str]
    shipped: Mapping[str, str]
    own_thresholds: tuple[float, float] | None = None

    @property
    def tiers(self) -> list[Tier]:
        """The tiers that there are generators for."""
        known = {**self.own, **self.shipped}
        return [tier for tier, file in GENERATOR_FILES.items() if file in known]

    def sha256(self, file: str) -> str:
        """sha256, in hex, of a file of weights.

        Raises:
            CheckpointError: neither the folder nor the package has it.
        """
        known = {**self.shipped, **self.own}
        if file not in known:
            raise CheckpointError(
                f"there are no weights {file} in {shipped_folder()}; install the package again"
            )
        return known[file]

    def generator_file(self, tier: Tier) -> str:
        """The name of the file with the generator of a tier.

        Raises:
            CheckpointError: neither the folder nor the package has one.
        """
        if tier not in self.tiers:
            raise CheckpointError(
                f"this package has no weights for tier '{tier}' ({GENERATOR_FILES[tier]} is "
                f"missing in {shipped_folder()}); train them with 'foley train', or use another "
                "tier"
            )
        return GENERATOR_FILES[tier]

    def generator_identity(self, tier: Tier, quality: Quality) -> str:
        """Name of the tier, version, weights and quality: all of a generator that shapes sound.

        Raises:
            CheckpointError: as `generator_file`.
        """
        sha256 = self.sha256(self.generator_file(tier))
        return f"{GENERATOR_NAMES[tier]}-{GENERATOR_VERSION}-{sha256[:16]}-{quality}"

    def perception_identity(self, anonymises: bool = False, tier: Tier = "full") -> str:
        """Name, version and weights of perception, contacts and sight, the tier, and whether it
        sees blurred faces: all that shapes features and sheets.

        Raises:
            CheckpointError: as `sha256`; the record of sight cannot be read.
        """
        perception = _perception_name(self._perception_digest())
        contacts = f"/contacts-{self.sha256(CONTACTS_FILE)[:16]}"
        sight = f"/sight-{sight_digest()[:16]}" + ("-light" if tier == "light" else "")
        return perception + contacts + sight + anonymised_mark(anonymises)

    def thresholds(self) -> tuple[float, float]:
        """Least probabilities of an onset and of a sustained sound, 0..1; see `Thresholds`.

        Raises:
            CheckpointError: the record of perception cannot be read, or states none.
        """
        return self.own_thresholds or recorded_thresholds(
            self._store(PERCEPTION_FILE), PERCEPTION_FILE
        )

    def encoder_sha256(self) -> str:
        """sha256 of the perception that the encoder comes from, whatever was taught to its head:
        features of one encoder mean the same to every head.

        Raises:
            CheckpointError: as `sha256`; the record of perception cannot be read.
            StorageError: the place cannot be read.
        """
        own = self.sha256(PERCEPTION_FILE)
        return str(self.record(PERCEPTION_FILE).get("encoder_sha256", own))

    def encoder_identity(self) -> str:
        """Identity, unblurred, of the perception that the encoder comes from.

        Raises:
            CheckpointError, StorageError: as `encoder_sha256`.
        """
        return _perception_name(self.encoder_sha256())

    def digest(self, tier: Tier) -> str:
        """Digest of the weights that make a track of a tier: what sees, and what generates.

        Raises:
            CheckpointError: there are none.
        """
        generator = self.generator_file(tier)
        contacts = self.sha256(CONTACTS_FILE)
        seen_by = digest([self._perception_digest(), contacts, sight_digest()])
        return digest({generator: self.sha256(generator), PERCEPTION_FILE: seen_by})

    def label(self, tier: Tier) -> str:
        """The words by which a track of a tier names the weights that made it."""
        return f"{GENERATOR_NAMES[tier]} {self.digest(tier)[:16]}"

    def record(self, file: str) -> dict[str, Any]:
        """The TOML record beside a file of weights.

        Raises:
            CheckpointError: it is missing or is not TOML.
            StorageError: the place cannot be read.
        """
        return read_record(self._store(file), file)

    def local(self, file: str) -> Path:
        """A file of weights on this machine's disk; fetched once from object storage.

        Raises:
            CheckpointError: there is no such file.
            StorageError: it cannot be fetched.
        """
        store, sha256 = self._store(file), self.sha256(file)
        folder = local_path(store.root)
        if folder is None:
            path = cache_folder() / "embedded" / sha256[:32] / file
            fetch(store, file, path)
        elif not (path := folder / file).is_file():
            raise CheckpointError(
                f"weights {path} cannot be read on this machine; every machine of a job needs the "
                "folder of model_path, or name a bucket there (s3://…)"
            )
        return path

    def _perception_digest(self) -> str:
        """The sha256 of perception; with thresholds of its own, a digest of both."""
        sha256 = self.sha256(PERCEPTION_FILE)
        return digest([sha256, *self.own_thresholds]) if self.own_thresholds else sha256

    def _store(self, file: str) -> Storage:
        return Storage(self.place if self.place and file in self.own else str(shipped_folder()))


def find_weights(place: str | Path | None = None) -> EmbeddedWeights:
    """Look up the weights of a folder and of the package, once, where a job begins.

    The files of a folder of one's own are read whole, to be known by what they hold and not by
    where they lie; those of the package are known by their records, which are checked when loaded.

    Args:
        place: a folder, or `s3://bucket/prefix`; None for the package alone.

    Raises:
        CheckpointError: there is no such folder, it holds no weights of this model, weights there
            are damaged, or they and their record do not agree.
        ConfigError: the place is of a kind that there is not.
        StorageError: the place cannot be read.
    """
    package = Storage(str(shipped_folder()))
    shipped = {file: _recorded(package, file) for file in WEIGHTS_FILES if package.exists(file)}
    if place is None:
        return EmbeddedWeights(None, {}, shipped)
    store = _own_store(str(place))
    if (folder := local_path(store.root)) and not folder.is_dir():
        raise CheckpointError(f"model_path: there is no folder {folder}; {_MAY_HOLD}")
    own = {file: _proved(store, file) for file in WEIGHTS_FILES if store.exists(file)}
    if not own:
        raise CheckpointError(
            f"model_path: {store.root} holds no weights of the embedded model; {_MAY_HOLD}"
        )
    rest = {file: sha256 for file, sha256 in shipped.items() if file not in own}
    thresholds = None
    if PERCEPTION_FILE in own:
        thresholds = recorded_thresholds(store, PERCEPTION_FILE)
        is_shipped = own[PERCEPTION_FILE] == shipped.get(PERCEPTION_FILE)
        if is_shipped and thresholds == recorded_thresholds(package, PERCEPTION_FILE):
            thresholds = None
    return EmbeddedWeights(store.root, own, rest, thresholds)


def shipped_folder() -> Path:
    """The folder of the package's weights, each with its record (`.toml`) beside it."""
    return Path(str(files("foley_core.models.embedded"))) / "weights"


def _own_store(place: str) -> Storage:
    try:
        return Storage(absolute_address(place))
    except ConfigError as error:
        raise ConfigError(f"model_path: {error}") from None


def _recorded(store: Storage, file: str) -> str:
    """The sha256 on record, or of the file itself where it has no record."""
    recorded = recorded_sha256(store, file)
    return _computed(store, file) if recorded is None else recorded


def _proved(store: Storage, file: str) -> str:
    """The sha256 of a whole file, which its record, if it has one, must state."""
    computed, recorded = _computed(store, file), recorded_sha256(store, file)
    if recorded is not None and recorded != computed:
        raise CheckpointError(
            f"weights {store.uri(file)} have sha256 {computed}, expected {recorded} by the record "
            "beside them; copy both again"
        )
    try:
        with store.open(file) as stream:
            read_header(stream, store.size(file))
    except ValueError as error:
        raise CheckpointError(
            f"weights {store.uri(file)} are damaged: {error}; copy them again"
        ) from error
    return computed


def _computed(store: Storage, file: str) -> str:
    with store.open(file) as stream:
        return hashlib.file_digest(cast(Any, stream), "sha256").hexdigest()


def _perception_name(sha256: str) -> str:
    return f"embedded-perception/{PERCEPTION_VERSION}/{sha256}"

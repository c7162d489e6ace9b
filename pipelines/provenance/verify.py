"""A check that delivered files are what they say, and what their rows say: `foley verify`.

A file is compared with itself (its sound, marks and Content Credentials), and with its row where
one is known: that of the output it lies in.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from foley_core.errors import ConfigError, DecodeError, MissingError
from foley_core.provenance.claims import Claims, claims_of, contradictions
from foley_core.provenance.marking import SIDECAR_ENDING
from foley_core.soundtrack.delivery import (
    formats_folder,
    key_of_track,
    muxed_key,
    sidecar_key,
    stems_folder,
)
from foley_core.storage.addresses import local_path
from foley_core.storage.store import Storage
from pipelines.metadata.commits import read_steadily
from pipelines.metadata.delivered import no_tracks
from pipelines.metadata.latest_rows import LatestRows

ENDINGS = (".wav", ".flac", ".mp4", ".mov", ".mkv", ".m4a")
FOLDERS = ("tracks", "stems", "muxed", "formats")

_FACTS = ("region", "model", "model_sha256", "request")
_COLUMNS = (
    "video_id", "region", "track_uri", "track_sha256", "track_bytes", "audio_sha256", "signed_by",
    "model", "model_sha256", "model_licence", "request",
)  # fmt: skip

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verified:
    """A file: where it is, what it says, its row if there is one, and what does not agree."""

    place: str
    claims: Claims | None
    row: Record | None
    faults: tuple[str, ...]


def verify(place: str, trusted: str | None = None) -> Iterator[Verified]:
    """Verify one file, or every delivered file of an output.

    Args:
        place: path or address of a file, by its ending, or else of an output.
        trusted: certificates of trusted authorities, as PEM.

    Raises:
        ConfigError: there is nothing to verify, or the extra `provenance` is missing.
        DecodeError: the file is neither sound nor video.
        StorageError: something cannot be read.
    """
    if place.lower().endswith(ENDINGS):
        yield verify_file(place, trusted)
        return
    store, found = Storage(place), False
    for row in _records(store):
        found = True
        yield from _verify_row(store, row, trusted)
    if not found:
        raise ConfigError(no_tracks(store, ", or a file"))


def verify_file(place: str, trusted: str | None = None) -> Verified:
    """Verify a file, with its row where it lies in an output.

    Raises:
        ConfigError, DecodeError, StorageError: as `verify`.
    """
    root, _, key = place.rpartition("/")
    parts = place.split("/")
    about = next((i for i in range(len(parts) - 3, 0, -1) if parts[i] in FOLDERS), 0)
    row = None
    if about and parts[about + 1].startswith("region="):
        root, key = "/".join(parts[:about]), "/".join(parts[about:])
        row = _row_of(Storage(root), key)
    store = Storage(root or "/")
    if not store.exists(key):
        raise ConfigError(f"there is no file at {place}; check the path")
    with _on_disk(store, key) as path:
        return _verified(place, path, row, trusted, is_track=key.startswith("tracks/"))


def _records(store: Storage) -> Iterator[Record]:
    """Yield the rows of all tracks that count.

    Raises:
        MissingError, StorageError: as `LatestRows`.
    """
    return chain.from_iterable(LatestRows(store, only_ok=True).batches(_COLUMNS))


def _row_of(store: Storage, key: str) -> Record | None:
    """Return the row of a delivered file, by its key; None where the output has none."""
    _, region, name, *inside = key.split("/")
    region = region.removeprefix("region=")
    video = name if inside else name.rpartition(".")[0]

    def find() -> Record | None:
        rows = _records(store)
        return next((r for r in rows if (r["video_id"], r["region"]) == (video, region)), None)

    return read_steadily(find)


def _verify_row(store: Storage, row: Record, trusted: str | None) -> Iterator[Verified]:
    """Verify all files of a row that counts."""
    about = (row["video_id"], row["region"])
    track = key_of_track(row["track_uri"])
    folders = (stems_folder(*about), formats_folder(*about))
    listed = [item.key for folder in folders for item in store.list(folder)]
    others = [key for key in listed if key.endswith(ENDINGS)]
    others += [key for key in [muxed_key(*about)] if store.exists(key)]
    for key in (track, *others):
        try:
            with _on_disk(store, key) as path:
                yield _verified(store.uri(key), path, row, trusted, is_track=key == track)
        except MissingError:
            yield Verified(store.uri(key), None, row, ("it is not there; run the job again",))
        except DecodeError as error:
            yield Verified(store.uri(key), None, row, (str(error),))


def _verified(
    place: str, path: Path, row: Record | None, trusted: str | None, is_track: bool
) -> Verified:
    claims = claims_of(path, trusted)
    faults = list(contradictions(claims))
    if row:
        faults += _against_row(claims, row, is_track)
    return Verified(place, claims, row, tuple(faults))


def _against_row(claims: Claims, row: Record, is_track: bool) -> Iterator[str]:
    """Yield a sentence for each statement of a file that its row contradicts."""
    if is_track:
        if (claims.sha256, claims.size_bytes) != (row["track_sha256"], row["track_bytes"]):
            yield "it is not the file that its row states"
        if row["audio_sha256"] and claims.audio_sha256 != row["audio_sha256"]:
            yield "its sound is not the one that its row states"
    signed = claims.credentials
    if row["signed_by"] and not signed:
        yield f"it has no Content Credentials; its row says that {row['signed_by']} signed it"
    if not signed or not signed.facts:
        return
    if row["signed_by"] and signed.signed_by != row["signed_by"]:
        yield f"{signed.signed_by} signed it, and its row says {row['signed_by']}"
    stated = {**{name: row[name] for name in _FACTS}, "licence": row["model_licence"]}
    for name, value in stated.items():
        if (signed.facts.get(name) or "") != (value or ""):
            yield f"what was signed says {name} {signed.facts.get(name)}, its row {value}"


@contextmanager
def _on_disk(store: Storage, key: str) -> Iterator[Path]:
    """A local path of an object and of the credentials beside it; what is remote is copied."""
    folder = local_path(store.root)
    if folder is not None:
        if not store.exists(key):
            raise MissingError(f"there is no {store.uri(key)}")
        yield folder / key
        return
    with TemporaryDirectory(prefix="foley-verify-") as copies:
        path = Path(copies) / key.rpartition("/")[2]
        store.fetch_file(key, path)
        if store.exists(sidecar_key(key)):
            store.fetch_file(sidecar_key(key), path.with_suffix(SIDECAR_ENDING))
        yield path

"""Where style packs lie: the package, a local folder, object storage. Bytes out; nothing is parsed.

A folder of packs holds one folder a pack, with a `pack.toml`. Names that come from outside are
checked before they become part of a path or key, sizes before anything is read.
"""

import re
from itertools import islice
from pathlib import Path

from foley_core.errors import ConfigError, MissingError, StorageError, StylePackError
from foley_core.storage.addresses import local_path
from foley_core.storage.store import Storage

PACK_FILE = "pack.toml"
PACK_LIMIT_BYTES = 256 * 1024
PACKS_FOLDER = Path(__file__).parent / "packs"
NAME_LIMIT_CHARS = 64
LISTED_LIMIT = 10_000
"""Most objects of a bucket's folder that are looked at; a folder of packs holds far fewer."""

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def is_pack_name(text: str) -> bool:
    """Whether a text can be a pack's name: lower case words joined by hyphens, at most 64."""
    return len(text) <= NAME_LIMIT_CHARS and _NAME.fullmatch(text) is not None


def place_of(folder: str | Path, name: str) -> str:
    """Where a folder keeps the pack of that name, for people."""
    return f"{str(folder).rstrip('/')}/{name}/{PACK_FILE}"


def names_in(folder: str | Path) -> set[str]:
    """Names of the packs in a folder.

    Raises:
        StylePackError: there is no such folder, or it cannot be read.
    """
    path = local_path(folder)
    if path is None:
        return _names_in_bucket(str(folder))
    if not path.is_dir():
        raise StylePackError(f"there is no folder of style packs {path}; correct pack_folders")
    children = (child.name for child in path.iterdir() if (child / PACK_FILE).is_file())
    return {name for name in children if is_pack_name(name)}


def read_pack(folder: str | Path, name: str) -> bytes | None:
    """The `pack.toml` of a pack in a folder; None where the folder has no such pack.

    Raises:
        StylePackError: it cannot be read, or is too large.
    """
    place, path = place_of(folder, name), local_path(folder)
    try:
        data = _read_remote(str(folder), name) if path is None else _read_local(path, name)
    except StorageError as error:
        raise StylePackError(f"{place}: cannot read the style pack: {error}") from None
    except OSError as error:
        raise StylePackError(f"{place}: cannot read the style pack ({error.strerror})") from None
    if data is not None and len(data) > PACK_LIMIT_BYTES:
        raise StylePackError(f"{place}: a style pack has at most {PACK_LIMIT_BYTES} bytes")
    return data


def _read_local(folder: Path, name: str) -> bytes | None:
    path = folder / name / PACK_FILE
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        return stream.read(PACK_LIMIT_BYTES + 1)


def _read_remote(folder: str, name: str) -> bytes | None:
    store, key = _store(folder), f"{name}/{PACK_FILE}"
    try:
        if store.size(key) > PACK_LIMIT_BYTES:
            return bytes(PACK_LIMIT_BYTES + 1)
        return store.read(key)
    except MissingError:
        return None


def _names_in_bucket(folder: str) -> set[str]:
    try:
        listed = [item.key for item in islice(_store(folder).list(), LISTED_LIMIT + 1)]
    except StorageError as error:
        raise StylePackError(f"{folder}: cannot list the style packs: {error}") from None
    if len(listed) > LISTED_LIMIT:
        raise StylePackError(
            f"{folder} holds more than {LISTED_LIMIT} objects; give style packs a folder of "
            "their own"
        )
    parts = [key.split("/") for key in listed]
    return {p[0] for p in parts if p[1:] == [PACK_FILE] and is_pack_name(p[0])}


def _store(folder: str) -> Storage:
    try:
        return Storage(folder)
    except ConfigError as error:
        raise StylePackError(f"pack_folders: {error}") from None

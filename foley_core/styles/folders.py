"""Folders of style packs: in the package, local, or in object storage. Bytes out, nothing parsed.

A folder of packs holds one folder for each pack, with a `pack.toml`. Names from outside are checked
before they become part of a path or key, sizes before anything is read.
"""

import re
from itertools import islice
from pathlib import Path

from foley_core.errors import ConfigError, MissingError, StorageError, StylePackError
from foley_core.storage.addresses import fault_of_path, local_path
from foley_core.storage.store import Storage

PACK_FILE = "pack.toml"
PACK_LIMIT_BYTES = 256 * 1024
"""Largest `pack.toml` that is read; the shipped ones have less than 7 kB."""
PACKS_FOLDER = Path(__file__).parent / "packs"
"""Folder of the shipped packs."""
NAME_LIMIT_CHARS = 64
LISTED_LIMIT = 10_000
"""Most objects that are listed in a folder of a bucket; a folder of packs holds far fewer."""

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def is_pack_name(text: str) -> bool:
    """Return True if a text can be the name of a pack.

    A name is lower-case words joined by hyphens, at most `NAME_LIMIT_CHARS` characters.
    """
    return len(text) <= NAME_LIMIT_CHARS and _NAME.fullmatch(text) is not None


def place_of(folder: str | Path, name: str) -> str:
    """Return the place of a pack's file in a folder, for messages."""
    return f"{str(folder).rstrip('/')}/{name}/{PACK_FILE}"


def names_in(folder: str | Path) -> set[str]:
    """Return the names of the packs in a folder.

    Args:
        folder: a local folder, or `s3://…`.

    Raises:
        StylePackError: there is no such folder, it cannot be read, or it holds more than
            `LISTED_LIMIT` objects.
    """
    path = local_path(folder)
    if path is None:
        return _names_in_bucket(str(folder))
    if fault := fault_of_path(str(path)):
        raise StylePackError(f"the path of a folder of style packs {fault}; correct pack_folders")
    if not path.is_dir():
        raise StylePackError(f"there is no folder of style packs {path}; correct pack_folders")
    children = (child.name for child in path.iterdir() if (child / PACK_FILE).is_file())
    return {name for name in children if is_pack_name(name)}


def read_pack(folder: str | Path, name: str) -> bytes | None:
    """Return the bytes of a pack's `pack.toml`; None if the folder has no such pack.

    Args:
        folder: a local folder, or `s3://…`.
        name: name of the folder of the pack.

    Raises:
        StylePackError: the file cannot be read, or is larger than `PACK_LIMIT_BYTES`.
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

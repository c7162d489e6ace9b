"""The files of a manifest: one file, or a folder of parts as Spark, Dask and Ray Data write it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from foley_core.errors import ManifestError, MissingError
from foley_core.storage.addresses import local_path
from foley_core.storage.store import Storage

ENDINGS = (".parquet", ".csv", ".jsonl", ".ndjson", ".csv.gz", ".jsonl.gz", ".ndjson.gz")
ENDINGS_SAID = ".parquet, .csv, .jsonl, .csv.gz or .jsonl.gz"
PARTS_LIMIT = 100_000


def manifest_parts(uri: str) -> list[str]:
    """Return the files of a manifest in the order of their names: itself, or those of its folder.

    Of a folder, what begins with `_` or a dot is no part.

    Raises:
        ManifestError: there is nothing, or a folder holds no parts or other things beside them.
        StorageError: it cannot be looked at.
    """
    path = local_path(uri)
    root, _, name = uri.rpartition("/")
    if path.is_file() if path is not None else Storage(root).exists(name):
        return [uri]
    if path is not None and not path.exists():
        raise ManifestError(f"there is no manifest file at {uri}; check the path")
    if path is not None and not path.is_dir():
        raise ManifestError(f"{uri} is neither a file nor a folder; name a manifest")
    parts = sorted(_parts_in(uri))
    if parts:
        return [f"{uri}/{part}" for part in parts]
    if path is None:
        raise ManifestError(f"there is no manifest at {uri}; check the name")
    raise ManifestError(f"the folder {uri} holds no file that ends in {ENDINGS_SAID}")


def _parts_in(folder: str) -> list[str]:
    parts: list[str] = []
    for item in Storage(folder).list():
        steps = item.key.split("/")
        if any(step.startswith(("_", ".")) for step in steps):
            continue
        if len(steps) > 1:
            raise ManifestError(
                f"{folder} has folders inside ('{steps[0]}'): columns that are names of folders "
                "are not read; write all columns into the files of one folder"
            )
        if not item.key.lower().endswith(ENDINGS):
            raise ManifestError(
                f"{folder} holds '{item.key}', which is no part of a manifest; a part ends in "
                f"{ENDINGS_SAID}"
            )
        parts.append(item.key)
        if len(parts) > PARTS_LIMIT:
            raise ManifestError(f"{folder} holds more than {PARTS_LIMIT} files")
    return parts


@contextmanager
def opened_part(uri: str) -> Iterator[BinaryIO]:
    """Open one file of a manifest.

    Raises:
        ManifestError: there is no such file, or it may not be read.
        StorageError: it cannot be read.
    """
    root, _, name = uri.rpartition("/")
    path = local_path(uri)
    try:
        file: BinaryIO = path.open("rb") if path is not None else Storage(root).open(name)
    except (MissingError, FileNotFoundError) as error:
        raise ManifestError(f"there is no manifest at {uri}; check the name") from error
    except OSError as error:
        raise ManifestError(
            f"the manifest {uri} cannot be opened ({error.strerror}); check who may read it"
        ) from error
    with file:
        yield file

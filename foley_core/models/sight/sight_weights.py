"""The weights of sight in the package: four ONNX files, and one record of all.

Imports no torch and no onnxruntime: a driver names features by them, and loads none.
"""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

from foley_core.errors import CheckpointError
from foley_core.ids import digest
from foley_core.parsing import parsed_toml

THINGS_FILE = "lite0.onnx"
BOXES_FILE = "nanodet.onnx"
JOINTS_FILE = "movenet.onnx"
SIGHT_FILES = (THINGS_FILE, BOXES_FILE, JOINTS_FILE)
"""Networks that shape the looks that are stored."""
FACES_FILE = "blazeface.onnx"
"""Finds faces to be hidden, before anything else looks; see `anonymised_mark`."""
SIGHT_RECORD = "sight.toml"
SIGHT_VERSION = 1
"""Version of the code around the networks; with another one, stored features are others."""


def sight_folder() -> Path:
    """The folder of the networks of sight and their record."""
    return Path(str(files("foley_core.models.sight"))) / "weights"


def read_network(file: str) -> bytes:
    """Return a file of weights, checked by the sha256 of its record.

    Raises:
        CheckpointError: it is missing, or is not the one on record.
    """
    path = sight_folder() / file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"weights {path} cannot be read ({error.strerror}); install the package again"
        ) from error
    actual, expected = hashlib.sha256(data).hexdigest(), sight_sha256(file)
    if actual != expected:
        raise CheckpointError(
            f"weights {path} have sha256 {actual}, expected {expected}; install the package again"
        )
    return data


def sight_sha256(file: str) -> str:
    """Return the sha256, in hex, that the record states of a file.

    Raises:
        CheckpointError: the record cannot be read, or states none.
    """
    record = sight_folder() / SIGHT_RECORD
    return _recorded(str(record), file)


def sight_digest() -> str:
    """Return the digest of all that shapes what is seen: the networks, and the code around them.

    Raises:
        CheckpointError: as `sight_sha256`.
    """
    return digest([SIGHT_VERSION, *(sight_sha256(file) for file in SIGHT_FILES)])


@cache
def _recorded(record: str, file: str) -> str:
    try:
        return str(parsed_toml(Path(record).read_text(encoding="utf-8"))[file]["sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"weights record {record} cannot be read or names no {file} ({error!r}); "
            "install the package again"
        ) from None

"""Model weights on disk: safetensors only, of limited size, and checked by their sha256.

A checkpoint is untrusted input. A safetensors file holds a JSON header and raw numbers, nothing
that runs; every other format is refused by the first bytes of the file, whatever its name is.
Beside the weights of the package lies a TOML record (recipe, seed, credits, measured quality) with
the sha256 that a loader expects. This module does not know which model the tensors belong to.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from textwrap import shorten

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from foley_core.errors import CheckpointError
from foley_core.models.tensor_header import MAX_HEADER_BYTES
from foley_core.parsing import parsed_json

# A limit against files made to fill memory: the largest public model has 10 GB.
MAX_CHECKPOINT_BYTES = 64 * 2**30


def load_weights(path: Path, expected_sha256: str | None) -> dict[str, Tensor]:
    """Return tensors by name, on the CPU, in the data types of the file.

    Args:
        path: a safetensors file.
        expected_sha256: hex digest of the whole file, or None to accept any content.

    Raises:
        CheckpointError: the file is missing, too large, not safetensors, or not the expected one.
    """
    data = _read(path)
    actual = hashlib.sha256(data).hexdigest()
    if expected_sha256 is not None and actual != expected_sha256:
        raise CheckpointError(
            f"weights {path} have sha256 {actual}, expected {expected_sha256}; "
            "fetch the file again or name the right record"
        )
    _check_header(path, data)
    try:
        return load(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise CheckpointError(f"weights {path} are damaged: {error}; fetch them again") from error


def fill_network(
    network: nn.Module, tensors: Mapping[str, Tensor], path: Path, what: str, advice: str
) -> None:
    """Give a network its weights, as float32.

    Args:
        tensors: by name, of any floating data type.
        path: where they come from, for the error.
        what: words for the network, after "those of".
        advice: what to do about other weights.

    Raises:
        CheckpointError: they are not those of this network.
    """
    try:
        network.load_state_dict({name: value.float() for name, value in tensors.items()})
    except RuntimeError as error:
        why = shorten(str(error), 200)
        raise CheckpointError(
            f"weights {path} are not those of {what} ({why}); {advice}"
        ) from error


def save_weights(path: Path, tensors: Mapping[str, Tensor]) -> str:
    """Write tensors as safetensors, whole or not at all, and return the file's sha256 in hex.

    Raises:
        OSError: the file cannot be written.
    """
    data = save({name: tensor.contiguous() for name, tensor in tensors.items()})
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written under another name first: no reader ever sees half a file.
    scratch = path.with_name(path.name + ".partial")
    scratch.write_bytes(data)
    scratch.replace(path)
    return hashlib.sha256(data).hexdigest()


def sha256_of(path: Path) -> str:
    """Return the sha256, in hex, of a checkpoint file.

    Raises:
        CheckpointError: the file cannot be read or is too large.
    """
    return hashlib.sha256(_read(path)).hexdigest()


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_CHECKPOINT_BYTES:
            raise CheckpointError(f"weights {path} are {size} bytes, more than any known model")
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"weights {path} cannot be read ({error.strerror}); check the path, or train them"
        ) from error


def _check_header(path: Path, data: bytes) -> None:
    """Raise CheckpointError unless the data begin as safetensors do.

    A safetensors file begins with the length of a JSON header (little-endian u64) and a `{`.
    """
    header_bytes = int.from_bytes(data[:8], "little")
    plausible = 2 <= header_bytes <= min(MAX_HEADER_BYTES, len(data) - 8)
    if not plausible or data[8:9] != b"{":
        raise CheckpointError(
            f"weights {path} are not a safetensors file; pickles and archives are refused, "
            "convert them on a machine that may run them"
        )
    try:
        parsed_json(data[8 : 8 + header_bytes])
    except ValueError as error:
        raise CheckpointError(f"weights {path} have a damaged header; fetch them again") from error

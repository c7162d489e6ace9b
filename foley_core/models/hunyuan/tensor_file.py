"""Files of tensors as others publish them: safetensors, and PyTorch's `.pth`, never executed.

A `.pth` is a pickle, which could run code; see `plain_pickle`. Shapes are read without the numbers,
also from a file that is read by ranges. Tensors come one by one from a memory map, so that no
second copy of a file is held.
"""

import hashlib
import json
import struct
import zipfile
from argparse import Namespace
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, BinaryIO

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from foley_core.errors import CheckpointError
from foley_core.models.checkpoints import MAX_CHECKPOINT_BYTES
from foley_core.models.hunyuan.plain_pickle import load_plain, plain, refused_type
from foley_core.models.tensor_header import METADATA, read_header
from foley_core.parsing import parsed_json
from foley_core.types import Json

SETTINGS = "settings"
"""Key of a safetensors file's metadata for the settings of a network, as JSON."""

# All that the readers may raise for damaged or hostile files.
_UNREADABLE = (
    RuntimeError,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    AssertionError,
    OverflowError,
    struct.error,
    UnpicklingError,
    SafetensorError,
    zipfile.BadZipFile,
)
_TYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64"}
# Names under which training code keeps a state dict, as published files show.
_CONTAINERS = (
    "state_dict", "model_state_dict", "model", "module", "net", "ema", "params", "weights",
)  # fmt: skip

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Described:
    """The content of a file: the shape of each tensor by name, and the settings beside them."""

    shapes: Shapes
    settings: Mapping[str, Json]


def describe(file: BinaryIO, size_bytes: int, name: str) -> Described:
    """Read the names, shapes and settings in a file, not the numbers.

    Args:
        name: stands for the file in messages; its suffix says the format.

    Raises:
        CheckpointError: the file is damaged, is no file of tensors, or holds more than tensors and
            plain values.
    """
    if not 0 < size_bytes <= MAX_CHECKPOINT_BYTES:
        raise CheckpointError(f"{name} has {size_bytes} bytes; fetch it again")
    try:
        if name.endswith(".safetensors"):
            return _described_header(file, size_bytes)
        # Only a zip archive, which `.pth` files are since PyTorch 1.6, keeps numbers apart from
        # names; of an older file all is read.
        is_archive = file.read(4) == b"PK\x03\x04"
        file.seek(0)
        with torch.serialization.skip_data() if is_archive else nullcontext():
            return _described(load_plain(file))
    except _UNREADABLE as error:
        raise _unreadable(name, error) from error


def read_tensors(path: Path, wanted: Collection[str] | None = None) -> Iterator[tuple[str, Tensor]]:
    """Yield (name, tensor) on the CPU, one after another: all of them, or those that are wanted.

    Numbers are read from the disk when they are used: the file must not change until then.

    Raises:
        CheckpointError: as `describe`.
    """
    try:
        if path.suffix == ".safetensors":
            with safe_open(path, framework="pt") as file:
                for name in file.keys() if wanted is None else wanted:
                    yield name, file.get_tensor(name)
            return
        mapped = zipfile.is_zipfile(path)
        loaded = load_plain(str(path), mapped)
    except _UNREADABLE as error:
        raise _unreadable(path.name, error) from error
    tensors = _unwrapped(loaded)
    for name in tensors if wanted is None else wanted:
        yield name, tensors[name]


def refuse_damage(path: Path) -> None:
    """Read a `.pth` whole and compare its contents with their checksums; other files have none.

    Raises:
        CheckpointError: the contents are not what was written.
    """
    if path.suffix == ".safetensors" or not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, OSError, RuntimeError) as error:
        raise _unreadable(path.name, error) from error
    if damaged:
        raise CheckpointError(f"{path.name} is damaged at {damaged}; fetch it again")


def write_safetensors(
    path: Path, tensors: Callable[[], Iterator[tuple[str, Tensor]]], settings: Mapping[str, Json]
) -> str:
    """Write tensors as they come, whole or not at all, and return the file's sha256 in hex.

    The library's own writer holds a copy of all tensors, and few machines have memory for that. The
    format is simple: the length of a JSON header, the header, then the numbers one after another.

    Args:
        tensors: a function that yields the tensors from the first one each time it is called: once
            for the header, once for the numbers.
        settings: of the network, put into the header.

    Raises:
        CheckpointError: a tensor has a data type that weights do not have.
        OSError: the file cannot be written.
    """
    header: dict[str, Any] = {"__metadata__": {SETTINGS: json.dumps(settings)}}
    end = 0
    for name, tensor in tensors():
        if tensor.dtype not in _TYPES:
            raise CheckpointError(f"{path.name}: {name} is of type {tensor.dtype}")
        begin, end = end, end + tensor.numel() * tensor.element_size()
        kind = _TYPES[tensor.dtype]
        item = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [begin, end]}
        header[name] = item
    text = json.dumps(header).encode()
    # Spaces to a multiple of 8 bytes, so that the numbers are aligned for a memory map.
    text += b" " * (-len(text) % 8)
    partial, digest = path.with_name(path.name + ".partial"), hashlib.sha256()
    with partial.open("wb") as file:
        for data in _chunks(text, tensors()):
            file.write(data)
            digest.update(data)
    partial.replace(path)
    return digest.hexdigest()


def _chunks(header: bytes, tensors: Iterator[tuple[str, Tensor]]) -> Iterator[bytes]:
    yield len(header).to_bytes(8, "little") + header
    for _, tensor in tensors:
        yield tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


def _described_header(file: BinaryIO, size_bytes: int) -> Described:
    """Read the shapes and settings in the header of a safetensors file."""
    header = read_header(file, size_bytes)
    metadata = header.pop(METADATA, {})
    shapes = {name: tuple(map(int, item["shape"])) for name, item in header.items()}
    return Described(shapes, parsed_json(metadata.get(SETTINGS, "{}")))


def _described(loaded: object) -> Described:
    shapes = {name: tuple(tensor.shape) for name, tensor in _unwrapped(loaded).items()}
    if not shapes:
        raise ValueError("it holds no tensors")
    return Described(shapes, _settings_of(loaded))


def _unwrapped(loaded: object) -> dict[str, Tensor]:
    """Return the tensors by name, of a state dict or of a dict that holds one."""
    if not isinstance(loaded, dict):
        raise ValueError("it holds no tensors by name")
    for name in _CONTAINERS:
        if isinstance(loaded.get(name), dict):
            return _unwrapped(loaded[name])
    return {str(name): value for name, value in loaded.items() if isinstance(value, Tensor)}


def _settings_of(loaded: object) -> dict[str, Json]:
    """Return the `metadata.kwargs` of a file, in which the autoencoder's arguments are stored."""
    metadata = loaded.get("metadata") if isinstance(loaded, dict) else None
    kwargs = metadata.get("kwargs") if isinstance(metadata, dict) else None
    if isinstance(kwargs, Namespace):
        kwargs = vars(kwargs)
    settings: dict[str, Json] = json.loads(json.dumps(kwargs or {}, default=plain))
    return settings


def _unreadable(name: str, error: Exception) -> CheckpointError:
    if kind := refused_type(error):
        return CheckpointError(
            f"{name} cannot be read as weights: it holds a {kind}, and only tensors and plain "
            "values are loaded; save its state dict alone, or bring the published file"
        )
    # What PyTorch says of a damaged pickle is how to read it without its guard.
    said = "damaged, or no file of weights"
    if not isinstance(error, UnpicklingError):
        said = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    return CheckpointError(f"{name} cannot be read as weights ({said}); fetch it again")

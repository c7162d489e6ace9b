"""Files of tensors are described without their numbers, read one by one, and never run."""

import io
import json
import os
import struct
from argparse import Namespace
from collections import OrderedDict, defaultdict, deque
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from foley_core.errors import CheckpointError
from foley_core.models.hunyuan.tensor_file import (
    Described,
    describe,
    read_tensors,
    refuse_damage,
)

TENSORS = {"a.weight": torch.randn(300, 400), "b": torch.arange(3).bfloat16()}
SHAPES = {"a.weight": (300, 400), "b": (3,)}
KWARGS = {"decoder_rates": [8, 5], "continuous": True}


class Touching:
    """Its pickle runs a command."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch ran",)


def described(path: Path) -> Described:
    with path.open("rb") as file:
        return describe(file, path.stat().st_size, path.name)


@pytest.fixture(params=["flat", "wrapped", "legacy", "safetensors"])
def written(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    kind, path = request.param, tmp_path / "x.pth"
    if kind == "safetensors":
        path = tmp_path / "x.safetensors"
        save_file(TENSORS, path, metadata={"settings": json.dumps(KWARGS)})
    elif kind == "wrapped":
        torch.save({"state_dict": TENSORS, "metadata": {"kwargs": KWARGS}}, path)
    else:
        torch.save(TENSORS, path, _use_new_zipfile_serialization=kind != "legacy")
    return path


def test_shapes_settings_and_tensors_of_every_kind(written: Path) -> None:
    found = described(written)
    assert found.shapes == SHAPES
    assert found.settings in ({}, KWARGS)
    refuse_damage(written)
    read = dict(read_tensors(written))
    assert all(torch.equal(read[name], TENSORS[name]) for name in TENSORS)
    assert [name for name, _ in read_tensors(written, ["b"])] == ["b"]


@pytest.mark.parametrize(
    "beside",
    [
        {"steps": np.int64(7), "loss": np.float64(0.5), "half": np.float16(1), "yes": np.True_},
        {"logs": defaultdict(list, loss=[0.5])},
        {"logs": np.arange(3.0)},
        {"args": Namespace(lr=1e-4)},
        {"queue": deque([1]), "order": OrderedDict(a=1), "rates": (8, 5), "seen": {1}},
    ],
)
@pytest.mark.parametrize("form", ["flat", "wrapped", "wrapped_twice"])
def test_what_training_leaves_beside_the_weights_is_no_hindrance(
    tmp_path: Path, beside: dict[str, object], form: str
) -> None:
    path = tmp_path / "x.pth"
    held: dict[str, object] = {**TENSORS, **beside}
    if form != "flat":
        held = {"state_dict" if form == "wrapped" else "model": TENSORS, **beside}
    torch.save({"state_dict": held} if form == "wrapped_twice" else held, path)
    assert described(path).shapes == SHAPES
    read = dict(read_tensors(path))
    assert all(torch.equal(read[name], TENSORS[name]) for name in TENSORS)


@pytest.mark.parametrize("as_namespace", [False, True])
def test_settings_in_numbers_of_numpy_are_plain_numbers(tmp_path: Path, as_namespace: bool) -> None:
    path = tmp_path / "x.pth"
    kwargs = {"width": np.int64(128), "rates": np.array([8, 5]), "gain": np.float32(0.5)}
    given = Namespace(**kwargs) if as_namespace else kwargs
    torch.save({"state_dict": TENSORS, "metadata": {"kwargs": given}}, path)
    assert described(path).settings == {"width": 128, "rates": [8, 5], "gain": 0.5}


def test_an_older_numpy_called_its_numbers_by_another_name(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    torch.save({**TENSORS, "steps": np.float64(7)}, path, _use_new_zipfile_serialization=False)
    new, old = b"numpy._core.multiarray", b"numpy.core.multiarray"
    data = path.read_bytes()
    assert new in data
    path.write_bytes(data.replace(new, old))
    assert described(path).shapes == SHAPES


def test_a_type_that_is_refused_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    torch.save({**TENSORS, "config": Path("x"), "when": timedelta(1)}, path)
    with pytest.raises(CheckpointError, match=r"x\.pth .* holds a [\w.]+\.\w+, and only tensors"):
        described(path)


def test_a_cut_file_is_named(written: Path) -> None:
    data = written.read_bytes()
    written.write_bytes(data[: len(data) // 2])
    with pytest.raises(CheckpointError, match=rf"{written.name} cannot be read .*fetch it again"):
        described(written)


def test_what_is_no_file_of_tensors_is_refused(tmp_path: Path) -> None:
    for name in ("x.pth", "x.safetensors"):
        for content in (b"", b"<html>", b"\xff" * 64):
            path = tmp_path / name
            path.write_bytes(content)
            with pytest.raises(CheckpointError, match=name):
                described(path)


def test_a_pickle_that_runs_something_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "x.pth"
    torch.save({"a": torch.zeros(1), "b": Touching()}, path)
    for read in (described, lambda path: list(read_tensors(path))):
        with pytest.raises(CheckpointError, match="cannot be read as weights"):
            read(path)
    assert not (tmp_path / "ran").exists()


def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    torch.save(TENSORS, path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert described(path).shapes == SHAPES
    with pytest.raises(CheckpointError, match="damaged at"):
        refuse_damage(path)


def test_shapes_are_read_without_the_numbers(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    torch.save({"large": torch.zeros(4_000_000)}, path)
    read = 0

    class Counting(io.FileIO):
        def readinto(self, buffer):  # type: ignore[no-untyped-def]
            nonlocal read
            count = super().readinto(buffer)
            read += count or 0
            return count

    with io.BufferedReader(Counting(path)) as file:
        assert describe(file, path.stat().st_size, path.name).shapes == {"large": (4_000_000,)}
    assert read < 1_000_000


@pytest.mark.parametrize("error", [IndexError, AssertionError, OverflowError, struct.error])
def test_whatever_a_reader_stumbles_over_is_damage(
    error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbled(*_: object, **__: object) -> None:
        raise error("pop from an empty list")

    monkeypatch.setattr(torch, "load", stumbled)
    with pytest.raises(CheckpointError, match=r"x\.pth cannot be read as weights"):
        describe(io.BytesIO(b"some bytes"), 10, "x.pth")

"""A far file is copied in slices side by side, whole or not at all."""

import errno
import io
import os
from pathlib import Path
from threading import Barrier
from typing import BinaryIO
from uuid import uuid4

import pytest

from foley_core.errors import StorageError
from foley_core.storage import local_copies
from foley_core.storage.local_copies import fetch
from foley_core.storage.store import Storage

DATA = bytes(range(256)) * 40


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Storage:
    """An object of 10,240 bytes, which is eleven slices here."""
    monkeypatch.setattr(local_copies, "SLICE_BYTES", 1_000)
    monkeypatch.setattr(local_copies, "_READ_BYTES", 300)
    made = Storage(f"memory://{uuid4().hex}")
    made.put("model/weights.pth", DATA)
    return made


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_a_copy_has_every_byte_in_its_place(store: Storage, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "weights.pth"
    fetch(store, "model/weights.pth", path)
    assert path.read_bytes() == DATA
    store.put("model/weights.pth", b"another")
    fetch(store, "model/weights.pth", path)
    assert path.read_bytes() == DATA
    assert files(path.parent) == ["weights.pth"]


def test_an_empty_object_is_an_empty_file(store: Storage, tmp_path: Path) -> None:
    store.put("nothing", b"")
    fetch(store, "nothing", tmp_path / "nothing")
    assert (tmp_path / "nothing").read_bytes() == b""


def test_slices_are_fetched_side_by_side(
    store: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = Barrier(11, timeout=120)

    def opened(key: str, found: object) -> BinaryIO:
        together.wait()
        return io.BytesIO(DATA)

    monkeypatch.setattr(store, "open", opened)
    fetch(store, "model/weights.pth", tmp_path / "weights.pth")
    assert (tmp_path / "weights.pth").read_bytes() == DATA


def test_a_copy_that_fails_leaves_no_file(
    store: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "open", lambda key, found: io.BytesIO(DATA[:5_500]))
    with pytest.raises(StorageError, match=r"weights\.pth was cut while it was fetched; run again"):
        fetch(store, "model/weights.pth", tmp_path / "weights.pth")
    assert not (tmp_path / "weights.pth").exists()
    monkeypatch.undo()
    fetch(store, "model/weights.pth", tmp_path / "weights.pth")
    assert (tmp_path / "weights.pth").read_bytes() == DATA


def test_a_full_disk_says_what_to_do(
    store: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(StorageError, match=r"cannot write .*weights\.pth \(No space left .*CACHE"):
        fetch(store, "model/weights.pth", tmp_path / "weights.pth")
    assert files(tmp_path) == []


def test_a_copy_that_takes_long_says_how_far_it_is(
    store: Storage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fetch(store, "model/weights.pth", tmp_path / "quick.pth")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(local_copies, "SAID_EVERY_S", -1.0)
    fetch(store, "model/weights.pth", tmp_path / "slow.pth")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 11
    assert lines[-1] == "model/weights.pth: 0.0 of 0.0 GB"

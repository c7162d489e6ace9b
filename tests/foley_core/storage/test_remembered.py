"""A large file is read once for its digest, and again when it is another."""

import os
from pathlib import Path

import pytest

from foley_core.ids import sha256_of_file
from foley_core.storage import remembered
from foley_core.storage.remembered import remembered_sha256


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Files that were read for their digest."""
    seen: list[Path] = []

    def counted(path: Path) -> str:
        seen.append(path)
        return sha256_of_file(path)

    monkeypatch.setattr(remembered, "sha256_of_file", counted)
    monkeypatch.setenv("FOLEY_CACHE", str(tmp_path / "cache"))
    return seen


def test_a_file_is_read_once_while_it_stays_as_it_is(tmp_path: Path, read: list[Path]) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(b"one")
    first = remembered_sha256(path)
    assert first == remembered_sha256(path) == sha256_of_file(path)
    assert read == [path]
    before = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert remembered_sha256(path) == sha256_of_file(path) != first
    assert len(read) == 2


def test_a_copy_elsewhere_is_another_file(tmp_path: Path, read: list[Path]) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"same")
    assert remembered_sha256(tmp_path / "a") == remembered_sha256(tmp_path / "b")
    assert len(read) == 2


def test_a_spoilt_note_or_a_cache_that_takes_nothing_costs_time_alone(
    tmp_path: Path, read: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(b"one")
    remembered_sha256(path)
    (note,) = (tmp_path / "cache" / "digests").iterdir()
    note.write_text("cut off")
    assert remembered_sha256(path) == sha256_of_file(path)
    (tmp_path / "file").touch()
    monkeypatch.setenv("FOLEY_CACHE", str(tmp_path / "file"))
    assert remembered_sha256(path) == sha256_of_file(path)
    assert len(read) == 3


def test_a_missing_file_is_missed(tmp_path: Path, read: list[Path]) -> None:
    with pytest.raises(FileNotFoundError):
        remembered_sha256(tmp_path / "gone")

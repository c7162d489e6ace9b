"""The networks of sight are in the package, and are the ones on record."""

import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest

from foley_core.errors import CheckpointError
from foley_core.models.sight import sight_weights
from foley_core.models.sight.sight import Sight
from foley_core.models.sight.sight_weights import (
    BOXES_FILE,
    FACES_FILE,
    SIGHT_FILES,
    SIGHT_RECORD,
    read_network,
    sight_digest,
    sight_folder,
    sight_sha256,
)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(sight_folder(), tmp_path / "weights"))
    monkeypatch.setattr(sight_weights, "sight_folder", lambda: folder)
    return folder


def test_each_network_is_on_record() -> None:
    record = tomllib.loads((sight_folder() / SIGHT_RECORD).read_text(encoding="utf-8"))
    for file in (*SIGHT_FILES, FACES_FILE):
        assert len(read_network(file)) == record[file]["bytes"]
        # Those of faces are pixels and logits, the others at most a few units.
        assert record[file]["difference_from_source"] < (1e-4 if file == FACES_FILE else 1e-5)
    assert record["licence"] == "Apache-2.0"
    assert (sight_folder() / record["notices"]).is_file()


def test_the_networks_are_small() -> None:
    assert sum((sight_folder() / file).stat().st_size for file in SIGHT_FILES) < 28_000_000
    assert (sight_folder() / FACES_FILE).stat().st_size < 1_200_000


def test_what_hides_faces_does_not_name_looks_at_plain_pictures(copy: Path) -> None:
    before = sight_digest()
    record = copy / SIGHT_RECORD
    record.write_text(
        record.read_text(encoding="utf-8").replace(sight_sha256(FACES_FILE), "0" * 64),
        encoding="utf-8",
    )
    sight_weights._recorded.cache_clear()
    assert sight_sha256(FACES_FILE) == "0" * 64
    assert sight_digest() == before


def test_a_damaged_network_is_refused(copy: Path) -> None:
    data = bytearray((copy / BOXES_FILE).read_bytes())
    data[1000] ^= 1
    (copy / BOXES_FILE).write_bytes(data)
    with pytest.raises(CheckpointError, match=r"nanodet.onnx have sha256 .* install the package"):
        read_network(BOXES_FILE)
    (copy / BOXES_FILE).unlink()
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_network(BOXES_FILE)


def test_a_file_that_is_no_network_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("foley_core.models.sight.sight.read_network", lambda file: b"no network")
    with pytest.raises(CheckpointError, match="onnx cannot be loaded"):
        Sight("cpu").boxes(np.zeros((32, 32, 3), np.uint8))


def test_a_record_without_a_network_is_refused(copy: Path) -> None:
    (copy / SIGHT_RECORD).write_text("schema_version = 1\n", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"names no lite0.onnx"):
        sight_digest()

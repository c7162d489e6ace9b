"""Facts about weights on disk."""

import pickle
from pathlib import Path

import pytest
import torch

from foley_core.errors import CheckpointError
from foley_core.models.checkpoints import fill_network, load_weights, save_weights, sha256_of


@pytest.fixture
def weights() -> dict[str, torch.Tensor]:
    return {"a.weight": torch.arange(6.0).reshape(2, 3), "b": torch.ones(4, dtype=torch.bfloat16)}


def test_what_was_saved_is_loaded(tmp_path: Path, weights: dict[str, torch.Tensor]) -> None:
    path = tmp_path / "deep" / "model.safetensors"
    sha256 = save_weights(path, weights)
    loaded = load_weights(path, sha256)
    assert loaded.keys() == weights.keys()
    assert all(torch.equal(loaded[name], weights[name]) for name in weights)
    assert loaded["b"].dtype == torch.bfloat16
    assert sha256_of(path) == sha256
    assert [p.name for p in path.parent.iterdir()] == ["model.safetensors"]


def test_another_sha256_is_refused(tmp_path: Path, weights: dict[str, torch.Tensor]) -> None:
    path = tmp_path / "model.safetensors"
    save_weights(path, weights)
    with pytest.raises(CheckpointError, match="expected 0000"):
        load_weights(path, "0" * 64)


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_pickle_is_refused_unopened(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(pickle.dumps({"a": list(range(100))}, protocol=protocol))
    with pytest.raises(CheckpointError, match="not a safetensors file"):
        load_weights(path, None)


def test_a_torch_archive_is_refused(tmp_path: Path, weights: dict[str, torch.Tensor]) -> None:
    path = tmp_path / "model.pt"
    torch.save(weights, path)
    with pytest.raises(CheckpointError, match="not a safetensors file"):
        load_weights(path, None)


@pytest.mark.parametrize("keep", [0, 7, 9, 60, -1])
def test_a_truncated_file_is_refused(
    tmp_path: Path, weights: dict[str, torch.Tensor], keep: int
) -> None:
    path = tmp_path / "model.safetensors"
    save_weights(path, weights)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CheckpointError):
        load_weights(path, None)


def test_a_missing_file_says_where(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"nowhere\.safetensors"):
        load_weights(tmp_path / "nowhere.safetensors", None)


def test_a_network_takes_half_floats_as_floats() -> None:
    net = torch.nn.Linear(2, 1)
    halves = {"weight": torch.tensor([[0.5, 2.0]]).half(), "bias": torch.tensor([1.0]).half()}
    fill_network(net, halves, Path("own.safetensors"), "this network", "train them again")
    assert net.weight.dtype == torch.float32
    assert net.weight.tolist() == [[0.5, 2.0]]


def test_weights_of_another_shape_are_named_with_advice() -> None:
    other = {"weight": torch.zeros(1, 3), "bias": torch.zeros(1)}
    match = r"weights own\.safetensors are not those of this network \(.*\); train them again"
    with pytest.raises(CheckpointError, match=match):
        fill_network(torch.nn.Linear(2, 1), other, Path("own.safetensors"), "this network",
                     "train them again")  # fmt: skip

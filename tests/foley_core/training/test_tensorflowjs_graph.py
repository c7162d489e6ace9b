"""A graph model states its ends; one that is cut off is refused."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from foley_core.errors import CheckpointError
from foley_core.training.tensorflowjs_graph import graph_ends, tensorflow_graph


def model(folder: Path, **changes: Any) -> Path:
    path = folder / "model.json"
    weight = {"name": "w", "shape": [4], "dtype": "float32", "quantization": {"dtype": "float16"}}
    document = {
        "signature": {
            "inputs": {"a": {"name": "a:0"}},
            "outputs": {"b": {"name": "b:0"}, "c": {"name": "c:0"}},
        },
        "modelTopology": {"node": []},
        "weightsManifest": [{"paths": ["model.bin"], "weights": [weight]}],
    }
    path.write_text(json.dumps(document | changes), encoding="utf-8")
    return path


def test_ends_are_those_of_the_signature(tmp_path: Path) -> None:
    assert graph_ends(model(tmp_path)) == (["a:0"], ["b:0", "c:0"])


@pytest.mark.parametrize("size", [None, 6])
def test_a_model_without_all_its_weights_is_refused(tmp_path: Path, size: int | None) -> None:
    if size is not None:
        (tmp_path / "model.bin").write_bytes(b"0" * size)
    with pytest.raises(CheckpointError, match=r"not a whole TensorFlow\.js graph model"):
        tensorflow_graph(model(tmp_path), ModuleType("tensorflow"))


def test_another_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(CheckpointError, match="weightsManifest"):
        tensorflow_graph(path, ModuleType("tensorflow"))

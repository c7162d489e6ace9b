"""EfficientNet-Lite0 as an ONNX graph, built from its published state dict.

The architecture is that of Tan and Le, "EfficientNet" (ICML 2019), without squeeze-and-excitation
and with ReLU6, as the Lite models have it. Batch normalisation is folded into the convolutions.
The module `onnx` is given to it, since only the conversion of weights needs it.
"""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from foley_core.types import F32

OPSET = 17
SIDE_PX = 224
CLASSES = 1000

# Each stage of blocks: how many, side of the depthwise kernel, stride of the first, expansion.
_STAGES = (
    (1, 3, 1, 1),
    (2, 3, 2, 6),
    (2, 5, 2, 6),
    (3, 3, 2, 6),
    (3, 5, 1, 6),
    (4, 5, 2, 6),
    (1, 3, 1, 6),
)
_EPSILON = 1e-3


def lite0_graph(state: Mapping[str, F32], onnx: ModuleType) -> Any:
    """Return the ONNX model: `pictures` (B, 3, 224, 224), -1..1, to `probabilities` (B, 1000).

    Args:
        state: arrays by their names in the state dict.

    Raises:
        KeyError: the state dict is another network's.
    """
    graph = _Graph(state, onnx)
    last = graph.convolved("pictures", "_conv_stem", "_bn0", stride=2)
    number = 0
    for count, _, stride, expansion in _STAGES:
        for index in range(count):
            last = graph.block(last, f"_blocks.{number}.", stride if index == 0 else 1, expansion)
            number += 1
    last = graph.convolved(last, "_conv_head", "_bn1")
    last = graph.add("GlobalAveragePool", [last])
    last = graph.add("Flatten", [last])
    weight, bias = graph.constant(state["_fc.weight"]), graph.constant(state["_fc.bias"])
    last = graph.add("Gemm", [last, weight, bias], transB=1)
    graph.add("Softmax", [last], output="probabilities", axis=1)
    return graph.model()


class _Graph:
    """Nodes and weights of a graph that grows from its input to its output."""

    def __init__(self, state: Mapping[str, F32], onnx: ModuleType) -> None:
        self.state, self.onnx = state, onnx
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        # The bounds of ReLU6.
        self.bounds = [self.constant(np.float32(0)), self.constant(np.float32(6))]

    def constant(self, value: Any) -> str:
        """Add a weight; return its name."""
        name = f"weight_{len(self.weights)}"
        self.weights.append(self.onnx.numpy_helper.from_array(np.asarray(value), name))
        return name

    def add(self, kind: str, inputs: list[str], output: str | None = None, **settings: Any) -> str:
        """Add a node; return the name of its output."""
        name = output or f"value_{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(kind, inputs, [name], name=name, **settings))
        return name

    def convolved(
        self, last: str, kernel: str, norm: str, stride: int = 1, bounded: bool = True
    ) -> str:
        """Add convolution, normalisation and, if it is bounded, ReLU6; return the output's name."""
        weight = self.state[f"{kernel}.weight"]
        scale = self.state[f"{norm}.weight"] / np.sqrt(self.state[f"{norm}.running_var"] + _EPSILON)
        bias = self.state[f"{norm}.bias"] - self.state[f"{norm}.running_mean"] * scale
        # Depthwise kernels are (channels, 1, h, w): each channel is a group of its own.
        depthwise = weight.shape[1] == 1
        last = self.add(
            "Conv",
            [last, self.constant(weight * scale[:, None, None, None]), self.constant(bias)],
            group=len(weight) if depthwise else 1,
            kernel_shape=list(weight.shape[2:]),
            strides=[stride, stride],
            auto_pad="SAME_UPPER",
        )
        return self.add("Clip", [last, *self.bounds]) if bounded else last

    def block(self, last: str, prefix: str, stride: int, expansion: int) -> str:
        """Add an inverted bottleneck; return the name of its output."""
        begin = last
        if expansion > 1:
            last = self.convolved(last, f"{prefix}_expand_conv", f"{prefix}_bn0")
        last = self.convolved(last, f"{prefix}_depthwise_conv", f"{prefix}_bn1", stride)
        last = self.convolved(last, f"{prefix}_project_conv", f"{prefix}_bn2", bounded=False)
        first = "_expand_conv" if expansion > 1 else "_depthwise_conv"
        channels_in = self.state[f"{prefix}{first}.weight"].shape[1 if expansion > 1 else 0]
        channels_out = len(self.state[f"{prefix}_project_conv.weight"])
        # What enters is added where nothing changed its shape.
        same = stride == 1 and channels_in == channels_out
        return self.add("Add", [begin, last]) if same else last

    def model(self) -> Any:
        """The whole model."""
        helper, kind = self.onnx.helper, self.onnx.TensorProto.FLOAT
        shapes = {"pictures": ["B", 3, SIDE_PX, SIDE_PX], "probabilities": ["B", CLASSES]}
        values = {
            name: helper.make_tensor_value_info(name, kind, shape) for name, shape in shapes.items()
        }
        graph = helper.make_graph(
            self.nodes, "lite0", [values["pictures"]], [values["probabilities"]], self.weights
        )
        opset = helper.make_opsetid("", OPSET)
        # The version of the file format that belongs to the opset; older onnxruntimes read it too.
        version = helper.find_min_ir_version_for([opset])
        return helper.make_model(graph, opset_imports=[opset], ir_version=version)

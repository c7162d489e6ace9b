"""Golden vectors of the published networks, part of the test data that `outside` finds.

Sizes and cases are read from the files.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import outside
from torch import Tensor

from pipelines.benchmarks.card_checks import read_golden


@dataclass(frozen=True)
class Golden:
    """Tensors and parsed metadata of one file."""

    tensors: dict[str, Tensor]
    facts: dict[str, Any]

    def under(self, prefix: str) -> dict[str, Tensor]:
        """Tensors whose name begins with `prefix`, under the rest of their names."""
        return {n.removeprefix(prefix): t for n, t in self.tensors.items() if n.startswith(prefix)}

    def cases(self, ending: str) -> list[str]:
        """What comes before `ending` in the names that have it."""
        return sorted(n.removesuffix(ending) for n in self.tensors if n.endswith(ending))


def folder() -> Path:
    """The folder of golden vectors; skips the test where there is none."""
    return outside.need("parity")


def golden(name: str) -> Golden:
    """One file of golden vectors."""
    return Golden(*read_golden(folder() / f"{name}.safetensors"))


def shapes(name: str) -> dict[str, tuple[int, ...]]:
    """Shape by key of a published state dict."""
    text = (folder() / "manifests" / f"{name}_shapes.json").read_text(encoding="utf-8")
    return {key: tuple(shape) for key, shape in json.loads(text).items()}

"""The conversion of sight names what it lacks. What it makes is tested where it lies."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from foley_core.errors import CheckpointError, ConfigError
from foley_core.training.convert_sight import convert_sight


def test_missing_converters_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ConfigError, match=r"needs onnx .* install tensorflow-cpu==.* onnx=="):
        convert_sight(tmp_path, tmp_path / "out")


def test_missing_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", ModuleType("onnx"))
    with pytest.raises(CheckpointError, match=r"fetch the packages: pip install .* npm install"):
        convert_sight(tmp_path, tmp_path / "out")

"""A device is one of this machine, or a sentence."""

import pytest
import torch

from foley_core.errors import ConfigError
from foley_core.models.device import usable_device


def machine_with(monkeypatch: pytest.MonkeyPatch, gpus: int) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)


def test_none_takes_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    machine_with(monkeypatch, 0)
    assert usable_device(None) == "cpu"
    machine_with(monkeypatch, 1)
    assert usable_device(None) == "cuda"
    assert usable_device("cpu") == "cpu"


def test_a_gpu_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    machine_with(monkeypatch, 0)
    with pytest.raises(ConfigError, match="'cuda' cannot be used: torch finds no GPU here"):
        usable_device("cuda")
    machine_with(monkeypatch, 2)
    assert usable_device("cuda:1") == "cuda:1"
    with pytest.raises(ConfigError, match="finds 2 GPUs"):
        usable_device("cuda:2")


@pytest.mark.parametrize("name", ["gpu", "", "meta", "mps", "cuda:x"])
def test_another_device(name: str) -> None:
    with pytest.raises(ConfigError, match=f"there is no device {name!r}; give cpu, cuda"):
        usable_device(name)

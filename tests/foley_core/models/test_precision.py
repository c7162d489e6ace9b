"""The numbers that a processor multiplies fastest."""

import pytest
import torch

from foley_core.models.precision import computes_in

CPU = torch.device("cpu")


def a_processor_with(monkeypatch: pytest.MonkeyPatch, **units: bool) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: units)


@pytest.mark.parametrize("unit", ["amx_bf16", "avx512_bf16"])
def test_units_for_bfloat16_are_used(monkeypatch: pytest.MonkeyPatch, unit: str) -> None:
    a_processor_with(monkeypatch, avx2=True, **{unit: True})
    assert computes_in(CPU) == torch.bfloat16


def test_a_processor_without_them_computes_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    a_processor_with(monkeypatch, avx2=True, amx_bf16=False, avx512_bf16=False)
    assert computes_in(CPU) == torch.float32


def test_a_gpu_computes_in_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    a_processor_with(monkeypatch)
    assert computes_in(torch.device("cuda")) == torch.bfloat16


def test_this_processor_is_known() -> None:
    assert computes_in(CPU) in (torch.bfloat16, torch.float32)

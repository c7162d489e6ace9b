"""Kernels are chosen once, named, and the same every time; a GPU that is of no use is explained."""

import shutil

import pytest
import torch

from foley_core.errors import CheckpointError
from foley_core.models.hunyuan import gpu_driver, kernel_choice
from foley_core.models.hunyuan.gpu_driver import build_of_torch, driver_version
from foley_core.models.hunyuan.kernel_choice import (
    attends_rightly,
    compiler_lacking,
    find_kernels,
    pinned,
    repeatable,
)
from foley_core.models.hunyuan.kernels import Kernels, cpu_kernels

STATEMENT = "NVRM version: NVIDIA UNIX {}x86_64{} Kernel Module  {}  Tue Aug  5 18:53:43 UTC 2025\n"


@pytest.fixture
def card(tmp_path, monkeypatch):
    """A machine with a GPU, as far as can be pretended: its driver is written down."""
    monkeypatch.setattr(gpu_driver, "_STATEMENT", tmp_path / "version")
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (9, 0))

    def driver(version: str) -> None:
        (tmp_path / "version").write_text(STATEMENT.format("", "", version), encoding="ascii")

    driver("580.65.06")
    return driver


def test_the_driver_is_read_as_every_kind_of_module_states_it(card, tmp_path):
    card("535.104.05")
    assert driver_version() == "535.104.05"
    opened = STATEMENT.format("Open Kernel Module for ", "", "580.65.06")
    (tmp_path / "version").write_text(opened, encoding="ascii")
    assert driver_version() == "580.65.06"
    (tmp_path / "version").unlink()
    assert driver_version() == ""


def test_a_driver_that_is_too_old_or_absent_says_what_is_needed(card, tmp_path):
    card("535.104.05")
    with pytest.raises(CheckpointError, match=r"CUDA 13\.0, which needs .* 580 or newer; .*535"):
        find_kernels("cuda")
    (tmp_path / "version").unlink()
    with pytest.raises(CheckpointError, match="this machine has no NVIDIA driver"):
        find_kernels("cuda:1")


def test_a_build_for_cpus_and_a_card_that_is_not_seen_are_told_apart(card, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(CheckpointError, match=r"driver 580.* is new enough, yet torch sees no GPU"):
        find_kernels("cuda")
    monkeypatch.setattr(torch.version, "cuda", None)
    with pytest.raises(CheckpointError, match="build for CPUs and uses no GPU; install a build"):
        find_kernels("cuda")
    assert build_of_torch().endswith("is a build for CPUs and uses no GPU")


@pytest.mark.parametrize(
    ("capability", "right", "chosen"),
    [
        ((9, 0), {"cudnn", "efficient"}, "cudnn"),
        ((9, 0), {"efficient"}, "efficient"),
        ((8, 0), {"cudnn", "efficient"}, "efficient"),
        ((8, 0), {"cudnn"}, ""),
    ],
)
def test_a_kernel_of_attention_is_taken_where_it_is_right(
    card, monkeypatch, capability, right, chosen
):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    monkeypatch.setattr(kernel_choice, "attends_rightly", lambda kernel, device: kernel in right)
    found = find_kernels("cuda")
    assert found.attention == chosen
    assert f"torch{torch.__version__.split('+')[0]}-cuda13.0-cudnn" in found.name
    assert found.name.endswith("inductor" if found.compiled else "eager")


def test_a_kernel_that_does_not_run_here_is_not_right():
    assert attends_rightly("", torch.device("cpu"))
    assert not attends_rightly("cudnn", torch.device("cpu"))
    assert not attends_rightly("efficient", torch.device("cpu"))


def test_a_kernel_that_is_wrong_is_not_right(monkeypatch):
    right = kernel_choice.attend

    def forgetful(query, key, value, mask, kernel=""):
        return right(query, key, value, None if kernel else mask)

    monkeypatch.setattr(kernel_choice, "attend", forgetful)
    assert not attends_rightly("efficient", torch.device("cpu"))


def test_without_a_compiler_nothing_is_compiled_and_the_row_says_so(card, monkeypatch, tmp_path):
    monkeypatch.setattr(kernel_choice, "find_spec", lambda name: object())
    monkeypatch.delenv("CC", raising=False)
    assert compiler_lacking() == "" or shutil.which("gcc") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert compiler_lacking().startswith("there is no C compiler (install gcc")
    monkeypatch.setenv("CC", str(tmp_path / "cc"))
    assert compiler_lacking()
    (tmp_path / "cc").touch(mode=0o755)
    assert compiler_lacking() == ""
    monkeypatch.setattr(kernel_choice, "find_spec", lambda name: None)
    monkeypatch.setattr(kernel_choice, "attends_rightly", lambda kernel, device: True)
    found = find_kernels("cuda")
    assert not found.compiled
    assert "without compiled kernels: Triton is not installed" in found.remark


@pytest.mark.parametrize("fails", [True, False])
def test_where_a_trial_of_the_compiler_fails_the_name_says_that_nothing_is_compiled(
    card, monkeypatch, fails
):
    said = "Python.h: No such file" if fails else ""
    monkeypatch.setattr(kernel_choice, "compiler_lacking", lambda: "")
    monkeypatch.setattr(kernel_choice, "compiling_fault", lambda device, cache: said)
    monkeypatch.setattr(kernel_choice, "attends_rightly", lambda kernel, device: True)
    found = find_kernels("cuda")
    assert found.name.endswith("eager" if fails else "inductor")
    assert found.remark.endswith(said)
    assert bool(found.remark) == fails


def test_names_tell_all_that_shapes_bits():
    one = Kernels("2.13.0", "cuda13.0-cudnn92000-triton3.7.1", "cudnn", True)
    assert one.name == "torch2.13.0-cuda13.0-cudnn92000-triton3.7.1-cudnn-inductor"
    assert cpu_kernels().name == f"torch{torch.__version__.split('+')[0]}-eager"
    assert find_kernels("cpu") == cpu_kernels()


def test_settings_hold_inside_alone():
    from torch._inductor import config

    for kernels in (cpu_kernels(), Kernels("2.13.0", "", "cudnn", True)):
        with pinned(kernels):
            assert torch.backends.cudnn.deterministic
            assert config.deterministic == kernels.compiled
        assert not torch.backends.cudnn.deterministic
        assert not config.deterministic
    with pytest.raises(KeyError), repeatable():
        raise KeyError
    assert not torch.backends.cudnn.deterministic

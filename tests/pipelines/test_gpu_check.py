"""A job with GPUs asks a worker about them first; what is wrong there is said in its words."""

from collections.abc import Callable
from typing import Any

import pytest
import ray
import torch

from foley_core.errors import ConfigError
from foley_core.models.hunyuan import kernel_choice
from foley_core.models.hunyuan.kernels import Kernels, cpu_kernels
from pipelines.config import Job
from pipelines.gpu_check import find_cluster_kernels, look_at_gpu
from pipelines.pools import PoolSizes, size_pools

FOUND = Kernels("2.13.0", "cuda13.0", "cudnn", False, "computed without compiled kernels: no gcc")


def pools(gpus: float) -> PoolSizes:
    return size_pools(Job(manifest="m.csv", output="out"), 3, 16, gpus)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Remote functions run here; what each asked for."""
    asked: list[dict[str, Any]] = []

    def remote(**options: Any) -> Callable[[Callable[[], object]], object]:
        asked.append(options)

        class Remote:
            def __init__(self, work: Callable[[], object]) -> None:
                self.remote = work

        return Remote

    monkeypatch.setattr(ray, "remote", remote)
    monkeypatch.setattr(ray, "get", lambda answer: answer)
    return asked


def test_without_a_gpu_nobody_is_asked(here: list[dict[str, Any]]) -> None:
    assert find_cluster_kernels(pools(0)) == cpu_kernels()
    assert not here


def test_a_worker_with_a_gpu_says_what_it_computes_with(
    here: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(kernel_choice, "find_kernels", lambda device: FOUND)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "NVIDIA H200")
    assert find_cluster_kernels(pools(1)) == FOUND
    assert [options["num_gpus"] for options in here] == [1.0]
    said = capsys.readouterr().out
    assert said.startswith("GPU workers: NVIDIA H200, driver ")
    assert "cuda13.0" in said
    assert FOUND.remark in caplog.text


def test_a_gpu_that_cannot_be_used_ends_the_job_before_it_begins(
    here: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.version, "cuda", None)
    assert "is a build for CPUs" in str(look_at_gpu())
    with pytest.raises(ConfigError, match=r"a worker's GPU cannot be used: torch .* for CPUs"):
        find_cluster_kernels(pools(1))

"""Compiling changes nothing but time, and what fails in it ends in the plain way."""

import copy
from dataclasses import replace
from pathlib import Path

import hunyuan_files
import numpy as np
import pytest
import torch

from foley_core.models.hunyuan import clip_sampler
from foley_core.models.hunyuan.batching import ClipConditions, batch_of
from foley_core.models.hunyuan.clip_sampler import ClipSampler
from foley_core.models.hunyuan.compiling import compile_blocks
from foley_core.models.hunyuan.hoisting import HoistedDenoiser
from foley_core.models.hunyuan.kernels import cpu_kernels
from foley_core.models.hunyuan.published import Published
from foley_core.models.hunyuan.sampling import schedule_of

CPU, DRAFT = torch.device("cpu"), schedule_of("draft")
IGNORED = "ignore:.*script_method:DeprecationWarning"


def test_a_step_has_no_break_in_its_graph(tiny, clip):
    prepared_for = HoistedDenoiser(tiny, torch.tensor([900.0]))
    batch = batch_of([clip(40, 6, 2, 7, seed=1), clip(32, 5, 1, 9, seed=2)])
    prepared = prepared_for.prepare(batch, guided=True)
    x = torch.randn(4, tiny.config.latent_channels, 40)

    def step(x):
        return prepared_for.velocity(x, 0, prepared)

    graph = torch.compile(step, backend="eager", fullgraph=True)
    torch.testing.assert_close(graph(x), step(x), rtol=1e-5, atol=1e-5)


@pytest.mark.filterwarnings(IGNORED)
def test_compiled_kernels_go_to_the_folder_named(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "elsewhere"))
    denoiser = copy.deepcopy(tiny)
    compile_blocks(denoiser, tmp_path / "kernels")
    assert (tmp_path / "kernels").is_dir()
    assert denoiser.state_dict().keys() == tiny.state_dict().keys()


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Published:
    folder = hunyuan_files.write_published(tmp_path_factory.mktemp("weights"))
    return Published(str(folder), "hunyuan-tiny")


def seen() -> ClipConditions:
    generator = torch.Generator().manual_seed(0)

    def drawn(count: int, width: int) -> torch.Tensor:
        return torch.randn(count, width, generator=generator)

    text, negative = (drawn(5, hunyuan_files.TEXT) for _ in range(2))
    scene, sync = drawn(5, hunyuan_files.SCENE), drawn(8, hunyuan_files.SYNC)
    return ClipConditions(scene, sync, text, negative, latent_steps=32)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (RuntimeError("backend='inductor' raised:\nno C compiler.\nHint"), "no C compiler."),
        (ValueError("a:" * 300), "a:" * 100),
        (OSError(), "OSError"),
    ],
)
def test_where_compiling_fails_the_clip_is_computed_without(published, monkeypatch, fault, said):
    def failing(denoiser, cache: Path) -> None:
        def refuse(*_, **__):
            raise fault

        denoiser.single_blocks[0]._compiled_call_impl = refuse

    plain = ClipSampler(published, CPU, DRAFT, cpu_kernels(), 1.0)
    (expected,) = plain.generate([seen()], [7], 4.5, 1)
    monkeypatch.setattr(clip_sampler, "compile_blocks", failing)
    sampler = ClipSampler(published, CPU, DRAFT, replace(cpu_kernels(), compiled=True), 1.0)
    assert sampler.remark == plain.remark == ""
    for _ in range(2):
        assert np.array_equal(sampler.generate([seen()], [7], 4.5, 1)[0], expected)
    assert sampler.remark.endswith(f"without compiled kernels, which failed: {said}")


def test_what_is_compiled_ahead_fails_ahead(published, monkeypatch):
    def failing(denoiser, cache: Path) -> None:
        denoiser.triple_blocks[0]._compiled_call_impl = lambda *_, **__: 1 // 0

    monkeypatch.setattr(clip_sampler, "compile_blocks", failing)
    sampler = ClipSampler(published, CPU, DRAFT, replace(cpu_kernels(), compiled=True), 1.0)
    sampler.compile_ahead()
    assert sampler.remark.endswith("which failed: integer division or modulo by zero")
    plain = ClipSampler(published, CPU, DRAFT, cpu_kernels(), 1.0)
    monkeypatch.setattr(plain, "_one_step", None)
    plain.compile_ahead()


def test_what_fails_without_compiling_is_a_failure(published, monkeypatch):
    sampler = ClipSampler(published, CPU, DRAFT, replace(cpu_kernels(), compiled=True), 1.0)

    def failing(*_):
        raise ValueError("another thing")

    monkeypatch.setattr(sampler, "_generated", failing)
    with pytest.raises(ValueError, match="another thing"):
        sampler.generate([seen()], [7], 4.5, 1)


def test_too_little_memory_is_no_fault_of_the_compiler(published, monkeypatch):
    sampler = ClipSampler(published, CPU, DRAFT, replace(cpu_kernels(), compiled=True), 1.0)

    def failing(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(sampler, "_generated", failing)
    with pytest.raises(torch.OutOfMemoryError):
        sampler.generate([seen()], [7], 4.5, 1)
    assert not sampler.remark

"""Inductor itself compiles a block: one graph for all lengths, unbroken, the same velocities."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch._dynamo.utils import counters
from torch._inductor import config

from foley_core.models.hunyuan.batching import ClipConditions, batch_of
from foley_core.models.hunyuan.clip_sampler import padded_lengths
from foley_core.models.hunyuan.compiling import compile_blocks, compiling_fault, leave_uncompiled
from foley_core.models.hunyuan.denoiser import Denoiser
from foley_core.models.hunyuan.hoisting import HoistedDenoiser
from foley_core.models.hunyuan.kernel_choice import pinned
from foley_core.models.hunyuan.kernels import Kernels
from foley_core.models.hunyuan.random_weights import random_state


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for compiled kernels that no other process knows; this process alone compiles."""
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "kernels"))
    torch.compiler.reset()
    with config.patch(compile_threads=1):
        yield tmp_path / "kernels"
    torch.compiler.reset()


@pytest.mark.parametrize(
    ("compiled", "said"),
    [
        (lambda block: block, ""),
        (lambda block: lambda x: block(x) + 1, "what was compiled gave wrong numbers"),
        (lambda block: lambda x: 1 // 0, "integer division or modulo by zero"),
    ],
)
def test_a_trial_of_the_compiler_says_why_it_fails(
    cache: Path, monkeypatch: pytest.MonkeyPatch, compiled: Callable[..., object], said: str
) -> None:
    monkeypatch.setattr(torch, "compile", lambda block, dynamic: compiled(block))
    assert compiling_fault(torch.device("cpu"), cache) == said
    assert cache.is_dir()


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.skipif(shutil.which("g++") is None, reason="Inductor needs a C++ compiler for CPUs")
def test_clips_of_all_lengths_share_a_graph_that_gives_the_same_velocities(
    tiny: Denoiser, clip: Callable[..., ClipConditions], cache: Path
) -> None:
    # A graph takes half a minute of a processor, so it is one block, of the simpler kind.
    denoiser = Denoiser(replace(tiny.config, triple_blocks=0, single_blocks=1))
    denoiser.load_state_dict(random_state(denoiser, seed=3))
    denoiser.requires_grad_(False)
    expected = [velocity(denoiser, clip, seconds) for seconds in (1, 3, 2)]
    compile_blocks(denoiser, cache)
    counters.clear()
    found = [velocity(denoiser, clip, seconds) for seconds in (1, 3, 2)]
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)
    assert counters["stats"]["unique_graphs"] == 1
    assert not counters["graph_break"]
    assert any(cache.rglob("*.so"))
    leave_uncompiled(denoiser)
    assert torch.equal(velocity(denoiser, clip, 1), expected[0])


def velocity(denoiser: Denoiser, clip: Callable[..., ClipConditions], seconds: int) -> Tensor:
    """Return the velocities of a padded batch, at one step."""
    with pinned(Kernels("2.13.0", compiled=True)):
        hoisted = HoistedDenoiser(denoiser, torch.tensor([900.0]))
        clips = [clip(40, 6, 2, 7, seed=1), clip(32, 5, 1, 9, seed=2)]
        prepared = hoisted.prepare(batch_of(clips, padded_lengths(seconds)), guided=True)
        generator = torch.Generator().manual_seed(seconds)
        channels, steps = denoiser.config.latent_channels, padded_lengths(seconds).latent_steps
        x = torch.randn(2, channels, steps, generator=generator).repeat(2, 1, 1)
        return hoisted.velocity(x, 0, prepared)

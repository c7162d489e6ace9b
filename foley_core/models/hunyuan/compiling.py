"""Compiled blocks of a denoiser, a trial of the compiler, and the way back to blocks that are not
compiled."""

import os
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from foley_core.models.hunyuan.denoiser import Denoiser

_SAID = 200
"""Characters that are passed on of what a compiler says."""


def compile_blocks(denoiser: Denoiser, cache: Path) -> None:
    """Let the blocks of a denoiser be compiled at their first call.

    Args:
        cache: a folder of this machine for compiled kernels; processes may share it. A folder that
            `TORCHINDUCTOR_CACHE_DIR` names already is taken instead.
    """
    _keep_in(cache)
    # Block by block: all blocks of a kind share one graph. Lengths are dynamic, or every length of
    # clip would be compiled anew.
    for block in _blocks(denoiser):
        block.compile(dynamic=True)


def leave_uncompiled(denoiser: Denoiser) -> None:
    """Let the blocks of a denoiser compute as they are written, from their next call on."""
    for block in _blocks(denoiser):
        block._compiled_call_impl = None


def compiling_fault(device: torch.device, cache: Path) -> str:
    """Return why nothing can be compiled for a device, in a few words; "" where it can.

    A small kernel is compiled and run there, with a norm and a product as blocks have them.

    Args:
        cache: see `compile_blocks`.
    """
    _keep_in(cache)
    given = torch.linspace(-1.0, 1.0, 64, device=device).reshape(4, 16)
    try:
        found = torch.compile(_of_a_block, dynamic=True)(given)
    except Exception as error:  # compilers raise all there is
        return said_by(error)
    right = torch.allclose(found, _of_a_block(given), rtol=1e-3, atol=1e-3)
    return "" if right else "what was compiled gave wrong numbers"


def said_by(error: Exception) -> str:
    """Return the line of a compiler's complaint that says something, cut to 200 characters."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    # The first line may say no more than whose error follows.
    return next((line for line in lines if not line.endswith(":")), lines[0])[:_SAID]


def _of_a_block(x: Tensor) -> Tensor:
    return nn.functional.silu(nn.functional.layer_norm(x, x.shape[-1:])) @ x.T


def _keep_in(cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    # There is no other way to name it; Inductor would set the variable to a folder of its own.
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(cache))


def _blocks(denoiser: Denoiser) -> Iterator[nn.Module]:
    yield from denoiser.triple_blocks
    yield from denoiser.single_blocks

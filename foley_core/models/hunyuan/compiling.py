"""Compiled blocks of a denoiser, and the way back to blocks that are not compiled."""

import os
from collections.abc import Iterator
from pathlib import Path

from torch import nn

from foley_core.models.hunyuan.denoiser import Denoiser


def compile_blocks(denoiser: Denoiser, cache: Path) -> None:
    """Let the blocks of a denoiser be compiled at their first call.

    Args:
        cache: a folder of this machine for compiled kernels; processes may share it. A folder that
            `TORCHINDUCTOR_CACHE_DIR` names already is taken instead.
    """
    cache.mkdir(parents=True, exist_ok=True)
    # There is no other way to name it; Inductor would set the variable to a folder of its own.
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(cache))
    # Block by block: all blocks of a kind share one graph. Lengths are dynamic, or every length of
    # clip would be compiled anew.
    for block in _blocks(denoiser):
        block.compile(dynamic=True)


def leave_uncompiled(denoiser: Denoiser) -> None:
    """Let the blocks of a denoiser compute as they are written, from their next call on."""
    for block in _blocks(denoiser):
        block._compiled_call_impl = None


def _blocks(denoiser: Denoiser) -> Iterator[nn.Module]:
    yield from denoiser.triple_blocks
    yield from denoiser.single_blocks

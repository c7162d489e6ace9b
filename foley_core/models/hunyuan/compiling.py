"""Compiled steps: the blocks of a denoiser as fused kernels, kept on disk between processes.

All blocks of a kind share their code, so each kind is compiled once, for clips of any length, and
the next process takes it from the cache. Lengths are dynamic from the start: kernels that were made
for the first length and again for the second would let sound depend on what was performed before.
"""

import os
from pathlib import Path

from foley_core.models.hunyuan.denoiser import Denoiser


def compiled(denoiser: Denoiser, cache: Path) -> Denoiser:
    """The same denoiser, its blocks compiled when they are first called, in place.

    Args:
        cache: a folder of this machine for compiled kernels; processes may share it.
    """
    cache.mkdir(parents=True, exist_ok=True)
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(cache)
    for block in (*denoiser.triple_blocks, *denoiser.single_blocks):
        block.compile(dynamic=True)
    return denoiser

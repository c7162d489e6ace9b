"""The public networks on one device, ready to generate clips from their features.

On CUDA a batch always has the same number of rows, its streams have one of a few lengths, and masks
are always used; missing rows are filled with copies. So a clip meets the same kernels and gets the
same bits, whatever clips are beside it. The number of rows follows from the memory of the card, so
it is the same on all cards of one kind. On a CPU nothing is gained by batches: clips are generated
one by one, at their own length.
"""

import os
from collections.abc import Sequence
from math import ceil
from pathlib import Path

import numpy as np
import torch

from foley_core.models.hunyuan.batching import ClipConditions, batch_of
from foley_core.models.hunyuan.denoiser import Denoiser
from foley_core.models.hunyuan.gpu_memory import memory_needed, require_memory
from foley_core.models.hunyuan.hoisting import HoistedDenoiser
from foley_core.models.hunyuan.loading import (
    denoiser_config,
    load_denoiser,
    load_vae,
)
from foley_core.models.hunyuan.network_config import (
    MOST_CLIP_S,
    MOST_TEXT_TOKENS,
    SCENE_RATE,
    SYNC_RATE,
    TOKENS_PER_SEGMENT,
    ClipLengths,
    DenoiserConfig,
    sync_segments,
)
from foley_core.models.hunyuan.published import Published
from foley_core.models.hunyuan.sampling import (
    hoisted_velocity,
    latents,
    noise_of,
    sample_latent,
    schedule_of,
)
from foley_core.storage.local_copies import cache_folder
from foley_core.types import F32, Quality

MOST_ROWS = 4
"""Clips at once. With guidance they make twice as many rows, which fill a card; more would not be
faster."""


def padded_lengths(seconds: float) -> ClipLengths:
    """Return the lengths to which the streams of a clip are padded, by its whole seconds."""
    whole = min(int(MOST_CLIP_S), ceil(seconds))
    # One more than the rate says: a picture exactly at the end is taken as well.
    pictures = whole * SYNC_RATE + 1
    return ClipLengths(
        latent_steps=2 * pictures,
        scene=whole * SCENE_RATE + 1,
        sync=TOKENS_PER_SEGMENT * sync_segments(pictures),
        text=MOST_TEXT_TOKENS,
    )


def rows_at_once(config: DenoiserConfig, device: torch.device, share: float) -> int:
    """Return the number of clips to generate at once: `MOST_ROWS`, or fewer if memory is small.

    Args:
        share: of the device's memory that may be used, 0..1.
    """
    if device.type != "cuda":
        return 1
    memory = share * torch.cuda.get_device_properties(device).total_memory
    rows = MOST_ROWS
    while rows > 1 and memory_needed(config, torch.bfloat16, rows) > memory:
        rows //= 2
    return rows


class ClipSampler:
    """Denoiser and decoder of one model, for one quality.

    Attributes:
        rows: number of clips that are generated at once.
        pads: True if every batch is filled up to `rows` and padded to whole seconds.
    """

    def __init__(
        self, published: Published, device: torch.device, quality: Quality, share: float
    ) -> None:
        """Load the networks.

        Args:
            quality: decides the schedule.
            share: of the device's memory that may be used, 0..1.

        Raises:
            CheckpointError: files are missing, damaged or of another shape, or there is too little
                memory for them.
            StorageError: they cannot be read.
        """
        on_cuda = device.type == "cuda"
        # bfloat16 as published; CPUs take float32, since few of them are fast in bfloat16.
        dtype = torch.bfloat16 if on_cuda else torch.float32
        config = denoiser_config(published)
        self.rows = rows_at_once(config, device, share)
        require_memory(memory_needed(config, dtype, self.rows), device)
        torch.backends.cudnn.deterministic = True
        denoiser = load_denoiser(published, device, dtype)
        if on_cuda:
            denoiser = compiled(denoiser, cache_folder() / "kernels")
        self._vae = load_vae(published, device)
        self._schedule = schedule_of(quality)
        self._hoisted = HoistedDenoiser(denoiser, self._schedule.timesteps)
        self.pads = on_cuda

    def generate(
        self, clips: Sequence[ClipConditions], seeds: Sequence[int], guidance: float, seconds: float
    ) -> list[F32]:
        """Return the sound `(1, N)` at 48 kHz in -1..1 of each clip.

        Args:
            clips: at most `rows`.
            seeds: of the noise, one for each clip.
            guidance: scale of classifier-free guidance; 1 or less means none.
            seconds: length of the longest clip of the batch, rounded up to whole seconds. The bits
                of a clip depend on it. It is not computed from the features, because clips of one
                length differ by a few in their counts of pictures.
        """
        count = len(clips)
        size = None
        if self.pads:
            size = padded_lengths(seconds)
            clips = [*clips, *[clips[-1]] * (self.rows - count)]
            seeds = [*seeds, *[seeds[-1]] * (self.rows - count)]
        batch = batch_of(clips, size)
        noise = noise_of(seeds, batch, self._hoisted.denoiser)
        velocity = hoisted_velocity(self._hoisted, batch, guidance)
        carried = latents(sample_latent(velocity, noise, self._schedule), batch)
        sounds = [self._vae.decode(latent[None]) for latent in carried[:count]]
        return [np.asarray(sound.float().cpu().numpy(), np.float32) for sound in sounds]


def compiled(denoiser: Denoiser, cache: Path) -> Denoiser:
    """Let the blocks of a denoiser be compiled at their first call, in place, and return it.

    Args:
        cache: a folder of this machine for compiled kernels; processes may share it.
    """
    cache.mkdir(parents=True, exist_ok=True)
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(cache)
    # Block by block: all blocks of a kind share one graph. Lengths are dynamic, or every length of
    # clip would be compiled anew.
    for block in (*denoiser.triple_blocks, *denoiser.single_blocks):
        block.compile(dynamic=True)
    return denoiser

"""The public networks on one device, ready to generate clips from their features.

On CUDA the shape of a batch follows from the length of its clips (`batch_shapes`), and masks are
always used. So a clip meets the same kernels and gets the same bits, whatever clips are beside it.
How much is generated at once follows from the memory of the card, so it is the same on all cards of
one kind. On a CPU clips are generated one by one, at their own length.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from math import ceil
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from foley_core.models.hunyuan.batch_shapes import LENGTHS_S, MOST_AT_ONCE_S, BatchShapes
from foley_core.models.hunyuan.batching import ClipConditions, batch_of
from foley_core.models.hunyuan.compiling import compile_blocks, leave_uncompiled, said_by
from foley_core.models.hunyuan.gpu_memory import memory_needed, require_memory
from foley_core.models.hunyuan.hoisting import HoistedDenoiser
from foley_core.models.hunyuan.kernel_choice import pinned
from foley_core.models.hunyuan.kernels import Kernels
from foley_core.models.hunyuan.loading import (
    denoiser_config,
    load_denoiser,
    load_vae,
)
from foley_core.models.hunyuan.network_config import (
    LATENT_RATE,
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
    PUBLISHED_GUIDANCE,
    Schedule,
    hoisted_velocity,
    latents,
    noise_of,
    sample_latent,
)
from foley_core.storage.local_copies import cache_folder
from foley_core.types import F32

LOG = logging.getLogger("foley")

DECODED_AT_ONCE_S = 30
"""Seconds of padded clips that the decoder takes at once: its layers hold 12 MB a second each."""

_Answer = TypeVar("_Answer")
_Given = TypeVar("_Given")
_TILE = 16
"""Kernels of attention take masks and tokens that are aligned to so many; others are copied."""


def padded_lengths(seconds: float) -> ClipLengths:
    """Return the lengths to which the streams of a clip are padded, by its whole seconds.

    Streams that attend or are attended to are padded to multiples of 16, up to 3 % for long clips.
    """
    whole = min(int(MOST_CLIP_S), ceil(seconds))
    # One more than the rate says: a picture exactly at the end is taken as well.
    pictures = whole * SYNC_RATE + 1
    return ClipLengths(
        latent_steps=_tiled(2 * pictures),
        scene=_tiled(whole * SCENE_RATE + 1),
        sync=TOKENS_PER_SEGMENT * sync_segments(pictures),
        text=_tiled(MOST_TEXT_TOKENS),
    )


def _tiled(count: int) -> int:
    return -(-count // _TILE) * _TILE


def shapes_on(
    config: DenoiserConfig, device: torch.device, share: float, alone: bool = False
) -> BatchShapes:
    """Return the shapes of batches on a device: smaller ones if its memory is small.

    Args:
        share: of the device's memory that may be used, 0..1.
        alone: every clip is to be a batch of its own.
    """
    if device.type != "cuda":
        return BatchShapes(0, alone)
    memory = share * torch.cuda.get_device_properties(device).total_memory
    rows = MOST_AT_ONCE_S // LENGTHS_S[-1]
    while rows > 1 and memory_needed(config, torch.bfloat16, rows) > memory:
        rows -= 1
    return BatchShapes(rows * LENGTHS_S[-1], alone)


class ClipSampler:
    """Denoiser and decoder of one model, for one schedule.

    Attributes:
        shapes: the batches that it takes.
        remark: a sentence for people, once compiling has failed; empty before.
    """

    def __init__(
        self,
        published: Published,
        device: torch.device,
        schedule: Schedule,
        kernels: Kernels,
        share: float,
        alone: bool = False,
    ) -> None:
        """Load the networks.

        Args:
            schedule: of every clip.
            kernels: those of the device.
            share: of the device's memory that may be used, 0..1.
            alone: every clip is to be a batch of its own.

        Raises:
            CheckpointError: files are missing, damaged or of another shape, or there is too little
                memory for them.
            StorageError: they cannot be read.
        """
        on_cuda = device.type == "cuda"
        # bfloat16 as published; CPUs take float32, since few of them are fast in bfloat16.
        dtype = torch.bfloat16 if on_cuda else torch.float32
        config = denoiser_config(published)
        self.shapes = shapes_on(config, device, share, alone)
        rows = self.shapes.rows(LENGTHS_S[-1])
        require_memory(memory_needed(config, dtype, rows), device)
        self._kernels, self.remark = kernels, ""
        denoiser = load_denoiser(published, device, dtype)
        if kernels.compiled:
            compile_blocks(denoiser, cache_folder() / "kernels")
        self._vae = load_vae(published, device)
        self._schedule = schedule
        with pinned(kernels):
            timesteps = self._schedule.timesteps
            self._hoisted = HoistedDenoiser(denoiser, timesteps, kernels.attention)

    def generate(
        self,
        clips: Sequence[ClipConditions],
        seeds: Sequence[int],
        guidance: float,
        padded_s: int,
    ) -> list[F32]:
        """Return the sound `(1, N)` at 48 kHz in -1..1 of each clip.

        Args:
            clips: one batch of `shapes`.
            seeds: of the noise, one for each clip.
            guidance: scale of classifier-free guidance; 1 or less means none.
            padded_s: what `shapes` pads them to. It is not computed from the features, because
                clips of one length differ by a few in their counts of pictures.
        """
        return self._done(partial(self._generated, clips, seeds, guidance, padded_s))

    def compile_ahead(self) -> None:
        """Compile now what the first clip would wait for, if anything is compiled."""
        if self._kernels.compiled:
            self._done(self._one_step)

    def _done(self, work: Callable[[], _Answer]) -> _Answer:
        """Return the answer of some work; where compiling fails it is done again without."""
        with pinned(self._kernels):
            try:
                return work()
            except torch.OutOfMemoryError:
                raise
            except Exception as error:  # compilers raise all there is
                if not self._kernels.compiled or self.remark:
                    raise
                self._leave_uncompiled(error)
            return work()

    def _one_step(self) -> None:
        """Take one step of a batch of the shortest clips, of nothing."""
        config, seconds = self._hoisted.denoiser.config, LENGTHS_S[0]
        size, rows = padded_lengths(seconds), self.shapes.rows(seconds)
        text = torch.zeros(2, config.text_width)
        nothing = ClipConditions(
            scene=torch.zeros(seconds * SCENE_RATE, config.scene_width),
            sync=torch.zeros(size.sync, config.sync_width),
            text=text,
            negative_text=text,
            latent_steps=seconds * LATENT_RATE,
        )
        batch = batch_of([nothing] * rows, size)
        velocity = hoisted_velocity(self._hoisted, batch, PUBLISHED_GUIDANCE)
        velocity(noise_of([0] * rows, batch, self._hoisted.denoiser), 0)

    def _leave_uncompiled(self, error: Exception) -> None:
        """Go on without compiled kernels: slower, and with other last bits, but with the sound."""
        failed = "public checkpoints computed without compiled kernels, which failed:"
        self.remark = f"{failed} {said_by(error)}"
        LOG.warning(self.remark)
        leave_uncompiled(self._hoisted.denoiser)

    def _generated(
        self,
        clips: Sequence[ClipConditions],
        seeds: Sequence[int],
        guidance: float,
        padded_s: int,
    ) -> list[F32]:
        """Return the sounds of one batch; see `generate`."""
        count, size = len(clips), None
        if self.shapes.pads:
            size = padded_lengths(padded_s)
            rows = self.shapes.rows(padded_s)
            clips, seeds = _filled(list(clips), rows), _filled(list(seeds), rows)
        batch = batch_of(clips, size)
        noise = noise_of(seeds, batch, self._hoisted.denoiser)
        velocity = hoisted_velocity(self._hoisted, batch, guidance, self._schedule)
        carried = latents(sample_latent(velocity, noise, self._schedule), batch)[:count]
        if size is None:
            return [_on_cpu(self._vae.decode(latent[None])) for latent in carried]
        return self._decoded(carried, padded_s, size.latent_steps)

    def _decoded(self, carried: Sequence[Tensor], padded_s: int, steps: int) -> list[F32]:
        """Return the sounds of latents `(C, T)`, decoded in batches of one shape a length."""
        rows = min(self.shapes.rows(padded_s), max(1, DECODED_AT_ONCE_S // padded_s))
        sounds: list[F32] = []
        for first in range(0, len(carried), rows):
            some = carried[first : first + rows]
            own = [latent.shape[1] for latent in some]
            padded = [functional.pad(latent, (0, steps - latent.shape[1])) for latent in some]
            sound = self._vae.decode(torch.stack(_filled(padded, rows)), _filled(own, rows))
            hop = sound.shape[1] // steps
            sounds += [_on_cpu(row[None, : n * hop]) for row, n in zip(sound, own, strict=False)]
        return sounds


def _filled(given: list[_Given], rows: int) -> list[_Given]:
    """Return so many, the last one again and again."""
    return given + [given[-1]] * (rows - len(given))


def _on_cpu(sound: Tensor) -> F32:
    return np.asarray(sound.float().cpu().numpy(), np.float32)

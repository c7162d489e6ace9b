"""The denoiser with everything out of its steps that does not change between them.

- Modulations of the triple blocks depend on the time alone: once per schedule.
- Text keys and values, embedded pictures and synchronisation, positions: once per batch.
- The condition of a single block has few distinct rows: the tokens of each clip's synchronisation,
  and eight for all that are not conditioned, whichever clip. It is computed for those, then
  gathered.
- Nothing looks at the picture after the last triple block, so it is not computed.

A step has static shapes and no control flow that depends on data, so `compiled` may be applied.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from foley_core.models.hunyuan.batching import ClipBatch
from foley_core.models.hunyuan.blocks import TextKeys, TripleBlock
from foley_core.models.hunyuan.denoiser import Denoiser
from foley_core.models.hunyuan.network_config import TOKENS_PER_SEGMENT
from foley_core.models.hunyuan.token_layout import TokenLayout


@dataclass(frozen=True, slots=True)
class PreparedBatch:
    """What every step of one batch shares; with guidance, twice as many rows, unconditioned first.

    Attributes:
        sync: `(B, Na, D)` the synchronisation of each latent step.
        distinct_sync: `(R, D)` its distinct rows, and `rows (B, Na)` which one each step has.
        scene: `(B, Nv, D)` embedded pictures.
        text: keys and values for each triple block.
    """

    sync: Tensor
    distinct_sync: Tensor
    rows: Tensor
    scene: Tensor
    text: tuple[TextKeys, ...]
    layout: TokenLayout


class HoistedDenoiser:
    """A denoiser for one schedule."""

    @torch.no_grad()
    def __init__(self, denoiser: Denoiser, timesteps: Tensor) -> None:
        """`timesteps (steps,)` are the times of the path, in 0..1000, that will be asked for."""
        self.denoiser = denoiser
        times = [denoiser.time_in(t[None]) for t in timesteps.to(denoiser.device)]
        self.times = torch.cat(times)
        activated = functional.silu(self.times)
        self.modulations = [block.modulations(activated) for block in self._triple_blocks()]

    @torch.no_grad()
    def prepare(self, batch: ClipBatch, guided: bool) -> PreparedBatch:
        """Everything of a batch that its steps share.

        Args:
            guided: each clip also without its conditions, for classifier-free guidance.
        """
        denoiser = self.denoiser
        batch = batch.to(denoiser.device, denoiser.dtype)
        layout = batch.layout(denoiser.config.head_width, denoiser.device)
        given = batch.conditions
        sync = denoiser.embedded_sync(given.sync)
        first = torch.arange(len(sync), device=sync.device)[:, None] * sync.shape[1]
        distinct, rows = sync.flatten(0, 1), layout.sync_rows + first
        scene, text = denoiser.visual_proj(given.scene), given.text
        if guided:
            empty = denoiser.embedded_sync(self._empty_segment())
            distinct = torch.cat([empty[0], distinct])
            rows = torch.cat([layout.sync_rows % TOKENS_PER_SEGMENT, rows + TOKENS_PER_SEGMENT])
            unseen = denoiser.visual_proj(denoiser.empty_clip_feat)
            scene = torch.cat([unseen.expand(scene.shape), scene])
            text = torch.cat([batch.negative_text, text])
            layout = layout.doubled()
        embedded = denoiser.cond_in(text)
        keys = tuple(block.text_keys(embedded, layout) for block in self._triple_blocks())
        return PreparedBatch(distinct[rows], distinct, rows, scene, keys, layout)

    @torch.no_grad()
    def velocity(self, x: Tensor, step: int, prepared: PreparedBatch) -> Tensor:
        """Velocity `(B, C, Na)` of `x (B, C, Na)` at a step of the schedule."""
        audio = self.denoiser.audio_embedder(x) + prepared.sync
        scene = prepared.scene
        blocks = self._triple_blocks()
        for block, (of_audio, of_scene), text in zip(
            blocks, self.modulations, prepared.text, strict=True
        ):
            numbers = (of_audio[step, None], of_scene[step, None])
            last = block is blocks[-1]
            audio, scene = block(audio, scene, numbers, text, prepared.layout, last=last)
        activated = functional.silu(prepared.distinct_sync + self.times[step])
        for single in self.denoiser.single_blocks:
            audio = single(audio, activated, prepared.rows, prepared.layout)
        return self.denoiser.final_layer(audio)  # type: ignore[no-any-return]

    def _empty_segment(self) -> Tensor:
        empty = self.denoiser.empty_sync_feat
        return empty.expand(1, TOKENS_PER_SEGMENT, empty.shape[-1])

    def _triple_blocks(self) -> list[TripleBlock]:
        return [block for block in self.denoiser.triple_blocks if isinstance(block, TripleBlock)]

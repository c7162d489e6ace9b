"""The denoiser of HunyuanVideo-Foley: the velocity of an audio latent, from picture and text.

It is a multimodal diffusion transformer (Shan et al., arXiv:2508.16930). First audio and pictures
attend to each other, and both to the text. Then audio attends to itself alone; there the condition
of each latent step is its synchronisation token plus the time of the path. Names of modules are
those of the published state dict.

`forward` computes everything at every step. `hoisting` computes the same in fewer operations and
must give equal results. Modules hold no buffers, so one made on the `meta` device is complete once
its weights are assigned.

Shapes: `Na` latent steps, `Nv` scene pictures, `Ns` synchronisation tokens, `L` text tokens.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from foley_core.models.hunyuan.batching import BatchConditions
from foley_core.models.hunyuan.blocks import ConvPerceptron, SingleBlock, TokenConv, TripleBlock
from foley_core.models.hunyuan.network_config import TOKENS_PER_SEGMENT, DenoiserConfig
from foley_core.models.hunyuan.token_layout import TokenLayout

TIME_SCALE = 1000.0
"""The network takes the time of the path, 1 (noise) to 0 (data), times this number."""

# The published code's values.
_TIME_CHANNELS = 256
_FINAL_EPS = 1e-6


class GatedPerceptron(nn.Module):
    """The gated perceptron `w2(SiLU(w1 x) · w3 x)`, without biases (Shazeer, arXiv:2002.05202)."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.w1 = nn.Linear(inputs, width, bias=False)
        self.w2 = nn.Linear(width, width, bias=False)
        self.w3 = nn.Linear(inputs, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return `(…, width)` from `x (…, inputs)`."""
        return self.w2(functional.silu(self.w1(x)) * self.w3(x))  # type: ignore[no-any-return]


class TextProjection(nn.Module):
    """Two linear layers around a SiLU."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.linear_1 = nn.Linear(inputs, width)
        self.linear_2 = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Return `(…, width)` from `x (…, inputs)`."""
        return self.linear_2(functional.silu(self.linear_1(x)))  # type: ignore[no-any-return]


class TimeEmbedding(nn.Module):
    """The time of the path as a vector: cosines and sines, then two linear layers."""

    def __init__(self, width: int) -> None:
        super().__init__()
        entrance = nn.Linear(_TIME_CHANNELS, width)
        self.mlp = nn.Sequential(entrance, nn.SiLU(), nn.Linear(width, width))

    def forward(self, t: Tensor) -> Tensor:
        """Return `(B, D)` from times `t (B,)` in 0..1000."""
        half = _TIME_CHANNELS // 2
        exponents = torch.arange(half, dtype=torch.float32, device=t.device) / half
        # The sinusoid is in float32, as published: bfloat16 knows times near 1000 only to 4.
        angles = t.float()[:, None] * torch.exp(-math.log(10_000.0) * exponents)
        waves = torch.cat([angles.cos(), angles.sin()], dim=-1)
        return self.mlp(waves.to(next(self.parameters()).dtype))  # type: ignore[no-any-return]


class LatentEmbedding(nn.Module):
    """The embedding of a latent: channels to tokens."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.proj = TokenConv(channels, width, kernel=1, bias=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return tokens `(B, Na, D)` from a latent `x (B, C, Na)` of any data type."""
        return self.proj(x.transpose(1, 2).to(self.proj.weight.dtype))  # type: ignore[no-any-return]


class FinalLayer(nn.Module):
    """The last layer: tokens to latent channels.

    The published file has weights of a modulation here (`adaLN_modulation`) that the published
    network never applies. They are loaded so that the file fits, and not used.
    """

    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, channels)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))

    def forward(self, audio: Tensor) -> Tensor:
        """Return a velocity `(B, C, Na)` from tokens `(B, Na, D)`."""
        normed = functional.layer_norm(audio.float(), audio.shape[-1:], eps=_FINAL_EPS)
        return self.linear(normed.to(audio.dtype)).transpose(1, 2)  # type: ignore[no-any-return]


class Denoiser(nn.Module):
    """The whole denoiser: the velocity of a latent along its path from data to noise."""

    def __init__(self, config: DenoiserConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.audio_embedder = LatentEmbedding(config.latent_channels, width)
        self.visual_proj = GatedPerceptron(config.scene_width, width)
        self.cond_in = TextProjection(config.text_width, width)
        self.time_in = TimeEmbedding(width)
        self.sync_in = nn.Sequential(
            nn.Linear(config.sync_width, width),
            nn.SiLU(),
            ConvPerceptron(width, config.convolution_width, kernel=1),
        )
        self.sync_pos_emb = nn.Parameter(torch.zeros(1, 1, TOKENS_PER_SEGMENT, config.sync_width))
        # Learned features in place of pictures, for the half of a guided batch without conditions.
        self.empty_clip_feat = nn.Parameter(torch.zeros(1, config.scene_width))
        self.empty_sync_feat = nn.Parameter(torch.zeros(1, config.sync_width))
        self.triple_blocks = nn.ModuleList(TripleBlock(config) for _ in range(config.triple_blocks))
        self.single_blocks = nn.ModuleList(SingleBlock(config) for _ in range(config.single_blocks))
        self.final_layer = FinalLayer(width, config.latent_channels)

    @property
    def dtype(self) -> torch.dtype:
        """Data type of the weights."""
        return self.empty_clip_feat.dtype

    @property
    def device(self) -> torch.device:
        """Device of the weights."""
        return self.empty_clip_feat.device

    def embedded_sync(self, sync: Tensor) -> Tensor:
        """Return embedded synchronisation tokens `(B, Ns, D)` from raw ones `(B, Ns, ·)`.

        A learned vector tells each token its place among the 8 of its segment.
        """
        batch, tokens, width = sync.shape
        segments = sync.view(batch, -1, TOKENS_PER_SEGMENT, width) + self.sync_pos_emb
        return self.sync_in(segments.view(batch, tokens, width))  # type: ignore[no-any-return]

    def forward(
        self, x: Tensor, t: Tensor, conditions: BatchConditions, layout: TokenLayout
    ) -> Tensor:
        """Return the velocity `(B, C, Na)`.

        Args:
            x: `(B, C, Na)`, a noisy latent.
            t: `(B,)`, times of the path, 0 (data) to 1000 (noise).
            conditions: raw features, padded as `layout` says.
        """
        time = self.time_in(t)
        activated_time = functional.silu(time)
        # 25 synchronisation tokens a second, 50 latent steps: each step takes the nearest token.
        sync = self.embedded_sync(conditions.sync)
        sync = sync.gather(1, layout.sync_rows[..., None].expand(-1, -1, sync.shape[-1]))
        text = self.cond_in(conditions.text)
        scene = self.visual_proj(conditions.scene)
        audio = self.audio_embedder(x) + sync
        for block in self.triple_blocks:
            assert isinstance(block, TripleBlock)
            keys = block.text_keys(text, layout)
            audio, scene = block(audio, scene, block.modulations(activated_time), keys, layout)
        # From here on the picture acts through synchronisation alone, step by step.
        activated_condition = functional.silu(sync + time[:, None])
        for block in self.single_blocks:
            audio = block(audio, activated_condition, None, layout)
        return self.final_layer(audio)  # type: ignore[no-any-return]

"""Blocks of the denoiser: audio with picture and text, then audio alone.

Names of the modules are those of the published state dict. The modulation, the text keys and the
condition of a block are passed in, so that they can be computed once where they do not change: see
`hoisting`. Norms and rotations compute in float32, whatever the data type of the weights.

Shapes: tokens `(B, K, D)`, heads `(B, K, H, head width)`; `Na` audio tokens, `Nv` picture tokens,
`L` text tokens.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from foley_core.models.hunyuan.attention import attend
from foley_core.models.hunyuan.modulation import (
    TRIPLE_EPS,
    Modulation,
    ShiftScaleGate,
    modulated,
    modulations_of_parts,
)
from foley_core.models.hunyuan.network_config import DenoiserConfig
from foley_core.models.hunyuan.rotary import Rotary, rotated
from foley_core.models.hunyuan.token_layout import TokenLayout

# The published code's values. The norm of heads in single blocks is torch's own without a value
# given, which means the precision of float32.
_SINGLE_EPS = 1e-5
_SINGLE_HEAD_EPS = torch.finfo(torch.float32).eps


class TextKeys(NamedTuple):
    """Keys, normed and rotated, and values of the text for one triple block, `(B, L, H, ·)`."""

    keys: Tensor
    values: Tensor


class HeadNorm(nn.Module):
    """Root mean square norm over the channels of a head (Zhang and Sennrich, arXiv:1910.07467)."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Return the same shape and type; the mean is taken in float32."""
        wide = x.float()
        normed = wide * torch.rsqrt(wide.square().mean(dim=-1, keepdim=True) + self.eps)
        return normed.to(x.dtype) * self.weight


class Perceptron(nn.Module):
    """Two linear layers around a GELU in its tanh approximation."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        """Return `(B, K, D)` from `x (B, K, D)`."""
        return self.fc2(functional.gelu(self.fc1(x), approximate="tanh"))  # type: ignore[no-any-return]


class TokenConv(nn.Conv1d):
    """A convolution along tokens, with zeros beyond both ends, computed as one matrix product."""

    def __init__(self, inputs: int, outputs: int, kernel: int, bias: bool) -> None:
        super().__init__(inputs, outputs, kernel, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return `(B, K, outputs)` from `x (B, K, inputs)`."""
        (kernel,) = self.kernel_size
        if kernel > 1:
            # Each token beside its neighbours: (B, K, inputs · kernel), in the order of the weight.
            padded = functional.pad(x, (0, 0, kernel // 2, kernel // 2))
            x = padded.unfold(1, kernel, 1).flatten(2)
        return functional.linear(x, self.weight.flatten(1), self.bias)


class ConvPerceptron(nn.Module):
    """A gated perceptron of convolutions: `w2(SiLU(w1 x) · w3 x)`."""

    def __init__(self, width: int, inner: int, kernel: int) -> None:
        super().__init__()
        self.w1 = TokenConv(width, inner, kernel, bias=False)
        self.w2 = TokenConv(inner, width, kernel, bias=False)
        self.w3 = TokenConv(width, inner, kernel, bias=False)

    def forward(self, x: Tensor, layout: TokenLayout | None = None) -> Tensor:
        """Return `(B, K, D)` from `x (B, K, D)`.

        Args:
            layout: of padded batches. A convolution of kernel 3 carries a token into its
                neighbours, so padding is set to zero before each one.
        """
        if layout is None:
            return self.w2(functional.silu(self.w1(x)) * self.w3(x))  # type: ignore[no-any-return]
        x = layout.silenced(x)
        return self.w2(layout.silenced(functional.silu(self.w1(x)) * self.w3(x)))  # type: ignore[no-any-return]


class TripleBlock(nn.Module):
    """A block of three streams: audio and picture attend to each other, and both to the text.

    The text is not changed. `v_cond` in the published names is the picture.
    """

    def __init__(self, config: DenoiserConfig) -> None:
        super().__init__()
        width, inner = config.width, config.perceptron_width
        self.heads = config.heads
        # Each stream has weights of its own for everything but the keys and values of the text.
        self.audio_mod = Modulation(width, 9)
        self.audio_self_attn_qkv = nn.Linear(width, 3 * width)
        self.audio_self_q_norm = HeadNorm(config.head_width, TRIPLE_EPS)
        self.audio_self_k_norm = HeadNorm(config.head_width, TRIPLE_EPS)
        self.audio_self_proj = nn.Linear(width, width)
        self.audio_cross_q = nn.Linear(width, width)
        self.audio_cross_q_norm = HeadNorm(config.head_width, TRIPLE_EPS)
        self.audio_cross_proj = nn.Linear(width, width)
        self.audio_mlp = Perceptron(width, inner)
        self.v_cond_mod = Modulation(width, 9)
        self.v_cond_attn_qkv = nn.Linear(width, 3 * width)
        self.v_cond_attn_q_norm = HeadNorm(config.head_width, TRIPLE_EPS)
        self.v_cond_attn_k_norm = HeadNorm(config.head_width, TRIPLE_EPS)
        self.v_cond_self_proj = nn.Linear(width, width)
        self.v_cond_cross_q = nn.Linear(width, width)
        self.v_cond_cross_q_norm = HeadNorm(config.head_width, TRIPLE_EPS)
        self.v_cond_cross_proj = nn.Linear(width, width)
        self.v_cond_mlp = Perceptron(width, inner)
        self.text_cross_kv = nn.Linear(width, 2 * width)
        self.text_cross_k_norm = HeadNorm(config.head_width, TRIPLE_EPS)

    def modulations(self, activated: Tensor) -> tuple[Tensor, Tensor]:
        """Return the modulations of audio and picture, `(B, 9, D)` each, from SiLU(time) `(B, D)`.

        The nine are shift, scale and gate of self-attention, cross-attention and perceptron.
        """
        audio, scene = self.audio_mod(activated), self.v_cond_mod(activated)
        return audio.view(len(audio), 9, -1), scene.view(len(scene), 9, -1)

    def text_keys(self, text: Tensor, layout: TokenLayout) -> TextKeys:
        """Return keys and values of embedded text `(B, L, D)`; they do not depend on the time."""
        # Published like this: text is neither normed before it nor modulated, and only keys are
        # normed after it. Text positions count from 0, padding included.
        keys, values = self._split(self.text_cross_kv(text), 2)
        return TextKeys(rotated(self.text_cross_k_norm(keys), layout.text), values)

    def forward(
        self,
        audio: Tensor,
        scene: Tensor,
        modulations: tuple[Tensor, Tensor],
        text: TextKeys,
        layout: TokenLayout,
        last: bool = False,
    ) -> tuple[Tensor, Tensor]:
        """Return audio `(B, Na, D)` and picture `(B, Nv, D)` after this block.

        Args:
            modulations: of audio and picture, as `modulations` returns them.
            last: nothing reads the picture after the last triple block, so it is not computed:
                it comes back as it was.
        """
        # Gates scale what each part adds, so the time of the path decides how much of it counts.
        audio_numbers, scene_numbers = modulations
        audio_self, audio_cross, audio_perceptron = modulations_of_parts(audio_numbers)
        scene_self, scene_cross, scene_perceptron = modulations_of_parts(scene_numbers)
        heard, seen = self._joint_attention(audio, scene, audio_self, scene_self, layout, last)
        audio = audio + audio_self.gate * self.audio_self_proj(heard)
        query = self._query(modulated(audio, audio_cross), layout.audio, picture=False)
        heard = attend(query, *text, layout.text_mask, layout.kernel)
        audio = audio + audio_cross.gate * self.audio_cross_proj(heard)
        normed = modulated(audio, audio_perceptron)
        audio = audio + audio_perceptron.gate * self.audio_mlp(normed)
        if seen is None:
            return audio, scene
        scene = scene + scene_self.gate * self.v_cond_self_proj(seen)
        query = self._query(modulated(scene, scene_cross), layout.scene, picture=True)
        seen = attend(query, *text, layout.text_mask, layout.kernel)
        scene = scene + scene_cross.gate * self.v_cond_cross_proj(seen)
        normed = modulated(scene, scene_perceptron)
        return audio, scene + scene_perceptron.gate * self.v_cond_mlp(normed)

    def _joint_attention(
        self,
        audio: Tensor,
        scene: Tensor,
        audio_self: ShiftScaleGate,
        scene_self: ShiftScaleGate,
        layout: TokenLayout,
        last: bool,
    ) -> tuple[Tensor, Tensor | None]:
        """Return what audio and picture gather from both streams, heads merged, `(B, ·, D)`."""
        normed = modulated(audio, audio_self)
        query, key, value = self._split(self.audio_self_attn_qkv(normed), 3)
        query = rotated(self.audio_self_q_norm(query), layout.joint_audio)
        key = rotated(self.audio_self_k_norm(key), layout.joint_audio)
        normed = modulated(scene, scene_self)
        scene_query, scene_key, scene_value = self._split(self.v_cond_attn_qkv(normed), 3)
        scene_key = rotated(self.v_cond_attn_k_norm(scene_key), layout.joint_scene)
        # Pictures before audio, as published; positions, not this order, say what is near what.
        key, value = torch.cat([scene_key, key], dim=1), torch.cat([scene_value, value], dim=1)
        if last:
            return attend(query, key, value, layout.joint_mask, layout.kernel), None
        scene_query = rotated(self.v_cond_attn_q_norm(scene_query), layout.joint_scene)
        query = torch.cat([scene_query, query], dim=1)
        both = attend(query, key, value, layout.joint_mask, layout.kernel)
        return both[:, scene.shape[1] :], both[:, : scene.shape[1]]

    def _query(self, normed: Tensor, angles: Rotary, picture: bool) -> Tensor:
        """Return the queries of one stream to the text, `(B, K, H, ·)`, normed and rotated."""
        linear = self.v_cond_cross_q if picture else self.audio_cross_q
        norm = self.v_cond_cross_q_norm if picture else self.audio_cross_q_norm
        (heads,) = self._split(linear(normed), 1)
        return rotated(norm(heads), angles)

    def _split(self, x: Tensor, parts: int) -> tuple[Tensor, ...]:
        """Return `parts` times heads `(B, K, H, ·)` of channels that are stored part by part."""
        return _heads_of(x, parts, self.heads)


class SingleBlock(nn.Module):
    """A block of audio alone, each token under its own condition; convolutions mix neighbours."""

    def __init__(self, config: DenoiserConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.modulation = Modulation(width, 6)
        self.linear_qkv = nn.Linear(width, 3 * width)
        self.register_load_state_dict_pre_hook(_part_by_part)  # type: ignore[no-untyped-call]
        self.q_norm = HeadNorm(config.head_width, _SINGLE_HEAD_EPS)
        self.k_norm = HeadNorm(config.head_width, _SINGLE_HEAD_EPS)
        self.linear1 = TokenConv(width, width, kernel=3, bias=True)
        self.linear2 = ConvPerceptron(width, config.convolution_width, kernel=3)

    def forward(
        self, audio: Tensor, activated: Tensor, rows: Tensor | None, layout: TokenLayout
    ) -> Tensor:
        """Return audio `(B, Na, D)` after this block.

        Args:
            activated: SiLU(condition), `(B, Na, D)`; or its distinct rows, `(R, D)`.
            rows: `(B, Na)`, the row of `activated` that each token has; None for `(B, Na, D)`.
        """
        numbers = self.modulation(activated)
        # The linear layer has run on distinct rows alone; here each token gets its row.
        chunks = (numbers if rows is None else numbers[rows]).chunk(6, dim=-1)
        attention, convolutions = ShiftScaleGate(*chunks[:3]), ShiftScaleGate(*chunks[3:])
        normed = modulated(audio, attention, _SINGLE_EPS)
        query, key, value = _heads_of(self.linear_qkv(normed), 3, self.heads)
        query = rotated(self.q_norm(query), layout.audio)
        key = rotated(self.k_norm(key), layout.audio)
        heard = layout.silenced(attend(query, key, value, layout.audio_mask, layout.kernel))
        # The output projection is a convolution: it also sees the tokens next to each.
        audio = audio + attention.gate * self.linear1(heard)
        normed = modulated(audio, convolutions, _SINGLE_EPS)
        return audio + convolutions.gate * self.linear2(normed, layout)  # type: ignore[no-any-return]


def _part_by_part(_: nn.Module, state: dict[str, Tensor], prefix: str, *__: object) -> None:
    """Bring the projection of a published single block into the order of triple blocks, in place.

    There query, key and value of one channel stand side by side, so the channels of a value would
    lie three apart, and no fused kernel of attention takes those.
    """
    for name in (f"{prefix}linear_qkv.weight", f"{prefix}linear_qkv.bias"):
        if name in state:
            triples = state[name].reshape(-1, 3, *state[name].shape[1:])
            state[name] = triples.transpose(0, 1).flatten(0, 1)


def _heads_of(x: Tensor, parts: int, heads: int) -> tuple[Tensor, ...]:
    """Return `parts` times heads `(B, K, H, ·)` of channels that are stored part by part."""
    return x.view(*x.shape[:2], parts, heads, -1).unbind(2)

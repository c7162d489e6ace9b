"""Blocks of the denoiser: audio with picture and text, then audio alone.

Names of the modules are those of the published state dict. A block takes its modulation, its text
keys and its condition from outside, so that they can be computed once where they do not change:
see `hoisting`. Norms and rotations compute in float32, whatever the data type of the weights.

Shapes: tokens `(B, K, D)`, heads `(B, K, H, head width)`.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from foley_core.models.hunyuan.network_config import DenoiserConfig
from foley_core.models.hunyuan.rotary import Rotary, rotated
from foley_core.models.hunyuan.token_layout import TokenLayout

_TRIPLE_EPS = 1e-6
_SINGLE_EPS = 1e-5
_SINGLE_HEAD_EPS = torch.finfo(torch.float32).eps


class TextKeys(NamedTuple):
    """Keys, normed and rotated, and values of the text, for one triple block."""

    keys: Tensor
    values: Tensor


class HeadNorm(nn.Module):
    """Root mean square norm over the channels of a head."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Same shape; the mean in float32, the weight applied in the type of `x`."""
        wide = x.float()
        normed = wide * torch.rsqrt(wide.square().mean(dim=-1, keepdim=True) + self.eps)
        return normed.to(x.dtype) * self.weight


class Perceptron(nn.Module):
    """Two linear layers around a GELU (tanh)."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        """`(B, K, D)` from the same."""
        return self.fc2(functional.gelu(self.fc1(x), approximate="tanh"))  # type: ignore[no-any-return]


class Modulation(nn.Module):
    """Shifts, scales and gates from an activated condition."""

    def __init__(self, width: int, chunks: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, chunks * width)

    def forward(self, activated: Tensor) -> Tensor:
        """`(…, chunks · D)` from SiLU(condition) `(…, D)`."""
        return self.linear(activated)  # type: ignore[no-any-return]


class TokenConv(nn.Conv1d):
    """A convolution along the tokens `(B, K, C)`, zero beyond both ends, as one matrix product."""

    def __init__(self, inputs: int, outputs: int, kernel: int, bias: bool) -> None:
        super().__init__(inputs, outputs, kernel, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """`(B, K, outputs)`."""
        (kernel,) = self.kernel_size
        if kernel > 1:
            padded = functional.pad(x, (0, 0, kernel // 2, kernel // 2))
            x = padded.unfold(1, kernel, 1).flatten(2)
        return functional.linear(x, self.weight.flatten(1), self.bias)


class ConvPerceptron(nn.Module):
    """A gated perceptron of convolutions, `w2(SiLU(w1 x) · w3 x)`."""

    def __init__(self, width: int, inner: int, kernel: int) -> None:
        super().__init__()
        self.w1 = TokenConv(width, inner, kernel, bias=False)
        self.w2 = TokenConv(inner, width, kernel, bias=False)
        self.w3 = TokenConv(width, inner, kernel, bias=False)

    def forward(self, x: Tensor, layout: TokenLayout | None = None) -> Tensor:
        """`(B, K, D)`; padding is silenced before each convolution, for they leak by a token."""
        if layout is None:
            return self.w2(functional.silu(self.w1(x)) * self.w3(x))  # type: ignore[no-any-return]
        x = layout.silenced(x)
        return self.w2(layout.silenced(functional.silu(self.w1(x)) * self.w3(x)))  # type: ignore[no-any-return]


class TripleBlock(nn.Module):
    """Audio and picture attend to each other and to the text, which stays as it is."""

    def __init__(self, config: DenoiserConfig) -> None:
        super().__init__()
        width, inner = config.width, config.perceptron_width
        self.heads = config.heads
        self.audio_mod = Modulation(width, 9)
        self.audio_self_attn_qkv = nn.Linear(width, 3 * width)
        self.audio_self_q_norm = HeadNorm(config.head_width, _TRIPLE_EPS)
        self.audio_self_k_norm = HeadNorm(config.head_width, _TRIPLE_EPS)
        self.audio_self_proj = nn.Linear(width, width)
        self.audio_cross_q = nn.Linear(width, width)
        self.audio_cross_q_norm = HeadNorm(config.head_width, _TRIPLE_EPS)
        self.audio_cross_proj = nn.Linear(width, width)
        self.audio_mlp = Perceptron(width, inner)
        self.v_cond_mod = Modulation(width, 9)
        self.v_cond_attn_qkv = nn.Linear(width, 3 * width)
        self.v_cond_attn_q_norm = HeadNorm(config.head_width, _TRIPLE_EPS)
        self.v_cond_attn_k_norm = HeadNorm(config.head_width, _TRIPLE_EPS)
        self.v_cond_self_proj = nn.Linear(width, width)
        self.v_cond_cross_q = nn.Linear(width, width)
        self.v_cond_cross_q_norm = HeadNorm(config.head_width, _TRIPLE_EPS)
        self.v_cond_cross_proj = nn.Linear(width, width)
        self.v_cond_mlp = Perceptron(width, inner)
        self.text_cross_kv = nn.Linear(width, 2 * width)
        self.text_cross_k_norm = HeadNorm(config.head_width, _TRIPLE_EPS)

    def modulations(self, activated: Tensor) -> tuple[Tensor, Tensor]:
        """Of audio and picture, `(B, 9, D)` each, from SiLU(time) `(B, D)`."""
        audio, scene = self.audio_mod(activated), self.v_cond_mod(activated)
        return audio.view(len(audio), 9, -1), scene.view(len(scene), 9, -1)

    def text_keys(self, text: Tensor, layout: TokenLayout) -> TextKeys:
        """Keys and values of embedded text `(B, L, D)`; they do not depend on the time."""
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
        """Audio `(B, Na, D)` and picture `(B, Nv, D)`, one block further.

        The picture after the last block is never looked at: `last` leaves it as it was.
        """
        a, v = (_chunks(numbers) for numbers in modulations)
        heard, seen = self._joint_attention(audio, scene, a[:2], v[:2], layout, last)
        audio = audio + a[2] * self.audio_self_proj(heard)
        audio_query = self._query(_modulated(audio, a[3], a[4]), layout.audio, picture=False)
        audio = audio + a[5] * self.audio_cross_proj(_attend(audio_query, *text, layout.text_mask))
        audio = audio + a[8] * self.audio_mlp(_modulated(audio, a[6], a[7]))
        if seen is None:
            return audio, scene
        scene = scene + v[2] * self.v_cond_self_proj(seen)
        scene_query = self._query(_modulated(scene, v[3], v[4]), layout.scene, picture=True)
        scene = scene + v[5] * self.v_cond_cross_proj(_attend(scene_query, *text, layout.text_mask))
        scene = scene + v[8] * self.v_cond_mlp(_modulated(scene, v[6], v[7]))
        return audio, scene

    def _joint_attention(
        self,
        audio: Tensor,
        scene: Tensor,
        audio_numbers: tuple[Tensor, ...],
        scene_numbers: tuple[Tensor, ...],
        layout: TokenLayout,
        last: bool,
    ) -> tuple[Tensor, Tensor | None]:
        """What audio and picture hear and see of both, heads merged."""
        normed = _modulated(audio, audio_numbers[0], audio_numbers[1])
        query, key, value = self._split(self.audio_self_attn_qkv(normed), 3)
        query = rotated(self.audio_self_q_norm(query), layout.joint_audio)
        key = rotated(self.audio_self_k_norm(key), layout.joint_audio)
        normed = _modulated(scene, scene_numbers[0], scene_numbers[1])
        scene_query, scene_key, scene_value = self._split(self.v_cond_attn_qkv(normed), 3)
        scene_key = rotated(self.v_cond_attn_k_norm(scene_key), layout.joint_scene)
        key, value = torch.cat([scene_key, key], dim=1), torch.cat([scene_value, value], dim=1)
        if last:
            return _attend(query, key, value, layout.joint_mask), None
        scene_query = rotated(self.v_cond_attn_q_norm(scene_query), layout.joint_scene)
        query = torch.cat([scene_query, query], dim=1)
        both = _attend(query, key, value, layout.joint_mask)
        return both[:, scene.shape[1] :], both[:, : scene.shape[1]]

    def _query(self, normed: Tensor, angles: Rotary, picture: bool) -> Tensor:
        linear = self.v_cond_cross_q if picture else self.audio_cross_q
        norm = self.v_cond_cross_q_norm if picture else self.audio_cross_q_norm
        (heads,) = self._split(linear(normed), 1)
        return rotated(norm(heads), angles)

    def _split(self, x: Tensor, parts: int) -> tuple[Tensor, ...]:
        return x.view(*x.shape[:2], parts, self.heads, -1).unbind(2)


class SingleBlock(nn.Module):
    """Audio attends to itself, each token under its own condition; convolutions mix neighbours."""

    def __init__(self, config: DenoiserConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.modulation = Modulation(width, 6)
        self.linear_qkv = nn.Linear(width, 3 * width)
        self.q_norm = HeadNorm(config.head_width, _SINGLE_HEAD_EPS)
        self.k_norm = HeadNorm(config.head_width, _SINGLE_HEAD_EPS)
        self.linear1 = TokenConv(width, width, kernel=3, bias=True)
        self.linear2 = ConvPerceptron(width, config.convolution_width, kernel=3)

    def forward(
        self, audio: Tensor, activated: Tensor, rows: Tensor | None, layout: TokenLayout
    ) -> Tensor:
        """Audio `(B, Na, D)`, one block further.

        Args:
            activated: SiLU(condition), `(B, Na, D)`; or its distinct rows `(R, D)`, of which
                `rows (B, Na)` says which one each token has.
        """
        numbers = self.modulation(activated)
        numbers = (numbers if rows is None else numbers[rows]).chunk(6, dim=-1)
        normed = _modulated(audio, numbers[0], numbers[1], _SINGLE_EPS)
        query, key, value = (
            self.linear_qkv(normed).view(*normed.shape[:2], self.heads, -1, 3).unbind(-1)
        )
        query = rotated(self.q_norm(query), layout.audio)
        key = rotated(self.k_norm(key), layout.audio)
        heard = layout.silenced(_attend(query, key, value, layout.audio_mask))
        audio = audio + numbers[2] * self.linear1(heard)
        normed = _modulated(audio, numbers[3], numbers[4], _SINGLE_EPS)
        return audio + numbers[5] * self.linear2(normed, layout)  # type: ignore[no-any-return]


def _chunks(numbers: Tensor) -> tuple[Tensor, ...]:
    """`(B, 9, D)` as nine of `(B, 1, D)`: shift, scale and gate, three times."""
    return numbers.unsqueeze(2).unbind(1)


def _modulated(x: Tensor, shift: Tensor, scale: Tensor, eps: float = _TRIPLE_EPS) -> Tensor:
    normed = functional.layer_norm(x.float(), x.shape[-1:], eps=eps)
    return (normed * (1 + scale) + shift).to(x.dtype)


def _attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Attention of heads `(B, K, H, ·)` to heads, merged to `(B, K, D)`."""
    heads = functional.scaled_dot_product_attention(
        query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2), attn_mask=mask
    )
    return heads.transpose(1, 2).flatten(2)

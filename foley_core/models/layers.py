"""Transformer parts: modulated blocks, and attention from sound to motion.

Widths are `D`, tokens `K`, motion steps `T`. Attention is a plain matrix product: at these lengths
it is faster on a CPU than the fused kernels, and its rounding depends on shapes alone.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


def sinusoids(positions: Tensor, width: int, longest: float) -> Tensor:
    """Sines and cosines `(…, width)` of positions `(…,)`, periods from 2π to 2π · `longest`."""
    count = width // 2
    exponents = torch.arange(count, device=positions.device, dtype=torch.float32) / count
    angles = positions.float()[..., None] * torch.exp(-math.log(longest) * exponents)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


def modulated(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """`x (B, K, D)` scaled and shifted per item `(B, D)`, as in DiT (arXiv:2212.09748)."""
    return x * (1 + scale[:, None]) + shift[:, None]


def along_steps(convolution: nn.Conv1d, x: Tensor) -> Tensor:
    """`(B, T, D')`: a convolution over the steps of `x (B, T, D)`, padded with zeros to its length.

    One product of matrices. The library's own kernels have no fast backward pass for dilated
    convolutions: on a CPU one of 128 channels took 35 ms of a step of training, and takes 4 so.
    """
    (count,), (dilation,) = convolution.kernel_size, convolution.dilation
    reach, steps = dilation * (count // 2), x.shape[1]
    padded = functional.pad(x, (0, 0, reach, reach))
    shifted = [padded[:, tap * dilation : tap * dilation + steps] for tap in range(count)]
    weight = convolution.weight.permute(0, 2, 1).flatten(1)
    return functional.linear(torch.cat(shifted, dim=2), weight, convolution.bias)


class Attention(nn.Module):
    """Multi-head attention from `x` to `source`, with normalised queries and keys."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.sharpness = nn.Parameter(torch.full((heads, 1, 1), 4.0))

    def forward(self, x: Tensor, source: Tensor, bias: Tensor | None = None) -> Tensor:
        """`(B, K, D)` from `x (B, K, D)`, `source (B, T, D)`, `bias (B, heads, K, T)`."""
        query = self._split(self.query(x))
        key, value = (self._split(part) for part in self.key_value(source).chunk(2, dim=-1))
        query = functional.normalize(query, dim=-1) * self.sharpness
        scores = query @ (functional.normalize(key, dim=-1) * self.sharpness).transpose(-1, -2)
        if bias is not None:
            scores = scores + bias
        mixed = scores.softmax(dim=-1) @ value
        return self.out(mixed.transpose(1, 2).flatten(2))  # type: ignore[no-any-return]

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)


class MotionAttention(nn.Module):
    """Flow-guided temporal attention: a moment of sound listens to the motion around it.

    A score falls with the distance in time, at a learned rate for each head, and grows with the
    motion energy of the step listened to.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.embed = nn.Sequential(
            nn.Linear(_NEIGHBOURS, width), nn.SiLU(), nn.Linear(width, width)
        )
        rates = torch.linspace(math.log(0.3), math.log(3.0), heads)
        self.log_rate = nn.Parameter(rates)
        self.energy_gain = nn.Parameter(torch.full((heads,), 0.5))

    def forward(self, x: Tensor, energy: Tensor) -> Tensor:
        """`(B, K, D)` from `x (B, K, D)` and `energy (B, T)` in 0..1 over the same time."""
        neighbours = functional.pad(energy, (_NEIGHBOURS // 2, _NEIGHBOURS // 2))
        source = self.embed(neighbours.unfold(1, _NEIGHBOURS, 1))
        return self.attention(x, source, self.bias(x.shape[1], energy))  # type: ignore[no-any-return]

    def bias(self, tokens: int, energy: Tensor) -> Tensor:
        """`(B, heads, K, T)`: minus rate · |Δt in motion steps|, plus gain · energy."""
        steps = energy.shape[1]
        sound_at = (torch.arange(tokens, device=energy.device) + 0.5) * (steps / tokens)
        motion_at = torch.arange(steps, device=energy.device) + 0.5
        distance = (sound_at[:, None] - motion_at).abs().to(energy.dtype)
        falling = self.log_rate.exp()[:, None, None] * distance
        growing = self.energy_gain[:, None] * energy[:, None, :]
        return growing[:, :, None, :] - falling[None]


_NEIGHBOURS = 5


class Block(nn.Module):
    """Self-attention, attention to motion if asked for, and a perceptron, all modulated."""

    def __init__(self, width: int, heads: int, hears_motion: bool) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.motion = MotionAttention(width, heads) if hears_motion else None
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)
        self.modulation = nn.Parameter(torch.zeros(6, width))

    def forward(self, x: Tensor, modulation: Tensor, energy: Tensor | None) -> Tensor:
        """`(B, K, D)` from the same, `modulation (B, 6, D)` shared by all blocks, `energy (B, T)`.

        Each block adds a learned constant to the shared modulation (arXiv:2310.00426).
        """
        numbers = modulation + self.modulation
        shift_a, scale_a, gate_a, shift_b, scale_b, gate_b = numbers.unbind(1)
        normed = modulated(_normed(x), shift_a, scale_a)
        x = x + gate_a[:, None] * self.attention(normed, normed)
        if self.motion is not None and energy is not None:
            x = x + self.motion(_normed(x), energy)
        hidden = self.up(modulated(_normed(x), shift_b, scale_b))
        return x + gate_b[:, None] * self.down(functional.gelu(hidden))  # type: ignore[no-any-return]


def _normed(x: Tensor) -> Tensor:
    return functional.layer_norm(x, x.shape[-1:])

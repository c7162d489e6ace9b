"""Parts of the embedded transformers: modulated blocks, and attention from sound to motion.

`D` is a width, `K` counts tokens, `T` motion steps. Attention is written as plain matrix products:
at these lengths they are faster on a CPU than the fused kernels (measured in training), and their
rounding depends on the shapes alone.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

_NEIGHBOURS = 5
"""Motion steps that one embedded step is made from: the step itself and two on each side."""


def sinusoids(positions: Tensor, width: int, longest: float) -> Tensor:
    """Return sines and cosines `(…, width)` of positions `(…,)`.

    Their periods lie between 2π and 2π · `longest`, evenly spread on a logarithmic scale (Vaswani
    et al., arXiv:1706.03762).
    """
    count = width // 2
    exponents = torch.arange(count, device=positions.device, dtype=torch.float32) / count
    angles = positions.float()[..., None] * torch.exp(-math.log(longest) * exponents)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


def modulated(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Return `x (B, K, D)` scaled and shifted by `(B, D)`, as in DiT (arXiv:2212.09748).

    A scale of 0 leaves `x` as it is.
    """
    return x * (1 + scale[:, None]) + shift[:, None]


def along_steps(convolution: nn.Conv1d, x: Tensor) -> Tensor:
    """Return `(B, T, outputs)`: a convolution over the steps of `x (B, T, inputs)`.

    Zeros around `x` keep the length. The convolution is computed as one matrix product, since the
    library's own kernels have no fast backward pass for dilated convolutions: on a CPU one of 128
    channels took 35 ms of a step of training, and takes 4 ms like this.
    """
    (count,), (dilation,) = convolution.kernel_size, convolution.dilation
    # One shifted copy of the steps for each tap of the kernel, side by side.
    reach, steps = dilation * (count // 2), x.shape[1]
    padded = functional.pad(x, (0, 0, reach, reach))
    shifted = [padded[:, tap * dilation : tap * dilation + steps] for tap in range(count)]
    weight = convolution.weight.permute(0, 2, 1).flatten(1)
    return functional.linear(torch.cat(shifted, dim=2), weight, convolution.bias)


class Attention(nn.Module):
    """Multi-head attention from `x` to `source`, with queries and keys of fixed length.

    A score is the cosine between query and key times the squared `sharpness` of the head, which is
    learned and 16 at first. So scores stay bounded however large the weights grow in training
    (query-key normalisation, Henry et al., arXiv:2010.04245).
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.sharpness = nn.Parameter(torch.full((heads, 1, 1), 4.0))

    def forward(self, x: Tensor, source: Tensor, bias: Tensor | None = None) -> Tensor:
        """Return `(B, K, D)` from `x (B, K, D)` and `source (B, T, D)`.

        Args:
            bias: `(B, heads, K, T)`, added to the scores.
        """
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
    """Attention in time, guided by optical flow: each token of sound attends to the motion near it.

    A score falls with the distance in time, at a learned rate for each head, and grows with the
    motion energy of the step attended to.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.embed = nn.Sequential(
            nn.Linear(_NEIGHBOURS, width), nn.SiLU(), nn.Linear(width, width)
        )
        # At first a score falls by 1 over 3.3 motion steps in the widest head, over a third of a
        # step in the narrowest.
        rates = torch.linspace(math.log(0.3), math.log(3.0), heads)
        self.log_rate = nn.Parameter(rates)
        self.energy_gain = nn.Parameter(torch.full((heads,), 0.5))

    def forward(self, x: Tensor, energy: Tensor) -> Tensor:
        """Return `(B, K, D)` from `x (B, K, D)` and `energy (B, T)` in 0..1 over the same time."""
        neighbours = functional.pad(energy, (_NEIGHBOURS // 2, _NEIGHBOURS // 2))
        source = self.embed(neighbours.unfold(1, _NEIGHBOURS, 1))
        return self.attention(x, source, self.bias(x.shape[1], energy))  # type: ignore[no-any-return]

    def bias(self, tokens: int, energy: Tensor) -> Tensor:
        """Return `(B, heads, K, T)`: `gain · energy - rate · |Δt in motion steps|`."""
        steps = energy.shape[1]
        # Both clocks cover the same time: tokens are placed at their middles, in motion steps.
        sound_at = (torch.arange(tokens, device=energy.device) + 0.5) * (steps / tokens)
        motion_at = torch.arange(steps, device=energy.device) + 0.5
        distance = (sound_at[:, None] - motion_at).abs().to(energy.dtype)
        falling = self.log_rate.exp()[:, None, None] * distance
        growing = self.energy_gain[:, None] * energy[:, None, :]
        return growing[:, :, None, :] - falling[None]


class Block(nn.Module):
    """Self-attention, attention to motion if asked for, and a perceptron; first and last modulated.

    Each block adds a learned constant to the modulation that all blocks share (PixArt-α,
    arXiv:2310.00426), which saves the parameters of a modulation for every block.
    """

    def __init__(self, width: int, heads: int, hears_motion: bool) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.motion = MotionAttention(width, heads) if hears_motion else None
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)
        self.modulation = nn.Parameter(torch.zeros(6, width))

    def forward(self, x: Tensor, modulation: Tensor, energy: Tensor | None) -> Tensor:
        """Return tokens `(B, K, D)` from tokens of the same shape.

        Args:
            modulation: `(B, 6, D)`, shared by all blocks: shift, scale and gate of the attention,
                then of the perceptron.
            energy: `(B, T)` motion energy in 0..1; None where motion does not shape the sound.
        """
        own = modulation + self.modulation
        attention_shift, attention_scale, attention_gate = own[:, :3].unbind(1)
        perceptron_shift, perceptron_scale, perceptron_gate = own[:, 3:].unbind(1)
        normed = modulated(_normed(x), attention_shift, attention_scale)
        x = x + attention_gate[:, None] * self.attention(normed, normed)
        if self.motion is not None and energy is not None:
            x = x + self.motion(_normed(x), energy)
        hidden = self.up(modulated(_normed(x), perceptron_shift, perceptron_scale))
        return x + perceptron_gate[:, None] * self.down(functional.gelu(hidden))  # type: ignore[no-any-return]


def _normed(x: Tensor) -> Tensor:
    return functional.layer_norm(x, x.shape[-1:])

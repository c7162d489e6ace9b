"""The audio autoencoder: mono sound at 48 kHz from a latent of 50 steps a second.

It is a convolutional autoencoder with Snake activations, the network of DAC (Kumar et al.,
arXiv:2306.06546) without its quantiser: the latent is continuous. Names of modules are those of the
published state dict. The file stores a convolution as a direction and a length (weight norm,
Salimans and Kingma, arXiv:1602.07868); `folded` multiplies them, once.

Latents of different lengths are decoded together if each says its own count of steps: what is
behind it is zero before every convolution, as if nothing were there, so no sound hears its padding.

Shapes: `N` samples or steps of a hidden layer, `T` latent steps.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from foley_core.models.hunyuan.network_config import AudioVaeConfig

# Three units of kernel 7 together see 1 + 6 · (1 + 3 + 9) = 79 steps.
DILATIONS = (1, 3, 9)


class NormedConv(nn.Module):
    """A convolution along time, its weight stored as directions and lengths.

    There is one length for each index of the weight's first axis.
    """

    weight: nn.Parameter | None

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        padding: int,
        stride: int = 1,
        dilation: int = 1,
    ) -> None:
        super().__init__()
        self.stride, self.padding, self.dilation = stride, padding, dilation
        self._declare((outputs, inputs, kernel), outputs)

    def forward(self, x: Tensor, own: Tensor | None = None) -> Tensor:
        """Return `(B, outputs, N / stride)` from `(B, inputs, N)`.

        Args:
            own: `(B,)`, the steps of each row that are no padding; None for all.
        """
        return functional.conv1d(
            _silenced(x, own),
            self.multiplied(),
            self.bias,
            self.stride,
            self.padding,
            self.dilation,
        )

    def multiplied(self) -> Tensor:
        """Return the weight: each direction, brought to length 1, times its length."""
        if self.weight is not None:
            return self.weight
        # Over all axes but the first, as published. The first axis of a transposed convolution is
        # its input, that of a plain one its output.
        lengths: Tensor = self.weight_v.norm(dim=(1, 2), keepdim=True)
        return self.weight_g * self.weight_v / lengths

    def fold(self) -> None:
        """Replace direction and length by their product."""
        self.weight = nn.Parameter(self.multiplied().detach(), requires_grad=False)
        del self.weight_g, self.weight_v

    def _declare(self, shape: tuple[int, int, int], outputs: int) -> None:
        """Make the parameters, named as in the published file: `g` lengths, `v` directions."""
        self.weight_g = nn.Parameter(torch.ones(shape[0], 1, 1))
        self.weight_v = nn.Parameter(torch.ones(shape))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.weight = None


class NormedTransposedConv(NormedConv):
    """A transposed convolution that makes its input exactly `stride` times as long.

    A kernel of twice the stride covers every output step twice. Padding on both sides takes off
    what is too long; an odd stride loses one step too many, which is added again at the end.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        nn.Module.__init__(self)
        self.stride, self.padding = stride, -(-stride // 2)
        self._declare((inputs, outputs, 2 * stride), outputs)

    def forward(self, x: Tensor, own: Tensor | None = None) -> Tensor:
        """Return `(B, outputs, N · stride)` from `(B, inputs, N)`; `own` as in a convolution."""
        extra = self.stride % 2
        return functional.conv_transpose1d(
            _silenced(x, own), self.multiplied(), self.bias, self.stride, self.padding, extra
        )


class Snake(nn.Module):
    """The activation `x + sin²(αx) / α`, with a learned α for each channel.

    It suits periodic signals, which tanh and GELU do not (Ziyin et al., arXiv:2006.08195).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(1, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return the same shape as `x (B, C, N)`."""
        # The published code's guard against an α of zero.
        return x + (self.alpha * x).sin().square() / (self.alpha + 1e-9)


class ResidualUnit(nn.Module):
    """Two convolutions, the first of them dilated, added to their input."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.block = nn.Sequential(
            Snake(channels),
            NormedConv(channels, channels, 7, padding=3 * dilation, dilation=dilation),
            Snake(channels),
            NormedConv(channels, channels, 1, padding=0),
        )

    def forward(self, x: Tensor, own: Tensor | None = None) -> Tensor:
        """Return the same shape as `x (B, C, N)`; `own` as in a convolution."""
        return x + _through(self.block, x, own)


class DecoderBlock(nn.Module):
    """A stage of the decoder: half the channels, `stride` times as long."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.block = nn.Sequential(
            Snake(channels),
            NormedTransposedConv(channels, channels // 2, stride),
            *(ResidualUnit(channels // 2, dilation) for dilation in DILATIONS),
        )

    def forward(self, x: Tensor, own: Tensor | None) -> Tensor:
        """Return `(B, C / 2, N · stride)` from `(B, C, N)`; `own` as in a convolution."""
        activation, longer, *units = self.block
        x = _through([activation, longer], x, own)
        return _through(units, x, None if own is None else own * self.stride)


class LatentDecoder(nn.Module):
    """The decoder: latent to sound."""

    def __init__(self, config: AudioVaeConfig) -> None:
        super().__init__()
        channels = config.decoder_width
        # From step to sample: strides 8, 5, 4, 3 and 2 of the released network make a hop of 960,
        # and every stage halves the channels, so that all stages cost about the same.
        layers: list[nn.Module] = [NormedConv(config.latent_channels, channels, 7, padding=3)]
        for stride in config.decoder_strides:
            layers.append(DecoderBlock(channels, stride))
            channels //= 2
        # The tanh keeps sound in -1..1; nothing is normalised after it, as published.
        layers += [Snake(channels), NormedConv(channels, 1, 7, padding=3), nn.Tanh()]
        self.model = nn.Sequential(*layers)

    def forward(self, latent: Tensor, own: Tensor | None) -> Tensor:
        """Return sound `(B, 1, N)` from a latent `(B, C, T)`; `own` as in a convolution."""
        x = latent
        for layer in self.model:
            x = _through([layer], x, own)
            if own is not None and isinstance(layer, DecoderBlock):
                own = own * layer.stride
        return x


class AudioVae(nn.Module):
    """The decoder, with the layer before it; the encoder in the same file is not needed here."""

    def __init__(self, config: AudioVaeConfig) -> None:
        super().__init__()
        self.config = config
        channels = config.latent_channels
        self.post_quant_conv = nn.Conv1d(channels, channels, 1)
        self.decoder = LatentDecoder(config)

    @torch.no_grad()
    def decode(self, latent: Tensor, steps: Sequence[int] | None = None) -> Tensor:
        """Return sound `(B, T · hop)` in -1..1 from a latent `(B, C, T)`.

        Args:
            steps: of each latent without its padding; None where none is padded. What comes behind
                a latent's own sound means nothing.
        """
        own = None if steps is None else torch.tensor(steps, device=latent.device)
        return self.decoder(self.post_quant_conv(latent), own)[:, 0]  # type: ignore[no-any-return]


def folded(vae: AudioVae) -> AudioVae:
    """Multiply the weight norms of an autoencoder, in place, and return it."""
    for module in vae.modules():
        if isinstance(module, NormedConv) and module.weight is None:
            module.fold()
    return vae


def _through(layers: Iterable[nn.Module], x: Tensor, own: Tensor | None) -> Tensor:
    """Return `x` after layers, of which all but activations are told the steps of each row."""
    for layer in layers:
        x = layer(x) if isinstance(layer, Snake | nn.Tanh) else layer(x, own)
    return x


def _silenced(x: Tensor, own: Tensor | None) -> Tensor:
    """Return `x (B, C, N)` with zeros behind each row's own steps `(B,)`."""
    if own is None:
        return x
    return torch.where(torch.arange(x.shape[-1], device=x.device) < own[:, None, None], x, 0.0)

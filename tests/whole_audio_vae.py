"""The published audio autoencoder whole, with the encoder that a soundtrack has no use for."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from foley_core.models.hunyuan.audio_vae import DILATIONS, AudioVae, NormedConv, ResidualUnit, Snake
from foley_core.models.hunyuan.network_config import AudioVaeConfig

# The published code's limits.
_LOWEST_LOG_VARIANCE, _HIGHEST_LOG_VARIANCE = -30.0, 20.0


class EncoderBlock(nn.Module):
    """A stage of the encoder: twice the channels, `stride` times as short."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        padding = -(-stride // 2)
        self.block = nn.Sequential(
            *(ResidualUnit(channels, dilation) for dilation in DILATIONS),
            Snake(channels),
            NormedConv(channels, 2 * channels, 2 * stride, padding=padding, stride=stride),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return `(B, 2C, N / stride)` from `(B, C, N)`."""
        return self.block(x)  # type: ignore[no-any-return]


class Encoder(nn.Module):
    """The encoder: sound to hidden channels, one step for each hop of samples."""

    def __init__(self, config: AudioVaeConfig) -> None:
        super().__init__()
        channels = config.encoder_width
        layers: list[nn.Module] = [NormedConv(1, channels, 7, padding=3)]
        for stride in config.encoder_strides:
            layers.append(EncoderBlock(channels, stride))
            channels *= 2
        layers += [Snake(channels), NormedConv(channels, config.latent_channels, 3, padding=1)]
        self.block = nn.Sequential(*layers)

    def forward(self, wave: Tensor) -> Tensor:
        """Return `(B, C, T)` from sound `(B, 1, N)`."""
        return self.block(wave)  # type: ignore[no-any-return]


class WholeAudioVae(AudioVae):
    """Both halves."""

    def __init__(self, config: AudioVaeConfig) -> None:
        super().__init__(config)
        channels = config.latent_channels
        self.encoder = Encoder(config)
        self.quant_conv = nn.Conv1d(channels, 2 * channels, 1)

    @torch.no_grad()
    def encode(self, wave: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log variance of the latent, `(B, C, T)` each, of sound `(B, N)`.

        Zeros at the end fill N up to whole hops. The mean is the latent to use; there is no scale.
        """
        missing = -wave.shape[-1] % self.config.hop
        hidden = self.encoder(functional.pad(wave, (0, missing))[:, None])
        mean, log_variance = self.quant_conv(hidden).chunk(2, dim=1)
        return mean, log_variance.clamp(_LOWEST_LOG_VARIANCE, _HIGHEST_LOG_VARIANCE)

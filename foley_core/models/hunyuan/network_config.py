"""Sizes of the HunyuanVideo-Foley networks, and the lengths that follow from a clip's pictures.

The public checkpoints are `XXL` and `XL`; every other width of a network is derived from a few
numbers. The rates are those of the released networks: 50 latent steps, 25 synchronisation pictures
and 8 scene pictures a second of video.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from foley_core.errors import CheckpointError

# Values of the published configuration, all of them.
LATENT_RATE = 50
SYNC_RATE = 25
SCENE_RATE = 8
MOST_CLIP_S = 15.0
"""Pictures shown after this many seconds of a clip are not looked at."""

SEGMENT_PICTURES = 16
SEGMENT_HOP = 8
TOKENS_PER_SEGMENT = 8
FEWEST_PICTURES = SEGMENT_PICTURES
"""A clip with fewer synchronisation pictures (0.64 s) has no segment, so nothing to hear."""

MOST_TEXT_TOKENS = 77

_CONV_ROUNDING = 256


@dataclass(frozen=True, slots=True)
class DenoiserConfig:
    """Sizes of a denoiser.

    Attributes:
        triple_blocks: blocks of audio, picture and text.
        single_blocks: blocks of audio alone, after them.
        width: `D`, channels of a token.
        heads: of each attention; they share the width.
        latent_channels: channels of the audio latent.
        text_width, scene_width, sync_width: widths of the features that it is conditioned on.
        widening: inner width of a perceptron over `width`.

    Raises:
        ValueError: a head would not have an even number of channels.
    """

    triple_blocks: int
    single_blocks: int
    width: int
    heads: int
    latent_channels: int = 128
    text_width: int = 768
    scene_width: int = 768
    sync_width: int = 768
    widening: int = 4

    def __post_init__(self) -> None:
        if self.width % (2 * self.heads):
            raise ValueError(f"{self.heads} heads cannot share a width of {self.width}")

    @property
    def head_width(self) -> int:
        """Channels of one head."""
        return self.width // self.heads

    @property
    def perceptron_width(self) -> int:
        """Inner width of the perceptrons of the triple blocks."""
        return self.width * self.widening

    @property
    def convolution_width(self) -> int:
        """Inner width of the gated convolutions: two thirds of that, rounded up to 256s.

        Two thirds, since a gated perceptron has three matrices instead of two.
        """
        return -(-(2 * self.perceptron_width // 3) // _CONV_ROUNDING) * _CONV_ROUNDING

    @classmethod
    def from_metadata(cls, sizes: Mapping[str, Any]) -> "DenoiserConfig":
        """Read the sizes by the names that a published configuration has for them.

        Raises:
            KeyError: a size is missing.
        """
        return cls(
            triple_blocks=sizes["depth_triple_blocks"],
            single_blocks=sizes["depth_single_blocks"],
            width=sizes["hidden_size"],
            heads=sizes["num_heads"],
            latent_channels=sizes["audio_vae_latent_dim"],
            text_width=sizes["condition_dim"],
            scene_width=sizes["clip_dim"],
            sync_width=sizes["sync_feat_dim"],
            widening=sizes["mlp_ratio"],
        )


XXL = DenoiserConfig(triple_blocks=18, single_blocks=36, width=1536, heads=12)
XL = DenoiserConfig(triple_blocks=12, single_blocks=24, width=1408, heads=11)


@dataclass(frozen=True, slots=True)
class AudioVaeConfig:
    """Sizes of the audio autoencoder; the defaults are those of the released one.

    Attributes:
        latent_channels: channels of the latent.
        encoder_width, decoder_width: channels of the first layer of each half.
        encoder_strides, decoder_strides: strides of the blocks; their product is the hop.
        sample_rate: in Hz.
    """

    latent_channels: int = 128
    encoder_width: int = 128
    encoder_strides: tuple[int, ...] = (2, 3, 4, 5, 8)
    decoder_width: int = 2048
    decoder_strides: tuple[int, ...] = (8, 5, 4, 3, 2)
    sample_rate: int = 48_000

    @property
    def hop(self) -> int:
        """Samples of one latent step."""
        return prod(self.decoder_strides)

    @classmethod
    def from_metadata(cls, arguments: Mapping[str, Any]) -> "AudioVaeConfig":
        """Read the sizes from the `metadata.kwargs` of the published file.

        Copies without any are published too: those are taken for the released network, and the
        shapes of their tensors say whether they are.

        Raises:
            CheckpointError: a size is missing, is no positive whole number, or does not fit.
        """
        if not arguments:
            return cls()
        try:
            config = cls(
                latent_channels=_whole(arguments["latent_dim"]),
                encoder_width=_whole(arguments["encoder_dim"]),
                encoder_strides=tuple(_whole(s) for s in arguments["encoder_rates"]),
                decoder_width=_whole(arguments["decoder_dim"]),
                decoder_strides=tuple(_whole(s) for s in arguments["decoder_rates"]),
                sample_rate=_whole(arguments["sample_rate"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"the audio autoencoder's sizes cannot be read ({error!r}); fetch the file again"
            ) from error
        if prod(config.encoder_strides) != config.hop:
            raise CheckpointError(f"the audio autoencoder's two halves do not fit: {config}")
        return config


@dataclass(frozen=True, slots=True)
class SynchformerConfig:
    """Sizes of the synchronisation encoder; the defaults are those of the released one.

    Attributes:
        width: channels of a token; `heads` share it.
        blocks: count of transformer blocks.
        widening: inner width of a perceptron over `width`.
        patch_px, picture_px: sides of a patch and of a picture, in pixels.
        tubelet: pictures in a row that one token is made from.
    """

    width: int = 768
    heads: int = 12
    blocks: int = 12
    widening: int = 4
    patch_px: int = 16
    picture_px: int = 224
    tubelet: int = 2

    @property
    def sites(self) -> int:
        """Patches of one picture."""
        return (self.picture_px // self.patch_px) ** 2

    @property
    def slots(self) -> int:
        """Moments of one segment, `tubelet` pictures each."""
        return SEGMENT_PICTURES // self.tubelet


@dataclass(frozen=True, slots=True)
class ClipLengths:
    """Counts of tokens of one clip: latent steps, scene pictures, synchronisation and text."""

    latent_steps: int
    scene: int
    sync: int
    text: int


def latent_steps(sync_pictures: int) -> int:
    """Return the latent steps of a clip with so many synchronisation pictures.

    This is the published arithmetic, in floats and rounded down: for most counts twice the
    pictures, for some (29, 57, 58, 113, …) one less.
    """
    return int(sync_pictures / SYNC_RATE * LATENT_RATE)


def sync_segments(sync_pictures: int) -> int:
    """Return the count of whole segments of 16 pictures, 8 apart; the rest is not looked at."""
    return max(0, (sync_pictures - SEGMENT_PICTURES) // SEGMENT_HOP + 1)


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= 1 << 20:
        raise ValueError(f"{value!r} is not a size")
    return value

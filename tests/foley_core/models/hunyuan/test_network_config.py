"""Facts about sizes and the lengths that follow from pictures."""

import parity
import pytest
import torch

from foley_core.errors import CheckpointError
from foley_core.models.hunyuan.denoiser import Denoiser
from foley_core.models.hunyuan.network_config import (
    XL,
    XXL,
    AudioVaeConfig,
    DenoiserConfig,
    latent_steps,
    sync_segments,
)

CUT_SHORT = (29, 57, 58, 113, 114, 115, 116, 201, 203, 205, 207, 226, 228, 230, 232, 251, 253, 255)


@pytest.mark.parametrize(("name", "config"), [("denoiser_xxl", XXL), ("denoiser_xl", XL)])
def test_full_size_denoisers_have_the_published_keys_and_shapes(name, config):
    with torch.device("meta"):
        state = Denoiser(config).state_dict()
    assert {key: tuple(value.shape) for key, value in state.items()} == parity.shapes(name)


def test_full_size_denoisers_have_the_published_number_of_parameters():
    for config, count in ((XXL, 5_134_014_848), (XL, 2_912_962_688)):
        with torch.device("meta"):
            assert sum(p.numel() for p in Denoiser(config).parameters()) == count


def test_inner_widths_are_rounded_up():
    assert (XXL.convolution_width, XL.convolution_width) == (4096, 3840)
    assert (XXL.head_width, XL.head_width) == (128, 128)


def test_heads_must_share_the_width():
    with pytest.raises(ValueError, match="5 heads"):
        DenoiserConfig(triple_blocks=1, single_blocks=1, width=24, heads=5)


def test_latent_steps_are_cut_off_as_published():
    assert [n for n in range(1, 377) if latent_steps(n) != 2 * n] == list(CUT_SHORT)
    assert latent_steps(376) == 752
    assert {2 * n - latent_steps(n) for n in CUT_SHORT} == {1}


def test_segments_overlap_by_half_and_leave_the_rest():
    assert [sync_segments(n) for n in (15, 16, 23, 24, 200, 376)] == [0, 1, 1, 2, 24, 46]


def test_sizes_of_the_autoencoder_are_read_from_its_file():
    published = {
        "latent_dim": 128,
        "encoder_dim": 128,
        "encoder_rates": [2, 3, 4, 5, 8],
        "decoder_dim": 2048,
        "decoder_rates": [8, 5, 4, 3, 2],
        "sample_rate": 48000,
        "codebook_size": 1024,
    }
    assert AudioVaeConfig.from_metadata(published) == AudioVaeConfig()
    assert AudioVaeConfig().hop == 960
    assert AudioVaeConfig.from_metadata({}) == AudioVaeConfig()
    for wrong in (
        {"latent_dim": 128},
        published | {"latent_dim": "many"},
        published | {"encoder_rates": [2]},
    ):
        with pytest.raises(CheckpointError, match="autoencoder"):
            AudioVaeConfig.from_metadata(wrong)

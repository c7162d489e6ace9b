"""The audio autoencoder against the published one, and facts about it."""

import parity
import pytest
import torch
from whole_audio_vae import WholeAudioVae

from foley_core.models.hunyuan.audio_vae import AudioVae, folded
from foley_core.models.hunyuan.network_config import AudioVaeConfig
from foley_core.models.hunyuan.random_weights import random_state

TINY = AudioVaeConfig(
    latent_channels=4,
    encoder_width=2,
    encoder_strides=(2, 3),
    decoder_width=16,
    decoder_strides=(3, 2),
)


def tiny_vae() -> WholeAudioVae:
    vae = WholeAudioVae(TINY)
    vae.load_state_dict(random_state(vae, seed=1))
    return vae.eval()


@pytest.mark.parametrize("folds", [False, True])
def test_sound_and_latent_are_the_published_ones(folds):
    state, cases = parity.golden("dac_state"), parity.golden("dac_cases").tensors
    vae = WholeAudioVae(AudioVaeConfig.from_metadata(state.facts["config"]))
    vae.load_state_dict(state.tensors)
    vae = folded(vae) if folds else vae
    latents = [name for name in cases if name.startswith("latent")]
    encoded = [name.removesuffix("_wave") for name in cases if name.endswith("_wave")]
    assert latents
    assert encoded
    for name in latents:
        expected = cases[name.replace("latent", "wave")][:, 0]
        torch.testing.assert_close(vae.decode(cases[name]), expected, rtol=1e-5, atol=5e-5)
    for name in encoded:
        mean, log_variance = vae.encode(cases[f"{name}_wave"][:, 0])
        torch.testing.assert_close(mean, cases[f"{name}_mean"], rtol=1e-5, atol=2e-5)
        torch.testing.assert_close(log_variance, cases[f"{name}_logvar"], rtol=1e-5, atol=2e-5)


def test_walks_of_the_published_denoiser_sound_as_published():
    state, golden = parity.golden("dac_state"), parity.golden("e2e")
    vae = WholeAudioVae(AudioVaeConfig.from_metadata(state.facts["config"]))
    vae.load_state_dict(state.tensors)
    for case in golden.cases(".audio"):
        wave = folded(vae).decode(golden.tensors[f"{case}.latent_final"])
        torch.testing.assert_close(wave, golden.tensors[f"{case}.audio"][:, 0], rtol=0, atol=5e-4)


def test_full_size_has_the_published_keys_and_shapes():
    with torch.device("meta"):
        whole, decoder = WholeAudioVae(AudioVaeConfig()), AudioVae(AudioVaeConfig())
    shapes = parity.shapes("dac_vae")
    assert {key: tuple(value.shape) for key, value in whole.state_dict().items()} == shapes
    needed = {key for key in shapes if key.startswith(("post_quant_conv.", "decoder."))}
    assert set(decoder.state_dict()) == needed


def test_folding_changes_no_sound_and_leaves_one_weight():
    vae, latent = tiny_vae(), torch.randn(2, TINY.latent_channels, 5)
    before = vae.decode(latent)
    torch.testing.assert_close(folded(folded(vae)).decode(latent), before, rtol=1e-5, atol=1e-6)
    assert not [key for key in vae.state_dict() if "weight_" in key]


def test_a_latent_step_is_a_hop_of_bounded_sound():
    wave = tiny_vae().decode(torch.randn(2, TINY.latent_channels, 7) * 9)
    assert wave.shape == (2, 7 * TINY.hop)
    assert wave.abs().max() <= 1


def test_padding_is_not_heard_whatever_is_in_it():
    vae = folded(tiny_vae())
    latent, steps = torch.randn(3, TINY.latent_channels, 9), (9, 5, 1)
    together = vae.decode(latent, steps)
    for row, count in enumerate(steps):
        alone = vae.decode(latent[row : row + 1, :, :count])
        heard = together[row : row + 1, : count * TINY.hop]
        torch.testing.assert_close(heard, alone, rtol=1e-4, atol=5e-5)
    off = vae.decode(latent)[1, : 5 * TINY.hop] - together[1, : 5 * TINY.hop]
    assert off.abs().max() > 1e-3, "without its count of steps the padding is heard"


def test_sound_is_filled_up_to_whole_hops():
    mean, log_variance = tiny_vae().encode(torch.randn(1, 2 * TINY.hop + 1))
    assert mean.shape == log_variance.shape == (1, TINY.latent_channels, 3)

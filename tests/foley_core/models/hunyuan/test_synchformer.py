"""The synchronisation encoder against the published one, and facts about it."""

import parity
import pytest
import torch

from foley_core.models.hunyuan.network_config import SynchformerConfig
from foley_core.models.hunyuan.random_weights import random_state
from foley_core.models.hunyuan.synchformer import UNUSED_KEYS, Synchformer

TINY = SynchformerConfig(width=16, heads=2, blocks=1, picture_px=32)


def tiny_synchformer() -> Synchformer:
    network = Synchformer(TINY)
    network.load_state_dict(random_state(network, seed=2))
    return network.eval()


def pictures(count: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(count)
    return torch.randint(0, 256, (count, 3, 32, 32), generator=generator, dtype=torch.uint8)


def test_tokens_are_the_published_ones():
    state, cases = parity.golden("synchformer_state"), parity.golden("synchformer_cases").tensors
    sizes = state.facts["config"]
    config = SynchformerConfig(
        width=sizes["embed_dim"],
        heads=sizes["num_heads"],
        blocks=sizes["depth"],
        patch_px=sizes["patch"],
        picture_px=sizes["image"],
        tubelet=sizes["tubelet"],
    )
    network = Synchformer(config)
    used = {key: t for key, t in state.tensors.items() if not key.startswith(UNUSED_KEYS)}
    network.load_state_dict(used)
    small = cases["frames_lowres_u8"]
    scale = config.picture_px // small.shape[-1]
    shown = small.repeat_interleave(scale, 2).repeat_interleave(scale, 3)
    tokens = network.encode(shown, segments_at_once=2)
    torch.testing.assert_close(tokens, cases["features"][0], rtol=1e-5, atol=2e-5)
    first = cases["segment0"].flatten(0, 2)
    torch.testing.assert_close(tokens[: len(first)], first, rtol=1e-5, atol=2e-5)


def test_full_size_has_the_published_keys_and_shapes():
    with torch.device("meta"):
        state = Synchformer(SynchformerConfig()).state_dict()
    published = parity.shapes("synchformer")
    needed = {key: s for key, s in published.items() if not key.startswith(UNUSED_KEYS)}
    assert {key: tuple(value.shape) for key, value in state.items()} == needed


def test_a_segment_gives_eight_tokens_and_pictures_left_over_none():
    network = tiny_synchformer()
    assert network.encode(pictures(16)).shape == (8, TINY.width)
    assert torch.equal(network.encode(pictures(31)[:24]), network.encode(pictures(31)))


def test_segments_do_not_know_of_each_other():
    network, shown = tiny_synchformer(), pictures(32)
    whole = network.encode(shown, segments_at_once=3)
    torch.testing.assert_close(whole[8:16], network.encode(shown[8:24]))


def test_a_token_looks_at_other_moments_of_its_segment():
    network, shown = tiny_synchformer(), pictures(16)
    before = network.encode(shown)
    shown[15] = 0
    assert (network.encode(shown)[0] - before[0]).abs().max() > 1e-4


def test_too_few_pictures_are_refused():
    with pytest.raises(ValueError, match="15 pictures"):
        tiny_synchformer().encode(pictures(15))

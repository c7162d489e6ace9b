"""Scene features against the published ones."""

import parity
import pytest
import torch
from transformers import SiglipVisionConfig, SiglipVisionModel

from foley_core.models.hunyuan.visual import scene_features


def test_features_are_the_published_ones():
    golden = parity.golden("siglip_tiny")
    sizes = golden.facts["config"]
    vision = sizes.get("vision_config", sizes)
    network = SiglipVisionModel(SiglipVisionConfig(**vision))
    weights = golden.under("state.")
    keys = set(network.state_dict())
    if not keys & set(weights):
        weights = {key.removeprefix("vision_model."): value for key, value in weights.items()}
    network.load_state_dict(weights)
    pooled = network(pixel_values=golden.tensors["pixel_values"]).pooler_output
    torch.testing.assert_close(pooled[None], golden.tensors["features"], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_pictures_do_not_know_of_each_other(at_once):
    config = SiglipVisionConfig(
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=32,
        patch_size=16,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = SiglipVisionModel(config).eval()
    pictures = torch.randint(0, 256, (5, 3, 32, 32), dtype=torch.uint8)
    features = scene_features(network, pictures, at_once)
    assert features.shape == (5, 16)
    torch.testing.assert_close(
        features[3:4], scene_features(network, pictures[3:4]), rtol=1e-4, atol=1e-5
    )

"""The reader of places gives every moment a probability of each column."""

import torch

from foley_core.models.embedded.place_inputs import PROFILE_NUMBERS, WINDOW_NUMBERS, WINDOW_STEPS
from foley_core.models.embedded.place_net import PlaceNet, chances
from foley_core.vision.changed_columns import COLUMNS


def test_probabilities_of_the_columns_are_one_together() -> None:
    torch.manual_seed(0)
    net = PlaceNet().eval()
    windows = torch.randn(3, WINDOW_NUMBERS, WINDOW_STEPS, COLUMNS)
    profiles = torch.randn(3, PROFILE_NUMBERS, COLUMNS)
    with torch.inference_mode():
        found = chances(net, windows, profiles)
        alone = chances(net, windows[1:2], profiles[1:2])
    assert found.shape == (3, COLUMNS)
    assert torch.allclose(found.sum(dim=1), torch.ones(3))
    assert torch.allclose(found[1:2], alone, atol=1e-6)

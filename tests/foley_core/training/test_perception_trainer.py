"""Perception trains in the numbers that its processor multiplies fastest."""

import pytest
import torch

from foley_core.models.embedded.perception_net import PerceptionNet
from foley_core.timebase import MOTION_RATE
from foley_core.training.distortion import batch_of_worlds
from foley_core.training.examples import EXAMPLE_STEPS, example
from foley_core.training.perception_trainer import tokens_of
from foley_core.world.random_scenes import render_random_scene


@pytest.mark.parametrize(("unit", "rounded"), [("amx_bf16", True), ("avx2", False)])
def test_convolutions_are_rounded_only_where_that_is_faster(
    monkeypatch: pytest.MonkeyPatch, unit: str, rounded: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {unit: True})
    torch.manual_seed(0)
    net, batch = (
        PerceptionNet().eval(),
        batch_of_worlds(example(render_random_scene(3, EXAMPLE_STEPS / MOTION_RATE))),
    )
    with torch.inference_mode():
        trained, used = (tokens_of(net, batch, mixed)[0] for mixed in (True, False))
    assert torch.equal(trained, used) is not rounded
    assert torch.allclose(trained, used, atol=0.3)

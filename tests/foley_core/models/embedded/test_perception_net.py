"""Shapes, and that absent steps and far scenes do not leak into readings."""

from dataclasses import replace

import torch

from foley_core.models.embedded.features import TOKENS_PER_SCENE
from foley_core.models.embedded.motion_encoder import WIDTH
from foley_core.models.embedded.perception_net import (
    ACTIONS,
    AMBIENCES,
    SUSTAINED,
    PerceptionNet,
)
from foley_core.vision.motion_statistics import STATISTICS


def window(steps: int = 96) -> tuple[PerceptionNet, list[torch.Tensor]]:
    torch.manual_seed(0)
    scenes = steps // 12
    return PerceptionNet().eval(), [
        torch.randn(1, steps, WIDTH),
        torch.randn(1, TOKENS_PER_SCENE * scenes, WIDTH),
        torch.ones(1, steps, dtype=torch.bool),
        torch.ones(1, scenes, dtype=torch.bool),
    ]


def test_shapes_and_size() -> None:
    net, inputs = window()
    readings = net.head(*inputs)
    assert readings.onset.shape == (1, 96)
    assert readings.action.shape == (1, 96, len(ACTIONS))
    assert readings.activity.shape == (1, 96, len(SUSTAINED))
    assert net.scene(torch.zeros(1, 3, 128, 128)).shape == (1, TOKENS_PER_SCENE, WIDTH)
    assert net.head.place(torch.zeros(2, TOKENS_PER_SCENE, WIDTH)).shape == (2, len(AMBIENCES))
    assert 0.9e6 < sum(p.numel() for p in net.parameters()) < 3e6


def test_joint_vectors_have_unit_length_and_shifts_stay_within_a_step() -> None:
    net, inputs = window()
    readings = net.head(*inputs)
    assert torch.allclose(readings.joint.norm(dim=-1), torch.ones(1, 96), atol=1e-5)
    assert float(readings.shift.detach().abs().max()) <= 0.5


def test_a_step_is_read_from_its_surroundings_only() -> None:
    net, inputs = window()
    before = net.head(*inputs).onset
    inputs[0][:, 84:] += 1.0
    after = net.head(*inputs).onset
    assert torch.allclose(before[:, :33], after[:, :33], atol=1e-5)
    assert not torch.allclose(before[:, 84:], after[:, 84:], atol=1e-3)


def test_absent_steps_do_not_matter() -> None:
    net, inputs = window()
    inputs[2][:, 70:] = False
    before = net.head(*inputs).onset[:, :70]
    inputs[0][:, 70:] = 9.0
    assert torch.allclose(before, net.head(*inputs).onset[:, :70], atol=1e-5)


def test_the_scene_matters() -> None:
    net, inputs = window()
    before = net.head(*inputs).action
    inputs[1] += 1.0
    assert not torch.allclose(before, net.head(*inputs).action, atol=1e-3)


def test_the_head_may_say_no_less_loudly_the_finer_a_picture_is_textured() -> None:
    net, inputs = window()
    near = net.head(*inputs)
    refused = replace(near, onset=torch.full_like(near.onset, -9.0))
    statistics = torch.rand(1, 96, STATISTICS)

    def onsets(texture: float) -> torch.Tensor:
        return net.sharpened(refused, statistics, torch.full((1, 8), texture), inputs[2]).onset

    assert torch.equal(onsets(0.3), onsets(1.4))
    assert torch.equal(onsets(2.0), onsets(3.0))
    assert bool((onsets(1.4) < onsets(1.65)).all())
    assert bool((onsets(1.65) < onsets(2.0)).all())


def test_each_scene_has_its_own_texture() -> None:
    net, inputs = window()
    near = net.head(*inputs)
    refused = replace(near, onset=torch.full_like(near.onset, -9.0))
    statistics, one = torch.rand(1, 96, STATISTICS), torch.zeros(1, 8)
    before = net.sharpened(refused, statistics, one, inputs[2]).onset
    one[0, 3] = 3.0
    changed = net.sharpened(refused, statistics, one, inputs[2]).onset != before
    assert changed[0].nonzero().flatten().tolist() == list(range(36, 48))

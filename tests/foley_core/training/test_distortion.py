"""Distortions change what is seen as the world would, and nothing of what is true."""

import numpy as np
import torch

from foley_core.timebase import MOTION_RATE
from foley_core.training.distortion import (
    WorldBatch,
    add_motion_noise,
    batch_of_worlds,
    distorted,
    mirrored,
    scale_speeds,
    shift,
    without_motion,
)
from foley_core.training.examples import EXAMPLE_STEPS, example
from foley_core.vision.map_scale import SPEED_RANGE
from foley_core.world.random_scenes import render_random_scene

SEEN = ("maps", "glimpse", "camera", "scenes")


def batch() -> WorldBatch:
    return batch_of_worlds(example(render_random_scene(3, EXAMPLE_STEPS / MOTION_RATE)))


def speeds(values: torch.Tensor) -> torch.Tensor:
    floor, full = SPEED_RANGE
    return values.sign() * floor * torch.expm1(values.abs() * float(np.log1p(full / floor)))


def test_a_mirror_twice_is_no_mirror() -> None:
    before = batch()
    once, twice = mirrored(before), mirrored(mirrored(before))
    assert all(torch.equal(before[name], twice[name]) for name in SEEN)
    assert torch.equal(once["maps"][:, :, 1], before["maps"][:, :, 1].flip(-1))
    assert torch.equal(once["maps"][:, :, 0], -before["maps"][:, :, 0].flip(-1))


def test_what_is_true_stays() -> None:
    before = batch()
    after = distorted(before, np.random.default_rng(1))
    assert all(torch.equal(before[name], after[name]) for name in before if name not in SEEN)


def test_speeds_are_scaled_by_one_factor() -> None:
    before, after = batch(), batch()
    scale_speeds(after, torch.tensor([0.5]))
    was, now = (speeds(one["maps"][0, :, 3]).abs() for one in (before, after))
    moving = was > 0.1
    torch.testing.assert_close(now[moving], 0.5 * was[moving], rtol=1e-3, atol=0.0)
    assert torch.equal(after["maps"][:, :, 7], before["maps"][:, :, 7])


def test_what_is_seen_moves_as_one_within_the_frame() -> None:
    before, after = batch(), batch()
    shift(after, [(3, -2)])
    assert torch.equal(after["maps"][..., :30, 3:], before["maps"][..., 2:, :29])
    assert torch.equal(after["scenes"][..., :120, 12:], before["scenes"][..., 8:, :116])
    assert not after["maps"][..., :3].any()
    assert not after["maps"][..., 30:, :].any()
    assert bool((after["scenes"][..., :12] == -1.0).all())
    moved = after["camera"] - before["camera"]
    assert torch.count_nonzero(moved.abs().sum(dim=(0, 1))) == 2
    assert torch.isclose(moved[..., 8].max(), torch.tensor(3 * 0.1))


def test_unsteady_flow_leaves_pictures_alone() -> None:
    before, after = batch(), batch()
    add_motion_noise(after, np.random.default_rng(2))
    noise = (after["maps"] - before["maps"])[:, :, :7]
    assert 0.0 < float(noise.std()) < 0.1
    assert torch.equal(after["maps"][:, :, 7], before["maps"][:, :, 7])
    assert torch.equal(after["glimpse"][:, :, 0], before["glimpse"][:, :, 0])
    assert float(after["maps"].abs().max()) <= 1.0


def test_without_motion_only_pictures_are_left() -> None:
    blanked = without_motion(batch())
    assert not blanked["maps"][:, :, :7].any()
    assert not blanked["glimpse"][:, :, 1:].any()
    assert blanked["maps"][:, :, 7].any()
    assert blanked["scenes"].any()

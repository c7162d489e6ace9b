"""Distortions change what is seen as the world would, and nothing of what is true."""

import numpy as np
import torch

from foley_core.timebase import MOTION_RATE
from foley_core.vision.motion import SPEED_RANGE
from foley_core.world.distortion import Batch, distorted, mirrored, tensors_of, without_motion
from foley_core.world.examples import STEPS, example
from foley_core.world.lots import render

SEEN = ("maps", "glimpse", "camera", "scenes")


def batch() -> Batch:
    return tensors_of(example(render(3, STEPS / MOTION_RATE)))


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
    before = batch()
    for seed in range(20):
        after = distorted(before, np.random.default_rng(seed))
        down = (before["maps"][0, :, 3], after["maps"][0, :, 3])
        flat = torch.equal(down[0], down[1]) or torch.equal(down[0].flip(-1), down[1])
        if flat:
            continue
        was, now = (speeds(one).abs().sum(dim=(1, 2)) for one in down)
        moving = was > 5.0
        factors = now[moving] / was[moving]
        assert factors.std() < 0.1 * factors.mean()
        return
    raise AssertionError("no seed of twenty scaled a speed")


def test_without_motion_only_pictures_are_left() -> None:
    blanked = without_motion(batch())
    assert not blanked["maps"][:, :, :7].any()
    assert not blanked["glimpse"][:, :, 1:].any()
    assert blanked["maps"][:, :, 7].any()
    assert blanked["scenes"].any()

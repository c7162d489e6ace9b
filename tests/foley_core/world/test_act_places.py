"""The true place of a sound of a world is where its act was drawn."""

import numpy as np
import pytest

from foley_core.world.act_places import pan_at, true_places
from foley_core.world.random_scenes import render_random_scene
from foley_core.world.samples import sample_world


def test_a_hammer_left_of_the_middle_is_there_at_every_stroke() -> None:
    pans = [one.pan for one in true_places(sample_world("workshop_hammer"))]
    assert len(pans) > 3
    assert np.std(pans) < 0.05
    assert -0.6 < np.mean(pans) < 0.2


def test_a_runner_goes_from_one_side_to_the_other() -> None:
    world = render_random_scene(3, 3.84, family="runner")
    pans = [one.pan for one in true_places(world) if one.sounding.sound_class == "footstep_run"]
    assert np.ptp(pans) > 0.5


def test_a_car_is_followed_until_it_has_left() -> None:
    world = render_random_scene(2, 3.84, family="vehicle")
    (car,) = [one for one in true_places(world) if one.sounding.sound_class == "engine"]
    pans = [pan_at(world, car, at_s) for at_s in (0.5, 1.0, 1.5, 2.0, 3.5)]
    assert pans[-1] is None
    passed = [pan for pan in pans[:-1] if pan is not None]
    assert passed == sorted(passed, reverse=True)
    assert (passed[0] > 0.7, passed[-1] < -0.5) == (True, True)


@pytest.mark.parametrize("seed", [1, 2])
def test_places_lie_in_the_picture_and_in_time(seed: int) -> None:
    world = render_random_scene(seed, 2.0)
    for one in true_places(world):
        assert -1.0 <= one.pan <= 1.0
        assert 0.0 <= one.onset_s < 2.0

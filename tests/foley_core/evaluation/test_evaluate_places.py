"""Places of worlds: each thing counts once, and what lies in the middle is on no side."""

import numpy as np
import pytest

from foley_core.evaluation.evaluate_places import PlacedThing, evaluate_places, placed_things
from foley_core.models.embedded.motion_places import PlaceReader
from foley_core.world.random_scenes import render_random_scene


def test_errors_are_shares_of_the_width_and_sides_are_of_what_is_aside() -> None:
    thing = PlacedThing(np.array([-0.5, 0.5, 0.05]), np.array([-0.3, -0.1, -0.05]))
    assert thing.error == pytest.approx((0.2 + 0.6 + 0.1) / 6)
    assert thing.sides_right == 0.5
    assert PlacedThing(np.array([0.05]), np.array([0.9])).sides_right is None


def test_a_runner_is_followed_across_the_picture() -> None:
    (thing,) = placed_things(render_random_scene(3, 3.84, family="runner"), PlaceReader())
    assert np.ptp(thing.true) > 0.5
    assert np.corrcoef(thing.true, thing.found)[0, 1] > 0.6


def test_figures_are_of_as_many_worlds_as_asked_for() -> None:
    shares: list[float] = []
    figures = evaluate_places(3, progress=shares.append)
    assert shares == [pytest.approx(1 / 3), pytest.approx(2 / 3), 1.0]
    assert figures["place_things"] >= 3
    assert 0.0 <= figures["place_error"] < figures["place_error_middle"] + 0.2

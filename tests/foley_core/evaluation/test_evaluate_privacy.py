"""Drawn faces and plates lie where they are said to lie; most are covered."""

import numpy as np

from foley_core.evaluation.evaluate_privacy import evaluate_privacy
from foley_core.world.people_and_plates import sensitive_picture


def test_the_same_seed_draws_the_same() -> None:
    one, other = sensitive_picture(7), sensitive_picture(7)
    assert np.array_equal(one.rgb, other.rgb)
    assert (one.faces, one.plates) == (other.faces, other.plates)


def test_every_fifth_picture_has_nothing_to_hide() -> None:
    for number in (0, 5, 10):
        assert not sensitive_picture(number).faces
        assert not sensitive_picture(number).plates


def test_most_are_covered() -> None:
    figures = evaluate_privacy(seed=0, pictures=10)
    assert figures["privacy_face_recall"] > 0.6
    assert figures["privacy_plate_recall"] > 0.6
    assert figures["privacy_moving_recall"] > 0.6
    assert figures["privacy_false_share"] < 0.2

"""What is seen in rendered pictures: nobody, and the same twice."""

import cv2
import numpy as np
import pytest

from foley_core.models.sight.boxes import Boxes
from foley_core.models.sight.sight import PERSON, Sight, shows_person
from foley_core.types import U8


@pytest.fixture(scope="module")
def sight() -> Sight:
    return Sight("cpu")


@pytest.fixture(scope="module")
def blots() -> U8:
    noise = np.random.default_rng(0).integers(0, 255, (234, 416, 3)).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 6.0), np.uint8)


def test_a_look_has_all_fields(sight: Sight, blots: U8) -> None:
    row = sight.look(blots, sight.boxes(blots))
    assert row["centre"].sum() == pytest.approx(1, abs=1e-4)
    assert row["whole"].sum() == pytest.approx(1, abs=1e-4)
    assert row["box_place"].shape == (20, 4)
    assert ((row["box_kind"] == -1) == (row["box_score"] == 0)).all()
    again = sight.look(blots, sight.boxes(blots))
    assert all(np.array_equal(row[name], again[name]) for name in row)


def test_a_clock_face_is_recognised(sight: Sight) -> None:
    picture, middle = np.full((416, 416, 3), (120, 160, 200), np.uint8), (208, 208)
    cv2.circle(picture, middle, 110, (250, 250, 245), -1, cv2.LINE_AA)
    cv2.circle(picture, middle, 110, (30, 30, 30), 10, cv2.LINE_AA)
    for hour in range(1, 13):
        angle = np.pi * hour / 6
        corner = (int(196 + 87 * np.sin(angle)), int(216 - 87 * np.cos(angle)))
        cv2.putText(
            picture, str(hour), corner, cv2.FONT_HERSHEY_SIMPLEX, 0.65, (20, 20, 20), 2, cv2.LINE_AA
        )
    for hand in ((208, 142), (252, 218)):
        cv2.line(picture, middle, hand, (20, 20, 20), 6, cv2.LINE_AA)
    centre, whole = sight.things(picture)
    # ImageNet's "analog clock" and "wall clock".
    assert {int(centre.argmax()), int(whole.argmax())} <= {409, 892}
    found = sight.boxes(picture)
    # COCO's "clock".
    assert found.kinds[0] == 74
    assert found.places[0] == pytest.approx([0.22, 0.22, 0.78, 0.78], abs=0.02)


def test_blots_show_no_person(sight: Sight, blots: U8) -> None:
    assert not shows_person(sight.boxes(blots))
    _, scores = sight.joints(blots)
    assert scores.max() < 0.3


def test_a_person_counts_from_a_score_on() -> None:
    place = np.zeros((1, 4), np.float32)
    for score, shown in ((0.3, False), (0.4, True)):
        found = Boxes(np.array([PERSON]), np.array([score], np.float32), place)
        assert shows_person(found) is shown

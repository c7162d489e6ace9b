"""A face is sure by its score, and none on an animal without a person."""

import numpy as np
import pytest

from foley_core.models.sight.boxes import Boxes
from foley_core.models.sight.face_finder import FaceFinder, judged
from foley_core.types import F32

PERSON, DOG = 0, 16
NOTHING = np.zeros((0, 5), np.float32)


def faces(*scores: float) -> F32:
    """Faces in the same place of a picture."""
    return np.array([[score, 0.4, 0.4, 0.5, 0.5] for score in scores], np.float32)


def around(**scores: float) -> Boxes:
    """Things that hold that place."""
    kinds = [{"person": PERSON, "dog": DOG}[name] for name in scores]
    place = np.array([[0.35, 0.35, 0.9, 0.9]] * len(kinds), np.float32).reshape(-1, 4)
    return Boxes(np.array(kinds, np.int64), np.array(list(scores.values()), np.float32), place)


@pytest.mark.parametrize(
    ("score", "things", "sure"),
    [
        (0.8, {}, [True]), (0.5, {}, [False]), (0.8, {"person": 0.8}, [True]),
        (0.9, {"dog": 0.6}, []), (0.9, {"dog": 0.6, "person": 0.4}, []),
        (0.9, {"dog": 0.6, "person": 0.7}, [True]), (0.9, {"dog": 0.2}, [True]),
    ],
)  # fmt: skip
def test_a_face_is_sure_by_its_score_and_none_on_an_animal(
    score: float, things: dict[str, float], sure: list[bool]
) -> None:
    assert judged(faces(score), NOTHING, around(**things)).sure.tolist() == sure


def test_a_head_is_sure_and_keeps_a_face_even_on_an_animal() -> None:
    head = np.array([[0.3, 0.38, 0.38, 0.52, 0.52]], np.float32)
    assert judged(faces(0.5), head, around(dog=0.8)).sure.tolist() == [False, True]


def test_a_face_is_padded() -> None:
    seen = judged(faces(0.8), NOTHING, around())
    assert seen.faces[0, 1] < 0.4
    assert seen.faces[0, 2] < 0.4
    assert seen.faces[0, 3] > 0.5
    assert seen.faces[0, 4] >= 0.5


def test_an_empty_picture_has_no_face() -> None:
    seen = FaceFinder().faces(np.full((120, 160, 3), 90, np.uint8))
    assert not seen.sure.any()
    assert seen.faces.shape[1] == 5

"""What is found is hidden for a moment before and after, alike wherever a range begins."""

import numpy as np
import pytest

from foley_core.models.sight import anonymise
from foley_core.models.sight.anonymise import (
    BLUR_HOLD_STEPS,
    FOLLOWED_STEPS,
    Anonymiser,
    anonymised_mark,
)
from foley_core.models.sight.face_finder import FacesSeen
from foley_core.types import U8, PictureBox
from foley_core.vision.blurring import box_of
from foley_core.world.people_and_plates import sensitive_picture

PLACE = (0.2, 0.2, 0.4, 0.5)
PLAIN = np.full((90, 160, 3), 90, np.uint8)


def scored(score: int) -> U8:
    """A picture in which `Script` sees a face with this score, in hundredths."""
    return np.full((90, 160, 3), score, np.uint8)


class Script:
    """A finder that reads the face's score from the picture, 90 for none."""

    def faces(self, rgb: U8) -> FacesSeen:
        score = int(rgb[0, 0, 0])
        found = [] if score == 90 else [(score / 100, *PLACE)]
        faces = np.array(found, np.float32).reshape(-1, 5)
        return FacesSeen(faces, faces[:, 0] >= 0.6)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anonymise, "_finder", Script)


def regions(pictures: dict[int, U8], steps: range, last: int = 100) -> dict[int, int]:
    """Return how many regions are hidden at each step, when all pictures have been seen."""
    anonymiser = Anonymiser(last)
    for step in steps:
        if anonymiser.looks_at(step):
            anonymiser.look(pictures.get(step, PLAIN), step)
    return {step: len(anonymiser.regions(step)) for step in steps}


def drawn(kind: str) -> tuple[U8, tuple[tuple[int, int, int, int], ...]]:
    """A drawn picture with a face or a plate, and its box."""
    some = (sensitive_picture(number) for number in range(1, 60))
    return next((one.rgb, getattr(one, kind)) for one in some if getattr(one, kind))


@pytest.mark.parametrize("kind", ["faces", "plates"])
def test_a_drawn_face_and_a_drawn_plate_are_hidden(kind: str) -> None:
    rgb, boxes = drawn(kind)
    anonymiser = Anonymiser(1)
    anonymiser.look(rgb, 0)
    mask = np.zeros(rgb.shape[:2], np.bool_)
    for region in anonymiser.regions(0):
        left, top, width, height = box_of(region, rgb.shape[1], rgb.shape[0])
        mask[top : top + height, left : left + width] = True
    for left, top, width, height in boxes:
        assert mask[top : top + height, left : left + width].mean() > 0.7


@pytest.mark.usefixtures("scripted")
def test_a_sure_face_is_hidden_for_a_moment_before_and_after_it_was_found() -> None:
    seen = regions({50: scored(80)}, range(100))
    hidden = {step for step, count in seen.items() if count}
    assert hidden == set(range(50 - BLUR_HOLD_STEPS, 50 + BLUR_HOLD_STEPS + 1))


@pytest.mark.usefixtures("scripted")
def test_a_face_that_is_never_sure_is_not_hidden() -> None:
    assert not any(regions({step: scored(30) for step in range(100)}, range(100)).values())


@pytest.mark.usefixtures("scripted")
@pytest.mark.parametrize("sure", [60, 140])
def test_a_face_is_followed_for_a_while_where_it_is_unsure(sure: int) -> None:
    pictures = {step: scored(30) for step in range(0, 200, 5)} | {sure: scored(80)}
    seen = regions(pictures, range(200), 200)
    reach = FOLLOWED_STEPS + BLUR_HOLD_STEPS
    assert {step for step, count in seen.items() if count} == set(
        range(sure - reach, sure + reach + 1)
    )


def test_less_is_asked_for_in_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    places = np.linspace(0, 0.8, 6)
    scores = np.array([0.9, 0.9, 0.9, 0.9, 0.3, 0.2])
    faces = np.stack([scores, places, places, places + 0.1, places + 0.1], axis=1)
    for count, hidden in ((4, 5), (3, 3)):
        some = faces[4 - count :].astype(np.float32)
        crowd = FacesSeen(some, some[:, 0] > 0.6)
        monkeypatch.setattr(Script, "faces", lambda self, rgb, crowd=crowd: crowd)
        monkeypatch.setattr(anonymise, "_finder", Script)
        assert regions({}, range(3)) == dict.fromkeys(range(3), hidden)


def test_pictures_are_looked_at_ten_times_a_second_and_at_the_end() -> None:
    looked = [step for step in range(25) if Anonymiser(25).looks_at(step)]
    assert looked == [0, 3, 5, 8, 10, 13, 15, 18, 20, 23, 24]


@pytest.mark.usefixtures("scripted")
@pytest.mark.parametrize(("first", "last"), [(0, 12), (13, 31), (40, 50), (61, 100)])
def test_a_range_needs_no_more_than_it_says(first: int, last: int) -> None:
    rng = np.random.default_rng(3)
    pictures = {step: scored(int(rng.integers(15, 89))) for step in range(0, 100, 5)}
    whole = regions(pictures, range(100))
    needed = Anonymiser(100).needed(first, last)
    assert 0 <= needed[0] <= first < last <= needed[1] <= 100
    part = regions(pictures, range(*needed))
    assert all(part[step] == whole[step] for step in range(first, last))


@pytest.mark.usefixtures("scripted")
def test_a_face_at_the_edge_is_hidden_within_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    over = FacesSeen(np.array([[0.9, -0.1, -0.2, 0.1, 1.2]], np.float32), np.array([True]))
    monkeypatch.setattr(Script, "faces", lambda self, rgb: over)
    anonymiser = Anonymiser(1)
    anonymiser.look(PLAIN, 0)
    region: PictureBox = anonymiser.regions(0)[0]
    assert region[0] == region[1] == 0
    assert region[3] == 1
    assert not np.array_equal(anonymiser.hidden(noise(), (region,)), noise())


def noise() -> U8:
    return np.random.default_rng(2).integers(0, 255, (90, 160, 3)).astype(np.uint8)


def test_the_mark_names_what_finds_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    assert anonymised_mark(False) == ""
    now = anonymised_mark(True)
    monkeypatch.setattr(anonymise, "sight_sha256", lambda file: f"other {file}")
    assert anonymised_mark(True) != now

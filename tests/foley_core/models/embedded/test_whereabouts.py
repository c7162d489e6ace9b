"""Places of cues: where the box of the thing is, or else where something moves; one for a thing."""

import numpy as np
import pytest
import seen_looks as show

from foley_core.cues.candidates import SeenSheet
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.models.embedded.features import NO_COLUMNS
from foley_core.models.embedded.motion_places import PlaceReader
from foley_core.models.embedded.whereabouts import placed
from foley_core.models.sight.looks import Looks
from foley_core.timebase import SAMPLES_PER_STEP
from foley_core.vision.changed_columns import COLUMNS
from foley_core.vision.motion_statistics import STATISTICS, VIEW_NUMBERS

READER = PlaceReader()


def moving(view: int | None = None, cut: int | None = None):  # type: ignore[no-untyped-def]
    """Statistics in which one corner of the picture moves, the upper left first."""
    statistics = np.zeros((show.STEPS, STATISTICS), np.float16)
    if view is not None:
        statistics[:, view * VIEW_NUMBERS + 3] = 0.5
    if cut is not None:
        statistics[cut, -5] = 0.9
    return statistics


def barks(*onsets: int, name: str = "dog_bark") -> SeenSheet:
    cues = [Cue("action", name, None, at, at + 48_000) for at in onsets]
    sheet = CueSheet(show.SAMPLES, ()).with_cues([*cues, Cue("ambience", "room", None, 0, 99)])
    return SeenSheet(sheet, tuple(() for _ in sheet.cues))


def places(seen: SeenSheet, looks: Looks, statistics) -> list[tuple[float, float | None]]:  # type: ignore[no-untyped-def]
    found = placed(seen, looks, statistics, NO_COLUMNS, READER)
    assert found.candidates == seen.candidates
    return [(cue.pan, cue.size) for cue in found.sheet.cues if cue.kind == "action"]


def test_a_thing_in_a_box_is_where_its_box_is() -> None:
    dog = show.looks(boxes={show.DOG_BOX: 0.9, show.CAR_BOX: 0.95})
    # The box reaches from 0.2 to 0.6 across and from 0.2 to 0.8 down.
    assert places(barks(48_000), dog, moving(2)) == [(-0.2, 0.6)]


def test_boxes_tremble_and_hits_of_one_thing_that_rests_do_not() -> None:
    dog = show.looks(boxes={show.DOG_BOX: 0.9})
    dog.box_place[5:, 0] += np.array([0, 0.05, 0, 0.05], np.float16)
    (first, second) = places(barks(48_000, 400_000), dog, moving())
    assert first == second


def test_after_a_cut_a_thing_may_be_elsewhere() -> None:
    dog = show.looks(boxes={show.DOG_BOX: 0.9})
    dog.box_place[5:, 0] += np.array([0, 0.3, 0, 0.3], np.float16)
    (first, second) = places(barks(48_000, 400_000), dog, moving(cut=110))
    assert first[0] < second[0]


def test_people_make_steps_and_a_person_alone_barks_at_nobody() -> None:
    person = show.looks(boxes={show.PERSON_BOX: 0.9})
    assert places(barks(48_000, name="footstep_walk"), person, moving())[0][1] == 0.6
    assert places(barks(48_000), person, moving()) == [(0.0, None)]


@pytest.mark.parametrize(("view", "pan"), [(1, -0.7), (2, 0.7), (None, 0.0)])
def test_features_of_before_tell_left_from_right_by_motion(view: int | None, pan: float) -> None:
    ((found, size),) = places(barks(48_000, name="impact_hard"), show.looks(), moving(view))
    assert found == pytest.approx(pan, abs=0.01)
    assert size is None


def columns(*spots: tuple[int, int], strength: float = 1.0):  # type: ignore[no-untyped-def]
    """Columns of changes: (motion step, column) each."""
    found = np.full((show.STEPS, COLUMNS), 0.01, np.float16)
    for step, column in spots:
        found[step - 1 : step + 2, column] = strength
    return found


def test_without_a_box_each_hit_is_where_the_picture_changes() -> None:
    seen = barks(48_000, 240_000, name="impact_hard")
    here = columns((25, 27), (125, 27))
    found = placed(seen, show.looks(), moving(), here, READER)
    assert [cue.pan for cue in found.sheet.cues if cue.kind == "action"] == [0.7, 0.7]
    crossing = placed(seen, show.looks(), moving(), columns((25, 4), (125, 27)), READER)
    assert [cue.pan for cue in crossing.sheet.cues if cue.kind == "action"] == [-0.7, 0.7]


@pytest.mark.parametrize("name", ["bell", "piano"])
def test_what_rings_or_plays_stays_since_its_place_may_choose_its_notes(name: str) -> None:
    seen = barks(48_000, 240_000, name=name)
    found = placed(seen, show.looks(), moving(), columns((25, 4), (125, 27)), READER)
    assert len({cue.pan for cue in found.sheet.cues if cue.kind == "action"}) == 1


def test_a_thing_that_walks_is_where_its_box_is_then() -> None:
    person = show.looks(boxes={show.PERSON_BOX: 0.9})
    shift = np.linspace(-0.2, 0.4, len(person.steps)).astype(np.float16)
    person.box_place[:, 0, 1] += shift
    person.box_place[:, 0, 3] += shift
    steps = [at * SAMPLES_PER_STEP for at in person.steps[[0, len(shift) // 2, -2]]]
    found = placed(barks(*steps, name="footstep_walk"), person, moving(), NO_COLUMNS, READER)
    pans = [cue.pan for cue in found.sheet.cues if cue.kind == "action"]
    assert pans == sorted(pans)
    assert pans[-1] - pans[0] > 0.8


def test_what_lasts_goes_along_its_boxes_and_fills_what_they_fill() -> None:
    car = show.looks(boxes={show.CAR_BOX: 0.9})
    shift = np.linspace(0.3, -0.3, len(car.steps)).astype(np.float16)
    car.box_place[:, 0, 1] += shift
    car.box_place[:, 0, 3] += shift
    cue = Cue("action", "car_engine", None, 48_000, 400_000)
    seen = SeenSheet(CueSheet(show.SAMPLES, (cue,)), ((),))
    (moved,) = placed(seen, car, moving(), NO_COLUMNS, READER).sheet.cues
    assert moved.path[0] == (0, moved.pan)
    assert moved.path[-1][0] <= 400_000 - 48_000
    pans = [pan for _, pan in moved.path]
    assert pans == sorted(pans, reverse=True)
    assert len(set(pans)) > 3


def test_beds_are_everywhere() -> None:
    found = placed(barks(48_000), show.looks(), moving(1), NO_COLUMNS, READER)
    assert [(cue.pan, cue.size) for cue in found.sheet.cues if cue.kind == "ambience"] == [
        (0.0, None)
    ]

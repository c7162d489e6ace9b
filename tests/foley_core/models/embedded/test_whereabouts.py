"""Places of cues: where the box of the thing is, or else where something moves; one for a thing."""

import numpy as np
import pytest
import seen_looks as show

from foley_core.cues.candidates import SeenSheet
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.models.embedded.whereabouts import placed
from foley_core.models.sight.looks import Looks
from foley_core.vision.motion_statistics import STATISTICS, VIEW_NUMBERS


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
    found = placed(seen, looks, statistics)
    assert found.candidates == seen.candidates
    return [(cue.pan, cue.size) for cue in found.sheet.cues if cue.kind == "action"]


def test_a_thing_in_a_box_is_where_its_box_is() -> None:
    dog = show.looks(boxes={show.DOG_BOX: 0.9, show.CAR_BOX: 0.95})
    # The box reaches from 0.2 to 0.6 across and from 0.2 to 0.8 down.
    assert places(barks(48_000), dog, moving(2)) == [(-0.2, 0.6)]


def test_every_hit_of_one_thing_in_a_shot_has_one_place() -> None:
    dog = show.looks(boxes={show.DOG_BOX: 0.9})
    dog.box_place[5:, 0] += np.array([0, 0.3, 0, 0.3], np.float16)
    (first, second) = places(barks(48_000, 400_000), dog, moving())
    assert first == second
    (first, second) = places(barks(48_000, 400_000), dog, moving(cut=110))
    assert first[0] < second[0]


def test_people_make_steps_and_a_person_alone_barks_at_nobody() -> None:
    person = show.looks(boxes={show.PERSON_BOX: 0.9})
    assert places(barks(48_000, name="footstep_walk"), person, moving())[0][1] == 0.6
    assert places(barks(48_000), person, moving()) == [(0.0, None)]


@pytest.mark.parametrize(("view", "pan"), [(1, -0.7), (2, 0.7), (None, 0.0)])
def test_without_a_box_motion_tells_left_from_right(view: int | None, pan: float) -> None:
    ((found, size),) = places(barks(48_000, name="impact_hard"), show.looks(), moving(view))
    assert found == pytest.approx(pan, abs=0.01)
    assert size is None


def test_beds_are_everywhere() -> None:
    found = placed(barks(48_000), show.looks(), moving(1))
    assert [(cue.pan, cue.size) for cue in found.sheet.cues if cue.kind == "ambience"] == [
        (0.0, None)
    ]

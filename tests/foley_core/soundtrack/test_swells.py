"""Swells: what lasts follows what moves, over half a second, without short pauses."""

from dataclasses import replace

import numpy as np

from foley_core.cues.sheet import Cue
from foley_core.soundtrack.swells import SUSTAINED_FADE_SAMPLES, activity, bridged

SECOND = 48_000


def told(*spans: tuple[int, int], value: int = 200, through: float = 0.7) -> list[int]:
    """What a sound of ten seconds is told of motion within spans of steps."""
    energy = np.zeros(250, np.uint8)
    for first, end in spans:
        energy[first:end] = value
    return list(activity(energy, 0, 10 * SECOND, through))


def test_motion_is_followed_without_a_jump() -> None:
    course = told((100, 250))
    assert course[90] == 0
    assert course[110] == 200
    assert max(np.diff(course)) < 200 / 5


def test_a_short_pause_is_bridged_and_a_long_one_is_not() -> None:
    assert min(told((0, 100), (120, 250))) > 100
    assert min(told((0, 100), (120, 250), through=0.3)) < 100
    assert min(told((0, 100), (160, 250))) == 0


def test_a_video_without_motion_values_tells_nothing() -> None:
    assert activity(np.zeros(0, np.uint8), 0, SECOND, 1.0) == ()


def engine(first_s: float, end_s: float, **changes: str) -> Cue:
    cue = Cue("action", "engine", "metal", int(first_s * SECOND), int(end_s * SECOND))
    return replace(cue, **changes)  # type: ignore[arg-type]


def test_one_class_does_not_fall_silent_for_less_than_a_second() -> None:
    cues = [engine(1, 2), engine(2.5, 3), engine(3, 4, material="wood"), engine(5.5, 6)]
    first, second, third, fourth = bridged(cues)
    assert first.offset == second.onset + SUSTAINED_FADE_SAMPLES
    assert second.offset == third.onset + SUSTAINED_FADE_SAMPLES
    assert [third, fourth] == cues[2:]


def test_other_classes_and_what_a_person_has_set_stay_apart() -> None:
    for cues in (
        [engine(1, 2), engine(2.5, 3, sound_class="machine")],
        [engine(1, 2, source="person:a"), engine(2.5, 3)],
    ):
        assert bridged(cues) == cues

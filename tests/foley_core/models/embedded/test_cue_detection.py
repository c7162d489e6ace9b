"""Peaks become onsets, spans sustained cues, places one ambience, and stillness nothing."""

import numpy as np
import pytest

from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.cue_detection import (
    StepReadings,
    Thresholds,
    cue_sheet,
    onset_peaks,
    places,
    spans,
)

ACTIONS = [c.name for c in taxonomy().trained_of_kind("action")]
SUSTAINED = [c.name for c in taxonomy().trained_of_kind("sustained")]
AMBIENCES = [c.name for c in taxonomy().trained_of_kind("ambience")]
STEPS, SAMPLES = 96, 96 * 1920
THRESHOLDS = Thresholds(onset=0.4, activity=0.5)


def readings(steps: int = STEPS) -> StepReadings:
    """Nothing is heard in a room."""
    ambience = np.full((steps // 12, len(AMBIENCES)), -6.0, np.float32)
    ambience[:, AMBIENCES.index("room")] = -0.1
    return StepReadings(
        onset=np.full(steps, 0.01, np.float32),
        shift=np.zeros(steps, np.float32),
        action=np.zeros(steps, np.int32),
        material=np.zeros(steps, np.int32),
        intensity=np.full(steps, 0.5, np.float32),
        activity=np.zeros((steps, len(SUSTAINED)), np.float32),
        energy=np.full(steps, 80, np.uint8),
        ambience=ambience,
    )


def test_a_quiet_video_has_its_place_and_nothing_else() -> None:
    (cue,) = cue_sheet(readings(), SAMPLES, THRESHOLDS).cues
    assert (cue.kind, cue.sound_class, cue.onset, cue.offset) == ("ambience", "room", 0, SAMPLES)


def test_a_peak_becomes_a_cue_between_steps() -> None:
    read = readings()
    read.onset[20:23] = [0.5, 0.9, 0.6]
    read.shift[21], read.action[21] = 0.25, ACTIONS.index("strike")
    actions = [c for c in cue_sheet(read, SAMPLES, THRESHOLDS).cues if c.kind == "action"]
    assert [(c.sound_class, c.onset) for c in actions] == [("strike", round(21.25 * 1920))]
    assert actions[0].confidence == 0.9


def test_an_equal_plateau_gives_one_onset() -> None:
    onset = np.full(30, 0.8, np.float32)
    onset[12:] = 0.0
    assert onset_peaks(onset, np.ones(30, np.uint8), 0.5).tolist() == [0]


def test_no_motion_no_onsets() -> None:
    onset = np.zeros(60, np.float32)
    onset[[10, 50]] = 0.9
    energy = np.zeros(60, np.uint8)
    energy[48] = 5
    assert onset_peaks(onset, energy, 0.5).tolist() == [50]


@pytest.mark.parametrize("step", [0, STEPS - 1])
def test_cues_stay_inside_the_track(step: int) -> None:
    read = readings()
    read.onset[step], read.shift[step] = 0.9, -0.5 if step == 0 else 0.5
    for cue in cue_sheet(read, SAMPLES - 900, THRESHOLDS).cues:
        assert 0 <= cue.onset < cue.offset <= SAMPLES - 900


def test_spans_have_hysteresis_and_no_blips() -> None:
    activity = np.zeros(100, np.float32)
    activity[10:30] = 0.4
    activity[15] = 0.9
    activity[36:50] = 0.6
    activity[80:84] = 0.9
    assert spans(activity, 0.5) == [(10, 50)]


def test_a_sustained_class_becomes_a_span_of_its_material() -> None:
    read = readings()
    read.activity[24:72, SUSTAINED.index("saw")] = 0.8
    (cue,) = [c for c in cue_sheet(read, SAMPLES, THRESHOLDS).cues if c.kind == "action"]
    assert (cue.sound_class, cue.onset, cue.offset) == ("saw", 24 * 1920, 72 * 1920)
    assert cue.material in taxonomy().classes["saw"].materials


def test_one_doubtful_picture_does_not_change_the_place() -> None:
    read = readings()
    read.ambience[3] = -6.0
    read.ambience[3, AMBIENCES.index("sea")] = -0.1
    assert len(places(read.ambience)) == 1


def test_a_lasting_change_of_place_is_followed() -> None:
    read = readings(240)
    read.ambience[10:] = -6.0
    read.ambience[10:, AMBIENCES.index("sea")] = -0.1
    found = places(read.ambience)
    assert [(a, b, AMBIENCES[k]) for a, b, k in found] == [(0, 10, "room"), (10, 20, "sea")]
    cues = cue_sheet(read, 240 * 1920, THRESHOLDS).cues
    assert cues[0].offset == cues[1].onset

"""Figures are counted from what was read; thresholds are those that count best."""

from dataclasses import replace

import numpy as np
import pytest

from foley_core.evaluation.evaluate_perception import class_accuracy, unseen_pairs_accuracy
from foley_core.models.embedded.perception_net import ACTIONS, MATERIALS
from foley_core.training.calibration import WorldReading, onset_score, sustained_f1
from foley_core.world.families import HELD_OUT_PAIRS

STEPS = 96


def reading(found: dict[int, float], true_steps: list[int]) -> WorldReading:
    """Peaks of the given probabilities; all classes and places right."""
    probability = np.zeros(STEPS, np.float32)
    for step, value in found.items():
        probability[step] = value
    classes = np.zeros(len(true_steps), np.int64)
    return WorldReading(
        true_s=[step / 25 for step in true_steps],
        probability=probability,
        shift=np.zeros(STEPS, np.float32),
        moved=np.ones(STEPS, np.uint8),
        joint=np.zeros((len(true_steps), 64), np.float32),
        classes=classes,
        true_classes=classes.copy(),
        materials=classes.copy(),
        true_materials=classes.copy(),
        active=np.zeros((STEPS, 8), np.float32),
        true_active=np.zeros((STEPS, 8), np.float32),
        places=np.zeros(8, np.int64),
        true_places=np.zeros(8, np.int64),
        clear=True,
        peaks_s=[],
    )


def test_only_peaks_above_the_threshold_count() -> None:
    read = [reading({10: 0.9, 40: 0.3, 70: 0.6}, [10, 70])]
    assert onset_score(read, 0.5).f1 == 1.0
    assert onset_score(read, 0.2).f1 == pytest.approx(4 / 5)
    assert onset_score(read, 0.8).f1 == pytest.approx(2 / 3)


def test_an_onset_lies_between_steps() -> None:
    one = reading({10: 0.9}, [10])
    shifted = replace(one, shift=np.full(STEPS, 0.25, np.float32))
    assert shifted.onsets_s(0.5) == [pytest.approx(10.25 / 25)]


def test_class_accuracy_is_a_share_of_true_onsets() -> None:
    right, wrong = reading({}, [5, 50]), reading({}, [20, 30])
    assert class_accuracy([right, replace(wrong, classes=wrong.classes + 1)]) == 0.5


def test_of_unseen_pairs_nothing_else_is_counted() -> None:
    name, material = sorted(HELD_OUT_PAIRS)[0]
    one = reading({}, [5, 50])
    true = np.array([ACTIONS.index(name), 0])
    materials = np.array([MATERIALS.index(material), MATERIALS.index("wood")])
    held = replace(one, true_classes=true, true_materials=materials, classes=np.array([true[0], 1]))
    assert unseen_pairs_accuracy([held]) == 1.0


def test_sustained_f1_counts_steps() -> None:
    one = reading({}, [])
    one.true_active[:40, 2] = 1.0
    one.active[20:40, 2] = 0.9
    assert sustained_f1([one], 0.5) == pytest.approx(2 * 20 / (20 + 40))

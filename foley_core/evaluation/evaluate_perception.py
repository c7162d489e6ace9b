"""Figures of how well perception reads worlds that it never saw.

Three sets of worlds, none of them trained on: worlds like those of the training; worlds whose
sounding things have a class and a material that were never trained on together; and worlds in which
only motion tells the action. Thresholds were chosen on yet another set (`calibration`).
"""

from pathlib import Path

import numpy as np

from foley_core.models.embedded.cue_detection import Thresholds
from foley_core.models.embedded.perception_net import ACTIONS, MATERIALS, PerceptionNet
from foley_core.timebase import MOTION_RATE
from foley_core.training.calibration import (
    TOLERANCE_S,
    WIDE_TOLERANCE_S,
    WorldReading,
    onset_score,
    read_worlds,
    sustained_f1,
)
from foley_core.training.examples import EXAMPLE_STEPS
from foley_core.training.onset_scores import OnsetScore, random_onsets
from foley_core.training.shards import WorldSet, rendered_worlds
from foley_core.types import Progress
from foley_core.world.families import HELD_OUT_PAIRS, MOTION_ONLY_FAMILIES

WORLDS_SEED, UNSEEN_SEED, MOTION_ONLY_SEED = 1_100_000, 1_200_000, 1_300_000
"""First seeds of the three sets."""


def evaluate_worlds(
    net: PerceptionNet,
    thresholds: Thresholds,
    folder: Path,
    progress: Progress,
    *,
    worlds: int = 192,
    seed: int = 0,
) -> tuple[dict[str, float], list[WorldReading]]:
    """Return figures on worlds never trained on, and the readings of the first set of them.

    Args:
        folder: where rendered worlds are kept.
        worlds: of the first set; the others have half as many.
        seed: another seed takes other worlds.

    Returns:
        `action_class_accuracy` at true onsets (`_macro`: mean over classes, `_majority`: a
        guesser of the commonest class), `_unseen_pairs`, `_flow_blanked_drop` in points;
        `onset_f1_50ms` (also `_clearly_visible`, `_peak_picker`, `_random`);
        `onset_error_median_ms`, `_p95_ms` and `onset_bias_ms` of the pairs within ±100 ms;
        `material_accuracy`, `ambience_accuracy`, `sustained_f1`.
    """
    # Ten million seeds an evaluation, far from those of training and calibration.
    base, few = 10_000_000 * seed, max(8, worlds // 2)
    first = WorldSet(range(base + WORLDS_SEED, base + WORLDS_SEED + worlds))
    unseen = WorldSet(range(base + UNSEEN_SEED, base + UNSEEN_SEED + few), "unseen")
    motion = WorldSet(
        range(base + MOTION_ONLY_SEED, base + MOTION_ONLY_SEED + few),
        "trained",
        MOTION_ONLY_FAMILIES,
    )
    readings = list(read_worlds(net, rendered_worlds(folder, first, progress)))
    only_motion = rendered_worlds(folder, motion, progress)
    seeing = class_accuracy(list(read_worlds(net, only_motion)))
    # The same worlds without optical flow: the drop shows that motion is truly used.
    blanked = class_accuracy(list(read_worlds(net, only_motion, blank_motion=True)))
    unseen_readings = list(read_worlds(net, rendered_worlds(folder, unseen, progress)))
    figures = (
        _class_figures(readings)
        | _onset_figures(readings, thresholds.onset, seed)
        | {
            "action_class_accuracy_unseen_pairs": unseen_pairs_accuracy(unseen_readings),
            "action_class_accuracy_motion_only": seeing,
            "action_class_accuracy_flow_blanked_drop": 100.0 * (seeing - blanked),
            "sustained_f1": sustained_f1(readings, thresholds.activity),
        }
    )
    return figures, readings


def class_accuracy(readings: list[WorldReading]) -> float:
    """Return the share of true onsets whose class is read rightly."""
    right = np.concatenate([reading.classes == reading.true_classes for reading in readings])
    return float(right.mean())


def unseen_pairs_accuracy(readings: list[WorldReading]) -> float:
    """Return the same share, of pairs of class and material that were never trained on."""
    # The first act of such a world has a held-out pair; others in it do not count.
    held_out = {
        (ACTIONS.index(name), MATERIALS.index(material)) for name, material in HELD_OUT_PAIRS
    }
    right = [
        found == true
        for reading in readings
        for found, true, material in zip(
            reading.classes, reading.true_classes, reading.true_materials, strict=True
        )
        if (int(true), int(material)) in held_out
    ]
    return float(np.mean(right)) if right else float("nan")


def _class_figures(readings: list[WorldReading]) -> dict[str, float]:
    """Return the figures of classes, materials and ambiences."""
    true = np.concatenate([reading.true_classes for reading in readings])
    found = np.concatenate([reading.classes for reading in readings])
    of_class = [(found[true == c] == c).mean() for c in np.unique(true)]
    materials = np.concatenate(
        [reading.materials == reading.true_materials for reading in readings]
    )
    places = np.concatenate([reading.places == reading.true_places for reading in readings])
    return {
        "action_class_accuracy": class_accuracy(readings),
        "action_class_accuracy_macro": float(np.mean(of_class)),
        "action_class_accuracy_majority": float(np.bincount(true).max() / len(true)),
        "material_accuracy": float(materials.mean()),
        "ambience_accuracy": float(places.mean()),
    }


def _onset_figures(readings: list[WorldReading], threshold: float, seed: int) -> dict[str, float]:
    """Return the figures of onsets, beside those of the two baselines."""
    rng = np.random.default_rng(seed)
    peaks, random = OnsetScore(TOLERANCE_S), OnsetScore(TOLERANCE_S)
    for reading in readings:
        peaks.add(reading.peaks_s, reading.true_s)
        # As many as there truly are, or the random sheet would be punished for its number.
        random.add(
            random_onsets(rng, len(reading.true_s), EXAMPLE_STEPS / MOTION_RATE), reading.true_s
        )
    clear = [reading for reading in readings if reading.clear]
    # Pairs within ±100 ms: within ±50 ms no error could be seen that is larger.
    errors_ms = 1000.0 * np.array(
        onset_score(readings, threshold, WIDE_TOLERANCE_S).errors_s or [0.0]
    )
    return {
        "onset_f1_50ms": onset_score(readings, threshold).f1,
        "onset_f1_50ms_clearly_visible": onset_score(clear, threshold).f1,
        "onset_f1_50ms_peak_picker": peaks.f1,
        "onset_f1_50ms_random": random.f1,
        "onset_error_median_ms": float(np.median(np.abs(errors_ms))),
        "onset_error_p95_ms": float(np.quantile(np.abs(errors_ms), 0.95)),
        "onset_bias_ms": float(np.mean(errors_ms)),
    }

"""How well perception reads worlds it never saw: figures for people, and the thresholds.

Four sets of worlds, none of them trained on: worlds like those of the training; worlds whose
sounding things have a class and a material that were never trained on together; worlds in which
only motion tells the action; and, for thresholds alone, another set like the first.
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


def evaluate_worlds(
    net: PerceptionNet,
    thresholds: Thresholds,
    folder: Path,
    progress: Progress,
    *,
    worlds: int = 192,
    seed: int = 0,
) -> tuple[dict[str, float], list[WorldReading]]:
    """Figures on worlds never trained on, and what was read in the first set of them.

    Args:
        folder: where rendered worlds are kept.
        worlds: of the first set; the others have half as many.
        seed: other worlds.

    Returns:
        `action_class_accuracy` at true onsets (`_macro`: mean over classes, `_majority`: a
        guesser of the commonest class), `_unseen_pairs`, `_flow_blanked_drop` in points;
        `onset_f1_50ms` (also `_clearly_visible`, `_peak_picker`, `_random`);
        `onset_error_median_ms`, `_p95_ms` and `onset_bias_ms` of the pairs within ±100 ms;
        `material_accuracy`, `ambience_accuracy`, `sustained_f1`.
    """
    base, few = 10_000_000 * seed, max(8, worlds // 2)
    first = WorldSet(range(base + WORLDS_SEED, base + WORLDS_SEED + worlds))
    unseen = WorldSet(range(base + UNSEEN_SEED, base + UNSEEN_SEED + few), "unseen")
    motion = WorldSet(
        range(base + MOTION_ONLY_SEED, base + MOTION_ONLY_SEED + few),
        "trained",
        MOTION_ONLY_FAMILIES,
    )
    read = list(read_worlds(net, rendered_worlds(folder, first, progress)))
    only_motion = rendered_worlds(folder, motion, progress)
    seeing = class_accuracy(list(read_worlds(net, only_motion)))
    blanked = class_accuracy(list(read_worlds(net, only_motion, blank_motion=True)))
    unseen_read = list(read_worlds(net, rendered_worlds(folder, unseen, progress)))
    figures = (
        _class_figures(read)
        | _onset_figures(read, thresholds.onset, seed)
        | {
            "action_class_accuracy_unseen_pairs": unseen_pairs_accuracy(unseen_read),
            "action_class_accuracy_motion_only": seeing,
            "action_class_accuracy_flow_blanked_drop": 100.0 * (seeing - blanked),
            "sustained_f1": sustained_f1(read, thresholds.activity),
        }
    )
    return figures, read


def class_accuracy(read: list[WorldReading]) -> float:
    """Share of true onsets whose class is read rightly."""
    right = np.concatenate([one.classes == one.true_classes for one in read])
    return float(right.mean())


def unseen_pairs_accuracy(read: list[WorldReading]) -> float:
    """The same, of pairs of class and material that were never trained on."""
    held_out = {
        (ACTIONS.index(name), MATERIALS.index(material)) for name, material in HELD_OUT_PAIRS
    }
    right = [
        found == true
        for one in read
        for found, true, material in zip(
            one.classes, one.true_classes, one.true_materials, strict=True
        )
        if (int(true), int(material)) in held_out
    ]
    return float(np.mean(right)) if right else float("nan")


def _class_figures(read: list[WorldReading]) -> dict[str, float]:
    true = np.concatenate([one.true_classes for one in read])
    found = np.concatenate([one.classes for one in read])
    of_class = [(found[true == c] == c).mean() for c in np.unique(true)]
    materials = np.concatenate([one.materials == one.true_materials for one in read])
    places = np.concatenate([one.places == one.true_places for one in read])
    return {
        "action_class_accuracy": class_accuracy(read),
        "action_class_accuracy_macro": float(np.mean(of_class)),
        "action_class_accuracy_majority": float(np.bincount(true).max() / len(true)),
        "material_accuracy": float(materials.mean()),
        "ambience_accuracy": float(places.mean()),
    }


def _onset_figures(read: list[WorldReading], threshold: float, seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    peaks, random = OnsetScore(TOLERANCE_S), OnsetScore(TOLERANCE_S)
    for one in read:
        peaks.add(one.peaks_s, one.true_s)
        random.add(random_onsets(rng, len(one.true_s), EXAMPLE_STEPS / MOTION_RATE), one.true_s)
    clear = [one for one in read if one.clear]
    errors_ms = 1000.0 * np.array(onset_score(read, threshold, WIDE_TOLERANCE_S).errors_s or [0.0])
    return {
        "onset_f1_50ms": onset_score(read, threshold).f1,
        "onset_f1_50ms_clearly_visible": onset_score(clear, threshold).f1,
        "onset_f1_50ms_peak_picker": peaks.f1,
        "onset_f1_50ms_random": random.f1,
        "onset_error_median_ms": float(np.median(np.abs(errors_ms))),
        "onset_error_p95_ms": float(np.quantile(np.abs(errors_ms), 0.95)),
        "onset_bias_ms": float(np.mean(errors_ms)),
    }

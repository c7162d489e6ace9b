"""How well perception reads worlds it never saw: figures for people, and the thresholds.

Four sets of worlds, none of them trained on: worlds like those of the training; worlds whose
sounding things have a class and a material that were never trained on together; worlds in which
only motion tells the action; and, for thresholds alone, another set like the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foley_core.models.embedded.cue_detection import Thresholds, onset_peaks
from foley_core.models.embedded.perception_net import ACTIONS, MATERIALS, PerceptionNet
from foley_core.timebase import MOTION_RATE
from foley_core.training.distortion import Batch, tensors_of, without_motion
from foley_core.training.examples import STEPS
from foley_core.training.onset_scores import OnsetScore, picked_peaks, random_onsets
from foley_core.training.perception_trainer import read_batch
from foley_core.training.shards import Progress, RenderedWorlds, WorldSet, rendered_worlds
from foley_core.training.train_plain import statistics_of, textures_of
from foley_core.types import F32
from foley_core.world.families import HELD_OUT_PAIRS, MOTION_ONLY_FAMILIES

I64 = NDArray[np.int64]

WORLDS_SEED, UNSEEN_SEED, MOTION_ONLY_SEED = 1_100_000, 1_200_000, 1_300_000
TOLERANCE_S, WIDE_TOLERANCE_S = 0.05, 0.1

_BATCH = 16
_SPARSE_F1 = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What perception says of one world, and what is true of it.

    true_s, peaks_s: true onsets and those of the peak-picker, seconds. probability and shift
    (T,). classes, true_classes, materials, true_materials (N,) at the true onsets, with joint
    vectors (N, 64). moved (T,) whether anything moved. active, true_active (T, sustained).
    places, true_places (S,).
    """

    true_s: list[float]
    probability: F32
    shift: F32
    moved: NDArray[np.uint8]
    joint: F32
    classes: I64
    true_classes: I64
    materials: I64
    true_materials: I64
    active: F32
    true_active: F32
    places: I64
    true_places: I64
    clear: bool
    peaks_s: list[float]

    def onsets_s(self, threshold: float) -> list[float]:
        """Onsets whose probability is a peak above the threshold."""
        peaks = onset_peaks(self.probability, self.moved, threshold)
        return [(int(step) + float(self.shift[step])) / MOTION_RATE for step in peaks]


def calibrate(net: PerceptionNet, worlds: RenderedWorlds) -> Thresholds:
    """The thresholds with the best F1: of onsets at ±50 ms, and of sustained steps.

    Of onsets the highest whose F1 is no more than about a standard error (0.02 over 128 worlds)
    below the best, since a sparse sheet is easier to correct than a busy one; of sustained sounds
    from 0.3 on: a texture that nothing makes disturbs more than one that is missing.
    """
    read = list(readings(net, worlds))
    tried = [round(0.1 + 0.02 * n, 2) for n in range(40)]
    scores = {threshold: onset_score(read, threshold).f1 for threshold in tried}
    best = max(scores.values())
    return Thresholds(
        onset=max(threshold for threshold, f1 in scores.items() if f1 >= best - _SPARSE_F1),
        activity=max(tried[10:], key=lambda threshold: sustained_f1(read, threshold)),
    )


def evaluate_worlds(
    net: PerceptionNet,
    thresholds: Thresholds,
    folder: Path,
    progress: Progress,
    *,
    worlds: int = 192,
    seed: int = 0,
) -> tuple[dict[str, float], list[Reading]]:
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
    read = list(readings(net, rendered_worlds(folder, first, progress)))
    only_motion = rendered_worlds(folder, motion, progress)
    seeing = class_accuracy(list(readings(net, only_motion)))
    blanked = class_accuracy(list(readings(net, only_motion, blank_motion=True)))
    unseen_read = list(readings(net, rendered_worlds(folder, unseen, progress)))
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


def readings(
    net: PerceptionNet, worlds: RenderedWorlds, blank_motion: bool = False
) -> Iterator[Reading]:
    """What a network reads in every world of a set; `blank_motion` hides optical flow from it."""
    for start in range(0, len(worlds), _BATCH):
        examples = worlds.take(range(start, min(start + _BATCH, len(worlds))))
        batch = tensors_of(examples)
        seen = without_motion(batch) if blank_motion else batch
        plain = statistics_of(examples.maps, examples.camera), textures_of(examples.scenes)
        yield from _read(net, seen, plain, batch, [picked_peaks(maps) for maps in examples.maps])


@torch.inference_mode()
def _read(
    net: PerceptionNet,
    seen: Batch,
    plain: tuple[Tensor, Tensor],
    batch: Batch,
    peaks_s: list[list[float]],
) -> Iterator[Reading]:
    near, places = read_batch(net, seen, mixed=False)
    head = net.sharpened(near, *plain, torch.ones(near.onset.shape, dtype=torch.bool))
    place_of = places.argmax(-1).view(len(peaks_s), -1).numpy()
    truth = {name: value.numpy() for name, value in batch.items()}
    for row, peaks in enumerate(peaks_s):
        steps = np.flatnonzero(truth["action"][row] >= 0)
        yield Reading(
            true_s=[(s + float(truth["shift"][row, s])) / MOTION_RATE for s in steps.tolist()],
            probability=head.onset[row].sigmoid().numpy(),
            shift=head.shift[row].numpy(),
            moved=(truth["maps"][row, :, 4].max(axis=(1, 2)) > 0).astype(np.uint8),
            joint=head.joint[row].numpy()[steps],
            classes=head.action[row].argmax(-1).numpy()[steps],
            true_classes=truth["action"][row][steps],
            materials=head.material[row].argmax(-1).numpy()[steps],
            true_materials=truth["material"][row][steps],
            active=head.activity[row].sigmoid().numpy(),
            true_active=truth["activity"][row],
            places=place_of[row],
            true_places=truth["ambience"][row],
            clear=bool(truth["clear"][row]),
            peaks_s=peaks,
        )


def onset_score(
    read: list[Reading], threshold: float, tolerance_s: float = TOLERANCE_S
) -> OnsetScore:
    """Onsets above a threshold against the true ones, over all worlds."""
    score = OnsetScore(tolerance_s)
    for one in read:
        score.add(one.onsets_s(threshold), one.true_s)
    return score


def sustained_f1(read: list[Reading], threshold: float) -> float:
    """F1 of the steps at which a sustained class sounds."""
    active = np.concatenate([one.active for one in read]) >= threshold
    true = np.concatenate([one.true_active for one in read]) > 0.5
    total = int(active.sum() + true.sum())
    return 2.0 * int((active & true).sum()) / total if total else 1.0


def class_accuracy(read: list[Reading]) -> float:
    """Share of true onsets whose class is read rightly."""
    right = np.concatenate([one.classes == one.true_classes for one in read])
    return float(right.mean())


def unseen_pairs_accuracy(read: list[Reading]) -> float:
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


def _class_figures(read: list[Reading]) -> dict[str, float]:
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


def _onset_figures(read: list[Reading], threshold: float, seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    peaks, random = OnsetScore(TOLERANCE_S), OnsetScore(TOLERANCE_S)
    for one in read:
        peaks.add(one.peaks_s, one.true_s)
        random.add(random_onsets(rng, len(one.true_s), STEPS / MOTION_RATE), one.true_s)
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

"""Thresholds of what perception finds, chosen on worlds that it was not trained on."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foley_core.models.embedded.cue_detection import Thresholds, onset_peaks
from foley_core.models.embedded.perception_net import PerceptionNet
from foley_core.timebase import MOTION_RATE
from foley_core.training.distortion import WorldBatch, batch_of_worlds, without_motion
from foley_core.training.onset_scores import OnsetScore, picked_peaks
from foley_core.training.perception_trainer import read_batch
from foley_core.training.shards import RenderedWorlds
from foley_core.training.train_plain import statistics_of, textures_of
from foley_core.types import F32

I64 = NDArray[np.int64]


TOLERANCE_S, WIDE_TOLERANCE_S = 0.05, 0.1
_BATCH = 16
_SPARSE_F1 = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class WorldReading:
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


def readings(
    net: PerceptionNet, worlds: RenderedWorlds, blank_motion: bool = False
) -> Iterator[WorldReading]:
    """What a network reads in every world of a set; `blank_motion` hides optical flow from it."""
    for start in range(0, len(worlds), _BATCH):
        examples = worlds.take(range(start, min(start + _BATCH, len(worlds))))
        batch = batch_of_worlds(examples)
        seen = without_motion(batch) if blank_motion else batch
        plain = statistics_of(examples.maps, examples.camera), textures_of(examples.scenes)
        yield from _read(net, seen, plain, batch, [picked_peaks(maps) for maps in examples.maps])


@torch.inference_mode()
def _read(
    net: PerceptionNet,
    seen: WorldBatch,
    plain: tuple[Tensor, Tensor],
    batch: WorldBatch,
    peaks_s: list[list[float]],
) -> Iterator[WorldReading]:
    near, places = read_batch(net, seen, mixed=False)
    head = net.sharpened(near, *plain, torch.ones(near.onset.shape, dtype=torch.bool))
    place_of = places.argmax(-1).view(len(peaks_s), -1).numpy()
    truth = {name: value.numpy() for name, value in batch.items()}
    for row, peaks in enumerate(peaks_s):
        steps = np.flatnonzero(truth["action"][row] >= 0)
        yield WorldReading(
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
    read: list[WorldReading], threshold: float, tolerance_s: float = TOLERANCE_S
) -> OnsetScore:
    """Onsets above a threshold against the true ones, over all worlds."""
    score = OnsetScore(tolerance_s)
    for one in read:
        score.add(one.onsets_s(threshold), one.true_s)
    return score


def sustained_f1(read: list[WorldReading], threshold: float) -> float:
    """F1 of the steps at which a sustained class sounds."""
    active = np.concatenate([one.active for one in read]) >= threshold
    true = np.concatenate([one.true_active for one in read]) > 0.5
    total = int(active.sum() + true.sum())
    return 2.0 * int((active & true).sum()) / total if total else 1.0

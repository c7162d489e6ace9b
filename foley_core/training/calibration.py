"""Thresholds of perception, chosen on worlds that it was not trained on."""

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
from foley_core.vision.motion import MAP_CHANNELS

I64 = NDArray[np.int64]


TOLERANCE_S, WIDE_TOLERANCE_S = 0.05, 0.1
"""Distances at which a found onset still counts as right, seconds."""
_BATCH = 16
_RESIDUAL_PEAK = MAP_CHANNELS.index("residual_peak")
_SPARSE_F1 = 0.02
"""F1 that is given up for a sparser sheet: about a standard error over 128 worlds."""


@dataclass(frozen=True, slots=True, eq=False)
class WorldReading:
    """The readings of perception for one world, and the truth about it.

    Attributes:
        true_s, peaks_s: true onsets, and those of the peak-picker (the baseline), seconds.
        probability, shift: (T,) of an onset, and the place within the step, -0.5..0.5 steps.
        moved: (T,) whether anything moved.
        joint: (N, 64) joint vectors at the N true onsets.
        classes, true_classes, materials, true_materials: (N,) indices at the true onsets.
        active, true_active: (T, sustained) probability and truth that a sustained class sounds.
        places, true_places: (S,) indices of ambiences, one for each scene picture.
        clear: whether a person would see all of it plainly.
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
        """Return the onsets, in seconds, whose probability is a peak above the threshold."""
        peaks = onset_peaks(self.probability, self.moved, threshold)
        return [(int(step) + float(self.shift[step])) / MOTION_RATE for step in peaks]


def calibrate(net: PerceptionNet, worlds: RenderedWorlds) -> Thresholds:
    """Return the thresholds with the best F1: of onsets at ±50 ms, and of sustained steps.

    For onsets it is the highest threshold whose F1 is at most 0.02 below the best (about a standard
    error over 128 worlds), since a sparse sheet is easier to correct than a busy one. For sustained
    sounds only thresholds from 0.3 on are tried: a texture that nothing makes disturbs more than
    one that is missing.
    """
    readings = list(read_worlds(net, worlds))
    candidates = [round(0.1 + 0.02 * n, 2) for n in range(40)]
    scores = {threshold: onset_score(readings, threshold).f1 for threshold in candidates}
    best = max(scores.values())
    return Thresholds(
        onset=max(threshold for threshold, f1 in scores.items() if f1 >= best - _SPARSE_F1),
        # `candidates[10]` is 0.3.
        activity=max(candidates[10:], key=lambda threshold: sustained_f1(readings, threshold)),
    )


def read_worlds(
    net: PerceptionNet, worlds: RenderedWorlds, blank_motion: bool = False
) -> Iterator[WorldReading]:
    """Yield the readings of a network for every world of a set.

    Args:
        blank_motion: hide optical flow from the networks, so that they see pictures only. The plain
            reader still sees it, but it speaks of onsets alone, not of classes.
    """
    for start in range(0, len(worlds), _BATCH):
        examples = worlds.take(range(start, min(start + _BATCH, len(worlds))))
        batch = batch_of_worlds(examples)
        seen = without_motion(batch) if blank_motion else batch
        plain = statistics_of(examples.maps, examples.camera), textures_of(examples.scenes)
        yield from _readings_of(
            net, seen, plain, batch, [picked_peaks(maps) for maps in examples.maps]
        )


@torch.inference_mode()
def _readings_of(
    net: PerceptionNet,
    seen: WorldBatch,
    plain: tuple[Tensor, Tensor],
    batch: WorldBatch,
    peaks_s: list[list[float]],
) -> Iterator[WorldReading]:
    """Yield the readings of one batch.

    Args:
        seen: what the networks see.
        plain: statistics (B, T, 137) and textures (B, S) for the plain reader.
        batch: the truth.
        peaks_s: onsets of the peak-picker for each world.
    """
    head, places = read_batch(net, seen, mixed=False)
    head = net.sharpened(head, *plain, torch.ones(head.onset.shape, dtype=torch.bool))
    place_of = places.argmax(-1).view(len(peaks_s), -1).numpy()
    truth = {name: value.numpy() for name, value in batch.items()}
    for row, peaks in enumerate(peaks_s):
        # Classes and materials are compared at the true onsets, so that what is asked is what
        # sounds, not whether and when.
        steps = np.flatnonzero(truth["action"][row] >= 0)
        yield WorldReading(
            true_s=[(s + float(truth["shift"][row, s])) / MOTION_RATE for s in steps.tolist()],
            probability=head.onset[row].sigmoid().numpy(),
            shift=head.shift[row].numpy(),
            # As in use: where nothing moves there is no onset, whatever a network says.
            moved=(truth["maps"][row, :, _RESIDUAL_PEAK].max(axis=(1, 2)) > 0).astype(np.uint8),
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
    readings: list[WorldReading], threshold: float, tolerance_s: float = TOLERANCE_S
) -> OnsetScore:
    """Score the onsets above a threshold against the true ones, over all worlds."""
    score = OnsetScore(tolerance_s)
    for reading in readings:
        score.add(reading.onsets_s(threshold), reading.true_s)
    return score


def sustained_f1(readings: list[WorldReading], threshold: float) -> float:
    """Return F1 of the steps at which a sustained class sounds; 1 without true and found steps."""
    active = np.concatenate([reading.active for reading in readings]) >= threshold
    true = np.concatenate([reading.true_active for reading in readings]) > 0.5
    total = int(active.sum() + true.sum())
    return 2.0 * int((active & true).sum()) / total if total else 1.0

"""How well perception reads worlds it never saw: figures for people and for the threshold."""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import torch

from foley_core.models.embedded.detection import Thresholds, onset_peaks
from foley_core.models.embedded.perception_net import (
    TOKENS_PER_SCENE,
    WIDTH,
    PerceptionNet,
    Readings,
)
from foley_core.timebase import MOTION_RATE
from foley_core.world.examples import Examples

_TOLERANCE_S = 0.05


def match(found_s: Sequence[float], true_s: Sequence[float], tolerance_s: float) -> int:
    """Largest number of pairs no further apart than the tolerance, each time used once."""
    pairs, used = 0, 0
    truth = sorted(true_s)
    for time_s in sorted(found_s):
        while used < len(truth) and truth[used] < time_s - tolerance_s:
            used += 1
        if used < len(truth) and truth[used] <= time_s + tolerance_s:
            pairs, used = pairs + 1, used + 1
    return pairs


def f1(pairs: int, found: int, true: int) -> float:
    """Harmonic mean of precision and recall; 1 where there is nothing to find and nothing found."""
    return 2.0 * pairs / (found + true) if found + true else 1.0


def calibrate(net: PerceptionNet, examples: Examples) -> Thresholds:
    """The thresholds with the best F1: of onsets at ±50 ms, and of sustained steps.

    The latter from 0.3 on: a texture that nothing makes disturbs more than one that is missing.
    """
    read = _read(net, examples)
    tried = [round(0.1 + 0.02 * n, 2) for n in range(36)]
    return Thresholds(
        onset=max(tried, key=lambda threshold: _onset_f1(read, examples, threshold)),
        activity=max(tried[10:], key=lambda threshold: _activity_f1(read[0], examples, threshold)),
    )


def evaluate_worlds(
    net: PerceptionNet, examples: Examples, thresholds: Thresholds
) -> dict[str, float]:
    """Onset F1 at ±50 ms, class and material accuracy at true onsets, ambience accuracy, and the
    share of sustained steps read rightly (F1), on worlds never trained on."""
    readings, places = read = _read(net, examples)
    at = examples.action >= 0
    classes = readings.action.argmax(-1).numpy()
    materials = readings.material.argmax(-1).numpy()
    return {
        "onset_f1_50ms": _onset_f1(read, examples, thresholds.onset),
        "class_accuracy": float((classes[at] == examples.action[at]).mean()),
        "material_accuracy": float((materials[at] == examples.material[at]).mean()),
        "ambience_accuracy": float((places == examples.ambience).mean()),
        "sustained_f1": _activity_f1(readings, examples, thresholds.activity),
    }


def _activity_f1(readings: Readings, examples: Examples, threshold: float) -> float:
    active = readings.activity.sigmoid().numpy() >= threshold
    both = int((active & (examples.activity > 0.5)).sum())
    return f1(both, int(active.sum()), int((examples.activity > 0.5).sum()))


def _onset_f1(
    read: "tuple[Readings, np.typing.NDArray[np.int64]]", examples: Examples, threshold: float
) -> float:
    readings = read[0]
    probability, shift = readings.onset.sigmoid().numpy(), readings.shift.numpy()
    pairs = found = true = 0
    for row in range(len(examples)):
        moved = (examples.maps[row, :, 4].max(axis=(1, 2)) > 0).astype(np.uint8)
        peaks = onset_peaks(probability[row], moved, threshold)
        steps = np.flatnonzero(examples.action[row] >= 0)
        found_s = [(step + shift[row, step]) / MOTION_RATE for step in peaks]
        true_s = [(step + examples.shift[row, step]) / MOTION_RATE for step in steps]
        pairs += match(found_s, true_s, _TOLERANCE_S)
        found, true = found + len(found_s), true + len(true_s)
    return f1(pairs, found, true)


@torch.inference_mode()
def _read(net: PerceptionNet, examples: Examples) -> "tuple[Readings, np.typing.NDArray[np.int64]]":
    parts = [_read_one(net, examples, row) for row in range(len(examples))]
    joined = {
        field.name: torch.cat([getattr(part[0], field.name) for part in parts])
        for field in fields(Readings)
    }
    return Readings(**joined), np.stack([part[1] for part in parts])


def _read_one(
    net: PerceptionNet, examples: Examples, row: int
) -> "tuple[Readings, np.typing.NDArray[np.int64]]":
    maps = torch.from_numpy(examples.maps[row]).float() / 127.0
    motion = net.motion(maps, torch.from_numpy(examples.camera[row]))[None]
    pictures = torch.from_numpy(examples.scenes[row]).permute(0, 3, 1, 2).float() / 127.5 - 1.0
    scene = net.scene(pictures)
    whole = scene.view(1, -1, TOKENS_PER_SCENE, WIDTH).flatten(1, 2)
    valid = torch.ones(1, motion.shape[1], dtype=torch.bool)
    seen = torch.ones(1, len(scene), dtype=torch.bool)
    places = net.head.place(scene).argmax(-1).numpy()
    return net.head(motion, whole, valid, seen), places

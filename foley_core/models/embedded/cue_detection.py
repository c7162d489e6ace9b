"""From readings to a cue sheet: which peaks are onsets, which spans sound, where the place changes.

Numbers in, cues out; no network here. Thresholds are those calibrated on held-out worlds: where
pictures leave doubt, a sparse sheet is easier to correct than a busy one.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NBitBase, NDArray

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.timebase import SAMPLE_RATE, SAMPLES_PER_STEP, STEPS_PER_SCENE
from foley_core.types import F32, I32, U8

_PEAK_REACH_STEPS = 2
_MOTION_REACH_STEPS = 6
_SPAN_HOLD = 0.7
_SPAN_GAP_STEPS = 8
_SPAN_LEAST_STEPS = 12
_SCENE_CHANGE_COST = 10.0
_ACTION_SAMPLES = {"breaks": 72_000, "weapons": 72_000, "animals": 48_000, "doors": 48_000}
_ACTION_SAMPLES_ELSE = 36_000


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Least probability of an onset, and of a sustained sound to begin."""

    onset: float
    activity: float


@dataclass(frozen=True, slots=True)
class StepReadings:
    """What was read at every motion step of a whole video; probabilities, small arrays.

    onset (T,) · shift (T,) steps · action (T,) and material (T,) indices of the taxonomy's order ·
    intensity (T,) · activity (T, sustained) · energy (T,) of motion · ambience (S, ambiences)
    log probabilities at scene steps `first_scene` + 0, 1, …
    """

    onset: F32
    shift: F32
    action: I32
    material: I32
    intensity: F32
    activity: F32
    energy: U8
    ambience: F32


def cue_sheet(readings: StepReadings, samples: int, thresholds: Thresholds) -> CueSheet:
    """The cues that the readings speak for, over a track of `samples` samples."""
    cues = [
        *_actions(readings, samples, thresholds.onset),
        *_sustained(readings, samples, thresholds.activity),
        *_ambiences(readings, samples),
    ]
    return CueSheet(samples, ()).with_cues(cues)


def onset_peaks(onset: F32, energy: U8, threshold: float) -> I32:
    """Steps whose probability is a peak above `threshold`, where anything moves at all.

    Args:
        onset: (T,) probabilities.
        energy: (T,) motion energy; a still picture has no onsets, whatever a network says.
    """
    reach = _PEAK_REACH_STEPS
    padded = np.pad(onset, reach, constant_values=-1.0)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    first_largest = windows.argmax(axis=1) == reach
    peaks = first_largest & _near_motion(energy) & (onset >= threshold)
    return np.flatnonzero(peaks).astype(np.int32)


def spans(activity: F32, threshold: float) -> list[tuple[int, int]]:
    """Half-open step ranges in which something sounds: hysteresis, gaps closed, blips left out."""
    sounding: list[tuple[int, int]] = []
    for first, last in _runs(activity >= _SPAN_HOLD * threshold):
        if activity[first:last].max() < threshold:
            continue
        if sounding and first - sounding[-1][1] <= _SPAN_GAP_STEPS:
            first = sounding.pop()[0]
        sounding.append((first, last))
    return [(first, last) for first, last in sounding if last - first >= _SPAN_LEAST_STEPS]


def places(log_probabilities: F32) -> list[tuple[int, int, int]]:
    """The most likely sequence of places, where a change has a price (Viterbi, 1967).

    Args:
        log_probabilities: (S, ambiences).

    Returns:
        (first scene, last scene, ambience index), half-open, without gaps.
    """
    count, kinds = log_probabilities.shape
    came_from = np.zeros((count, kinds), np.int32)
    best = log_probabilities[0].astype(np.float64)
    for scene in range(1, count):
        change = best.max() - _SCENE_CHANGE_COST
        came_from[scene] = np.where(best >= change, np.arange(kinds), best.argmax())
        best = np.maximum(best, change) + log_probabilities[scene]
    path = np.zeros(count, np.int32)
    path[-1] = int(best.argmax())
    for scene in range(count - 1, 0, -1):
        path[scene - 1] = came_from[scene, path[scene]]
    edges = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist(), count]
    return [(a, b, int(path[a])) for a, b in pairwise(edges)]


def _actions(readings: StepReadings, samples: int, threshold: float) -> list[Cue]:
    classes = taxonomy().of_kind("action")
    cues = []
    for step in onset_peaks(readings.onset, readings.energy, threshold):
        sound_class = classes[readings.action[step]]
        onset = round((step + float(readings.shift[step])) * SAMPLES_PER_STEP)
        onset = min(max(onset, 0), samples - 1)
        length = _ACTION_SAMPLES.get(sound_class.group, _ACTION_SAMPLES_ELSE)
        cues.append(
            Cue(
                kind="action",
                sound_class=sound_class.name,
                material=taxonomy().materials[readings.material[step]],
                onset=onset,
                offset=min(onset + length, samples),
                intensity=_rounded(readings.intensity[step]),
                confidence=_rounded(readings.onset[step]),
            )
        )
    return cues


def _sustained(readings: StepReadings, samples: int, threshold: float) -> list[Cue]:
    cues = []
    for index, sound_class in enumerate(taxonomy().of_kind("sustained")):
        activity = np.where(_near_motion(readings.energy), readings.activity[:, index], 0.0)
        for first, last in spans(activity, threshold):
            onset, offset = first * SAMPLES_PER_STEP, min(last * SAMPLES_PER_STEP, samples)
            if offset - onset < SAMPLE_RATE // 4:
                continue
            cues.append(
                Cue(
                    kind="action",
                    sound_class=sound_class.name,
                    material=_material_of(readings.material[first:last], sound_class.materials),
                    onset=onset,
                    offset=offset,
                    intensity=_rounded(0.3 + 0.7 * readings.energy[first:last].mean() / 255.0),
                    confidence=_rounded(activity[first:last].mean()),
                )
            )
    return cues


def _ambiences(readings: StepReadings, samples: int) -> list[Cue]:
    """One cue a place; the first begins with the video and the last ends with it."""
    classes = taxonomy().of_kind("ambience")
    found = places(readings.ambience)
    cues = []
    for number, (first, last, index) in enumerate(found):
        onset = first * STEPS_PER_SCENE * SAMPLES_PER_STEP
        offset = last * STEPS_PER_SCENE * SAMPLES_PER_STEP
        offset = samples if number == len(found) - 1 else min(offset, samples)
        if onset >= offset:
            continue
        sure = np.exp(readings.ambience[first:last, index]).mean()
        cues.append(
            Cue(
                kind="ambience",
                sound_class=classes[index].name,
                material=None,
                onset=onset,
                offset=offset,
                intensity=0.5,
                confidence=_rounded(sure),
            )
        )
    return cues


def _material_of(seen: I32, possible: tuple[str, ...]) -> str:
    """The material seen most often among those that the class can have."""
    counts = np.bincount(seen, minlength=len(taxonomy().materials))
    return max(possible, key=lambda name: int(counts[taxonomy().materials.index(name)]))


def _near_motion(energy: U8) -> NDArray[np.bool_]:
    """(T,) whether anything moves within a quarter of a second of a step."""
    moved = np.convolve(energy > 0, np.ones(2 * _MOTION_REACH_STEPS + 1), mode="full")
    return moved[_MOTION_REACH_STEPS : _MOTION_REACH_STEPS + len(energy)] > 0.5


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.pad(flags.astype(np.int8), 1)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _rounded(value: float | np.floating[NBitBase]) -> float:
    return round(min(max(float(value), 0.0), 1.0), 3)

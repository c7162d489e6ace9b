"""Detection of cues in the readings of the networks: peaks, spans and places. No network here.

Peaks of the onset probability become actions with a time, spans of activity become sustained
sounds, and the most likely sequence of places becomes ambience. The thresholds are calibrated on
rendered worlds that were held out of training (`training.calibration`). Where pictures leave doubt,
they find less rather than more: a sparse sheet is easier to correct than a busy one.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NBitBase, NDArray

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.viterbi import likeliest_sequence
from foley_core.timebase import SAMPLE_RATE, SAMPLES_PER_STEP, STEPS_PER_SCENE
from foley_core.types import F32, I32, U8

# Steps are 40 ms. The numbers below have no source outside of this project; they say what a sheet
# may hold.

# An onset is the largest value within 80 ms on both sides: two onsets are at least 120 ms apart.
_PEAK_REACH_STEPS = 2
# An onset or sustained sound needs something that moves within 240 ms of it.
_MOTION_REACH_STEPS = 6
# A span begins above the threshold and lasts while the activity is above this share of it, so that
# it does not break up where the activity wavers.
_SPAN_HOLD = 0.7
# Spans no more than 0.32 s apart are one; spans under 0.48 s are left out.
_SPAN_GAP_STEPS = 8
_SPAN_LEAST_STEPS = 12
# Natural logarithm of how much likelier another place must be, in all, to be worth a change: a cut
# to one odd picture does not change the ambience.
_SCENE_CHANGE_COST = 10.0
# Length of an action's cue, by group: it says for how long the action is shown on the sheet and
# ducks music, not how long its sound is.
_ACTION_SAMPLES = {"breaks": 57_600, "weapons": 57_600, "animals": 48_000, "doors": 48_000}
_ACTION_SAMPLES_ELSE = 36_000


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Thresholds of detection.

    Attributes:
        onset: least probability of an onset, 0..1.
        activity: least probability, somewhere in a span, of a sustained sound, 0..1.
    """

    onset: float
    activity: float


@dataclass(frozen=True, slots=True)
class StepReadings:
    """Readings of a whole video.

    Attributes:
        onset: (T,) probability that something begins to sound at a motion step.
        shift: (T,) distance of that onset from the time of the step, in steps.
        action: (T,) index of the likeliest action among the taxonomy's classes of that kind.
        material: (T,) index of the likeliest material in the taxonomy.
        intensity: (T,) 0..1.
        activity: (T, sustained classes) probability that each sounds.
        energy: (T,) motion energy, 0..255.
        ambience: (S, ambiences) log probability of each place at every scene step.
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
    """Return the cues that are found in the readings.

    Args:
        readings: of the whole video, from its first shown picture.
        samples: length of the track.
        thresholds: least probabilities.
    """
    cues = [
        *_actions(readings, samples, thresholds.onset),
        *_sustained(readings, samples, thresholds.activity),
        *_ambiences(readings, samples),
    ]
    return CueSheet(samples, ()).with_cues(cues)


def onset_peaks(onset: F32, energy: U8, threshold: float) -> I32:
    """Return the steps whose probability is a peak of at least `threshold`, where anything moves.

    Args:
        onset: (T,) probabilities.
        energy: (T,) motion energy; a still picture has no onsets, whatever a network says.
        threshold: least probability.

    Returns:
        (peaks,) indices of steps, rising.
    """
    reach = _PEAK_REACH_STEPS
    padded = np.pad(onset, reach, constant_values=-1.0)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    # `argmax` names the first of equal values: of two equal neighbours the earlier is the peak.
    first_largest = windows.argmax(axis=1) == reach
    peaks = first_largest & _near_motion(energy) & (onset >= threshold)
    return np.flatnonzero(peaks).astype(np.int32)


def spans(activity: F32, threshold: float) -> list[tuple[int, int]]:
    """Return the spans in which a sustained class sounds.

    Args:
        activity: (T,) probabilities.
        threshold: probability that a span must reach somewhere.

    Returns:
        (first step, step after the last) of each, in order. Short gaps are closed, and then spans
        that are still short are left out.
    """
    sounding: list[tuple[int, int]] = []
    for first, last in _runs(activity >= _SPAN_HOLD * threshold):
        if activity[first:last].max() < threshold:
            continue
        if sounding and first - sounding[-1][1] <= _SPAN_GAP_STEPS:
            first = sounding.pop()[0]
        sounding.append((first, last))
    return [(first, last) for first, last in sounding if last - first >= _SPAN_LEAST_STEPS]


def moving_spans(
    energy: U8, first: int, end: int, *, above: int, pause: int, least: int
) -> list[tuple[int, int]]:
    """Return the spans of steps within [first, end) in which something moves.

    Args:
        energy: (T,) motion energy.
        above: energy above which something moves.
        pause: stillness of up to so many steps does not end a span.
        least: shorter spans are left out, unless [first, end) itself is as short.
    """
    moving: list[tuple[int, int]] = []
    # What moves just outside counts as well.
    before = min(first, _MOTION_REACH_STEPS)
    near = _near_motion(energy[first - before : end + _MOTION_REACH_STEPS], above)
    for begin, last in _runs(near[before : before + end - first]):
        if moving and begin - (moving[-1][1] - first) <= pause:
            begin = moving.pop()[0] - first
        moving.append((first + begin, first + last))
    return [span for span in moving if span[1] - span[0] >= min(least, end - first)]


def places(log_probabilities: F32) -> list[tuple[int, int, int]]:
    """Return the most likely sequence of places, where every change has a cost (Viterbi, 1967).

    Args:
        log_probabilities: (S, ambiences), S at least 1.

    Returns:
        (first scene step, scene step after the last, index of the ambience), without gaps.
    """
    path = likeliest_sequence(log_probabilities, _SCENE_CHANGE_COST)
    edges = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist(), len(path)]
    return [(first, end, int(path[first])) for first, end in pairwise(edges)]


def action_cue(
    readings: StepReadings,
    step: int,
    sound_class: str,
    material: str | None,
    samples: int,
    confidence: float,
) -> Cue:
    """Return the cue of a short action that begins at a step, as exactly as the readings say."""
    onset = round((step + float(readings.shift[step])) * SAMPLES_PER_STEP)
    onset = min(max(onset, 0), samples - 1)
    group = taxonomy().classes[sound_class].group
    length = _ACTION_SAMPLES.get(group, _ACTION_SAMPLES_ELSE)
    return Cue(
        kind="action",
        sound_class=sound_class,
        material=material,
        onset=onset,
        offset=min(onset + length, samples),
        intensity=rounded(readings.intensity[step]),
        confidence=rounded(confidence),
    )


def _actions(readings: StepReadings, samples: int, threshold: float) -> list[Cue]:
    """Return a cue for every peak of the onset probability."""
    classes = taxonomy().trained_of_kind("action")
    return [
        action_cue(
            readings,
            int(step),
            classes[readings.action[step]].name,
            taxonomy().materials[readings.material[step]],
            samples,
            float(readings.onset[step]),
        )
        for step in onset_peaks(readings.onset, readings.energy, threshold)
    ]


def _sustained(readings: StepReadings, samples: int, threshold: float) -> list[Cue]:
    """Return a cue for every span of every sustained class."""
    cues = []
    for index, sound_class in enumerate(taxonomy().trained_of_kind("sustained")):
        activity = np.where(_near_motion(readings.energy), readings.activity[:, index], 0.0)
        for first, last in spans(activity, threshold):
            onset, offset = first * SAMPLES_PER_STEP, min(last * SAMPLES_PER_STEP, samples)
            # The end of the video may have cut a span to less than is worth a sound.
            if offset - onset < SAMPLE_RATE // 4:
                continue
            cues.append(
                Cue(
                    kind="action",
                    sound_class=sound_class.name,
                    material=_material_of(readings.material[first:last], sound_class.materials),
                    onset=onset,
                    offset=offset,
                    # No network reads the intensity of a sustained sound: it follows the motion.
                    intensity=rounded(0.3 + 0.7 * readings.energy[first:last].mean() / 255.0),
                    confidence=rounded(activity[first:last].mean()),
                )
            )
    return cues


def _ambiences(readings: StepReadings, samples: int) -> list[Cue]:
    """Return one cue for each place; the first begins with the video, the last ends with it."""
    classes = taxonomy().trained_of_kind("ambience")
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
                confidence=rounded(sure),
            )
        )
    return cues


def _material_of(seen: I32, possible: tuple[str, ...]) -> str:
    """Return the material seen most often among those that a class can have."""
    counts = np.bincount(seen, minlength=len(taxonomy().materials))
    return max(possible, key=lambda name: int(counts[taxonomy().materials.index(name)]))


def _near_motion(energy: U8, above: int = 0) -> NDArray[np.bool_]:
    """Return (T,): True where anything moves within a quarter of a second of a step."""
    # A box filter over the flags "moves"; above 0 means that at least one step in reach moves.
    moved = np.convolve(energy > above, np.ones(2 * _MOTION_REACH_STEPS + 1), mode="full")
    return moved[_MOTION_REACH_STEPS : _MOTION_REACH_STEPS + len(energy)] > 0.5


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (first, end) of every run of True, half-open."""
    edges = np.flatnonzero(np.diff(np.pad(flags.astype(np.int8), 1)))
    return [(int(first), int(end)) for first, end in zip(edges[::2], edges[1::2], strict=True)]


def rounded(value: float | np.floating[NBitBase]) -> float:
    """Return a value within 0..1, rounded to 1/1000 as cues need it to survive JSON."""
    return round(min(max(float(value), 0.0), 1.0), 3)

"""Unsure cues and motion: what perception saw and could not name for sure."""

from collections.abc import Sequence

import numpy as np

from foley_core.cues.sheet import Cue
from foley_core.timebase import MOTION_RATE, SAMPLES_PER_STEP
from foley_core.types import U8

NEUTRAL_CLASSES = ("impact_soft", "impact_hard", "tap", "strike", "drop")
"""Classes that perception gives what it cannot name: any action may hide behind them."""
SURE = 0.6
"""Confidence from which a cue keeps its name, unless it may be what is named."""

# Motion within half a second of a sure cue is explained by it.
_EXPLAINED_STEPS = MOTION_RATE // 2
# Unexplained motion that pauses for at most a second is one span; a shorter span is no sound that
# lasts.
_PAUSE_STEPS = MOTION_RATE
_LEAST_STEPS = MOTION_RATE


def is_detected(cue: Cue) -> bool:
    """Return True for an action as perception wrote it."""
    return cue.kind == "action" and cue.source == "detected"


def is_unsure(cue: Cue) -> bool:
    """Return True for an action that perception knows the time of better than the name."""
    neutral = cue.sound_class in NEUTRAL_CLASSES
    return is_detected(cue) and (neutral or cue.confidence < SURE)


def unexplained_spans(
    cues: Sequence[Cue], motion_energy: U8, samples: int
) -> list[tuple[int, int]]:
    """Return the spans in which something moves that no sure cue explains.

    Args:
        cues: of the whole video.
        motion_energy: (T,) at 25 per second; 0 where nothing moves.
        samples: length of the track.

    Returns:
        (first step, step after the last) of each, in order.
    """
    moves = motion_energy[: -(-samples // SAMPLES_PER_STEP)] > 0
    for cue in cues:
        if cue.kind == "action" and not is_unsure(cue):
            first = max(0, cue.onset // SAMPLES_PER_STEP - _EXPLAINED_STEPS)
            moves[first : -(-cue.offset // SAMPLES_PER_STEP) + _EXPLAINED_STEPS] = False
    edges = np.flatnonzero(np.diff(np.pad(moves.astype(np.int8), 1)))
    spans: list[tuple[int, int]] = []
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if spans and first - spans[-1][1] <= _PAUSE_STEPS:
            first = spans.pop()[0]
        spans.append((first, end))
    return [(first, end) for first, end in spans if end - first >= _LEAST_STEPS]

"""Reliability of confidence on real clips: of cues that say .8, eight in ten should be right.

Each clip weighs the same, whatever the number of its cues, as in all figures of names. The expected
calibration error is the mean distance between confidence and share right over the bins, weighted by
what is in them (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from foley_core.evaluation.evaluate_names import JudgedClip

BINS = 10
"""Bins of equal width over 0..1; the upper end belongs to the last."""


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """All cues whose confidence lies in one bin.

    Attributes:
        low, high: ends of the bin.
        cues: how many.
        weight: their share of all cues, clips weighing the same; all bins together 1.
        confidence: weighted mean.
        right, right_or_near: weighted shares.
    """

    low: float
    high: float
    cues: int
    weight: float
    confidence: float
    right: float
    right_or_near: float


def reliability_bins(clips: Sequence[JudgedClip]) -> list[ReliabilityBin]:
    """Return the bins that hold cues, in order of confidence."""
    speaking = [clip for clip in clips if clip.verdicts]
    if not speaking:
        return []
    rows = np.array(
        [
            (confidence, verdict == "right", verdict != "wrong", 1.0 / len(clip.verdicts))
            for clip in speaking
            for confidence, verdict in zip(clip.confidences, clip.verdicts, strict=True)
        ]
    )
    places = np.minimum((rows[:, 0] * BINS).astype(int), BINS - 1)
    answer = []
    for place in sorted(set(places.tolist())):
        inside = rows[places == place]
        weights = inside[:, 3]
        confidence, right, near = (float(v) for v in np.average(inside[:, :3], 0, weights))
        answer.append(
            ReliabilityBin(
                low=place / BINS,
                high=(place + 1) / BINS,
                cues=len(inside),
                weight=float(weights.sum()) / len(speaking),
                confidence=confidence,
                right=right,
                right_or_near=near,
            )
        )
    return answer


def reliability_figures(bins: Sequence[ReliabilityBin]) -> dict[str, float]:
    """Return the expected calibration error of cues that are right, and of right or near."""
    if not bins:
        return {}
    near = sum(one.weight * abs(one.confidence - one.right_or_near) for one in bins)
    return {
        "real_calibration_error": sum(b.weight * abs(b.confidence - b.right) for b in bins),
        "real_calibration_error_right_or_near": near,
    }

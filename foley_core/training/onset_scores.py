"""Scores of onsets: pairs with the true ones, F1, errors, and two simple methods as baselines."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from foley_core.models.embedded.cue_detection import onset_peaks
from foley_core.timebase import MOTION_RATE
from foley_core.types import F32, I8
from foley_core.vision.motion import MAP_CHANNELS

_PEAK_LEVEL = 0.35
"""Share of the greatest speed of a clip that a peak must reach."""
_LEAST_SPEED = 0.05
"""Speed that it must reach in any case, in the maps' scale 0..1."""
_RESIDUAL_PEAK = MAP_CHANNELS.index("residual_peak")
_FULL_SCALE = 127.0
"""Greatest number of the maps (int8)."""


@dataclass(slots=True)
class OnsetScore:
    """Counts over several videos, and the errors of the pairs.

    Attributes:
        tolerance_s: greatest distance of a pair, seconds.
        found, true: numbers of found and true onsets.
        errors_s: found less true time of each pair, seconds.
    """

    tolerance_s: float
    found: int = 0
    true: int = 0
    errors_s: list[float] = field(default_factory=list)

    def add(self, found_s: Sequence[float], true_s: Sequence[float]) -> None:
        """Count one video; times in seconds."""
        self.found, self.true = self.found + len(found_s), self.true + len(true_s)
        self.errors_s += [f - t for f, t in matched_pairs(found_s, true_s, self.tolerance_s)]

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where nothing is there and nothing found."""
        total = self.found + self.true
        return 2.0 * len(self.errors_s) / total if total else 1.0


def matched_pairs(
    found_s: Sequence[float], true_s: Sequence[float], tolerance_s: float
) -> list[tuple[float, float]]:
    """Return pairs (found, true), each time used once, no further apart than the tolerance.

    There are as many pairs as possible.
    """
    # In ascending order the earliest true onset that is still near enough is always the best
    # choice: whatever comes later can be left to the next found one.
    answer, used = [], 0
    truth = sorted(true_s)
    for time_s in sorted(found_s):
        while used < len(truth) and truth[used] < time_s - tolerance_s:
            used += 1
        if used < len(truth) and truth[used] <= time_s + tolerance_s:
            answer.append((time_s, truth[used]))
            used += 1
    return answer


def picked_peaks(maps: I8) -> list[float]:
    """Return the onsets, in seconds, of the baseline: peaks of the fastest residual motion.

    Residual motion is optical flow less the camera's. Its usual speed (median) is subtracted. The
    level of a peak is the one that does best on the real clips that it is compared on, which
    favours the baseline.

    Args:
        maps: (T, 8, 32, 32), see `StepMotion`.
    """
    fastest = maps[:, _RESIDUAL_PEAK].reshape(len(maps), -1).max(axis=1)
    speeds = fastest.astype(np.float32) / _FULL_SCALE
    above: F32 = (speeds - np.median(speeds)).astype(np.float32)
    threshold = max(_PEAK_LEVEL * float(above.max(initial=0.0)), _LEAST_SPEED)
    steps = onset_peaks(above, np.ones(len(above), np.uint8), threshold)
    return [step / MOTION_RATE for step in steps]


def random_onsets(rng: np.random.Generator, count: int, seconds: float) -> list[float]:
    """Return the other baseline: `count` random times within `seconds`, without any picture."""
    return sorted(rng.uniform(0.0, seconds, count).tolist())

"""Onsets compared with the true ones: pairs, F1, errors, and what two simple methods would find."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from foley_core.models.embedded.cue_detection import onset_peaks
from foley_core.timebase import MOTION_RATE
from foley_core.types import F32
from foley_core.vision.motion import I8

_PEAK_LEVEL = 0.35
_LEAST_SPEED = 0.05


@dataclass(slots=True)
class OnsetScore:
    """Counts over several videos, and the errors (seconds, found less true) of the pairs."""

    tolerance_s: float
    found: int = 0
    true: int = 0
    errors_s: list[float] = field(default_factory=list)

    def add(self, found_s: Sequence[float], true_s: Sequence[float]) -> None:
        """Count one video."""
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
    """As many pairs no further apart than the tolerance as there can be, each time used once."""
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
    """The baseline: seconds of the peaks of the fastest residual motion, less its usual speed.

    Its level is the one that does best on the real clips that it is compared on.

    Args:
        maps: (T, 8, 32, 32), see `StepMotion`.
    """
    speeds = maps[:, 4].reshape(len(maps), -1).max(axis=1).astype(np.float32) / 127.0
    above: F32 = (speeds - np.median(speeds)).astype(np.float32)
    threshold = max(_PEAK_LEVEL * float(above.max(initial=0.0)), _LEAST_SPEED)
    steps = onset_peaks(above, np.ones(len(above), np.uint8), threshold)
    return [step / MOTION_RATE for step in steps]


def random_onsets(rng: np.random.Generator, count: int, seconds: float) -> list[float]:
    """The other baseline: a sheet of the true density, without a look at the picture."""
    return sorted(rng.uniform(0.0, seconds, count).tolist())

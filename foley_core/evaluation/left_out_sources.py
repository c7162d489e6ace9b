"""Onset F1 on real clips of which none helped to choose the operating point.

A reader gives a probability over time; a level and a lag make onsets of it. Both are chosen on the
clips of all other sources and judged on the clips of the one left out, source by source, and all
judged clips are pooled. Since trainings differ by more than most changes of a recipe, the figure is
the mean of several trainings, each with operating points of its own.

Some thirty clips are few, and the best of many points would be noise. So a level is judged with its
neighbours, lags are tried in coarse steps, and a level must not find more than
`MOST_FALSE_PER_MINUTE` onsets on clips of continuous sound.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from foley_core.evaluation.evaluate_onsets import TOLERANCES_S, nearest_pairs
from foley_core.evaluation.real_table import ListedClip
from foley_core.types import F32, F64, I32

LEVELS = tuple(round(0.2 + 0.02 * number, 2) for number in range(26))
"""Least probabilities of an onset that are tried."""
LAGS_S = tuple(round(-0.02 + 0.02 * number, 2) for number in range(5))
"""Seconds that are tried as the time by which the recorded sound follows its picture."""
MOST_FALSE_PER_MINUTE = 8.0
"""Short cues a minute on clips of continuous sound, as the floor of an evaluation asks."""
_LEVELS_AROUND = 2
"""Levels on both sides with which one is judged."""
_PEAK_REACH_S = 0.08
"""Least distance of two peaks, as in the detection of cues."""

PeakPicker = Callable[[F32, float], I32]
"""Function of a curve (T,) and a level that gives the indices of its onsets, rising."""


@dataclass(frozen=True, slots=True, eq=False)
class OnsetCurves:
    """Onset probabilities of one clip with a complete list, by each of several trainings.

    Attributes:
        listed: the clip's row.
        times_s: (T,) seconds, rising and evenly spaced.
        curves: (M, T) probabilities of M trainings.
    """

    listed: ListedClip
    times_s: F64
    curves: F32


@dataclass(frozen=True, slots=True)
class LeftOutOnsets:
    """Onset F1 of each training, and the operating points that it was judged at.

    Attributes:
        f1_50ms, f1_100ms: pooled over all clips, one value a training.
        points: for each training the level and the lag (seconds) by the source left out.
    """

    f1_50ms: tuple[float, ...]
    f1_100ms: tuple[float, ...]
    points: tuple[dict[str, tuple[float, float]], ...]

    @property
    def figures(self) -> dict[str, float]:
        """Mean, standard deviation over trainings (`_sd`), and their number.

        The deviation is that of a sample; 0 for a single training.
        """
        trainings = len(self.f1_50ms)
        figures = {"real_onset_left_out_trainings": float(trainings)}
        for name, values in (("50ms", self.f1_50ms), ("100ms", self.f1_100ms)):
            key = f"real_onset_f1_{name}_left_out"
            figures[key] = float(np.mean(values))
            figures[f"{key}_sd"] = float(np.std(values, ddof=1)) if trainings > 1 else 0.0
        return figures


def leave_one_source_out(
    clips: Sequence[OnsetCurves],
    peaks: PeakPicker | None = None,
    continuous: Sequence[OnsetCurves] = (),
) -> LeftOutOnsets:
    """Judge each clip at the level and the lag that suit the clips of all other sources best.

    Args:
        clips: clips with complete lists, all of the same trainings.
        continuous: clips of continuous sound, of the same trainings; levels that find too much
            there are not chosen.
        peaks: finds the onsets of a curve; None takes the largest values within ±80 ms that reach
            the level.

    Raises:
        ValueError: the clips are of fewer than two sources, or of other numbers of trainings.
    """
    sources = np.array([clip.listed.source for clip in clips])
    trainings = {len(clip.curves) for clip in clips}
    if len(set(sources.tolist())) < 2 or len(trainings) != 1:
        raise ValueError("onsets need clips of two sources or more, all of the same trainings")
    judged = [
        _judged_training(clips, sources, number, peaks, _quiet_levels(continuous, number, peaks))
        for number in range(trainings.pop())
    ]
    return LeftOutOnsets(
        f1_50ms=tuple(f1[0] for f1, _ in judged),
        f1_100ms=tuple(f1[1] for f1, _ in judged),
        points=tuple(points for _, points in judged),
    )


def curve_peaks(curve: F32, level: float, reach: int) -> I32:
    """Return the indices (peaks,) of values that are the largest within ±`reach` and reach `level`.

    Of equal values the first is the peak.
    """
    padded = np.pad(curve, reach, constant_values=-1.0)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return np.flatnonzero((windows.argmax(axis=1) == reach) & (curve >= level)).astype(np.int32)


def _quiet_levels(
    continuous: Sequence[OnsetCurves], number: int, peaks: PeakPicker | None
) -> NDArray[np.bool_]:
    """Return which of `LEVELS` find few onsets on clips of continuous sound; the last one may."""
    minutes = sum(float(clip.times_s[-1]) for clip in continuous) / 60.0
    found = np.array(
        [
            sum(len(_steps(clip, clip.curves[number], level, peaks)) for clip in continuous)
            for level in LEVELS
        ]
    )
    quiet: NDArray[np.bool_] = found <= MOST_FALSE_PER_MINUTE * minutes
    quiet[-1] = True
    return quiet


def _judged_training(
    clips: Sequence[OnsetCurves],
    sources: NDArray[np.str_],
    number: int,
    peaks: PeakPicker | None,
    quiet: NDArray[np.bool_],
) -> tuple[tuple[float, float], dict[str, tuple[float, float]]]:
    """Return F1 at both tolerances of one training, and its operating point by source."""
    points = list(product(LEVELS, LAGS_S))
    # (clips, points, 3): found and true onsets together, pairs at ±50 and at ±100 ms.
    counts = np.array([_counts(clip, number, peaks) for clip in clips])
    total = np.zeros(3)
    chosen: dict[str, tuple[float, float]] = {}
    for source in dict.fromkeys(sources.tolist()):
        left_out = sources == source
        others = counts[~left_out].sum(axis=0)
        # F1 is twice the pairs over found and true onsets; both tolerances weigh the same.
        scores = (others[:, 1] + others[:, 2]) / np.maximum(others[:, 0], 1)
        best = _best_point(scores.reshape(len(LEVELS), len(LAGS_S)), quiet)
        chosen[source] = points[best]
        total += counts[left_out, best].sum(axis=0)
    return (float(2 * total[1] / total[0]), float(2 * total[2] / total[0])), chosen


def _best_point(scores: F64, quiet: NDArray[np.bool_]) -> int:
    """Return the index of the best point: of scores (levels, lags), each level with neighbours."""
    width = _LEVELS_AROUND
    padded = np.pad(scores, ((width, width), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * width + 1, axis=0)
    return int(np.where(quiet[:, None], windows.mean(axis=-1), -1.0).argmax())


def _steps(clip: OnsetCurves, curve: F32, level: float, peaks: PeakPicker | None) -> I32:
    """Return the indices of the onsets of one curve of a clip."""
    if peaks:
        return peaks(curve, level)
    reach = max(1, round(_PEAK_REACH_S / float(clip.times_s[1] - clip.times_s[0])))
    return curve_peaks(curve, level, reach)


def _counts(clip: OnsetCurves, number: int, peaks: PeakPicker | None) -> list[list[int]]:
    """Return the counts of one clip at every operating point, in the order of `product`."""
    curve, rows = clip.curves[number], []
    end_s = clip.listed.judged_until_s
    true_s = [time for time in clip.listed.onsets_s if time <= end_s]
    for level in LEVELS:
        times_s = clip.times_s[_steps(clip, curve, level, peaks)]
        for lag_s in LAGS_S:
            found_s = [time for time in (times_s + lag_s).tolist() if time <= end_s]
            pairs = [len(nearest_pairs(found_s, true_s, limit)) for limit in TOLERANCES_S]
            rows.append([len(found_s) + len(true_s), *pairs])
    return rows

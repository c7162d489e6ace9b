"""Figures of onsets on real clips, all clips pooled, since each has few.

The interval is that of clips drawn anew (bootstrap). Beside the figures stand a peak-picker on the
fastest residual motion, and random times of the true density: what a model must beat to be worth
its weights.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from foley_core.evaluation.real_clips import RealClip
from foley_core.evaluation.real_table import shared_sources
from foley_core.training.onset_scores import OnsetScore, random_onsets

TOLERANCES_S = (0.05, 0.1)
"""Distances at which a found onset counts as right, seconds."""
RANDOM_SHEETS = 20
RESAMPLES = 400
"""Draws of the bootstrap."""
OTHER_SOURCES = "other_sources"
"""Name of all clips together that share their source with no other."""

Onsets = tuple[Sequence[float], Sequence[float]]
"""Found and true onsets of one clip, seconds."""


def onset_figures(clips: Sequence[RealClip], seed: int = 0) -> dict[str, float]:
    """Return figures of perception and of the baselines.

    Returns:
        Of clips with complete lists: `real_onset_f1_100ms` with the ends of its 90 % interval
        `_low` and `_high`, those of `_peak_picker` and `_random`, and that of each shared source
        and of all others; the same at 50 ms without interval; `real_onset_bias_ms` of the pairs
        within ±100 ms; both F1 of each table, with its name at the end. Then
        `real_onset_recall_100ms_partial_lists`, and on clips of continuous sound
        `real_false_cues_per_minute` and that of `_peak_picker`. What no clip can tell is absent.
    """
    complete = [clip for clip in clips if clip.listed.onset_list == "complete"]
    figures: dict[str, float] = {}
    if complete:
        rng = np.random.default_rng(seed)
        for tolerance_s in TOLERANCES_S:
            figures |= _f1_figures(rng, complete, tolerance_s)
        low, high = _interval(rng, complete)
        figures |= {"real_onset_f1_100ms_low": low, "real_onset_f1_100ms_high": high}
        errors_s = pooled(_found(complete), TOLERANCES_S[1]).errors_s
        figures["real_onset_bias_ms"] = 1000.0 * float(np.mean(errors_s)) if errors_s else 0.0
    partial = [clip for clip in clips if clip.listed.onset_list == "partial"]
    if partial:
        score = pooled(_found(partial), TOLERANCES_S[1])
        figures["real_onset_recall_100ms_partial_lists"] = len(score.errors_s) / score.true
    return figures | _false_cues([c for c in clips if c.listed.onset_list == "continuous"])


def pooled(sheets: Iterable[Onsets], tolerance_s: float) -> OnsetScore:
    """Return found and true onsets of several clips as one score, pairs by `nearest_pairs`."""
    score = OnsetScore(tolerance_s)
    for found_s, true_s in sheets:
        score.found, score.true = score.found + len(found_s), score.true + len(true_s)
        score.errors_s += [f - t for f, t in nearest_pairs(found_s, true_s, tolerance_s)]
    return score


def nearest_pairs(
    found_s: Sequence[float], true_s: Sequence[float], tolerance_s: float
) -> list[tuple[float, float]]:
    """Return pairs (found, true) no further apart than the tolerance, the nearest two first.

    Each time is used once. Where a pair can be had only by breaking a nearer one, it is not had.
    """
    near = sorted(
        (abs(found - true), i, j)
        for i, found in enumerate(found_s)
        for j, true in enumerate(true_s)
        if abs(found - true) <= tolerance_s
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in near:
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return [(found_s[i], true_s[j]) for i, j in pairs.items()]


def _f1_figures(
    rng: np.random.Generator, clips: Sequence[RealClip], tolerance_s: float
) -> dict[str, float]:
    name = f"real_onset_f1_{round(1000 * tolerance_s)}ms"
    peaks = pooled([(c.peaks_s, c.listed.onsets_s) for c in clips], tolerance_s)
    random = [pooled(_random_sheet(rng, clips), tolerance_s).f1 for _ in range(RANDOM_SHEETS)]
    figures = {
        name: pooled(_found(clips), tolerance_s).f1,
        f"{name}_peak_picker": peaks.f1,
        f"{name}_random": float(np.mean(random)),
    }
    for source in (*shared_sources(), OTHER_SOURCES):
        theirs = [clip for clip in clips if _kind_of_source(clip) == source]
        if theirs:
            figures[f"{name}_{source}"] = pooled(_found(theirs), tolerance_s).f1
    for table in dict.fromkeys(clip.listed.table for clip in clips):
        theirs = [clip for clip in clips if clip.listed.table == table]
        figures[f"{name}_{table}"] = pooled(_found(theirs), tolerance_s).f1
    return figures


def _kind_of_source(clip: RealClip) -> str:
    source = clip.listed.source
    return source if source in shared_sources() else OTHER_SOURCES


def _false_cues(clips: Sequence[RealClip]) -> dict[str, float]:
    """Return cues a minute where nobody can say which onset is right: all count as false."""
    minutes = sum(clip.seconds for clip in clips) / 60.0
    if not minutes:
        return {}
    return {
        "real_false_cues_per_minute": sum(len(c.strokes_s) for c in clips) / minutes,
        "real_false_cues_per_minute_peak_picker": sum(len(c.peaks_s) for c in clips) / minutes,
    }


def _interval(rng: np.random.Generator, clips: Sequence[RealClip]) -> tuple[float, float]:
    """Return the 5th and 95th percentile of F1 at ±100 ms over clips drawn with replacement."""
    # Whole clips are drawn, not onsets: onsets of one clip stand or fall together.
    counts = np.array(
        [
            (2 * len(score.errors_s), score.found + score.true)
            for score in (pooled([one], TOLERANCES_S[1]) for one in _found(clips))
        ]
    )
    drawn = counts[rng.integers(len(clips), size=(RESAMPLES, len(clips)))].sum(axis=1)
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [0.05, 0.95])
    return float(low), float(high)


def _found(clips: Iterable[RealClip]) -> list[Onsets]:
    return [(clip.found_s, clip.listed.onsets_s) for clip in clips]


def _random_sheet(rng: np.random.Generator, clips: Iterable[RealClip]) -> list[Onsets]:
    """Return random onsets beside the true ones of each clip, as many as there are."""
    return [
        (random_onsets(rng, len(clip.listed.onsets_s), clip.seconds), clip.listed.onsets_s)
        for clip in clips
    ]

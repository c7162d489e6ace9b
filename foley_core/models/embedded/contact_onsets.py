"""Onsets of filmed pictures, from the logits of the reader of contacts and what supports them.

Three things that a network of half a second cannot see are added to its logits. Joints: where a
person's hand or foot stops. A rhythm: what comes a period after and before other onsets is likelier
to be one. And the actor: where nothing moves down and up, nothing strikes, so there the network
must be surer.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from foley_core.models.embedded.contact_grid import GRID_RATE, ContactRows
from foley_core.models.embedded.contact_lifts import without_lifts
from foley_core.timebase import MOTION_RATE
from foley_core.types import F32, F64

OFF_PEAK = 3.0
"""Distance of the logit of a step without an onset below what was found there."""

# Rhythm: periods of 0.25 to 1.4 s, sought every third of a second in 3 s before and after.
_PERIODS_S = (0.25, 1.4)
_RHYTHM_REACH_S = 3.0
_RHYTHM_EVERY = 10
# Probabilities are smoothed by this standard deviation (rows), since no rhythm is exact.
_SMOOTHED_ROWS = 2.5
# An autocorrelation below this is no rhythm; above it, what is expected counts by its size.
_LEAST_RHYTHM = 0.15
_RHYTHM_WEIGHT = 1.5
# Between strokes tools are lifted, and that comes in the same rhythm. So what is expected less than
# another moment within this share of a period before or after counts against an onset.
_OFFBEAT_SHARE = 0.45
_OFFBEAT_WEIGHT = 0.5
# The actor's downward speed within this time before and after: from the median to the 95th
# percentile, a logarithm against this speed (sides a second), at which it changes nothing.
_ACTOR_REACH_S = 4.0
_ACTOR_EVERY = 5
_ACTOR_WEIGHT = 0.4
_ACTOR_SPEED = 0.37
_ACTOR_FLOOR = 0.02
# How much a hand that stops counts, and the limits of its evidence.
_JOINT_WEIGHT = 0.3
_JOINT_LIMITS = (-1.0, 4.0)
# Standard deviation, in rows, by which the network's logits are smoothed.
_NOISE_ROWS = 0.7
# An onset is the largest logit within four rows, 0.13 s, before and after, once smoothed by this
# standard deviation (rows). Its time is the mean of the rows within `_SPREAD_ROWS`, weighted by how
# likely each is: a hit lasts longer than a row, and its middle is less noisy than its maximum
# (measured on real clips: 0.77 of the onsets within 50 ms by the maximum, 0.84 so).
_PEAK_REACH = 4
_PEAK_SMOOTHED_ROWS = 1.0
_SPREAD_ROWS = 3
_SHARPNESS = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class ContactOnsets:
    """Onsets at every motion step, as the reader of contacts finds them.

    Attributes:
        logit: (T,) of an onset; it peaks at the steps nearest to an onset.
        shift: (T,) distance of that onset from the time of the step, -0.5..0.5 steps.
    """

    logit: F32
    shift: F32


def supported_logits(logits: F32 | F64, rows: ContactRows, stops: F64) -> F64:
    """Return the logits (n,) with what joints, rhythm and actor add; none is left beside a cut.

    Args:
        logits: (n,) of the network.
        rows: what it read.
        stops: (n,), see `contact_joints`.
    """
    logit = _smoothed(logits.astype(np.float64), _NOISE_ROWS)
    logit = logit + _JOINT_WEIGHT * np.clip(stops, *_JOINT_LIMITS)
    total = logit + rhythm(logit) + _ACTOR_WEIGHT * _actor(rows.velocity[:, 1])
    total[rows.cut] = total.min(initial=0.0)
    return total


def rhythm(logit: F64) -> F64:
    """Return what a rhythm adds to each logit (n,).

    Its period is where the autocorrelation of the smoothed probability is largest. What is expected
    is the mean of the standardised logits one and two periods away.
    """
    count = len(logit)
    probability = _smoothed(1.0 / (1.0 + np.exp(-logit)), _SMOOTHED_ROWS)
    standard = (logit - logit.mean()) / (logit.std() + 1e-6)
    # The greatest of three neighbours: no rhythm is exact.
    edged = np.pad(standard, 1, mode="edge")
    near = np.maximum(np.maximum(edged[:-2], edged[1:-1]), edged[2:])
    added = np.zeros(count)
    reach, half = int(_RHYTHM_REACH_S * GRID_RATE), _RHYTHM_EVERY // 2
    for middle in range(half, count + half, _RHYTHM_EVERY):
        period, strength = _period(probability[max(0, middle - reach) : middle + reach + 1])
        if strength <= _LEAST_RHYTHM:
            continue
        first, last = max(0, middle - half), min(count, middle + half)
        beside = int(_OFFBEAT_SHARE * period)
        expected = _expected(near, np.arange(first - beside, last + beside), period)
        here = expected[beside : len(expected) - beside]
        beat = np.lib.stride_tricks.sliding_window_view(expected, 2 * beside + 1).max(axis=1)
        added[first:last] = strength * (_RHYTHM_WEIGHT * here - _OFFBEAT_WEIGHT * (beat - here))
    return added


def onsets_at_steps(logit: F64, rows: ContactRows, steps: int, lag_s: float) -> ContactOnsets:
    """Return the logits of motion steps; lifts are told from strikes.

    Args:
        logit: (n,) of the rows of the grid.
        rows: these rows.
        steps: count of motion steps T.
        lag_s: time by which recorded sound follows its picture, seconds.
    """
    smooth = _smoothed(logit, _PEAK_SMOOTHED_ROWS)
    grid_s = np.arange(len(logit)) / GRID_RATE + lag_s
    # Between peaks the logit must lie well below them at every step: only a peak is an onset.
    at_steps = np.interp(np.arange(steps) / MOTION_RATE, grid_s, smooth) - OFF_PEAK
    shift = np.zeros(steps, np.float32)
    peaks = _peaks(smooth)
    at = np.array([_middle(logit, int(row)) for row in peaks])
    logits = without_lifts(smooth[peaks], at, rows)
    # Where two fall on one step, the surer one is written last.
    for peak in np.argsort(logits, kind="stable"):
        time_s = float(at[peak]) / GRID_RATE + lag_s
        step = round(time_s * MOTION_RATE)
        if 0 <= step < steps:
            at_steps[step] = logits[peak]
            shift[step] = time_s * MOTION_RATE - step
    return ContactOnsets(at_steps.astype(np.float32), shift)


def _peaks(logit: F64) -> NDArray[np.int64]:
    """Return the rows whose logit is the largest of `_PEAK_REACH` rows on both sides."""
    padded = np.pad(logit, _PEAK_REACH, constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _PEAK_REACH + 1)
    return np.flatnonzero(windows.argmax(axis=1) == _PEAK_REACH)


def _middle(logit: F64, row: int) -> float:
    """Return the middle, in rows, of what is likely around a peak."""
    around = np.arange(max(0, row - _SPREAD_ROWS), min(len(logit), row + _SPREAD_ROWS + 1))
    weight = np.exp(_SHARPNESS * (logit[around] - logit[row]))
    return float(weight @ around / weight.sum())


def _expected(near: F64, rows: NDArray[np.int64], period: int) -> F64:
    """Return the mean of `near` one and two periods before and after some rows, 0 beyond the ends.

    Args:
        near: (n,).
        rows: (R,), which may lie outside of 0..n.
    """
    away = rows[:, None] + period * np.array([-2, -1, 1, 2])
    there = (away >= 0) & (away < len(near))
    values = np.where(there, near[np.clip(away, 0, len(near) - 1)], 0.0)
    expected: F64 = values.sum(axis=1) / np.maximum(1, there.sum(axis=1))
    return expected


def _period(probability: F64) -> tuple[int, float]:
    """Return the period, in rows, of a window of probabilities, and how strong it is (0..1)."""
    centred = probability - probability.mean()
    energy = float(centred @ centred)
    shortest, longest = (int(seconds * GRID_RATE) for seconds in _PERIODS_S)
    longest = min(longest + 1, len(centred) // 2)
    if energy < 1e-9 or longest - shortest < 3:
        return 0, 0.0
    likeness = np.correlate(centred, centred, "full")[len(centred) - 1 :] / energy
    lags = np.arange(shortest, longest)
    # A true maximum: near lag 0 everything resembles itself.
    is_peak = (likeness[lags] >= likeness[lags - 1]) & (likeness[lags] >= likeness[lags + 1])
    if not is_peak.any():
        return 0, 0.0
    best = lags[is_peak][likeness[lags[is_peak]].argmax()]
    return int(best), float(likeness[best])


def _smoothed(values: F64, deviation: float) -> F64:
    """Return values (n,) under a Gaussian of a standard deviation in rows; the ends stay level."""
    reach = ceil(3 * deviation)
    kernel = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / deviation))
    padded = np.pad(values, reach, mode="edge")
    smoothed: F64 = np.convolve(padded, kernel / kernel.sum(), "valid")
    return smoothed


def _actor(down: F32) -> F64:
    """Return how much the actor moves down and up around each row, a logarithm; 0 is usual."""
    reach = int(_ACTOR_REACH_S * GRID_RATE)
    answer = np.zeros(len(down))
    for row in range(0, len(down), _ACTOR_EVERY):
        around = down[max(0, row - reach) : row + reach + 1]
        extent = float(np.quantile(around, 0.95) - np.median(around))
        answer[row : row + _ACTOR_EVERY] = np.log((extent + _ACTOR_FLOOR) / _ACTOR_SPEED)
    return answer

"""Lifts told from strikes: of two neighbouring stops, after opposite motions, the surer is a hit.

A tool, a hand or a foot that strikes again and again must move back in between, and where it turns
at the top it stops as suddenly as below. Which way is the strike differs from clip to clip (from
above, away from the camera, sideways), so no direction is preferred.
"""

import numpy as np
from numpy.typing import NDArray

from foley_core.models.embedded.contact_grid import GRID_RATE, ContactRows
from foley_core.types import F32, F64

MOST_LESS = 2.0
"""Loss of a lift's logit, if its motion is as fast as is usual. It must stay below
`contact_onsets.OFF_PEAK`: a lift is still a peak."""

# Rows before a stop over which its motion is averaged: 0.13 s. In a longer time a fast hand has
# turned back already (measured on real clips: 3, 4 and 5 rows are alike, 9 are worse).
_MOTION_ROWS = 4
# A lift is no further from its strike than this (0.5 to 0.9 s give the same on real clips).
_STROKE_S = 0.75
# What is usual: speed (root mean square) within this time before and after, and at least this many
# picture sides a second, so that the trembling of a still picture has no direction.
_USUAL_S = 4.0
_LEAST_SPEED = 0.1
# A peak that lost this much is a lift and makes no lifts of others.
_IS_LIFT = 1.0


def without_lifts(logits: F64, at: F64, rows: ContactRows) -> F64:
    """Return the logits (peaks,) of peaks, lifts lessened.

    Args:
        logits: (peaks,) of an onset at each.
        at: (peaks,) places of the peaks, in rows.
        rows: all rows of the video.
    """
    nearest = np.clip(np.rint(at), 0, len(rows.rows) - 1).astype(np.int64)
    motion = _motion_before(rows.velocity)[nearest]
    left = logits.copy()
    strikes: list[int] = []
    # The surest first: it can be a lift only of one that is surer.
    for peak in np.argsort(-logits, kind="stable").tolist():
        near = [s for s in strikes if abs(at[s] - at[peak]) <= _STROKE_S * GRID_RATE]
        against = -(motion[near] @ motion[peak]).min(initial=0.0)
        less = MOST_LESS * min(1.0, against)
        left[peak] -= less
        if less < _IS_LIFT:
            strikes.append(peak)
    return left


def _motion_before(velocity: F32) -> F64:
    """Return the mean velocity (n, 2) in the rows just before each, over what is usual there."""
    reach = int(_USUAL_S * GRID_RATE)
    rows = np.arange(len(velocity))
    energy = _means(np.square(velocity).sum(axis=1, keepdims=True), rows - reach, rows + reach + 1)
    before = _means(velocity, rows - _MOTION_ROWS, rows)
    motion: F64 = before / (np.sqrt(energy) + _LEAST_SPEED)
    return motion


def _means(values: F32 | F64, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> F64:
    """Return means (n, k) of the rows [begin, end) of values, as far as there are any; else 0."""
    sums = np.concatenate(
        [np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=np.float64)]
    )
    first, last = np.clip(begins, 0, len(values)), np.clip(ends, 0, len(values))
    means: F64 = (sums[last] - sums[first]) / np.maximum(1, last - first)[:, None]
    return means

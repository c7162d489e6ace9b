"""Contact numbers on an even grid of time, each against what is usual around it.

Pictures come at many rates and with gaps; the reader of contacts wants 30 rows a second. A number
means something only against its surroundings, so each is reduced by its mean and divided by its
spread over `_USUAL_S` before and after, within one shot: what a camera saw before a cut says
nothing about what it sees after it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foley_core.types import F32, F64
from foley_core.vision.contact_numbers import PICTURE_NUMBERS, UNLIKENESS
from foley_core.vision.contacts import HOLD_S, NUMBERS
from foley_core.vision.map_scale import LEVEL_RANGE, SPEED_RANGE

GRID_RATE = 30
"""Rows a second."""
_AXIS_NUMBERS = 9
GRID_NUMBERS = UNLIKENESS + _AXIS_NUMBERS
"""Numbers of a row: those of the picture but its unlikeness, and nine of the actor's motion."""

_USUAL_S = 2.0
# Added to every spread: where nothing moves, noise must not be enlarged to the size of a hit.
_LEAST_SPREAD = 0.4
# The actor's axis is the direction in which it moved most within this time before and after.
_AXIS_S = 1.0
# A cut: unlike the picture before, and much of it changed. A flash changes much and is not unlike.
_CUT_UNLIKENESS = 0.5
_CUT_CHANGE = float(np.log1p(0.06 / LEVEL_RANGE[0]))
_MEAN_CHANGE = UNLIKENESS - 2
# This near to a cut nothing is read: the flow between two shots is noise.
_CUT_REACH_S = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class ContactRows:
    """Rows of a whole video, one for each of n grid steps.

    Attributes:
        rows: (n, `GRID_NUMBERS`) against their surroundings, about -2..4.
        cut: (n,) whether a cut is so near that nothing can be read.
        velocity: (n, 2) of the actor right and down, picture sides a second.
    """

    rows: F32
    cut: NDArray[np.bool_]
    velocity: F32


def contact_rows(times: F64, numbers: F32, seconds: float) -> ContactRows:
    """Return the rows of a video.

    Args:
        times: (P,) of its distinct pictures, seconds, rising.
        numbers: (P, `NUMBERS`), see `vision.contacts`.
        seconds: its length.
    """
    grid_s = np.arange(int(seconds * GRID_RATE) + 1) / GRID_RATE
    even = _on_grid(times, numbers, grid_s)
    is_cut = (numbers[:, UNLIKENESS] > _CUT_UNLIKENESS) & (numbers[:, _MEAN_CHANGE] > _CUT_CHANGE)
    cuts_s = times[is_cut]
    rows = np.concatenate([even[:, :UNLIKENESS], _along_axis(even[:, PICTURE_NUMBERS:])], axis=1)
    shots = np.searchsorted(cuts_s - 1e-6, grid_s, side="right")
    cut = np.zeros(len(grid_s), np.bool_)
    for cut_s in cuts_s:
        cut |= np.abs(grid_s - cut_s) <= _CUT_REACH_S
    # A number at a cut would count as what is usual in its shot.
    rows[cut] = 0.0
    # Each shot by itself.
    for shot in np.unique(shots):
        rows[shots == shot] = against_usual(rows[shots == shot], _LEAST_SPREAD)
    return ContactRows(rows, cut, even[:, PICTURE_NUMBERS : PICTURE_NUMBERS + 2])


def _on_grid(times: F64, numbers: F32, grid_s: F64) -> F32:
    """Return the numbers (n, `NUMBERS`) at the times of the grid; nothing moves in long gaps."""
    if len(times) == 0:
        return np.zeros((len(grid_s), NUMBERS), np.float32)
    even = np.stack([np.interp(grid_s, times, column) for column in numbers.T], axis=1)
    after = np.searchsorted(times, grid_s)
    before_s = grid_s - np.concatenate([[-np.inf], times])[after]
    after_s = np.concatenate([times, [np.inf]])[after] - grid_s
    # Within a step of a picture its numbers still stand.
    near = np.minimum(before_s, after_s) <= 1.0 / GRID_RATE
    even[(before_s + after_s > HOLD_S + 0.05) & ~near] = 0.0
    return even.astype(np.float32)


def _along_axis(actor: F32) -> F32:
    """Return what the actor does along its own axis, (n, 9).

    Args:
        actor: (n, 3) velocity right and down, and speed.
    """
    right, down = actor[:, 0].astype(np.float64), actor[:, 1].astype(np.float64)
    spread = int(_AXIS_S * GRID_RATE)
    # The principal direction of a cloud of velocities, by the closed form for two dimensions.
    across, along, mixed = (
        _window_sums(values, spread) for values in (right * right, down * down, right * down)
    )
    angle = 0.5 * np.arctan2(2.0 * mixed, across - along)
    # Its sign: downwards, as tools and hands strike.
    sign = np.where(np.sin(angle) < 0.0, -1.0, 1.0)
    speed = sign * (right * np.cos(angle) + down * np.sin(angle))
    before = np.concatenate([speed[:1], speed[:-1]])
    after = np.concatenate([speed[1:], speed[-1:]])
    reversal = np.maximum(0.0, -before * after)
    values = [
        right,
        down,
        actor[:, 2],
        speed,
        # What is lost from one step to the next, with its direction and without.
        speed - after,
        np.maximum(0.0, np.abs(speed) - np.abs(after)),
        # Turning back: in all, from down to up (a strike), from up to down (a lift).
        np.sqrt(reversal),
        np.sqrt(reversal * (before > 0.0)),
        np.sqrt(reversal * (before <= 0.0)),
    ]
    stacked = np.stack(values, axis=1)
    logged: F32 = (np.sign(stacked) * np.log1p(np.abs(stacked) / SPEED_RANGE[0])).astype(np.float32)
    return logged


def against_usual(rows: F32 | F64, least_spread: float) -> F64:
    """Return each number (n, …) less its mean around it, over its spread there."""
    reach = int(_USUAL_S * GRID_RATE)
    values = rows.astype(np.float64)
    count = _window_sums(np.ones((len(values), 1)), reach)
    mean = _window_sums(values, reach) / count
    variance = _window_sums(np.square(values), reach) / count - np.square(mean)
    against: F64 = (values - mean) / (np.sqrt(np.maximum(0.0, variance)) + least_spread)
    return against


def _window_sums(values: F64, reach: int) -> F64:
    """Return the sums of (n, …) over `reach` steps on both sides, as far as there are any."""
    sums = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    steps = np.arange(len(values))
    last = np.minimum(steps + reach + 1, len(values))
    total: F64 = sums[last] - sums[np.maximum(steps - reach, 0)]
    return total

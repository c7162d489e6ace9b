"""Numbers from which the reader of places reads where a moment of a sound is.

They say how the columns of the picture change around the moment, around other moments of the same
thing, and in the seconds beside them: what changes all the time (a fountain, leaves, a camera's
shake) says nothing of where a hit is. All of it is relative to the strongest change or to what is
usual, so that a dark or soft picture has the same numbers as a bright and sharp one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foley_core.types import F32, F64, I64
from foley_core.vision.changed_columns import COLUMNS

AROUND_STEPS = 3
"""A hit changes the picture so many motion steps before and after it."""
WINDOW_NUMBERS = 6
"""Numbers of a column at a step of a window: its change beside the strongest and beside what is
usual, whether the thing sounds then, whether that step is known, and the first two again in the
mean over the moments of the thing."""
PROFILE_NUMBERS = 11
"""Numbers of a column for a whole moment, see `_profile`."""
NEAR_STEPS = 96
"""Moments of one thing up to so many motion steps apart, 3.84 s, speak for each other."""

_REACH = 16
WINDOW_STEPS = 2 * _REACH + 1
"""Motion steps of a window, its moment in the middle: 1.32 s."""

# What is usual is seen in 1.92 s on both sides of a moment, as in the worlds that teach it.
_CONTEXT = 48
_LEAST_REST_STEPS = 5
# A share of the strongest change that counts as usual everywhere: noise divides by no zero.
_FLOOR, _TINY = 0.02, 1e-9
# Logarithms of shares from 0.001 to 1 become -1 to 1, those of 0.01 to 100 as much.
_LEAST_SHARE, _SHARES = 1e-3, 3.4539
_LEAST_RATIO, _RATIOS = 1e-2, 4.6052
_MANY = 8


@dataclass(frozen=True, slots=True)
class PlaceInputs:
    """Numbers of moments of one thing, see the module.

    Attributes:
        windows: (n, `WINDOW_NUMBERS`, `WINDOW_STEPS`, 32).
        profiles: (n, `PROFILE_NUMBERS`, 32).
    """

    windows: F32
    profiles: F32


def mirrored(inputs: PlaceInputs) -> PlaceInputs:
    """Return the numbers of the same moments in a mirrored picture."""
    profiles = inputs.profiles[..., ::-1].copy()
    profiles[:, -1] *= -1.0
    return PlaceInputs(inputs.windows[..., ::-1].copy(), profiles)


def place_inputs(
    columns: F64, shot: slice, moments: I64, spans: Sequence[slice], *, lasts: bool
) -> PlaceInputs:
    """Return the numbers of some moments of one thing.

    Args:
        columns: (T, 32) squares of `changed_columns`.
        shot: motion steps of the shot.
        moments: motion steps within the shot, at least one.
        spans: motion steps in which the thing sounds.
        lasts: whether it sounds all through its spans.
    """
    sounds = np.zeros(len(columns), np.bool_)
    for span in spans:
        sounds[span] = True
    near = np.abs(moments[:, None] - moments[None]) <= NEAR_STEPS
    shares = near / near.sum(axis=1, keepdims=True)
    seen = [_window(columns, shot, sounds, moment) for moment in moments]
    windows = np.stack([window for window, _ in seen])
    pooled = np.einsum("nm,mcts->ncts", shares, windows[:, :2])
    profiles = np.stack([profile for _, profile in seen])
    beside = np.einsum("nm,mcs->ncs", shares, profiles[:, :2])
    same = np.ones((len(moments), COLUMNS))
    told = np.stack(
        [
            same * float(lasts),
            same * np.minimum(1.0, near.sum(axis=1) / _MANY)[:, None],
            same * np.linspace(-1.0, 1.0, COLUMNS),
        ],
        axis=1,
    )
    return PlaceInputs(
        np.concatenate([windows, pooled], axis=1).astype(np.float32),
        np.concatenate([profiles, beside, told], axis=1).astype(np.float32),
    )


def _window(columns: F64, shot: slice, sounds: NDArray[np.bool_], moment: int) -> tuple[F64, F64]:
    """Return the numbers (4, `WINDOW_STEPS`, 32) and the profile (6, 32) of one moment."""
    begin, end = max(shot.start, moment - _CONTEXT), min(shot.stop, moment + _CONTEXT)
    part, sounding = columns[begin:end], sounds[begin:end]
    strongest = float(part.max()) + _TINY
    calm: F64 = part.min(axis=0)
    if (~sounding).sum() >= _LEAST_REST_STEPS:
        calm = part[~sounding].mean(axis=0)
    usual = calm + _FLOOR * strongest + _TINY
    window = np.zeros((4, WINDOW_STEPS, COLUMNS))
    window[0] = -1.0
    first = moment - _REACH
    known = slice(max(begin, first), min(end, moment + _REACH + 1))
    inside = slice(known.start - first, known.stop - first)
    window[0, inside] = _share(columns[known] / strongest)
    window[1, inside] = _ratio(columns[known] / usual)
    window[2, inside] = sounds[known, None]
    window[3, inside] = 1.0
    return window, _profile(part, calm, usual, strongest, moment - begin)


def _profile(part: F64, calm: F64, usual: F64, strongest: float, moment: int) -> F64:
    """Return (6, 32): how unusual the change at a moment is, above its median and beside what is
    usual; and the change in the mean, at the calmest, the strongest, and while nothing sounds."""
    own = part[max(0, moment - AROUND_STEPS) : moment + AROUND_STEPS + 1].mean(axis=0)
    weights = own * own / usual
    # What changes in half of the picture and more is its light or its camera.
    above = np.maximum(weights - np.median(weights), 0.0)
    whole = (part.mean(axis=0), part.min(axis=0), part.max(axis=0), calm)
    return np.stack(
        [
            above / (above.max() + _TINY),
            _ratio(own / usual),
            *(_share(w / strongest) for w in whole),
        ]
    )


def _share(values: F64) -> F64:
    shares: F64 = np.log(values + _LEAST_SHARE) / _SHARES + 1.0
    return shares


def _ratio(values: F64) -> F64:
    ratios: F64 = np.log(values + _LEAST_RATIO) / _RATIOS
    return ratios

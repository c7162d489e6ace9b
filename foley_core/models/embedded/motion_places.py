"""Places by motion: where something changes while a cue sounds, and at no other time.

What changes all the time (a fountain, leaves, a camera's shake) says nothing of where a hit is. So
the columns of the picture that change around the cues of a thing are weighed by how much more they
do so than in the rest of its shot.
"""

from collections.abc import Sequence

import numpy as np

from foley_core.types import F64
from foley_core.vision.changed_columns import middle_of

AROUND_STEPS = 3
"""A hit changes the picture so many motion steps before and after it."""
# Hits whose places vary by less are of one thing that stays: none of them jumps. This and the other
# numbers were chosen on 192 worlds that no figure is measured on.
_RESTING = 0.3
# Changes around hits are averaged over so many steps, 0.4 s: of what moves, neighbours are near.
_SMOOTH_STEPS = 10.0
_LEAST_REST_STEPS = 5
# A share of the strongest change that counts as usual everywhere: noise divides by no zero.
_FLOOR, _TINY = 0.02, 1e-9
# A lasting sound is located six times a second, over 0.4 s.
_PATH_HOP, _PATH_REACH = 4, 5
_LEAST_MOMENTS = 3


def hit_places(columns: F64, shot: slice, steps: Sequence[int], *, rests: bool) -> list[float]:
    """Return the places, -1..1, of the hits of one thing.

    Args:
        columns: (T, 32) squares of `changed_columns`.
        shot: motion steps of the shot.
        steps: motion steps of the hits, in order of time.
        rests: whether the thing surely stays where it is.
    """
    spans = [slice(max(shot.start, s - AROUND_STEPS), s + AROUND_STEPS + 1) for s in steps]
    usual = _usual(columns, shot, spans)
    own = np.stack([_mean(columns, span) for span in spans])
    pooled = middle_of(_above_usual(own.mean(axis=0), usual))
    each = np.array([middle_of(_above_usual(one, usual)) for one in own])
    if rests or len(each) < 2 or each.std() < _RESTING:
        return [pooled] * len(steps)
    at = np.array(steps, float)
    near = np.exp(-0.5 * np.square((at[:, None] - at[None]) / _SMOOTH_STEPS))
    smooth: F64 = near @ own / near.sum(axis=1, keepdims=True)
    return [middle_of(_above_usual(one, usual)) for one in smooth]


def lasting_path(columns: F64, shot: slice, span: slice) -> list[tuple[int, float]]:
    """Return where a lasting sound is: motion steps from the beginning of its span, and places.

    One for what stays.
    """
    usual = _usual(columns, shot, [span])
    whole = middle_of(_above_usual(_mean(columns, span), usual))
    found = []
    for at in range(span.start, span.stop + 1, _PATH_HOP):
        around = slice(max(span.start, at - _PATH_REACH), min(span.stop, at + _PATH_REACH))
        found.append((at - span.start, middle_of(_above_usual(_mean(columns, around), usual))))
    if len(found) < _LEAST_MOMENTS or np.std([place for _, place in found]) < _RESTING:
        return [(0, whole)]
    places = np.array([place for _, place in found])
    padded = np.pad(places, 1, mode="edge")
    smooth = (padded[:-2] + padded[1:-1] + padded[2:]) / 3
    return [(at, float(place)) for (at, _), place in zip(found, smooth, strict=True)]


def _above_usual(own: F64, usual: F64) -> F64:
    """Return weights (32,) of columns that change by `own`: by how unusual that is."""
    weights = own * own / usual
    # What changes in half of the picture and more is its light or its camera.
    above: F64 = np.maximum(weights - np.median(weights), 0.0)
    return above


def _mean(columns: F64, span: slice) -> F64:
    part = columns[span]
    mean: F64 = part.mean(axis=0) if len(part) else np.zeros(columns.shape[1])
    return mean


def _usual(columns: F64, shot: slice, spans: Sequence[slice]) -> F64:
    """Return what each column (32,) of a shot changes by outside spans, or at its calmest moment.

    It is more than 0 everywhere.
    """
    rest = np.zeros(len(columns), np.bool_)
    rest[shot] = True
    for one in spans:
        rest[one] = False
    calm: F64 = columns[shot].min(axis=0)
    if rest.sum() >= _LEAST_REST_STEPS:
        calm = columns[rest].mean(axis=0)
    usual: F64 = calm + (_FLOOR * float(columns[shot].max()) + _TINY)
    return usual

"""Strokes of people's hands and feet: where wrists and ankles stop, by the joints that sight saw.

Two people at most are followed, each for as long as there is no gap: a hand that stops is told from
one that moves on only if it is the same hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from foley_core.models.embedded.contact_grid import GRID_RATE, against_usual
from foley_core.models.sight.looks import Looks
from foley_core.timebase import MOTION_RATE
from foley_core.types import F64

# Wrists and ankles, in COCO's order of joints.
_ENDS = (9, 10, 15, 16)
_PEOPLE = 2
_LEAST_SCORE = 0.2
# A person is the same one if the middle moved by less than this share of the picture.
_NEAR = 0.25
# A longer gap between looks ends a run: longer than from one look for people to the next.
_GAP_STEPS = 30
_LEAST_LOOKS = 6
# Share of a run's looks in which a person must be seen.
_LEAST_SHARE = 0.3
_LEAST_HEIGHT = 0.1
# Heads and feet reach beyond eyes and ankles.
_PERSON_HEIGHT = 1.3
# Spread, in heights a second, below which a stop is noise.
_LEAST_SPREAD = 0.4
_SMOOTHING = np.array([0.25, 0.5, 0.25])


@dataclass(slots=True)
class _Person:
    """A person followed through a run: looks at which it was seen, and its joints there."""

    middle: F64 | None = None
    looks: list[int] = field(default_factory=list)
    joints: list[F64] = field(default_factory=list)


def joint_stops(looks: Looks, count: int) -> F64:
    """Return how suddenly a wrist or an ankle stops, (count,) rows of the contact grid.

    In spreads over the surroundings, as the contact numbers; 0 where nobody is seen.
    """
    stops = np.zeros(count)
    for first, last in _runs(looks.joint_steps):
        times = looks.joint_steps[first:last] / MOTION_RATE
        rows = np.arange(np.ceil(times[0] * GRID_RATE), min(count, times[-1] * GRID_RATE))
        rows = rows.astype(np.int64)
        # Of several hands the one that stops most suddenly counts.
        curves = [
            against_usual(np.interp(rows / GRID_RATE, seen_s, stop)[:, None], _LEAST_SPREAD)[:, 0]
            for person in _people(looks, first, last)
            for seen_s, stop in _end_stops(person, times)
        ]
        if curves:
            stops[rows] = np.max(curves, axis=0)
    return stops


def _runs(steps: NDArray[np.int32]) -> list[tuple[int, int]]:
    """Return (first, end) of the looks between gaps, half-open, long enough to say anything."""
    ends = [0, *(np.flatnonzero(np.diff(steps) > _GAP_STEPS) + 1).tolist(), len(steps)]
    return [(first, last) for first, last in pairwise(ends) if last - first >= _LEAST_LOOKS]


def _people(looks: Looks, first: int, last: int) -> list[_Person]:
    """Return the people of a run, each look's given to whoever was nearest before."""
    people = [_Person() for _ in range(_PEOPLE)]
    for look in range(first, last):
        scores = looks.person_score[look].astype(np.float64)
        seen = [int(index) for index in np.argsort(-scores) if scores[index] > _LEAST_SCORE]
        joints = looks.joints[look].astype(np.float64)
        middles = {index: _middle(joints[index]) for index in seen}
        for person in people:
            if not middles:
                break
            if person.middle is None:
                chosen = next(iter(middles))
            else:
                away = {i: float(np.hypot(*(m - person.middle))) for i, m in middles.items()}
                chosen = min(away, key=away.__getitem__)
                if away[chosen] >= _NEAR:
                    continue
            person.middle = middles.pop(chosen)
            person.looks.append(look - first)
            person.joints.append(joints[chosen])
    least = max(_LEAST_LOOKS, _LEAST_SHARE * (last - first))
    return [person for person in people if len(person.looks) >= least]


def _end_stops(person: _Person, times: F64) -> Iterator[tuple[F64, F64]]:
    """Yield, for each wrist and ankle that is seen, times (N,) and loss of speed there (N,)."""
    seen_s, joints = times[person.looks], np.stack(person.joints)
    height = max(_LEAST_HEIGHT, float(np.median([_height(one) for one in joints])))
    for end in _ENDS:
        if np.median(joints[:, end, 2]) <= _LEAST_SCORE:
            continue
        padded = np.pad(joints[:, end, :2] / height, ((1, 1), (0, 0)), mode="edge")
        place = np.stack([np.convolve(axis, _SMOOTHING, "valid") for axis in padded.T], axis=1)
        velocity = np.diff(place, axis=0) / np.diff(seen_s)[:, None]
        before = np.concatenate([velocity[:1], velocity])
        after = np.concatenate([velocity, velocity[-1:]])
        speed = np.hypot(before[:, 0], before[:, 1])
        along = (before * after).sum(axis=1) / np.maximum(speed, 1e-3)
        yield seen_s, np.maximum(0.0, speed - np.maximum(0.0, along))


def _middle(joints: F64) -> F64:
    """Return the mean place (y, x) of the joints (17, 3) that are seen."""
    middle: F64 = np.average(joints[:, :2], axis=0, weights=joints[:, 2] + 1e-3)
    return middle


def _height(joints: F64) -> float:
    """Return a person's share of the picture's height, by the joints (17, 3) that are seen."""
    rows = joints[joints[:, 2] > _LEAST_SCORE, 0]
    return _PERSON_HEIGHT * float(np.ptp(rows)) if len(rows) > 1 else 0.0

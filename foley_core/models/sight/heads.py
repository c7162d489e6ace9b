"""Heads of people, from their joints: faces in profile, turned down or cut off have no other sign.

Of the head the network for joints knows nose, eyes and ears. How far apart they are says how large
the head is, from whichever side it is seen.
"""

from itertools import combinations

import numpy as np

from foley_core.types import F32

LEAST_JOINT = 0.25
"""From this score on a joint counts."""
LEAST_PERSON = 0.15
"""From this score on a person counts."""
_NOSE, _LEFT_EYE, _RIGHT_EYE, _LEFT_EAR, _RIGHT_EAR = range(5)
_FRONT = (_NOSE, _LEFT_EYE, _RIGHT_EYE)
"""A head that is seen from behind shows only ears."""
# Half of a head's width as multiple of the distance of two of its joints, as far as that distance
# is not foreshortened; the pair that gives the largest head is the least foreshortened one.
_REACH = {
    (_LEFT_EYE, _RIGHT_EYE): 1.2,
    (_LEFT_EAR, _RIGHT_EAR): 0.65,
    (_NOSE, _LEFT_EAR): 0.85,
    (_NOSE, _RIGHT_EAR): 0.85,
    (_NOSE, _LEFT_EYE): 1.2,
    (_NOSE, _RIGHT_EYE): 1.2,
}


def heads(joints: F32, scores: F32, height: int, width: int) -> F32:
    """Return the heads of some people, (n, 5): score, left, top, right, bottom, as shares.

    Args:
        joints: (people, 17, 3) y, x and score of each joint, see `Sight.joints`.
        scores: (people,) of the people.
        height: of the picture, pixels, as width.
    """
    found = [
        _head(person[:5], float(score), height, width)
        for person, score in zip(joints, scores, strict=True)
        if score >= LEAST_PERSON
    ]
    return np.array([head for head in found if head], np.float32).reshape(-1, 5)


def _head(joints: F32, score: float, height: int, width: int) -> tuple[float, ...] | None:
    """Return the head of one person with these five joints, or None if no face is seen."""
    sure = [joint for joint in range(5) if joints[joint, 2] >= LEAST_JOINT]
    if not any(joint in _FRONT for joint in sure):
        return None
    places = {joint: joints[joint, 1::-1] * np.array([width, height]) for joint in sure}
    reaches = [
        _REACH[pair] * float(np.hypot(*(places[pair[0]] - places[pair[1]])))
        for pair in combinations(sure, 2)
        if pair in _REACH
    ]
    if not reaches:
        return None
    reach = max(reaches)
    middle = np.array(list(places.values()))
    x = (middle[:, 0].min() + middle[:, 0].max()) / 2
    y = middle[:, 1].mean()
    return (
        min(score, float(joints[sure, 2].mean())),
        float(x - reach) / width,
        float(y - reach) / height,
        float(x + reach) / width,
        float(y + 1.1 * reach) / height,
    )

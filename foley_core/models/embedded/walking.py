"""Walking: whether the joints of a person are seen to walk.

Who walks has ankles that pass each other; who stands, sits or strikes has not.
"""

import numpy as np

from foley_core.models.sight.looks import Looks
from foley_core.timebase import MOTION_RATE
from foley_core.types import F32

WALKING = "footstep_walk"

_SHOULDERS, _HIPS, _ANKLES = (5, 6), (11, 12), (15, 16)
# A joint is seen from this score on.
_JOINT_SCORE = 0.2
# Joints within this time of a look count; at least so many looks at them, and most must show legs.
_AROUND_STEPS = 3 * MOTION_RATE // 2
_LEAST_LOOKS, _LEAST_SHARE = 4, 0.6
# Deviation of the distance of the ankles, in heights from shoulder to ankle: measured 0.02 to 0.04
# for people who stand or sit, 0.10 to 0.13 for people who walk or run.
_PASSING = 0.07


def walking(looks: Looks) -> F32:
    """Return (L,) 1 where the surest person walks, else 0."""
    first = looks.joints[:, 0].astype(np.float32)
    wanted = first[:, [*_SHOULDERS, *_HIPS, *_ANKLES]]
    whole = wanted[..., 2].min(axis=1) >= _JOINT_SCORE
    shoulders, ankles = (first[:, pair, :2].mean(axis=1) for pair in (_SHOULDERS, _ANKLES))
    height = np.abs(ankles[:, 0] - shoulders[:, 0]) + np.float32(1e-3)
    apart = (first[:, _ANKLES[0], 1] - first[:, _ANKLES[1], 1]) / height
    begins = np.searchsorted(looks.joint_steps, looks.steps - _AROUND_STEPS)
    ends = np.searchsorted(looks.joint_steps, looks.steps + _AROUND_STEPS, side="right")
    walks = np.zeros(len(looks.steps), np.float32)
    for look, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        seen = whole[begin:end]
        enough = seen.sum() >= max(_LEAST_LOOKS, _LEAST_SHARE * (end - begin))
        walks[look] = enough and apart[begin:end][seen].std() >= _PASSING
    return walks

"""Looking: when sight looks at the pictures of a clip, and what is kept of it.

Joints are looked for from a look that found a person until the next look. So joints of a clip's
first steps depend on the look before it, which the clip is shown and does not keep.
"""

from typing import Any

from foley_core.media.decode import StepPicture
from foley_core.models.sight.looks import (
    JOINT_STEPS,
    LIGHT_LOOK_STEPS,
    LOOK_STEPS,
    Looks,
    stacked,
)
from foley_core.models.sight.sight import Sight, shows_person
from foley_core.types import Tier

LOOK_LEAD_STEPS = LOOK_STEPS - 1
"""Pictures before a clip's first step among which the look before it is."""


class Looking:
    """The looks at the steps [first_step, last_step), as its pictures come."""

    def __init__(self, sight: Sight, first_step: int, last_step: int, tier: Tier) -> None:
        self._sight = sight
        self._first, self._last = first_step, last_step
        self._every = LIGHT_LOOK_STEPS if tier == "light" else LOOK_STEPS
        self._wants_joints = tier == "full"
        self._person = False
        self._rows: dict[str, list[Any]] = {}

    def see(self, picture: StepPicture) -> None:
        """Look at a picture if it is time to; pictures come in order, from before the clip on.

        Raises:
            CheckpointError: weights are missing or damaged.
        """
        step = picture.step
        if picture.sight_rgb is None or not self._first - LOOK_LEAD_STEPS <= step < self._last:
            return
        inside, looks = step >= self._first, step % self._every == 0
        joints = inside and self._wants_joints and step % JOINT_STEPS == 0
        if looks and (inside or self._wants_joints):
            rgb = picture.sight_rgb()
            found = self._sight.boxes(rgb)
            self._person = shows_person(found)
            if inside:
                self._keep(steps=step, **self._sight.look(rgb, found))
            if joints and self._person:
                self._keep_joints(step, rgb)
        elif joints and self._person:
            self._keep_joints(step, picture.sight_rgb())

    def looks(self) -> Looks:
        """Return all that was kept."""
        return stacked(self._rows)

    def _keep_joints(self, step: int, rgb: Any) -> None:
        joints, scores = self._sight.joints(rgb)
        self._keep(joint_steps=step, joints=joints, person_score=scores)

    def _keep(self, **row: Any) -> None:
        for name, value in row.items():
            self._rows.setdefault(name, []).append(value)

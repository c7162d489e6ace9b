"""Looking: when sight looks at the pictures of a clip, and what is kept of it.

Joints are looked for at a look that found a person and, if there are some, from then on until the
next look. So joints of a clip's first steps depend on the look before it, which the clip is shown
and does not keep.
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
from foley_core.types import U8, Tier

FOLLOWED_SCORE = 0.15
"""From this score of a person's joints on they are looked for until the next look. On filmed clips
it leaves out a third of the looks at joints, and one in 500 of those with a score of .3."""
LOOK_LEAD_STEPS = LOOK_STEPS - 1
"""Pictures before a clip's first step among which the look before it is."""


class Looking:
    """The looks at the steps [first_step, last_step), as its pictures come."""

    def __init__(self, sight: Sight, first_step: int, last_step: int, tier: Tier) -> None:
        self._sight = sight
        self._first, self._last = first_step, last_step
        self._every = LIGHT_LOOK_STEPS if tier == "light" else LOOK_STEPS
        self._wants_joints = tier == "full"
        self._follows = False
        self._rows: dict[str, list[Any]] = {}

    def see(self, picture: StepPicture) -> None:
        """Look at a picture if it is time to; pictures come in order, from before the clip on.

        Raises:
            CheckpointError: weights are missing or damaged.
        """
        step = picture.step
        if picture.sight_rgb is None or not self._first - LOOK_LEAD_STEPS <= step < self._last:
            return
        inside = step >= self._first
        if step % self._every == 0 and (inside or self._wants_joints):
            rgb = picture.sight_rgb()
            found = self._sight.boxes(rgb)
            if inside:
                self._keep(steps=step, **self._sight.look(rgb, found))
            self._follows = self._wants_joints and shows_person(found)
            if self._follows:
                # A close face or a crowd has boxes and no joints: it is not followed.
                self._follows = self._look_at_joints(step, rgb) >= FOLLOWED_SCORE
        elif self._follows and inside and step % JOINT_STEPS == 0:
            self._look_at_joints(step, picture.sight_rgb())

    def looks(self) -> Looks:
        """Return all that was kept."""
        return stacked(self._rows)

    def _look_at_joints(self, step: int, rgb: U8) -> float:
        """Keep the joints if the step is the clip's; return the best score of a person."""
        joints, scores = self._sight.joints(rgb)
        if step >= self._first:
            self._keep(joint_steps=step, joints=joints, person_score=scores)
        return float(scores.max())

    def _keep(self, **row: Any) -> None:
        for name, value in row.items():
            self._rows.setdefault(name, []).append(value)

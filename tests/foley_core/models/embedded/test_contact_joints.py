"""A wrist that stops is told from one that moves on; nobody in the picture says nothing."""

import numpy as np

from foley_core.models.embedded.contact_grid import GRID_RATE
from foley_core.models.embedded.contact_joints import joint_stops
from foley_core.models.sight.looks import JOINT_STEPS, JOINTS, NO_LOOKS, PEOPLE, Looks, stacked

WRIST = 9


def person(steps: int, hit_at: int, first_step: int = 0) -> Looks:
    """One person whose wrist falls evenly, stops at look `hit_at`, and rests."""
    joints = np.zeros((steps, PEOPLE, JOINTS, 3), np.float16)
    joints[:, 0, :, 0] = np.linspace(0.2, 0.8, JOINTS)
    joints[:, 0, :, 1] = 0.5
    joints[:, 0, :, 2] = 0.9
    look = np.arange(steps)
    joints[:, 0, WRIST, 0] = 0.1 + 0.08 * np.minimum(look, hit_at)
    scores = np.zeros((steps, PEOPLE), np.float16)
    scores[:, 0] = 0.9
    return stacked({
        "joint_steps": list(first_step + JOINT_STEPS * look),
        "joints": list(joints),
        "person_score": list(scores),
    })  # fmt: skip


def test_a_wrist_stops_when_it_stops() -> None:
    stops = joint_stops(person(40, 10), 5 * GRID_RATE)
    # Look 10 is at step 30, 1.2 s; looks are 0.12 s apart.
    assert abs(int(stops.argmax()) / GRID_RATE - 1.2) <= 0.12
    assert stops.max() > 0.7


def test_nobody_and_too_few_looks_say_nothing() -> None:
    assert not joint_stops(NO_LOOKS, 100).any()
    assert not joint_stops(person(4, 2), 100).any()


def test_a_gap_ends_what_is_known() -> None:
    late = person(40, 10, first_step=300)
    stops = joint_stops(late, 20 * GRID_RATE)
    assert not stops[: 12 * GRID_RATE - 1].any()
    assert abs(int(stops.argmax()) / GRID_RATE - 13.2) <= 0.12

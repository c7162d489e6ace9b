"""Sight looks at set steps, at joints while there are people, and alike in clips of any length."""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foley_core.media.decode import StepPicture, pictures
from foley_core.media.probe import probe
from foley_core.models.sight.boxes import Boxes
from foley_core.models.sight.looking import LOOK_LEAD_STEPS, Looking
from foley_core.models.sight.looks import BOXES, COLOURS, Looks, joined
from foley_core.models.sight.sight import Sight
from foley_core.types import F32, U8, Tier
from foley_core.world.samples import render_sample

PEOPLE_SHOWN = (40, 75)
"""Steps between which the pictures show a person."""


class SeeingSight(Sight):
    """Sees a person in bright pictures; its other answers are numbers of the picture."""

    def __init__(self, person_score: float = 0.9) -> None:
        super().__init__("cpu")
        self.person_score = person_score

    def boxes(self, rgb: U8) -> Boxes:
        score = np.array([0.9 if rgb[0, 0, 0] else 0.1], np.float32)
        return Boxes(np.zeros(1, np.int64), score, np.zeros((1, 4), np.float32))

    def look(self, rgb: U8, found: Boxes) -> dict[str, Any]:
        step = float(rgb[0, 0, 1])
        return {
            "centre": np.full(1000, step), "whole": np.zeros(1000),
            "colour": np.zeros(len(COLOURS)), "box_kind": np.zeros(BOXES),
            "box_score": np.zeros(BOXES), "box_place": np.zeros((BOXES, 4)),
        }  # fmt: skip

    def joints(self, rgb: U8) -> tuple[F32, F32]:
        step = float(rgb[0, 0, 1])
        return np.full((6, 17, 3), step, np.float32), np.full(6, self.person_score, np.float32)


def shown(first: int, last: int) -> Iterator[StepPicture]:
    for step in range(first, last):
        person = PEOPLE_SHOWN[0] <= step < PEOPLE_SHOWN[1]
        rgb = np.array([[[255 * person, step, 0]]], np.uint8)
        sight_rgb = partial(np.copy, rgb) if step % 3 == 0 else None
        yield StepPicture(step, step / 25, rgb[..., 0], None, sight_rgb)


def looked(first: int, last: int, tier: Tier = "full", person_score: float = 0.9) -> Looks:
    looking = Looking(SeeingSight(person_score), first, last, tier)
    for picture in shown(max(0, first - LOOK_LEAD_STEPS), last):
        looking.see(picture)
    return looking.looks()


def test_joints_follow_a_look_that_found_a_person() -> None:
    looks = looked(0, 150)
    assert looks.steps.tolist() == [0, 24, 48, 72, 96, 120, 144]
    assert looks.joint_steps.tolist() == list(range(48, 96, 3))
    assert looks.joints[1, 0, 0, 0] == 51
    assert looks.centre[2, 0] == 48


def test_a_person_without_joints_is_not_followed() -> None:
    assert looked(0, 150, person_score=0.1).joint_steps.tolist() == [48, 72]
    assert looked(50, 80, person_score=0.1).joint_steps.tolist() == [72]


@pytest.mark.parametrize("cuts", [(48,), (50, 90), (1, 71, 72, 73, 97), (149,), (60, 61, 62, 63)])
def test_looks_do_not_depend_on_clips(cuts: tuple[int, ...]) -> None:
    edges = [0, *cuts, 150]
    parts = [looked(a, b) for a, b in pairwise(edges)]
    whole, together = looked(0, 150).arrays(), joined(parts).arrays()
    assert all(whole[name].tobytes() == together[name].tobytes() for name in whole)


def test_a_rendered_video_is_seen_alike_however_it_is_divided(tmp_path: Path) -> None:
    path, sight = tmp_path / "walk.mp4", Sight("cpu")
    render_sample("street_walk", path)

    def seen(first: int, last: int) -> Looks:
        looking = Looking(sight, first, last, "full")
        with path.open("rb") as file:
            info = probe(file, "walk")
            for picture in pictures(file, "walk", info, max(0, first - LOOK_LEAD_STEPS), last):
                looking.see(picture)
        return looking.looks()

    whole, parts = seen(0, 74).arrays(), joined([seen(0, 30), seen(30, 74)]).arrays()
    assert whole["steps"].tolist() == [0, 24, 48, 72]
    assert all(whole[name].tobytes() == parts[name].tobytes() for name in whole)


def test_the_light_tier_looks_half_as_often_and_at_no_joints() -> None:
    looks = looked(0, 150, "light")
    assert looks.steps.tolist() == [0, 48, 96, 144]
    assert looks.joint_steps.tolist() == []
    assert looked(50, 90, "light").steps.tolist() == []

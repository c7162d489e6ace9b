"""Looks and readings made up for tests: things that are seen, and motion that goes with them."""

from collections.abc import Mapping

import numpy as np

from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.cue_detection import StepReadings
from foley_core.models.embedded.evidence import Evidence, evidence
from foley_core.models.sight.looks import (
    BOXES,
    COLOURS,
    JOINTS,
    LOOK_STEPS,
    PEOPLE,
    THINGS,
    Looks,
    stacked,
)
from foley_core.vision.motion_statistics import STATISTICS

STEPS = 240
SAMPLES = STEPS * 1920
# Kinds of ImageNet and of COCO.
DRUM, DRUMSTICK, LION, PIANO, BEACH, STOVE, ENVELOPE, BREWING, CUP = (
    541, 542, 291, 579, 978, 827, 549, 550, 968,
)  # fmt: skip
DOG_BOX, PERSON_BOX, CAR_BOX = 16, 0, 2


def looks(
    things: Mapping[int, float] | None = None,
    boxes: Mapping[int, float] | None = None,
    steps: int = STEPS,
    **rows: object,
) -> Looks:
    """Return looks at a video that shows the same all the time: things and boxes by their score."""
    at = list(range(0, steps, LOOK_STEPS))
    seen = np.full(THINGS, 1e-5)
    for kind, probability in (things or {}).items():
        seen[kind] = probability
    kinds, scores = np.full(BOXES, -1), np.zeros(BOXES)
    places = np.zeros((BOXES, 4))
    for row, (kind, score) in enumerate((boxes or {}).items()):
        kinds[row], scores[row], places[row] = kind, score, (0.2, 0.2, 0.8, 0.6)
    colour = np.full(len(COLOURS), 0.3)
    return stacked(
        {
            "steps": at,
            "centre": [seen] * len(at), "whole": [seen] * len(at),
            "box_kind": [kinds] * len(at), "box_score": [scores] * len(at),
            "box_place": [places] * len(at), "colour": [colour] * len(at),
        }
        | rows
    )  # fmt: skip


def walker(steps: int = STEPS, stride: float = 0.2) -> dict[str, object]:
    """Return rows of joints of one person whose ankles pass each other by a stride."""
    at = list(range(0, steps, 3))
    joints = np.zeros((len(at), PEOPLE, JOINTS, 3), np.float32)
    joints[:, 0, :, 2] = 0.6
    joints[:, 0, 5:7, 0], joints[:, 0, 15:17, 0] = 0.2, 0.8
    swing = stride * 0.6 * np.sin(np.array(at) * 2 * np.pi / 25)
    joints[:, 0, 15, 1], joints[:, 0, 16, 1] = 0.5 + swing / 2, 0.5 - swing / 2
    scores = np.zeros((len(at), PEOPLE))
    scores[:, 0] = 0.6
    return {"joint_steps": at, "joints": list(joints), "person_score": list(scores)}


def found(
    seen: Looks, steps: int = STEPS, cuts: tuple[int, ...] = (), texture: float = 2.5
) -> Evidence:
    """Return the evidence of looks at filmed pictures, with cuts."""
    statistics = np.zeros((steps, STATISTICS), np.float16)
    statistics[list(cuts), -5] = 0.9
    return evidence(seen, statistics, np.full(-(-steps // 12), texture, np.float16))


def readings(
    onsets: Mapping[int, float] | None = None, energy: int = 80, steps: int = STEPS
) -> StepReadings:
    """Return readings with onsets of some probability at some steps."""
    onset = np.full(steps, 0.01, np.float32)
    for step, probability in (onsets or {}).items():
        onset[step] = probability
    classes = taxonomy().trained_of_kind
    ambience = np.full((-(-steps // 12), len(classes("ambience"))), -3.0, np.float32)
    return StepReadings(
        onset=onset,
        shift=np.zeros(steps, np.float32),
        action=np.zeros(steps, np.int32),
        material=np.zeros(steps, np.int32),
        intensity=np.full(steps, 0.5, np.float32),
        activity=np.zeros((steps, len(classes("sustained"))), np.float32),
        energy=np.full(steps, energy, np.uint8),
        ambience=ambience,
    )

"""Lessons from people's corrections, and how perception's head learns from them.

A lesson is a window of stored features around a moment, and what a person says of that moment: a
class, or nothing at all. The tokens of single steps stay as they are; only the temporal head
learns, in a minute on one core. Everywhere else in the window it is held to what it said before, so
that it does not forget (learning without forgetting: Li and Hoiem, 2016).
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from foley_core.models.embedded.features import F16, ClipFeatures, gathered
from foley_core.models.embedded.perception_net import PerceptionNet, Readings
from foley_core.timebase import STEPS_PER_SCENE

WINDOW_STEPS = 8 * STEPS_PER_SCENE
"""Motion steps of a lesson: 96, as many as the examples that perception learned from."""
NOTHING = -1
"""Action of a lesson at whose moment nothing sounds."""
_BATCH = 16
_LEARNING_RATE = 1e-3
_HELD = 2.0
"""Weight of staying as before, against learning the corrections."""


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """One moment of a video, and what sounds there.

    Attributes:
        motion: (96, 128) tokens of a window that begins at a scene step.
        scene: (128, 128) its scene tokens, 16 for each of 8 pictures.
        valid: (96,) whether the video has that step.
        step: the moment, a step of the window.
        action: index of the class that sounds there, or `NOTHING`.
    """

    motion: F16
    scene: F16
    valid: "np.typing.NDArray[np.bool_]"
    step: int
    action: int


def lesson_of(clips: Sequence[ClipFeatures], step: int, action: int) -> Lesson | None:
    """Return the lesson about a motion step of a video; None where its features are not stored.

    Args:
        clips: stored features of one video.
        step: motion step of the video.
        action: index of a class, or `NOTHING`.
    """
    # The moment stands in the middle of the window, which begins at a scene step as in training.
    begin = max(0, (step - WINDOW_STEPS // 2) // STEPS_PER_SCENE * STEPS_PER_SCENE)
    if not clips:
        return None
    motion, valid = gathered(clips, begin, WINDOW_STEPS, "motion_tokens")
    scene, _ = gathered(clips, begin, WINDOW_STEPS, "scene_tokens")
    if not 0 <= step - begin < WINDOW_STEPS or not valid[step - begin]:
        return None
    return Lesson(motion, scene, valid, step - begin, action)


def taught(net: PerceptionNet, lessons: Sequence[Lesson], steps: int, seed: int) -> PerceptionNet:
    """Return a copy of perception whose head has learned from lessons.

    The same seed and lessons give the same weights.

    Args:
        steps: optimiser steps.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    # Without dropout on either side: the two are compared number by number.
    learner, teacher = deepcopy(net).eval(), net.eval()
    optimizer = torch.optim.AdamW(learner.head.parameters(), _LEARNING_RATE, weight_decay=0.0)
    for _ in range(steps):
        drawn = rng.choice(len(lessons), min(_BATCH, len(lessons)), replace=False)
        loss = _loss(learner, teacher, [lessons[int(index)] for index in drawn])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learner.head.parameters(), 1.0)
        optimizer.step()
    return learner


def read_lessons(net: PerceptionNet, lessons: Sequence[Lesson]) -> Readings:
    """Return the readings of the head for the windows of lessons, (B, 96, …)."""
    motion, scene, valid = (
        torch.from_numpy(np.stack([getattr(one, name) for one in lessons]))
        for name in ("motion", "scene", "valid")
    )
    seen = valid[:, ::STEPS_PER_SCENE]
    readings: Readings = net.head(motion.float(), scene.float(), valid, seen)
    return readings


def _loss(learner: PerceptionNet, teacher: PerceptionNet, lessons: Sequence[Lesson]) -> Tensor:
    """Return the loss of a batch: what was corrected, and how far everything else has moved."""
    now = read_lessons(learner, lessons)
    with torch.no_grad():
        before = read_lessons(teacher, lessons)
    rows = torch.arange(len(lessons))
    at = torch.tensor([one.step for one in lessons])
    action = torch.tensor([one.action for one in lessons])
    sounds = action != NOTHING
    loss = functional.binary_cross_entropy_with_logits(now.onset[rows, at], sounds.float())
    if bool(sounds.any()):
        said = now.action[rows[sounds], at[sounds]]
        loss = loss + functional.cross_entropy(said, action[sounds])
    # Everywhere but within one step of the moment, the head shall say what it said before: the same
    # onsets and activities, and the same distribution over classes (Kullback-Leibler divergence).
    elsewhere = torch.from_numpy(np.stack([one.valid for one in lessons]))
    elsewhere = elsewhere & ((torch.arange(WINDOW_STEPS) - at[:, None]).abs() > 1)
    held = functional.mse_loss(now.onset[elsewhere], before.onset[elsewhere])
    held = held + functional.mse_loss(now.activity[elsewhere], before.activity[elsewhere])
    old = before.action[elsewhere].softmax(-1)
    held = held + functional.kl_div(
        now.action[elsewhere].log_softmax(-1), old, reduction="batchmean"
    )
    return loss + _HELD * held

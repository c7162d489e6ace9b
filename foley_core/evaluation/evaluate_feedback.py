"""Experiment: do corrections improve perception? A pair of classes is made hard to tell apart.

Perception is made to confuse two classes: both prototypes are put where their mean is, a hair
apart and each on the other's side, so that it calls most of one by the name of the other. Worlds
in which the pair sounds are rendered; the truth about the first ones stands for 200 corrections of
people; on other worlds the pair is read before and after the head has learned.
"""

from pathlib import Path

import numpy as np
import torch

from foley_core.models.embedded.perception_net import ACTIONS, PerceptionNet
from foley_core.training.distortion import batch_of_worlds
from foley_core.training.feedback_examples import Lesson, read_lessons, taught
from foley_core.training.perception_trainer import tokens_of
from foley_core.training.shards import RenderedWorlds, WorldSet, rendered_worlds
from foley_core.types import Progress

PAIR = ("tap", "slap")
# Families in which the pair sounds, and others (tapping with a stick) that must not suffer.
FEEDBACK_FAMILIES = ("table_hand", "drumstick", "slap")
CORRECTIONS = 200
LESSON_STEPS = 150
"""Optimiser steps of the head."""
LEARNED_SEED, UNSEEN_SEED = 1_500_000, 1_600_000
"""First seeds of the worlds that lessons come from, and of those that are asked about."""
_APART = 0.02
"""Distance of the confused prototypes, as a share of their true distance."""
_BATCH = 16


def evaluate_feedback(
    net: PerceptionNet,
    folder: Path,
    progress: Progress,
    *,
    seed: int = 0,
    worlds: int = 96,
    corrections: int = CORRECTIONS,
    steps: int = LESSON_STEPS,
) -> dict[str, float]:
    """Return the figures of the experiment.

    Args:
        folder: where rendered worlds are kept.
        seed: another seed takes other worlds.
        worlds: to learn from; half as many are asked about.
        corrections: lessons at most.
        steps: optimiser steps.

    Returns:
        `feedback_corrections`; `feedback_pair_before`, `_after`: accuracy of the pair on unseen
        worlds; `feedback_gain_points`; `feedback_others_change_points`: of the other classes.
    """
    # Ten million seeds an evaluation: far from those of training and calibration.
    base = 10_000_000 * seed
    confused = _confused(net, *PAIR)
    learned = _lessons(confused, folder, base + LEARNED_SEED, worlds, progress)
    unseen = _lessons(confused, folder, base + UNSEEN_SEED, worlds // 2, progress)
    pair = [one for one in learned if ACTIONS[one.action] in PAIR][:corrections]
    better = taught(confused, pair, steps, seed)
    of_pair = [one for one in unseen if ACTIONS[one.action] in PAIR]
    others = [one for one in unseen if ACTIONS[one.action] not in PAIR]
    before, after = _accuracy(confused, of_pair), _accuracy(better, of_pair)
    change = _accuracy(better, others) - _accuracy(confused, others) if others else 0.0
    return {
        "feedback_corrections": float(len(pair)),
        "feedback_pair_before": before,
        "feedback_pair_after": after,
        "feedback_gain_points": 100.0 * (after - before),
        "feedback_others_change_points": 100.0 * change,
    }


def _confused(net: PerceptionNet, one: str, other: str) -> PerceptionNet:
    """Return a copy of perception that takes two classes for each other, if only just."""
    confused = PerceptionNet()
    confused.load_state_dict(net.state_dict())
    places = [ACTIONS.index(one), ACTIONS.index(other)]
    with torch.no_grad():
        prototypes = torch.nn.functional.normalize(confused.head.prototypes, dim=-1)
        middle, apart = (
            prototypes[places].mean(dim=0),
            prototypes[places[0]] - prototypes[places[1]],
        )
        # Crossed over: the first one a little on the side of the second, and the other way round.
        confused.head.prototypes[places[0]] = middle - _APART * apart
        confused.head.prototypes[places[1]] = middle + _APART * apart
    return confused.eval()


def _lessons(
    net: PerceptionNet, folder: Path, first: int, count: int, progress: Progress
) -> list[Lesson]:
    """Return the true onsets of worlds in which the pair sounds, as lessons."""
    seeds = WorldSet(range(first, first + count), "trained", FEEDBACK_FAMILIES)
    return lessons_of(net, rendered_worlds(folder, seeds, progress))


@torch.inference_mode()
def lessons_of(net: PerceptionNet, worlds: RenderedWorlds) -> list[Lesson]:
    """Return a lesson for every true onset of some worlds."""
    found = []
    for start in range(0, len(worlds), _BATCH):
        batch = batch_of_worlds(worlds.take(range(start, min(start + _BATCH, len(worlds)))))
        motion, scene, _ = tokens_of(net, batch, mixed=False)
        for row, actions in enumerate(batch["action"].numpy()):
            # A rendered world has all its steps.
            valid = np.ones(len(actions), np.bool_)
            tokens = (motion[row].half().numpy(), scene[row].half().numpy())
            for step in np.flatnonzero(actions >= 0):
                found.append(Lesson(*tokens, valid, int(step), int(actions[step])))
    return found


@torch.inference_mode()
def _accuracy(net: PerceptionNet, lessons: list[Lesson]) -> float:
    """Return the share of lessons whose class the head names rightly; 0 of none."""
    right = 0
    for start in range(0, len(lessons), _BATCH):
        part = lessons[start : start + _BATCH]
        said = read_lessons(net, part).action
        right += sum(
            int(said[row, one.step].argmax()) == one.action for row, one in enumerate(part)
        )
    return right / max(1, len(lessons))

"""Lessons are windows of stored features; a head learns them and forgets little."""

import numpy as np
import torch

from foley_core.models.embedded.features import ClipFeatures
from foley_core.models.embedded.perception_net import ACTIONS, PerceptionNet
from foley_core.training.feedback_examples import NOTHING, lesson_of, read_lessons, taught
from foley_core.vision.motion_statistics import STATISTICS


def clip(first: int, steps: int) -> ClipFeatures:
    rng = np.random.default_rng(first)
    scenes = len(range(-(-first // 12) * 12, first + steps, 12))
    return ClipFeatures(
        first,
        rng.normal(size=(steps, 128)).astype(np.float16),
        rng.normal(size=(16 * scenes, 128)).astype(np.float16),
        np.zeros((steps, STATISTICS), np.float16),
        np.zeros(scenes, np.float16),
        np.zeros(steps, np.uint8),
    )


def test_a_window_is_put_together_from_clips() -> None:
    clips = [clip(0, 100), clip(100, 60)]
    lesson = lesson_of(clips, 110, 3)
    assert lesson is not None
    assert (lesson.step, lesson.action) == (110 - 60, 3)
    assert np.array_equal(lesson.motion[lesson.step], clips[1].motion_tokens[10])
    assert np.array_equal(lesson.motion[0], clips[0].motion_tokens[60])
    assert np.array_equal(lesson.scene[:16], clips[0].scene_tokens[5 * 16 : 6 * 16])
    assert lesson.valid.all()


def test_the_end_of_a_video_is_not_valid() -> None:
    lesson = lesson_of([clip(0, 40)], 30, NOTHING)
    assert lesson is not None
    assert lesson.valid.tolist() == [True] * 40 + [False] * 56
    assert lesson_of([clip(0, 40)], 60, 0) is None


def test_what_is_taught_is_learned_and_the_rest_is_held() -> None:
    torch.manual_seed(0)
    net, clips = PerceptionNet().eval(), [clip(0, 96)]
    lessons = [one for step in (20, 70) if (one := lesson_of(clips, step, 5)) is not None]
    better = taught(net, lessons, 30, seed=1)
    with torch.inference_mode():
        before, after = read_lessons(net, lessons), read_lessons(better, lessons)
    assert int(after.action[0, 20].argmax()) == 5
    assert float(after.onset[0, 20]) > float(before.onset[0, 20])
    drift = (after.onset - before.onset)[0, 40:60].abs().mean()
    assert float(drift) < 0.5 * float((after.onset - before.onset)[0, 20].abs())
    for one, other in zip(net.motion.parameters(), better.motion.parameters(), strict=True):
        assert torch.equal(one, other)
    assert len(ACTIONS) > 5

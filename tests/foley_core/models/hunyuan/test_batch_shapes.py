"""Batches: the shape of a clip's own follows from its length alone, and most of it is of use."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foley_core.models.hunyuan.batch_shapes import MOST_AT_ONCE_S, BatchShapes
from foley_core.soundtrack.clips import clip_windows
from foley_core.timebase import MOTION_RATE
from pipelines.pools import CLIPS_BATCH

JOB = BatchShapes(MOST_AT_ONCE_S)
CLIPS = st.lists(st.tuples(st.integers(16, 376), st.sampled_from([3.0, 4.5])), max_size=80)


@given(CLIPS)
def test_every_clip_is_in_one_batch_with_its_like(clips: list[tuple[int, float]]) -> None:
    batches = JOB.batches(clips)
    assert sorted(index for batch in batches for index in batch) == list(range(len(clips)))
    for batch in batches:
        (padded_s,) = {JOB.padded_s(clips[index][0]) for index in batch}
        assert len({clips[index][1] for index in batch}) == 1
        assert len(batch) <= JOB.rows(padded_s)
        assert padded_s * JOB.rows(padded_s) <= MOST_AT_ONCE_S
        assert all(clips[index][0] <= padded_s * MOTION_RATE + 1 for index in batch)


def test_the_longest_come_first_so_that_too_little_memory_shows_at_once() -> None:
    clips = [(50, 4.5), (375, 4.5), (200, 4.5)]
    assert JOB.batches(clips) == [[1], [2], [0]]


def useful_share(seconds: Callable[[random.Random], float], videos: int = 2000) -> float:
    """Return the useful share of all that is computed for a catalogue, in batches as gathered."""
    drawn, useful, computed = random.Random(1), 0.0, 0.0
    lengths = [round(seconds(drawn) * MOTION_RATE) for _ in range(videos)]
    for first in range(0, videos, CLIPS_BATCH):
        clips = [
            (last - begin, 4.5)
            for steps in lengths[first : first + CLIPS_BATCH]
            for begin, last in clip_windows(steps)
        ]
        useful += sum(steps for steps, _ in clips) / MOTION_RATE
        for batch in JOB.batches(clips):
            padded_s = JOB.padded_s(clips[batch[0]][0])
            computed += padded_s * JOB.rows(padded_s)
    return useful / computed


@pytest.mark.parametrize(
    ("seconds", "least"),
    [
        (lambda drawn: drawn.uniform(5, 15), 0.75),
        (lambda drawn: min(60.0, max(1.0, drawn.lognormvariate(3.2, 0.6))), 0.85),
        (lambda drawn: 60.0, 0.95),
    ],
    ids=["5-15 s", "about 25 s", "a minute"],
)
def test_most_of_what_is_computed_is_of_use(
    seconds: Callable[[random.Random], float], least: float
) -> None:
    assert useful_share(seconds) >= least


def test_a_clip_of_a_single_video_is_one_row_of_its_own_seconds() -> None:
    one = BatchShapes(MOST_AT_ONCE_S, alone=True)
    assert one.batches([(250, 4.5), (250, 4.5)]) == [[0], [1]]
    assert (one.padded_s(130), one.rows(6)) == (6, 1)


def test_on_a_cpu_clips_go_one_by_one_at_their_own_length() -> None:
    cpu = BatchShapes(0)
    assert not cpu.pads
    assert all(len(batch) == 1 for batch in cpu.batches([(250, 4.5)] * 3))

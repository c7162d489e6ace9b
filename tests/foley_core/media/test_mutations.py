"""Damaged videos give a reason, never another error; `make faults` reads 600 of them."""

import mutations_of_videos
import pytest


@pytest.mark.parametrize("first", range(0, 48, 12))
def test_a_mutated_video_is_read_or_set_aside(first: int) -> None:
    for seed in range(first, first + 12):
        name, data = mutations_of_videos.mutated(seed)
        assert mutations_of_videos.outcome(name, data)


def test_a_seed_gives_the_same_video() -> None:
    assert mutations_of_videos.mutated(7) == mutations_of_videos.mutated(7)


def test_whole_videos_are_fine() -> None:
    for name, data in mutations_of_videos.bases():
        assert mutations_of_videos.outcome(name, data) == "fine"

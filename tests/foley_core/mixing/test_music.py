from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foley_core.mixing.music import MOODS, music_span
from foley_core.quality import loudness_of
from foley_core.styles import schema
from foley_core.timebase import SAMPLE_RATE

TOTAL = 12 * SAMPLE_RATE
WHOLE = music_span(7, "epic", 110.0, 0, TOTAL, TOTAL)


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, TOTAL), max_size=3))
def test_any_span_is_that_part_of_the_whole(cuts: list[int]) -> None:
    spans = [
        music_span(7, "epic", 110.0, first, last - first, TOTAL)
        for first, last in pairwise([0, *sorted(cuts), TOTAL])
    ]
    assert np.array_equal(np.concatenate(spans, axis=1), WHOLE)


@pytest.mark.parametrize("mood", sorted(MOODS))
def test_every_mood_is_heard_and_leaves_headroom(mood: str) -> None:
    bed = music_span(1, mood, 84.0, 0, TOTAL, TOTAL)
    loudness = loudness_of(bed)
    assert loudness is not None
    assert -30.0 < loudness < -20.0
    assert np.abs(bed).max() < 0.5
    assert not np.array_equal(bed[0], bed[1])


def test_it_rises_at_the_start_and_dies_away_with_the_picture() -> None:
    level = np.sqrt(np.square(WHOLE).mean(axis=0).reshape(-1, 480).mean(axis=1))
    typical = np.median(level)
    assert level[0] < 0.05 * typical
    assert level[-1] < 0.05 * typical
    assert level[200:-350].min() > 0.1 * typical


def test_seeds_differ_and_the_same_seed_repeats() -> None:
    assert np.array_equal(music_span(7, "epic", 110.0, 0, TOTAL, TOTAL), WHOLE)
    assert not np.array_equal(music_span(8, "epic", 110.0, 0, TOTAL, TOTAL), WHOLE)


@pytest.mark.parametrize("total", [1, 100, SAMPLE_RATE])
def test_very_short_pictures_get_music_of_their_length(total: int) -> None:
    assert music_span(1, "calm", 60.0, 0, total, total).shape == (2, total)


@pytest.mark.parametrize(
    ("mood", "tempo", "first", "samples"),
    [("jolly", 90.0, 0, 10), ("calm", 5.0, 0, 10), ("calm", 90.0, -1, 10), ("calm", 90.0, 5, 100)],
)
def test_what_cannot_be_played_is_refused(
    mood: str, tempo: float, first: int, samples: int
) -> None:
    with pytest.raises(ValueError, match=r"mood|tempo|span"):
        music_span(1, mood, tempo, first, samples, 100)


def test_every_mood_a_style_pack_may_ask_for_can_be_played() -> None:
    assert set(get_args(schema.Mood)) == set(MOODS)

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foley_core.audio.waveform import (
    BlockCutter,
    cut_blocks,
    db_to_gain,
    envelope,
    equal_power_fade,
    gain_to_db,
)


def test_six_decibels_double_and_levels_invert() -> None:
    assert db_to_gain(20.0) == pytest.approx(10.0)
    assert gain_to_db(db_to_gain(-37.5)) == pytest.approx(-37.5)
    assert gain_to_db(0.0) == float("-inf")


@pytest.mark.parametrize("samples", [1, 2, 7, 4800])
def test_a_fade_and_its_reverse_keep_power(samples: int) -> None:
    fade = equal_power_fade(samples)
    np.testing.assert_allclose(fade**2 + fade[::-1] ** 2, 1.0, atol=1e-12)
    assert np.all(np.diff(fade) > 0)


def test_overlapping_sounds_of_constant_power_add_up_to_constant_power() -> None:
    length, overlap = 1000, 240
    power = np.zeros(2 * length - overlap)
    power[:length] += envelope(0, length, length, 0, overlap) ** 2
    power[-length:] += envelope(0, length, length, overlap, 0) ** 2
    np.testing.assert_allclose(power, 1.0, atol=1e-12)


@given(
    cuts=st.lists(st.integers(0, 500), max_size=4),
    fade_in=st.integers(0, 700),
    fade_out=st.integers(0, 700),
)
def test_a_part_of_an_envelope_is_that_part_of_the_whole(
    cuts: list[int], fade_in: int, fade_out: int
) -> None:
    whole = envelope(0, 500, 500, fade_in, fade_out)
    edges = [0, *sorted(cuts), 500]
    parts = [envelope(a, b, 500, fade_in, fade_out) for a, b in pairwise(edges)]
    assert np.array_equal(np.concatenate(parts), whole)
    assert whole.min() >= 0.0
    assert whole.max() <= 1.0


@given(lengths=st.lists(st.integers(0, 40), max_size=12), size=st.integers(1, 17))
def test_cut_blocks_are_the_same_stream_in_equal_blocks(lengths: list[int], size: int) -> None:
    stream = np.arange(2 * sum(lengths), dtype=np.float32).reshape(2, -1)
    ends = np.cumsum([0, *lengths])
    blocks = list(cut_blocks((stream[:, a:b] for a, b in pairwise(ends)), 2, size))
    assert all(block.shape[1] == size for block in blocks[:-1])
    assert all(block.shape[1] > 0 for block in blocks)
    joined = np.concatenate([*blocks, np.zeros((2, 0), np.float32)], axis=1)
    assert np.array_equal(joined, stream)


def test_a_stream_of_other_channels_is_refused() -> None:
    with pytest.raises(ValueError, match="samples, got"):
        list(BlockCutter(2, 10).add(np.zeros((1, 5), np.float32)))

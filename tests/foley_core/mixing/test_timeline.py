from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from weakref import ref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foley_core.audio.waveform import db_to_gain
from foley_core.mixing import timeline
from foley_core.mixing.placement import Path, Place, Placement
from foley_core.mixing.timeline import beneath, group_blocks, group_names, mix_blocks
from foley_core.types import F32

STEMS = {
    name: np.random.default_rng(seed).uniform(-0.2, 0.2, (channels, length)).astype(np.float32)
    for seed, (name, channels, length) in enumerate(
        [("step", 1, 90), ("door", 1, 300), ("rain", 2, 700), ("wind", 2, 40)]
    )
}

placements = st.lists(
    st.builds(
        Placement,
        stem=st.sampled_from(sorted(STEMS)),
        start=st.integers(-200, 900),
        samples=st.integers(1, 800),
        gain_db=st.floats(-30, 6),
        fade_in=st.integers(0, 300),
        fade_out=st.integers(0, 300),
        group=st.sampled_from(["feet", "doors", "air"]),
    ),
    max_size=8,
)


def _placed(stem: str, start: int, samples: int, fade_in: int = 0, fade_out: int = 0) -> Placement:
    return Placement(stem, start, samples, 0.0, fade_in, fade_out, "any")


def _joined(blocks: Iterator[F32]) -> F32:
    return np.concatenate([np.zeros((2, 0), np.float32), *blocks], axis=1)


def _mixed(placed: Sequence[Placement], samples: int, block_samples: int = 480_000) -> F32:
    return _joined(mix_blocks(placed, STEMS.__getitem__, samples, block_samples))


def test_a_stem_sounds_from_its_sample_on_in_both_channels() -> None:
    mix = _mixed([_placed("step", 123, 90)], 1000)
    expected = np.zeros((2, 1000), np.float32)
    expected[:, 123:213] = STEMS["step"]
    assert np.array_equal(mix, expected)


def test_what_lies_outside_of_the_picture_is_cut_off() -> None:
    mix = _mixed([_placed("rain", -100, 700), _placed("rain", 900, 700)], 1000)
    expected = np.zeros((2, 1000), np.float32)
    expected[:, :600] = STEMS["rain"][:, 100:]
    expected[:, 900:] = STEMS["rain"][:, :100]
    assert np.array_equal(mix, expected)


def test_a_placement_may_be_shorter_or_longer_than_its_stem() -> None:
    assert not _mixed([_placed("door", 0, 50)], 100)[:, 50:].any()
    assert not _mixed([_placed("wind", 0, 90)], 100)[:, 40:].any()


def test_gain_is_in_decibels() -> None:
    quiet = Placement("wind", 0, 40, -6.0, 0, 0, "any")
    np.testing.assert_allclose(_mixed([quiet], 40), STEMS["wind"] * db_to_gain(-6.0), rtol=1e-6)


def test_cross_faded_tiles_of_noise_keep_their_level() -> None:
    rng = np.random.default_rng(9)
    tile, overlap, count = 6000, 2000, 40
    tiles = {str(i): rng.standard_normal((1, tile)).astype(np.float32) for i in range(count)}
    hop = tile - overlap
    placed = [Placement(str(i), i * hop, tile, 0, overlap, overlap, "") for i in range(count)]
    mix = _joined(mix_blocks(placed, tiles.__getitem__, count * hop))[0, overlap:]
    parts = mix[: len(mix) // hop * hop].reshape(-1, hop)
    assert np.square(parts).mean(axis=0)[:overlap].mean() == pytest.approx(1.0, abs=0.05)
    assert np.square(mix).mean() == pytest.approx(1.0, abs=0.05)


@given(placed=placements, samples=st.integers(1, 1000), block=st.integers(1, 1200))
def test_blocks_have_no_gap_no_overlap_and_no_influence(
    placed: list[Placement], samples: int, block: int
) -> None:
    blocks = list(mix_blocks(placed, STEMS.__getitem__, samples, block))
    assert sum(part.shape[1] for part in blocks) == samples
    assert all(part.dtype == np.float32 for part in blocks)
    assert np.array_equal(np.concatenate(blocks, axis=1), _mixed(placed, samples))


@given(placed=placements, seed=st.integers(0, 99))
def test_the_order_of_placements_changes_nothing(placed: list[Placement], seed: int) -> None:
    shuffled = [placed[i] for i in np.random.default_rng(seed).permutation(len(placed))]
    assert np.array_equal(_mixed(shuffled, 1000), _mixed(placed, 1000))


@given(placed=placements)
def test_groups_sum_to_the_mix(placed: list[Placement]) -> None:
    groups = [
        _joined(group_blocks(name, placed, STEMS.__getitem__, 1000, 77)).astype(np.float64)
        for name in group_names(placed)
    ]
    mix = _mixed(placed, 1000)
    step = 2.0**-24 * max(1.0, np.abs(groups).max(initial=0.0))
    assert np.abs(sum(groups, np.zeros((2, 1000))) - mix).max() <= 2 * step


def test_stems_are_loaded_when_reached_once_each_and_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timeline, "HELD_STEM_BYTES", 3 * 1000 * 4)
    loads: Counter[str] = Counter()
    given_out: list[ref[F32]] = []

    def load(key: str) -> F32:
        loads[key] += 1
        stem = np.ones((1, 1000), np.float32)
        given_out.append(ref(stem))
        return stem

    placed = [_placed(str(i), i * 1000, 1000) for i in range(50)]
    for index, block in enumerate(mix_blocks(placed, load, 50_000, 250)):
        assert np.array_equal(block, np.ones((2, 250), np.float32))
        assert len(loads) == index // 4 + 1
        assert sum(stem() is not None for stem in given_out) <= 3
    assert set(loads.values()) == {1}


def test_a_stem_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="stem odd has shape"):
        list(mix_blocks([_placed("odd", 0, 5)], lambda _: np.zeros((3, 5), np.float32), 5))


@pytest.mark.parametrize(("samples", "fade_in"), [(0, 0), (10, -1)])
def test_impossible_placements_are_refused(samples: int, fade_in: int) -> None:
    with pytest.raises(ValueError, match="a placement needs"):
        _placed("step", 0, samples, fade_in)


def test_the_original_sound_lies_beneath_at_its_gain() -> None:
    ours = STEMS["rain"]
    theirs = np.full((2, 700), 0.5, np.float32)
    summed = _joined(beneath(iter(np.array_split(ours, 3, axis=1)), iter([theirs]), gain_db=-20.0))
    np.testing.assert_allclose(summed, ours + 0.05, atol=1e-7)


@pytest.mark.parametrize("samples", [10, 699, 701])
def test_original_sound_of_another_length_is_refused(samples: int) -> None:
    theirs = np.zeros((2, samples), np.float32)
    with pytest.raises(ValueError, match="original sound"):
        _joined(beneath(iter([STEMS["rain"]]), iter([theirs]), 0.0))


def _moving(path: Path, samples: int = 700) -> Placement:
    return Placement("rain", 0, samples, 0.0, 0, 0, "any", place=path[0][1], path=path)


def test_what_moves_goes_from_one_place_to_the_next_whatever_the_blocks() -> None:
    moving = _moving(((100, Place(-1.0)), (500, Place(1.0))))
    mix = _mixed([moving], 700)
    assert np.array_equal(mix, _mixed([moving], 700, 33))
    resting = [_mixed([Placement("rain", 0, 700, 0.0, 0, 0, "any", place=Place(pan))], 700)
               for pan in (-1.0, 1.0)]  # fmt: skip
    np.testing.assert_allclose(mix[:, :100], resting[0][:, :100], rtol=1e-6)
    np.testing.assert_allclose(mix[:, 500:], resting[1][:, 500:], rtol=1e-6)
    middle = (resting[0] + resting[1])[:, 300] / 2
    np.testing.assert_allclose(mix[:, 300], middle, rtol=1e-5)


@given(
    block=st.integers(1, 900),
    spread=st.floats(0.1, 1.0),
    stem=st.sampled_from(sorted(STEMS)),
    start=st.integers(-50, 300),
)
def test_what_is_wide_sums_to_what_is_not_in_mono(
    block: int, spread: float, stem: str, start: int
) -> None:
    wide, point = (
        _mixed([Placement(stem, start, 300, 0.0, 9, 9, "any", place=Place(0.0, None, s))], 900)
        for s in (spread, 0.0)
    )
    again = _joined(
        mix_blocks(
            [Placement(stem, start, 300, 0.0, 9, 9, "any", place=Place(0.0, None, spread))],
            STEMS.__getitem__, 900, block,
        )
    )  # fmt: skip
    assert np.array_equal(wide, again)
    np.testing.assert_allclose(wide.sum(axis=0), point.sum(axis=0), atol=1e-6)


@pytest.mark.parametrize("block", [33, 900])
def test_a_part_of_a_stem_can_have_a_gain_of_its_own(block: int) -> None:
    plain = Placement("rain", 0, 700, -3.0, 0, 0, "any", place=Place(0.5))
    louder = replace(plain, levels=((100, 0.0), (200, -40.0), (500, -40.0), (501, 6.0)))
    ratio = _mixed([louder], 700, block) / _mixed([plain], 700)
    np.testing.assert_allclose(ratio[:, :101], 1.0, rtol=1e-5)
    np.testing.assert_allclose(ratio[:, 200:501], 0.01, rtol=1e-5)
    np.testing.assert_allclose(ratio[:, 501:], db_to_gain(6.0), rtol=1e-5)

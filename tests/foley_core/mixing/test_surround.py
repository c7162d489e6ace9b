"""Surround: what happens is in front, what is around is everywhere, and stereo comes of it."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from scipy.signal import sosfilt
from scipy.signal.windows import hann

from foley_core.mixing.placement import WIDTH, Place, Placement
from foley_core.mixing.speakers import FRONT_AND_AROUND
from foley_core.mixing.surround import downmix, spread_around, with_silent_lfe
from foley_core.mixing.timeline import mix_blocks
from foley_core.types import F32

SAMPLES = 48_000 * 4
RNG = np.random.default_rng(3)
NOISE = RNG.normal(0, 0.1, (2, SAMPLES)).astype(np.float32)
RUMBLE = sosfilt([[0.05, 0, 0, 1, -0.95, 0]], NOISE).astype(np.float32)
STEMS = {"hit": NOISE[:1, :4800], "bed": NOISE, "pair": NOISE[:, ::-1]}


def energies(sound: F32) -> list[float]:
    return [float(one) for one in np.square(sound, dtype=np.float64).sum(axis=1)]


def cut(sound: F32, *borders: int) -> Iterator[F32]:
    for first, last in pairwise((0, *borders, sound.shape[1])):
        yield sound[:, first:last]


def joined(blocks: Iterator[F32]) -> F32:
    return np.concatenate(list(blocks), axis=1)


def placed(stem: str, place: Place | None = None, is_bed: bool = False) -> Placement:
    length = STEMS[stem].shape[1]
    return Placement(stem, 0, length, 0.0, 0, 0, "any", place=place, is_bed=is_bed)


def mixed(*placements: Placement) -> F32:
    blocks = mix_blocks(placements, STEMS.__getitem__, SAMPLES, speakers=FRONT_AND_AROUND)
    return joined(spread_around(blocks))


@pytest.mark.parametrize("pan", [-1.0, -0.4, 0.0, 0.7, 1.0])
def test_what_happens_is_between_the_centre_and_one_side_with_constant_power(pan: float) -> None:
    left, right, centre, *behind = energies(mixed(placed("hit", Place(pan))))
    assert behind == [0.0, 0.0]
    assert (left == 0.0) == (pan >= 0.0)
    assert (right == 0.0) == (pan <= 0.0)
    assert left + right + centre == pytest.approx(2 * energies(STEMS["hit"])[0])
    # An edge of the picture reaches `WIDTH` of the way to a speaker; beyond 1 it is that speaker.
    assert Place(pan / WIDTH).front_gains == pytest.approx(Place(1.0).widened(pan).front_gains)


def test_a_sound_without_a_place_is_in_the_centre_and_a_pair_stays_left_and_right() -> None:
    assert [one > 0.0 for one in energies(mixed(placed("hit")))] == [
        False,
        False,
        True,
        False,
        False,
    ]
    assert np.array_equal(mixed(placed("pair"))[:2], STEMS["pair"])


@pytest.mark.parametrize("bed", [NOISE, RUMBLE], ids=["noise", "rumble"])
def test_a_bed_is_as_loud_behind_as_in_front_and_not_the_same(bed: F32) -> None:
    STEMS["bed"] = bed
    left, right, centre, left_behind, right_behind = energies(mixed(placed("bed", is_bed=True)))
    assert centre == 0.0
    # Only the last 50 ms, which are still in the filters, are missing behind.
    assert left_behind == pytest.approx(left, rel=0.02)
    assert right_behind == pytest.approx(right, rel=0.02)
    assert left + right + left_behind + right_behind == pytest.approx(sum(energies(bed)), rel=0.02)
    alike = np.corrcoef(mixed(placed("bed", is_bed=True))[[0, 1, 3, 4]])
    assert np.abs(alike - np.eye(4)).max() < 0.3


def test_the_back_is_coloured_at_no_frequency() -> None:
    click = np.zeros((5, 2**15), np.float32)
    click[3:, 100] = hann(5)[2]
    back = joined(spread_around(iter([click])))[3:]
    spectrum = np.abs(np.fft.rfft(back, axis=1))
    np.testing.assert_allclose(spectrum, 0.5**0.5, rtol=1e-3)


def test_blocks_of_any_length_give_the_same_channels() -> None:
    mix = RNG.normal(0, 0.1, (5, 20_000)).astype(np.float32)
    whole = joined(spread_around(iter([mix])))
    assert np.array_equal(joined(spread_around(cut(mix, 1, 346, 9000))), whole)


def test_stereo_of_it_has_centre_and_surrounds_at_minus_3_db() -> None:
    mix = np.eye(5, dtype=np.float32)
    left, right = joined(downmix(iter([mix])))
    assert left == pytest.approx([1, 0, 0.5**0.5, 0.5**0.5, 0])
    assert right == pytest.approx([0, 1, 0.5**0.5, 0, 0.5**0.5])


def test_the_low_frequency_channel_is_the_fourth_and_silent() -> None:
    six = joined(with_silent_lfe(iter([NOISE[:1].repeat(5, axis=0)])))
    assert [one > 0.0 for one in energies(six)] == [True, True, True, False, True, True]

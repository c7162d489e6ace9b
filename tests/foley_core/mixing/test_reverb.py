"""The answer of spaces: the same in any blocks, linear, and one space after the other."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import fftconvolve

from foley_core.mixing import reverb
from foley_core.mixing.impulse_response import impulse_response
from foley_core.mixing.placement import Place, Placement
from foley_core.mixing.reverb import Reverb
from foley_core.mixing.spaces import SpaceSpan, spaces
from foley_core.mixing.timeline import group_blocks, group_names, mix_blocks
from foley_core.types import F32, F64

SAMPLES = 30_000
HALL = (SpaceSpan(0, SAMPLES, "hall"),)
TWO = (SpaceSpan(0, 12_000, "kitchen"), SpaceSpan(12_000, SAMPLES, "forest"))
STEMS = {
    name: np.random.default_rng(seed).uniform(-0.2, 0.2, (channels, 9000)).astype(np.float32)
    for seed, (name, channels) in enumerate([("step", 1), ("bell", 2), ("rain", 2)])
}
PLACED = [
    Placement("step", 900, 9000, 0.0, 0, 0, "feet", place=Place(-0.5, 0.1)),
    Placement("step", 20_000, 9000, -3.0, 0, 0, "feet", place=Place(0.5)),
    Placement("bell", 8000, 9000, -6.0, 50, 50, "bells", place=Place()),
    Placement("rain", 0, 9000, -9.0, 50, 50, "ambience"),
]


@pytest.fixture(autouse=True)
def short_pieces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(reverb, "_PIECE_SAMPLES", 7000)
    reverb._spectrum.cache_clear()
    yield
    reverb._spectrum.cache_clear()


def mixed(placed: list[Placement], spans: tuple[SpaceSpan, ...], block: int = 480_000) -> F32:
    blocks = mix_blocks(placed, STEMS.__getitem__, SAMPLES, block, spans)
    return np.concatenate(list(blocks), axis=1)


def answer(sent: F64, spans: tuple[SpaceSpan, ...]) -> F64:
    spaced = Reverb(spans, 0, len(sent), lambda first, last: sent[first:last])
    return spaced.part(0, len(sent))


def test_the_answer_is_the_convolution_with_the_spaces_response() -> None:
    sent = np.random.default_rng(4).uniform(-1, 1, SAMPLES)
    whole = fftconvolve(sent[None], impulse_response(spaces()["hall"]), axes=1)[:, :SAMPLES]
    np.testing.assert_allclose(answer(sent, HALL), whole, atol=1e-5)


@pytest.mark.parametrize("block", [1, 977, 7000, 12_345])
def test_blocks_of_any_size_give_the_same_samples(block: int) -> None:
    block = max(block, 50)
    assert np.array_equal(mixed(PLACED, TWO, block), mixed(PLACED, TWO))


def test_no_sound_changes_a_bit_of_another_ones_answer() -> None:
    louder = [replace(PLACED[2], gain_db=9.0), *PLACED[:2], PLACED[3]]
    assert np.array_equal(mixed(louder, HALL)[:, :8000], mixed(PLACED, HALL)[:, :8000])


def test_the_order_of_placements_changes_nothing() -> None:
    assert np.array_equal(mixed(PLACED[::-1], TWO), mixed(PLACED, TWO))


def test_groups_sum_to_the_mix() -> None:
    groups = [
        np.concatenate(list(group_blocks(name, PLACED, STEMS.__getitem__, SAMPLES, 999, TWO)), 1)
        for name in group_names(PLACED)
    ]
    np.testing.assert_allclose(np.sum(groups, axis=0), mixed(PLACED, TWO), atol=1e-6)


def test_a_sound_rings_on_after_its_end_and_a_bed_gets_no_space() -> None:
    once = mixed([PLACED[0]], HALL)
    assert np.abs(once[:, 9900:]).max() > 1e-3
    assert np.array_equal(mixed([PLACED[3]], HALL), mixed([PLACED[3]], ()))


def test_without_spaces_a_sound_is_only_placed() -> None:
    left, right = Place(-0.5, 0.1).pan_gains
    dry = mixed([PLACED[0]], ())
    np.testing.assert_allclose(dry[0] * right, dry[1] * left, atol=1e-7)
    assert not dry[:, 9900:].any()


def test_of_what_is_far_more_comes_from_the_space() -> None:
    def wet_db(size: float) -> float:
        far = [Placement("step", 0, 9000, 0.0, 0, 0, "feet", place=Place(0.0, size))]
        dry = mixed(far, ())
        wet = mixed(far, HALL) - dry
        return float(10 * np.log10(np.square(wet).sum() / np.square(dry).sum()))

    assert wet_db(0.05) > wet_db(0.4) + 4


def test_at_a_change_what_sounds_goes_over_into_the_next_space_without_a_gap() -> None:
    sent = np.random.default_rng(5).uniform(-1, 1, SAMPLES)
    both, first, second = (
        answer(sent, spans)
        for spans in (TWO, (SpaceSpan(0, SAMPLES, "kitchen"),), (SpaceSpan(0, SAMPLES, "forest"),))
    )
    np.testing.assert_allclose(both[:, :12_000], first[:, :12_000], atol=1e-6)
    # Long after the change the kitchen has died away.
    late = slice(29_000, SAMPLES)
    assert np.abs(both[:, late] - second[:, late]).mean() < np.abs(both[:, late]).mean()

"""Targets by name, and the limit of short programmes."""

import numpy as np
import pytest

from foley_core.mixing.master import HeldGain
from foley_core.mixing.short_form import master_programme
from foley_core.mixing.target import LoudnessTarget, loudness_norms
from foley_core.types import F32, Blocks

S = 48_000


def bursts(seconds: int, loud_from: int, loud_to: int) -> tuple[Blocks, int]:
    """Soft noise with one loud passage."""
    rng = np.random.default_rng(1)
    sound = rng.normal(0, 0.01, (2, seconds * S)).astype(np.float32)
    sound[:, loud_from * S : loud_to * S] *= 8.0

    def blocks() -> "list[F32]":
        return [sound]

    return lambda: iter(blocks()), seconds * S


def test_norms_by_name() -> None:
    norms = loudness_norms()
    assert set(norms) == {"r128", "atsc-a85", "netflix", "youtube", "spotify", "apple", "cinema"}
    assert (norms["r128"].loudness_lufs, norms["r128"].true_peak_dbtp) == (-23.0, -1.0)
    assert (norms["netflix"].loudness_lufs, norms["netflix"].true_peak_dbtp) == (-24.0, -2.0)


@pytest.mark.parametrize("held", [None, HeldGain(20.0)])
def test_a_short_programme_keeps_its_short_term_loudness(held: HeldGain | None) -> None:
    mix, samples = bursts(60, 20, 24)
    target = loudness_norms()["r128"]
    free = master_programme(mix, samples, LoudnessTarget(), held)
    assert free.max_short_term_lufs is not None
    assert free.max_short_term_lufs > -18.0
    kept = master_programme(mix, samples, target, held)
    assert kept.max_short_term_lufs is not None
    assert -18.5 < kept.max_short_term_lufs <= -18.0
    assert kept.note is not None
    assert "this short programme would pass -18.0 LUFS over 3 s" in kept.note


def test_a_longer_one_and_an_even_one_are_as_they_were() -> None:
    target = loudness_norms()["r128"]
    for mix, samples in (bursts(125, 20, 24), bursts(30, 0, 30)):
        plain = master_programme(mix, samples, LoudnessTarget())
        short = master_programme(mix, samples, target)
        assert short.gain_db == plain.gain_db
        assert short.note is None


def test_a_held_gain_that_the_limit_moves_is_told() -> None:
    mix, samples = bursts(60, 20, 24)
    held = HeldGain(20.0, slack_lu=2.0)
    kept = master_programme(mix, samples, loudness_norms()["r128"], held)
    assert kept.gain_db < 19.0
    assert kept.moved_db == pytest.approx(kept.gain_db - 20.0, abs=1e-3)


def test_a_gain_that_is_held_at_any_loudness_stays_and_the_limit_is_told() -> None:
    mix, samples = bursts(60, 20, 24)
    held = HeldGain(20.0, slack_lu=float("inf"))
    kept = master_programme(mix, samples, loudness_norms()["r128"], held)
    assert (kept.gain_db, kept.moved_db) == (20.0, 0.0)
    assert kept.max_short_term_lufs is not None
    reached = f"The track reaches {kept.max_short_term_lufs:.1f} LUFS over 3 s"
    assert kept.max_short_term_lufs > -18.0
    assert reached in str(kept.note)
    assert "its gain is held against the sound filters" in str(kept.note)
    softer = master_programme(mix, samples, loudness_norms()["r128"], HeldGain(-10.0, float("inf")))
    assert "over 3 s" not in str(softer.note)

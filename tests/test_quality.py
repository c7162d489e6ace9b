import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quality import (
    detect_onsets,
    loudness_of,
    onset_sync,
    seam_excess_db,
    silence_share,
)

from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32

HITS_S = [0.31, 0.842, 1.5, 1.93, 2.777, 3.4, 4.6]


def _noise(seconds: float, level: float) -> F32:
    rng = np.random.default_rng(3)
    return (level * rng.standard_normal((2, round(seconds * SAMPLE_RATE)))).astype(np.float32)


def _with_hits(waveform: F32, hz: float) -> F32:
    time_s = np.arange(SAMPLE_RATE // 5) / SAMPLE_RATE
    hit = 0.4 * np.exp(-time_s / 0.04) * np.sin(2 * np.pi * hz * time_s)
    sound = waveform.copy()
    for onset_s in HITS_S:
        start = round(onset_s * SAMPLE_RATE)
        sound[:, start : start + time_s.size] += hit
    return sound


def test_perfect_onsets_match_perfectly() -> None:
    sync = onset_sync(HITS_S, HITS_S, 0.04)
    assert (sync.matches, sync.f1, sync.median_error_s, sync.bias_s) == (len(HITS_S), 1.0, 0.0, 0.0)


def test_late_sound_has_a_positive_bias() -> None:
    sync = onset_sync(HITS_S, [onset_s + 0.02 for onset_s in HITS_S], 0.04)
    assert sync.bias_s == pytest.approx(0.02)
    assert sync.median_error_s == pytest.approx(0.02)


def test_each_onset_is_matched_once() -> None:
    sync = onset_sync([1.0, 2.0], [0.99, 1.0, 1.01], 0.04)
    assert (sync.matches, sync.recall) == (1, 0.5)
    assert sync.precision == pytest.approx(1 / 3)
    assert sync.median_error_s == 0.0


def test_as_many_pairs_as_possible_come_before_the_closest_pairs() -> None:
    assert onset_sync([0.0, 1.0], [0.6, 1.6], 0.7).matches == 2


@pytest.mark.parametrize(
    ("reference", "found", "f1"), [([], [], 1.0), ([1.0], [], 0.0), ([], [1.0], 0.0)]
)
def test_nothing_to_match(reference: list[float], found: list[float], f1: float) -> None:
    sync = onset_sync(reference, found, 0.04)
    assert (sync.matches, sync.f1, sync.bias_s) == (0, f1, None)


@given(
    reference=st.lists(st.floats(0, 10), max_size=20), found=st.lists(st.floats(0, 10), max_size=20)
)
def test_matching_is_symmetric(reference: list[float], found: list[float]) -> None:
    forth, back = onset_sync(reference, found, 0.3), onset_sync(found, reference, 0.3)
    assert (forth.matches, forth.precision) == (back.matches, back.recall)


@pytest.mark.parametrize("hz", [250.0, 4000.0])
@pytest.mark.parametrize("bed", [0.0, 0.01])
def test_hits_are_found_where_they_are(hz: float, bed: float) -> None:
    sync = onset_sync(HITS_S, detect_onsets(_with_hits(_noise(5, bed), hz)), 0.01)
    assert sync.f1 == 1.0
    assert sync.bias_s == pytest.approx(0.0, abs=0.003)


def test_steady_sound_and_silence_have_no_onsets_inside() -> None:
    assert [onset_s for onset_s in detect_onsets(_noise(5, 0.1)) if 0.1 < onset_s < 4.9] == []
    assert detect_onsets(np.zeros((2, 100), np.float32)) == []


def test_a_seam_in_noise_is_not_seen_but_a_gap_a_click_and_a_break_are() -> None:
    noise = _noise(2, 0.1)
    assert max(seam_excess_db(noise, [10, 48_000, 95_990])) < 2.0
    gap = noise.copy()
    gap[:, 48_000:48_150] = 0.0
    click = noise.copy()
    click[:, 48_000] += 5.0
    broken = np.sin(0.01 * np.arange(96_000) + 1.0 * (np.arange(96_000) >= 48_000))
    for waveform in (gap, click, broken[None].astype(np.float32)):
        assert seam_excess_db(waveform, [48_000])[0] > 5.0
        assert seam_excess_db(waveform, [24_000])[0] < 2.0


def test_silence_is_counted_in_windows() -> None:
    sound = _noise(4, 0.1)
    sound[:, SAMPLE_RATE : 2 * SAMPLE_RATE] = 0.0
    assert silence_share(sound) == pytest.approx(0.25)
    assert silence_share(_noise(1, 1e-5)) == 1.0
    assert silence_share(sound[:, :10]) == 0.0


def test_loudness_of_a_sine() -> None:
    sine = np.sin(2 * np.pi * 997 * np.arange(SAMPLE_RATE) / SAMPLE_RATE)[None]
    assert loudness_of(sine.astype(np.float32)) == pytest.approx(-3.01, abs=0.02)

"""Matching pairs each time once; F1 is what it says; the peak-picker picks peaks."""

import numpy as np
import pytest

from foley_core.training.onset_scores import OnsetScore, matched_pairs, picked_peaks, random_onsets


def test_each_onset_is_matched_once() -> None:
    assert matched_pairs([1.0, 1.01, 1.02], [1.0], 0.05) == [(1.0, 1.0)]
    assert matched_pairs([1.0], [0.97, 1.03], 0.05) == [(1.0, 0.97)]
    assert matched_pairs([1.04, 2.0], [1.0, 1.08], 0.05) == [(1.04, 1.0)]
    assert len(matched_pairs([0.96, 1.04], [1.0, 1.08], 0.05)) == 2


def test_beyond_the_tolerance_nothing_matches() -> None:
    assert matched_pairs([1.0], [1.2], 0.1) == []
    assert matched_pairs([], [1.0], 0.1) == []


def test_f1_over_several_videos() -> None:
    score = OnsetScore(0.05)
    score.add([1.02, 5.0], [1.0, 2.0, 3.0])
    score.add([], [4.0])
    assert score.f1 == pytest.approx(2 * 1 / (2 + 4))
    assert score.errors_s == [pytest.approx(0.02)]
    assert OnsetScore(0.05).f1 == 1.0


def test_the_peak_picker_finds_the_moment_something_moves() -> None:
    maps = np.zeros((50, 8, 32, 32), np.int8)
    maps[20:22, 4, 10:20, 10:20] = 90
    assert picked_peaks(maps) == [20 / 25]
    assert picked_peaks(np.zeros_like(maps)) == []


def test_a_random_sheet_has_the_density_asked_for() -> None:
    onsets = random_onsets(np.random.default_rng(0), 30, 10.0)
    assert len(onsets) == 30
    assert onsets == sorted(onsets)
    assert 0.0 <= onsets[0] <= onsets[-1] <= 10.0

"""Matching pairs each time once; F1 is what it says."""

import pytest

from foley_core.world.evaluate_perception import f1, match
from foley_core.world.evaluate_real import RealClip, pooled_figures


def test_each_onset_is_matched_once() -> None:
    assert match([1.0, 1.01, 1.02], [1.0], 0.05) == 1
    assert match([1.0], [0.97, 1.03], 0.05) == 1
    assert match([1.04, 2.0], [1.0, 1.08], 0.05) == 1
    assert match([0.96, 1.04], [1.0, 1.08], 0.05) == 2


def test_beyond_the_tolerance_nothing_matches() -> None:
    assert match([1.0], [1.2], 0.1) == 0
    assert match([], [1.0], 0.1) == 0


def test_f1() -> None:
    assert f1(1, 2, 4) == pytest.approx(1 / 3)
    assert f1(0, 0, 0) == 1.0


def test_pooled_figures_compare_methods_over_all_clips() -> None:
    clips = [
        RealClip("a", 10.0, [1.0, 2.0], [1.01, 2.01], [1.08]),
        RealClip("b", 10.0, [5.0, 6.0], [], [5.0, 9.0]),
    ]
    figures = pooled_figures(clips)
    assert figures["perception_f1_50ms"] == pytest.approx(2 * 2 / (2 + 4))
    assert figures["peak_picker_f1_50ms"] == pytest.approx(2 * 1 / (3 + 4))
    assert figures["peak_picker_f1_100ms"] == pytest.approx(2 * 2 / (3 + 4))
    assert figures == pooled_figures(clips)

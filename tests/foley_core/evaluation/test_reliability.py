"""Confidence is compared with the share of right names, clips weighing the same."""

import pytest
from real_footage import clip, cue, row

from foley_core.evaluation.evaluate_names import judge
from foley_core.evaluation.reliability import reliability_bins, reliability_figures

DOG = row("dog", heard="dog bark")


def test_bins_hold_shares_and_the_mean_confidence() -> None:
    sure = judge(clip(DOG, cue("dog_bark", confidence=0.92), cue("tap", 1.0, confidence=0.98)))
    unsure = judge(clip(DOG, cue("tap", confidence=0.31)))
    low, high = reliability_bins([unsure, sure])
    assert (low.low, low.high, low.cues, low.weight, low.right) == (0.3, 0.4, 1, 0.5, 0.0)
    assert (high.cues, high.weight, high.right) == (2, 0.5, 0.5)
    assert high.confidence == pytest.approx(0.95)
    figures = reliability_figures([low, high])
    assert figures["real_calibration_error"] == pytest.approx(0.5 * 0.31 + 0.5 * 0.45)


def test_a_busy_clip_does_not_outweigh_a_calm_one() -> None:
    wrong = [cue("tap", float(second), confidence=0.5) for second in range(9)]
    clips = [judge(clip(DOG, *wrong)), judge(clip(DOG, cue("dog_bark", confidence=0.5)))]
    assert reliability_bins(clips)[0].right == pytest.approx(0.5)


def test_near_names_count_on_their_own() -> None:
    near = judge(clip(row("a", heard="hammer"), cue("tap", confidence=1.0)))
    figures = reliability_figures(reliability_bins([near]))
    assert figures["real_calibration_error"] == pytest.approx(1.0)
    assert figures["real_calibration_error_right_or_near"] == pytest.approx(0.0)


def test_without_cues_there_is_no_curve() -> None:
    assert reliability_bins([judge(clip(DOG))]) == []
    assert reliability_figures([]) == {}

"""An operating point is never chosen on the source that it is judged on."""

from dataclasses import replace

import numpy as np
import pytest
from real_footage import row

from foley_core.evaluation.left_out_sources import (
    OnsetCurves,
    curve_peaks,
    leave_one_source_out,
)
from foley_core.types import F32

TIMES_S = np.arange(300) / 30.0
TRUE_S = (1.0, 3.0, 5.0, 7.0)


def curve(height: float, *, lag_s: float = 0.0, noise: float = 0.0) -> F32:
    """Peaks of a height, `lag_s` before the true onsets, and false ones of `noise` between."""
    answer = np.zeros(len(TIMES_S), np.float32)
    for time_s in TRUE_S:
        answer[round(30 * (time_s - lag_s))] = height
        answer[round(30 * (time_s + 1.0))] = noise
    return answer


def curves(name: str, *each: F32) -> OnsetCurves:
    return OnsetCurves(row(name, onsets_s=TRUE_S, onset_list="complete"), TIMES_S, np.stack(each))


def test_peaks_above_false_ones_are_told_apart() -> None:
    clips = [curves(name, curve(0.55, noise=0.45)) for name in ("a", "b", "c")]
    found = leave_one_source_out(clips)
    assert found.f1_50ms == found.f1_100ms == (1.0,)
    assert all(0.45 < level <= 0.55 for level, _ in found.points[0].values())


def test_the_level_comes_from_the_other_sources() -> None:
    # What suits b and c finds nothing in a. What suits a and c together finds false ones in b.
    clips = [curves("a", curve(0.32)), *(curves(n, curve(0.58, noise=0.5)) for n in ("b", "c"))]
    found = leave_one_source_out(clips)
    assert found.points[0]["a"][0] > 0.5
    assert found.points[0]["b"][0] < 0.5
    assert found.f1_100ms[0] == pytest.approx(2 * 8 / (4 + 12 + 12))


def test_clips_of_one_source_are_left_out_together() -> None:
    clips = [
        curves("stick_a", curve(0.32)),
        curves("stick_b", curve(0.32)),
        curves("c", curve(0.58, noise=0.5)),
    ]
    found = leave_one_source_out(clips)
    assert found.points[0].keys() == {"drumstick_hits", "c"}
    assert found.points[0]["drumstick_hits"][0] > 0.5
    with pytest.raises(ValueError, match="two sources"):
        leave_one_source_out(clips[:2])


def test_a_lag_is_found() -> None:
    clips = [curves(name, curve(0.55, lag_s=1 / 15)) for name in ("a", "b")]
    found = leave_one_source_out(clips)
    assert all(lag_s >= 0.02 for _, lag_s in found.points[0].values())
    assert found.f1_50ms == (1.0,)


def test_levels_that_find_too_much_in_continuous_sound_are_not_chosen() -> None:
    clips = [curves(name, curve(0.55)) for name in ("a", "b")]
    restless = [curves("c", curve(0.42, noise=0.42))]
    assert all(level <= 0.42 for level, _ in leave_one_source_out(clips).points[0].values())
    quiet = leave_one_source_out(clips, continuous=restless)
    assert all(level > 0.42 for level, _ in quiet.points[0].values())


def test_the_figure_is_the_mean_of_trainings() -> None:
    good, deaf = curve(0.55), curve(0.0)
    found = leave_one_source_out([curves(name, good, deaf) for name in ("a", "b")])
    assert found.f1_100ms == (1.0, 0.0)
    figures = found.figures
    assert figures["real_onset_f1_100ms_left_out"] == pytest.approx(0.5)
    assert figures["real_onset_f1_100ms_left_out_sd"] == pytest.approx(0.5**0.5)
    assert figures["real_onset_left_out_trainings"] == 2.0
    with pytest.raises(ValueError, match="same trainings"):
        leave_one_source_out([curves("a", good), curves("b", good, deaf)])


def test_nothing_is_judged_after_the_end_of_a_list() -> None:
    clip = curves("a", curve(0.55, noise=0.55))
    listed = replace(clip.listed, judged_until_s=1.5)
    short = OnsetCurves(listed, clip.times_s, clip.curves)
    other = replace(short, listed=replace(listed, source="b"))
    assert leave_one_source_out([short, other]).f1_100ms == (1.0,)


def test_a_reader_may_find_peaks_in_its_own_way() -> None:
    clips = [curves(name, curve(0.55)) for name in ("a", "b")]
    nothing = leave_one_source_out(clips, lambda one, level: np.zeros(0, np.int32))
    assert nothing.f1_100ms == (0.0,)


def test_of_equal_values_the_first_is_the_peak() -> None:
    values = np.array([0.1, 0.6, 0.6, 0.2, 0.1, 0.5], np.float32)
    assert curve_peaks(values, 0.4, 2).tolist() == [1, 5]
    assert curve_peaks(values, 0.55, 2).tolist() == [1]

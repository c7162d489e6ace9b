"""Onsets of real clips are pooled; methods stand beside each other; the nearest pair goes first."""

import pytest
from real_footage import clip, cue, row

from foley_core.evaluation.evaluate_onsets import nearest_pairs, onset_figures
from foley_core.evaluation.real_clips import RealClip


def struck(
    name: str, true_s: tuple[float, ...], *found_s: float, peaks_s: tuple[float, ...] = ()
) -> RealClip:
    listed = row(name, onsets_s=true_s, onset_list="complete")
    return clip(listed, *(cue("tap", time) for time in found_s), peaks_s=peaks_s)


CLIPS = [
    struck("stick_a", (1.0, 2.0), 1.01, 2.01, peaks_s=(1.08,)),
    struck("b", (5.0, 6.0), peaks_s=(5.0, 9.0)),
    clip(
        row("c", onset_list="continuous"),
        *(cue("tap", time) for time in (1.0, 2.0, 3.0)),
        seconds=30.0,
        peaks_s=(1.0,),
    ),
]


def test_figures_compare_methods_over_all_clips() -> None:
    figures = onset_figures(CLIPS)
    assert figures["real_onset_f1_50ms"] == pytest.approx(2 * 2 / (2 + 4))
    assert figures["real_onset_f1_50ms_peak_picker"] == pytest.approx(2 * 1 / (3 + 4))
    assert figures["real_onset_f1_100ms_peak_picker"] == pytest.approx(2 * 2 / (3 + 4))
    assert figures["real_onset_bias_ms"] == pytest.approx(10.0)
    assert figures["real_false_cues_per_minute"] == pytest.approx(6.0)
    assert figures["real_false_cues_per_minute_peak_picker"] == pytest.approx(2.0)
    low, high = (figures[f"real_onset_f1_100ms_{end}"] for end in ("low", "high"))
    assert low <= figures["real_onset_f1_100ms"] <= high
    assert figures == onset_figures(CLIPS)


def test_sources_and_tables_are_judged_apart() -> None:
    figures = onset_figures(CLIPS)
    assert figures["real_onset_f1_50ms_drumstick_hits"] == 1.0
    assert figures["real_onset_f1_50ms_other_sources"] == 0.0
    assert figures["real_onset_f1_50ms_clips"] == figures["real_onset_f1_50ms"]
    assert "real_onset_f1_50ms_congas" not in figures


def test_what_lasts_has_no_onset() -> None:
    listed = row("a", onsets_s=(1.0,), onset_list="complete")
    lasting = clip(listed, cue("tap", 1.0), cue("tap", 3.0, lasts_s=1.3))
    assert onset_figures([lasting])["real_onset_f1_50ms"] == 1.0


def test_a_partial_list_counts_for_recall_alone() -> None:
    listed = row("a", onsets_s=(1.0, 2.0), onset_list="partial")
    figures = onset_figures([clip(listed, cue("tap", 1.0), cue("tap", 7.0))])
    assert figures == {"real_onset_recall_100ms_partial_lists": 0.5}


def test_clips_that_cannot_be_judged_give_no_figure() -> None:
    late = row("a", onsets_s=(1.0,), onset_list="late")
    assert onset_figures([clip(late, cue("tap", 1.0))]) == {}


def test_the_nearest_pair_goes_first() -> None:
    assert nearest_pairs([1.0, 1.09], [1.08], 0.1) == [(1.09, 1.08)]
    # As many pairs as possible would be two.
    assert nearest_pairs([1.0, 1.05], [1.04, 1.14], 0.1) == [(1.05, 1.04)]
    assert nearest_pairs([], [1.0], 0.1) == []

"""Promises are complete and sane; a figure holds, fails or is missing as it should."""

from math import inf, nan

import pytest

from pipelines.evaluation.promises import Promise, PromiseRow, compared, others, promises

PARTS = {
    "feedback", "real", "perception", "privacy", "regions", "retrieval", "generator", "speed",
    "tracks", "weights", "real_faces", "light_generator", "light_speed",
}  # fmt: skip


def row(key: str, figures: dict[str, float], reasons: dict[str, str] | None = None) -> PromiseRow:
    return next(row for row in compared(figures, reasons or {}) if row.key == key)


def test_each_promise_is_named_once_and_can_be_kept() -> None:
    keys = [promise.key for promise in promises()]
    assert len(keys) == len(set(keys)) > 25
    assert {promise.part for promise in promises()} == PARTS
    assert all(promise.sentence and promise.unit for promise in promises())


def test_every_aim_is_harder_than_its_floor() -> None:
    both = [p for p in promises() if p.aim is not None and isinstance(p.floor, float)]
    assert len(both) > 15
    assert [p.key for p in both if not harder(p)] == []


def harder(promise: Promise) -> bool:
    aim, floor = float(promise.aim or 0), float(promise.floor or 0)
    return aim > floor if promise.direction == "at_least" else aim < floor


@pytest.mark.parametrize(
    ("value", "verdict"), [(0.74, "does not hold"), (0.75, "holds"), (0.9, "aim reached")]
)
def test_at_least(value: float, verdict: str) -> None:
    assert row("onset_f1_50ms", {"onset_f1_50ms": value}).verdict == verdict


@pytest.mark.parametrize(
    ("value", "verdict"), [(15.1, "does not hold"), (15.0, "holds"), (8.0, "aim reached")]
)
def test_at_most(value: float, verdict: str) -> None:
    assert row("onset_error_median_ms", {"onset_error_median_ms": value}).verdict == verdict


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(-11.0, "does not hold"), (-10.0, "holds"), (-2.0, "aim reached"), (10.5, "does not hold")],
)
def test_within_minds_both_sides(value: float, verdict: str) -> None:
    assert row("onset_bias_ms", {"onset_bias_ms": value}).verdict == verdict


def test_what_has_no_floor_cannot_fail() -> None:
    assert row("mel_distance_ratio", {"mel_distance_ratio": 9.0}).verdict == "reported"
    assert row("mel_distance_ratio", {"mel_distance_ratio": 1.2}).verdict == "aim reached"
    error = "real_calibration_error"
    assert row(error, {error: 0.9}).verdict == "reported"


def test_a_line_may_be_another_figure() -> None:
    figures = {"novelty_generated_p95": 0.93, "novelty_real_p95": 0.94}
    assert row("novelty_generated_p95", figures).verdict == "holds"
    assert row("novelty_generated_p95", figures | {"novelty_real_p95": 0.9}).verdict == (
        "does not hold"
    )
    alone = row("novelty_generated_p95", {"novelty_generated_p95": 0.1})
    assert alone.verdict == "does not hold"
    assert "novelty_real_p95" in alone.note


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_what_is_no_number_does_not_hold(value: float) -> None:
    found = row("real_false_cues_per_minute", {"real_false_cues_per_minute": value})
    assert (found.verdict, found.value) == ("does not hold", None)
    assert found.note


def test_what_is_missing_is_stated_with_its_reason() -> None:
    found = row("real_onset_f1_100ms", {}, {"real": "needs --clips"})
    assert (found.verdict, found.value, found.note) == ("not measured", None, "needs --clips")
    assert "perception" in row("onset_f1_50ms", {}).note


def test_baselines_and_intervals_stand_beside_their_figure() -> None:
    figures = {
        "real_onset_f1_100ms": 0.5,
        "real_onset_f1_100ms_low": 0.4,
        "real_onset_f1_100ms_high": 0.6,
        "real_onset_f1_100ms_random": 0.22,
        "real_onset_f1_100ms_peak_picker": nan,
        "material_accuracy": 0.7,
    }
    found = row("real_onset_f1_100ms", figures)
    assert found.interval == (0.4, 0.6)
    assert found.baselines == {"real_onset_f1_100ms_random": 0.22}
    assert others(figures) == {"material_accuracy": 0.7}

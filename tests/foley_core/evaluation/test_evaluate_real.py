"""Clips are pooled; methods stand beside each other; a table that is none is named."""

from pathlib import Path

import pytest

from foley_core.errors import ConfigError
from foley_core.evaluation.evaluate_real import RealClip, evaluate_real, read_clips
from foley_core.models.embedded.perception import Perception

CLIPS = [
    RealClip("a", 10.0, [1.0, 2.0], [1.01, 2.01], [1.08], continuous=False),
    RealClip("b", 10.0, [5.0, 6.0], [], [5.0, 9.0], continuous=False),
    RealClip("c", 30.0, [], [1.0, 2.0, 3.0], [], continuous=True),
]


def test_figures_compare_methods_over_all_clips() -> None:
    figures = evaluate_real(CLIPS)
    assert figures["real_onset_f1_50ms"] == pytest.approx(2 * 2 / (2 + 4))
    assert figures["real_onset_f1_50ms_peak_picker"] == pytest.approx(2 * 1 / (3 + 4))
    assert figures["real_onset_f1_100ms_peak_picker"] == pytest.approx(2 * 2 / (3 + 4))
    assert figures["real_onset_bias_ms"] == pytest.approx(10.0)
    assert figures["real_false_cues_per_minute"] == pytest.approx(6.0)
    low, high = (figures[f"real_onset_f1_100ms_{end}"] for end in ("low", "high"))
    assert low <= figures["real_onset_f1_100ms"] <= high
    assert figures == evaluate_real(CLIPS)


def test_without_clips_of_continuous_sound_nothing_is_said_of_them() -> None:
    assert "real_false_cues_per_minute" not in evaluate_real(CLIPS[:2])


@pytest.mark.parametrize("text", ["clip_id,file\na,b.mp4\n", None])
def test_what_is_no_table_of_clips_is_named(tmp_path: Path, text: str | None) -> None:
    table = tmp_path / "clips.csv"
    if text is not None:
        table.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"clips\.csv"):
        read_clips(table, Perception())

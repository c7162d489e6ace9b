"""Pictures of real clips are drawn from whatever there is, also from nothing."""

from pathlib import Path

from real_footage import clip, cue, row

from foley_core.evaluation.reliability import ReliabilityBin
from pipelines.evaluation.real_pictures import onsets_picture, reliability_picture


def test_time_lines_show_the_clips_that_have_a_list(tmp_path: Path) -> None:
    listed = row("dog", onsets_s=(1.0,), onset_list="complete")
    some = onsets_picture([clip(listed, cue("tap", 1.0)), clip(row("sea"))], tmp_path)
    size = some.path.stat().st_size
    none = onsets_picture([clip(row("sea"))], tmp_path)
    assert 0 < none.path.stat().st_size < size


def test_the_reliability_curve_is_drawn(tmp_path: Path) -> None:
    one = ReliabilityBin(0.4, 0.5, 3, 1.0, 0.45, 0.3, 0.6)
    drawn = reliability_picture([one], tmp_path)
    assert drawn.path.name == "real_reliability.png"
    assert "confidence" in drawn.caption

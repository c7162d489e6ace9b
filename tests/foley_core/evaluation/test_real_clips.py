"""A real clip is read as a job reads it: detected, directed, not generated."""

from dataclasses import replace
from pathlib import Path

from real_footage import bed, clip, cue, row
from videos import render

from foley_core.evaluation.real_clips import read_clips
from foley_core.models.embedded.perception import Perception


def test_a_clip_gets_the_sheet_of_a_job(tmp_path: Path) -> None:
    listed = row("a", onset_list="continuous")
    silent = row("b", onset_list="unknown")
    path = render(tmp_path / "a.mp4", seconds=1)
    said: list[str] = []
    one, other = read_clips(
        [replace(listed, path=path), replace(silent, path=path)],
        Perception(),
        lambda share, text: said.append(text),
    )
    assert one.seconds == 1.0
    assert one.sheet.samples == 48_000
    assert one.sheet == other.sheet
    assert one.beds, "a picture without a known place still has a bed"
    assert other.peaks_s == (), "no peak is picked where no onset is judged"
    assert len(said) == 2


def test_onsets_are_those_of_short_actions() -> None:
    found = clip(row("a"), bed("sea"), cue("tap", 1.0), cue("saw", 2.0, lasts_s=3.0))
    assert (found.found_s, found.strokes_s) == ([1.0], [1.0])
    brief = clip(row("a"), cue("saw", 2.0, lasts_s=1.0))
    assert (brief.found_s, brief.strokes_s) == ([2.0], [])

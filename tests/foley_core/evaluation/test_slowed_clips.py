"""A clip is shown at ten pictures a second, each the one that stood then; onsets are judged."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from real_footage import clip, cue, row

from foley_core.evaluation.real_clips import RealClip
from foley_core.evaluation.real_table import OnsetList
from foley_core.evaluation.slowed_clips import _figures, _pictures
from foley_core.media.picture_encoder import encode_pictures


def test_each_tenth_of_a_second_shows_the_picture_that_stood_then(tmp_path: Path) -> None:
    """At 25 pictures a second: numbers 0, 2 (at 0.08 s), 5 (at 0.2 s), 7, 10, …"""
    path = tmp_path / "brighter.mp4"
    pictures = [np.full((49, 65, 3), 10 * number, np.uint8)[:48, :64] for number in range(25)]
    encode_pictures(path, pictures, Fraction(25))
    shown = [round(float(picture.mean()) / 10) for picture in _pictures(path)]
    assert shown == [0, 2, 5, 7, 10, 12, 15, 17, 20, 22]


def shown(table: str, onsets_s: tuple[float, ...], kind: OnsetList) -> RealClip:
    """A clip of four seconds whose true onsets are at 1 and 2 s."""
    listed = row("a", table=table, onsets_s=(1.0, 2.0), onset_list=kind)
    return clip(listed, *(cue("gunshot", at) for at in onsets_s), seconds=4.0)


def test_onsets_of_each_table_and_false_cues_are_counted() -> None:
    right, half = shown("one", (1.0, 2.0), "complete"), shown("two", (1.08,), "complete")
    figures = _figures([right, half, shown("one", (0.5, 1.5), "continuous")])
    assert figures["real_onset_f1_50ms_at_10_a_second_one"] == 1.0
    assert figures["real_onset_f1_50ms_at_10_a_second_two"] == 0.0
    assert figures["real_onset_f1_100ms_at_10_a_second_two"] == pytest.approx(2 / 3)
    assert figures["real_onset_f1_100ms_at_10_a_second"] == pytest.approx(6 / 7)
    assert figures["real_false_cues_per_minute_at_10_a_second"] == 30.0
    assert _figures([]) == {}

"""Sheets of tracks: the sound that a clip came with above its track, on one time axis."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from matplotlib.figure import Figure
from real_footage import bed, clip, cue, row
from videos import render

from foley_core.cues.sheet import CueSheet
from foley_core.evaluation.real_tracks import RealTrack
from foley_core.soundtrack.soundtrack import Soundtrack
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32
from pipelines.evaluation.real_sheets import sheet_figure
from pipelines.evaluation.track_sheets import draw_track_sheet, own_sound, sound_panel

CLICK = np.zeros((2, 2 * SAMPLE_RATE), np.float32)
CLICK[:, SAMPLE_RATE : SAMPLE_RATE + 480] = 0.5


def track(path: Path, waveform: F32 = CLICK) -> RealTrack:
    sheet = CueSheet(waveform.shape[1], ()).with_cues([cue("tap", 1.0), bed("room")])
    listed = replace(row("a", heard="tap"), path=path)
    return RealTrack(listed, sheet, waveform, {}, {}, None, -23.0, cast(Soundtrack, None))


def test_a_sheet_is_drawn_with_and_without_sound(tmp_path: Path) -> None:
    path = render(tmp_path / "a.mp4", seconds=2, rate=5)
    drawn = draw_track_sheet(track(path), tmp_path)
    assert drawn == tmp_path / "a.png"
    assert drawn.stat().st_size > 5_000
    assert own_sound(track(path)) is None


def test_sounds_stand_between_pictures_and_cues_on_their_time_axis() -> None:
    shown = clip(row("a"), cue("tap", 1.0), seconds=2.0)
    figure = sheet_figure(shown, [], {"real": sound_panel(CLICK), "generated": sound_panel(CLICK)})
    real, generated, cues = figure.axes
    assert [axes.get_yticklabels()[0].get_text() for axes in (real, generated)] == [
        "real", "generated",
    ]  # fmt: skip
    assert real.get_position().y0 > generated.get_position().y0 > cues.get_position().y0
    assert {axes.get_xlim() for axes in figure.axes} == {(0.0, 2.0)}


def test_a_click_is_drawn_where_it_is_heard() -> None:
    axes = Figure().subplots()
    axes.set_xlim(0, 2)
    sound_panel(CLICK)(axes)
    (image,) = axes.images
    levels = np.asarray(image.get_array()).max(axis=0)
    moments = np.linspace(0, 2, len(levels))[levels > -20]
    assert moments.mean() == pytest.approx(1.0, abs=0.03)

"""Contact sheets of real clips: pictures at even times, names coloured by what became of them."""

from pathlib import Path

import pytest
from matplotlib.colors import to_hex
from real_footage import bed, clip, cue, row
from videos import render

from pipelines.evaluation.real_sheets import (
    COLOURS,
    PICTURES,
    save_sheet,
    sheet_figure,
    shown_moments_s,
    shown_pictures,
)

DOG = row("dog", heard="dog bark", ambience="room", onsets_s=(1.0,))


def test_moments_lie_in_the_middle_of_even_parts() -> None:
    assert shown_moments_s(12.0) == [1.0, 3.0, 5.0, 7.0, 9.0, 11.0]


def test_one_picture_is_shown_for_each_moment(tmp_path: Path) -> None:
    shown = shown_pictures(render(tmp_path / "a.mp4", seconds=1, rate=5))
    assert len(shown) == PICTURES
    assert {picture.shape for picture in shown} == {(120, 160, 3)}
    assert (shown[0] != shown[-1]).any()


@pytest.mark.parametrize(
    ("name", "word"),
    [("dog_bark", "right"), ("growl", "near"), ("set_down", "wrong"), ("gunshot", "absurd")],
)
def test_a_name_is_coloured_by_its_verdict(name: str, word: str) -> None:
    axes = sheet_figure(clip(DOG, cue(name, 1.0)), []).axes[-1]
    label = axes.get_yticklabels()[0]
    assert (label.get_text(), to_hex(label.get_color())) == (name, COLOURS[word])


def test_actions_stand_above_beds_and_the_same_sheet_gives_the_same_bytes(tmp_path: Path) -> None:
    drawn = clip(DOG, bed("room"), cue("tap", 5.0), cue("dog_bark", 1.0, lasts_s=3.0))
    figure = sheet_figure(drawn, [])
    labels = [label.get_text() for label in figure.axes[-1].get_yticklabels()]
    assert labels == ["dog_bark", "tap", "room"]
    for name in ("a.png", "b.png"):
        save_sheet(sheet_figure(drawn, []), tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_clip_without_cues_is_drawn_too(tmp_path: Path) -> None:
    save_sheet(sheet_figure(clip(DOG), []), tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 1000

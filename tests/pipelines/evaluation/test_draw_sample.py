"""The picture of README.md: what is drawn where, and that few colours make it small."""

from pathlib import Path

import numpy as np
from PIL import Image

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.timebase import SAMPLE_RATE
from pipelines.evaluation.draw_sample import figure_of, lanes_of, save

SHEET = CueSheet(
    2 * SAMPLE_RATE,
    (
        Cue("ambience", "street", None, 0, 2 * SAMPLE_RATE),
        Cue("ambience", "hum", None, 0, 2 * SAMPLE_RATE, composition="vending-machines"),
        Cue("action", "footstep_walk", "stone", SAMPLE_RATE // 2, SAMPLE_RATE),
        Cue("motif", "chime", None, SAMPLE_RATE, 2 * SAMPLE_RATE, composition="wind-bell"),
    ),
)
PICTURES = [np.full((36, 64, 3), 60 * number, np.uint8) for number in range(4)]


def waveform() -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 2 * SAMPLE_RATE))
    return noise.astype(np.float32)


def test_actions_come_first_and_compositions_have_their_own_names() -> None:
    assert list(lanes_of(SHEET)) == ["footstep_walk", "wind-bell", "street", "vending-machines"]


def test_what_was_seen_stands_above_what_was_added() -> None:
    figure = figure_of(PICTURES, SHEET, {"footstep_walk", "street"}, waveform())
    strip, lanes, track = figure.axes
    names = [label.get_text() for label in lanes.get_yticklabels()]
    assert names == ["footstep_walk", "street", "wind-bell", "vending-machines"]
    colours = [label.get_color() for label in lanes.get_yticklabels()]
    assert colours[0] == colours[1] != colours[2] == colours[3]
    assert len(strip.images) == len(PICTURES)
    assert {axes.get_xlim() for axes in (strip, lanes, track)} == {(0.0, 2.0)}


def test_the_same_picture_is_the_same_small_file(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        figure = figure_of(PICTURES, SHEET, {"street"}, waveform())
        save(figure, tmp_path / name, "digest")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as drawn:
        assert (drawn.mode, drawn.info["Source"]) == ("P", "digest")
    assert (tmp_path / "a.png").stat().st_size < 100_000

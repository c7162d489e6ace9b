"""The scenes to show exist, sound as named, and become videos that can be decoded."""

from pathlib import Path

import pytest

from foley_core.errors import ConfigError
from foley_core.media.probe import probe
from foley_core.world.samples import render_sample, sample_videos, sample_world


def test_samples_are_different_and_show_what_they_say() -> None:
    sheets = {sample.name: sample_world(sample.name).sheet for sample in sample_videos()}
    assert len({sheet.sha256 for sheet in sheets.values()}) == len(sheets) >= 6
    classes = {name: {cue.sound_class for cue in sheet.cues} for name, sheet in sheets.items()}
    assert "footstep_walk" in classes["street_walk"]
    assert "bounce" in classes["ball"]
    assert "strike" in classes["workshop_hammer"]
    assert "door_slam" in classes["door"]
    assert "shatter" in classes["glass"]
    assert "dog_bark" in classes["dog"]
    assert classes["seaside"] == {"sea"}


def test_a_sample_becomes_a_video(tmp_path: Path) -> None:
    path = tmp_path / "ball.mp4"
    world = render_sample("ball", path)
    with path.open("rb") as file:
        info = probe(file, "ball")
    assert (info.width_px, info.height_px) == (640, 360)
    assert round(info.duration_s * 48_000) == world.sheet.samples


def test_an_unknown_sample_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'ball'"):
        sample_world("bal")

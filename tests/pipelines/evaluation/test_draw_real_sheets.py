"""The pictures of README.md: cue sheets of real clips without any of their footage."""

from pathlib import Path

import pytest
from PIL import Image
from videos import render

from foley_core.errors import ConfigError
from pipelines.evaluation.draw_real_sheets import draw_real_sheets
from pipelines.evaluation.draw_sample import weights_digest


def table(folder: Path) -> Path:
    render(folder / "walk.mp4", seconds=1)
    path = folder / "clips.csv"
    path.write_text(
        "clip_id,file,has_audio,strong_onsets_s,sounds\nwalk,walk.mp4,yes,0.5,footsteps\n",
        encoding="utf-8",
    )
    return path


def test_a_named_clip_is_drawn_with_the_digest_of_the_weights(tmp_path: Path) -> None:
    [path] = draw_real_sheets(table(tmp_path), ["walk"], tmp_path / "new" / "folder")
    assert path == tmp_path / "new" / "folder" / "real_walk.png"
    with Image.open(path) as drawn:
        assert (drawn.mode, drawn.info["Source"]) == ("P", weights_digest())
    assert path.stat().st_size < 100_000


def test_a_file_in_place_of_the_folder_is_said_so(tmp_path: Path) -> None:
    clips = table(tmp_path)
    with pytest.raises(ConfigError, match="no folder can be made"):
        draw_real_sheets(clips, ["walk"], clips)


def test_an_unknown_clip_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="walk"):
        draw_real_sheets(table(tmp_path), ["wolk"], tmp_path)

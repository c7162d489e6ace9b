"""`foley sounds`: every class is listed under its group, with words."""

import pytest
import typer.testing
from rich.cells import cell_len

from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import ConfigError
from pipelines.cli import app


def said(*words: str) -> str:
    runner = typer.testing.CliRunner(env={"COLUMNS": "80"})
    found = runner.invoke(app, ["sounds", *words], catch_exceptions=False)
    assert found.exit_code == 0
    return found.stdout


def test_every_class_and_group_is_listed() -> None:
    listed = said().split()
    assert {*taxonomy().all_classes, *taxonomy().all_groups} <= {*listed}
    assert f"{len(taxonomy().classes)} classes that can be seen" in said()


def test_one_group_is_listed_alone() -> None:
    text = said("footsteps")
    assert "footstep_land" in text
    assert "dog_bark" not in text
    assert "recordings" in text
    assert "synthesis" in said("ski_glide")
    with pytest.raises(ConfigError, match="did you mean 'footsteps'"):
        said("footstps")


def test_everyday_words_stand_beside_their_class_in_80_columns() -> None:
    lines = said().splitlines()
    (walk,) = [line for line in lines if line.split()[:1] == ["footstep_walk"]]
    assert "steps on stairs" in walk
    assert max(cell_len(line) for line in [*lines, *said("animals").splitlines()]) <= 80


@pytest.mark.parametrize("word", ["rooster", "公鸡", "Rooster"])
def test_an_everyday_word_lists_what_it_means(word: str) -> None:
    text = said(word)
    assert "rooster_crow" in text
    assert "dog_bark" not in text


def test_music_has_no_classes() -> None:
    with pytest.raises(ConfigError, match="music is composed"):
        said("music")

"""Worlds are rendered once, kept in shards, and taken by row and step."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from foley_core.training.examples import EXAMPLE_STEPS, Examples
from foley_core.training.shards import RenderedWorlds, WorldSet, rendered_worlds


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worlds")


def worlds(folder: Path, told: list[str] | None = None) -> RenderedWorlds:
    chosen = WorldSet(range(70, 73), "trained", ("ball", "walker"))
    return rendered_worlds(folder, chosen, lambda share, text: (told or []).append(text))


def test_what_was_rendered_is_not_rendered_again(folder: Path) -> None:
    first = worlds(folder).take([0, 2])
    told: list[str] = []
    second = worlds(folder, told).take([0, 2])
    assert not told
    for field in fields(Examples):
        assert np.array_equal(getattr(first, field.name), getattr(second, field.name))


def test_a_stretch_of_steps_is_a_stretch_of_everything(folder: Path) -> None:
    whole, part = worlds(folder).take([1]), worlds(folder).take([1], 24, 72)
    assert whole.maps.shape == (1, EXAMPLE_STEPS, 8, 32, 32)
    assert np.array_equal(part.maps, whole.maps[:, 24:72])
    assert np.array_equal(part.ambience, whole.ambience[:, 2:6])
    assert np.array_equal(part.clear, whole.clear)


def test_onsets_are_where_the_heat_is_one(folder: Path) -> None:
    taken = worlds(folder).take([0, 1, 2])
    assert (taken.action >= 0).sum() == (taken.onset == 1.0).sum() > 0

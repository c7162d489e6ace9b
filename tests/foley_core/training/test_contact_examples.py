"""Worlds become rows and heat once; what the folder holds is not rendered again."""

from pathlib import Path

import numpy as np
import pytest

from foley_core.models.embedded.contact_grid import GRID_NUMBERS, GRID_RATE
from foley_core.training import contact_examples as examples_module
from foley_core.training.contact_examples import (
    ROWS,
    contact_examples,
    slow_training_world,
    training_world,
)
from foley_core.world.scene import World


def test_rows_and_heat_of_worlds_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = contact_examples(tmp_path, 2, lambda share, text: None)
    assert found.rows.shape == (2, ROWS, GRID_NUMBERS)
    assert found.heat.shape == (2, ROWS)
    assert np.abs(found.rows).max() > 1.0

    def refuse(number: int) -> World:
        raise AssertionError(number)

    monkeypatch.setattr(examples_module, "training_world", refuse)
    again = contact_examples(tmp_path, 2, lambda share, text: None)
    assert np.array_equal(again.rows, found.rows)
    assert np.array_equal(again.heat, found.heat)


def test_heat_is_greatest_at_the_row_of_an_onset() -> None:
    heat = examples_module._heat(np.array([1.01, 4.999]))
    assert np.flatnonzero(heat == 1.0).tolist() == [round(1.01 * GRID_RATE)]
    assert heat[29] > 0.3
    assert heat[60] == 0.0


def test_worlds_of_one_number_are_the_same_and_their_rates_are_those_of_films() -> None:
    assert training_world(5).sheet == training_world(5).sheet
    assert all(14.0 < training_world(number).frame_rate < 30.1 for number in range(8))


def test_slow_worlds_are_the_same_at_fewer_pictures_a_second() -> None:
    worlds = [slow_training_world(number) for number in range(8)]
    assert {7, 13} & {int(world.frame_rate) for world in worlds}
    assert all(7 <= world.frame_rate <= 13 for world in worlds)
    assert worlds[3].sheet == training_world(3).sheet

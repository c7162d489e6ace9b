"""Slow worlds show few pictures a second, and are kept as they were."""

from pathlib import Path

import numpy as np
import pytest

from foley_core.models.embedded.perception import Perception
from foley_core.training import slow_examples as module
from foley_core.training.slow_examples import (
    example_of,
    heat_and_distance,
    slow_examples,
    slow_world,
)


def test_worlds_are_slow_and_differ_in_rate() -> None:
    rates = [slow_world(seed).frame_rate for seed in range(20)]
    assert all(5 <= rate < 14 for rate in rates)
    assert len(set(rates)) > 4
    assert slow_world(3).seed != slow_world(4).seed


def test_every_step_knows_its_nearest_onset() -> None:
    heat, away = heat_and_distance(np.array([10.3, 20.0, 95.8]))
    assert (heat[10], heat[20], heat[95]) == (1.0, 1.0, pytest.approx(0.0, abs=1e-6))
    assert heat[11] == pytest.approx(np.exp(-0.5 * 0.7**2))
    assert away[[9, 10, 15, 16]] == pytest.approx([1.3, 0.3, -4.7, 4.0], abs=1e-5)
    heat, away = heat_and_distance(np.zeros(0))
    assert not heat.any()
    assert np.isinf(away).all()


def test_an_example_is_what_perception_sees_of_a_world() -> None:
    world = slow_world(3)
    example = example_of(Perception().load(), world)
    assert example.steps.shape == (1, 96, 128)
    assert example.beside.shape == (1, 96, 7)
    onsets = [cue.onset for cue in world.sheet.cues if cue.kind == "action"]
    assert (example.heat == 1.0).sum() <= len(onsets)


def test_what_is_rendered_is_not_rendered_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PART_WORLDS", 1)
    said: list[str] = []
    first = slow_examples(tmp_path, 2, lambda share, text: said.append(text))
    assert said == ["rendering part 1 of 2", "rendering part 2 of 2"]
    again = slow_examples(tmp_path, 2, lambda share, text: said.append(text))
    assert len(said) == 2
    for name in ("steps", "beside", "heat", "away"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert first.steps.shape == (2, 96, 128)

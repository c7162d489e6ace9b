"""Examples of places are of worlds in which one thing acts, and are kept as they were."""

from pathlib import Path

import numpy as np
import pytest

from foley_core.training import place_examples as module
from foley_core.training.place_examples import (
    examples_of,
    keep_examples,
    kept_examples,
    place_examples,
    worlds_of_one_thing,
)
from foley_core.world.random_scenes import render_random_scene


def test_one_thing_acts_in_each_world() -> None:
    worlds = list(worlds_of_one_thing(50, 3))
    assert [len(world.shots) for world in worlds] == [1, 1, 1]
    assert [len(world.shots[0].acts) for world in worlds] == [1, 1, 1]


def test_steps_of_a_runner_are_in_order_and_where_he_runs() -> None:
    (example,) = examples_of(render_random_scene(3, 3.84, family="runner"))
    assert example.columns.shape == (96, 32)
    assert (np.diff(example.moments) > 0).all()
    inside = (example.spans[:, 0] <= example.moments) & (example.moments < example.spans[:, 1])
    assert inside.all()
    assert np.ptp(example.pans) > 0.5
    assert not example.lasts


def test_a_car_that_passes_is_known_along_its_way() -> None:
    (example,) = examples_of(render_random_scene(2, 3.84, family="vehicle"))
    assert example.lasts
    assert len(example.moments) > 5
    steps = np.diff(example.pans)
    assert (steps > 0).all() or (steps < 0).all()


def test_examples_are_read_as_they_were_written(tmp_path: Path) -> None:
    made = [e for world in worlds_of_one_thing(50, 2) for e in examples_of(world)]
    keep_examples(tmp_path / "part_0.npz", made)
    kept = kept_examples(tmp_path / "part_0.npz")
    assert len(kept) == len(made)
    for one, other in zip(made, kept, strict=True):
        assert np.array_equal(one.columns, other.columns)
        assert (one.spans.tolist(), one.lasts) == (other.spans.tolist(), other.lasts)
        assert (one.moments.tolist(), one.pans.tolist()) == (
            other.moments.tolist(),
            other.pans.tolist(),
        )


def test_what_is_rendered_is_not_rendered_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PART_WORLDS", 2)
    said: list[str] = []
    first = place_examples(tmp_path, 3, lambda share, text: said.append(text))
    assert said == ["rendering part 1 of 2", "rendering part 2 of 2"]
    again = place_examples(tmp_path, 3, lambda share, text: said.append(text))
    assert len(said) == 2
    assert len(again) == len(first) >= 4

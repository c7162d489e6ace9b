"""Looks are stored as arrays, come back as they were, and join in order."""

from typing import Any

import numpy as np
import pytest

from foley_core.models.sight.looks import BOXES, COLOURS, NO_LOOKS, Looks, joined, stacked


def rows(steps: list[int], joint_steps: list[int]) -> Looks:
    rng = np.random.default_rng(len(steps))
    sizes: dict[str, Any] = {
        "centre": 1000, "whole": 1000, "box_score": BOXES, "box_place": (BOXES, 4),
        "colour": len(COLOURS),
    }  # fmt: skip
    seen = {name: [rng.random(size) for _ in steps] for name, size in sizes.items()}
    kinds = [rng.integers(-1, 80, BOXES) for _ in steps]
    joints = [rng.random((6, 17, 3)) for _ in joint_steps]
    people = [rng.random(6) for _ in joint_steps]
    return stacked(
        {"steps": steps, "box_kind": kinds, **seen}
        | {"joint_steps": joint_steps, "joints": joints, "person_score": people}
    )


def test_arrays_come_back() -> None:
    looks = rows([0, 24], [0, 3, 6])
    again = Looks.of_arrays(looks.arrays() | {"another": np.zeros(1)})
    for name, array in looks.arrays().items():
        assert getattr(again, name).tobytes() == array.tobytes()


def test_no_looks_have_shapes() -> None:
    assert NO_LOOKS.centre.shape == (0, 1000)
    assert NO_LOOKS.joints.shape == (0, 6, 17, 3)
    assert stacked({}).box_kind.dtype == np.int16


def test_looks_join_in_order() -> None:
    parts = [rows([0, 24], []), NO_LOOKS, rows([48], [48, 51])]
    whole = joined(parts)
    assert whole.steps.tolist() == [0, 24, 48]
    assert whole.joint_steps.tolist() == [48, 51]
    assert np.array_equal(whole.centre[2], parts[2].centre[0])
    assert joined([]).steps.shape == (0,)


def test_other_shapes_are_refused() -> None:
    arrays = rows([0, 24], []).arrays()
    with pytest.raises(ValueError, match="centre"):
        Looks.of_arrays(arrays | {"centre": arrays["centre"][:1]})
    with pytest.raises(KeyError, match="whole"):
        Looks.of_arrays({name: array for name, array in arrays.items() if name != "whole"})

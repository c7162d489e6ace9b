"""The reader of places learns where what changes with a sound is, and writes weights and record."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch

from foley_core.models.checkpoints import load_weights
from foley_core.models.embedded.motion_places import PLACES_FILE
from foley_core.models.embedded.place_inputs import place_inputs
from foley_core.models.embedded.place_net import chances
from foley_core.training import train_places as module
from foley_core.training.place_examples import PlaceExample
from foley_core.training.train_places import taught, train_places


def examples(count: int = 48) -> list[PlaceExample]:
    """Things of which one column changes at each of two hits."""
    rng = np.random.default_rng(0)
    made = []
    for _ in range(count):
        columns = rng.uniform(0.0, 0.1, (96, 32)).astype(np.float16)
        column, begins = int(rng.integers(32)), np.array([30, 70])
        for at in begins:
            columns[at - 1 : at + 2, column] = 1.0
        pan = 2.0 * (column + 0.5) / 32 - 1.0
        spans = np.stack([begins - 3, begins + 4], axis=1)
        made.append(PlaceExample(columns, False, spans, begins, np.array([pan, pan])))
    return made


def test_it_finds_the_side_on_which_something_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BATCH", 24)
    net, loss = taught(examples(), 150, 1)
    assert np.isfinite(loss)
    right = []
    for one in examples(64)[48:]:
        columns = np.square(one.columns.astype(np.float64))
        spans = [slice(27, 34), slice(67, 74)]
        seen = place_inputs(columns, slice(0, 96), one.moments, spans, lasts=False)
        with torch.inference_mode():
            found = chances(net, torch.from_numpy(seen.windows), torch.from_numpy(seen.profiles))
        right.append(bool(found[0, 16:].sum() > 0.5) == bool(one.pans[0] > 0))
    assert np.mean(right) > 0.8


def test_the_record_names_the_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "place_examples", lambda folder, worlds, progress: examples(8))
    train_places(tmp_path, worlds=500, seed=1, progress=lambda share, text: None, steps=2)
    record = tomllib.loads((tmp_path / "places.toml").read_text())
    assert load_weights(tmp_path / PLACES_FILE, record["sha256"])
    assert record["recipe"]["worlds"] == 500

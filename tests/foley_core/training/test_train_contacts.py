"""The reader of contacts learns where onsets are, and writes weights with their record."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch

from foley_core.models.checkpoints import load_weights
from foley_core.models.embedded.contact_grid import GRID_NUMBERS
from foley_core.models.embedded.weights_folder import CONTACTS_FILE
from foley_core.training import train_contacts as module
from foley_core.training.contact_examples import ROWS, ContactExamples
from foley_core.training.train_contacts import taught, train_contacts


def examples(worlds: int = 32) -> ContactExamples:
    """Worlds in which two numbers jump at each onset."""
    rng = np.random.default_rng(0)
    rows = rng.normal(0.0, 0.5, (worlds, ROWS, GRID_NUMBERS)).astype(np.float32)
    heat = np.zeros((worlds, ROWS), np.float32)
    for world in range(worlds):
        for onset in range(int(rng.integers(5, 25)), ROWS, 30):
            heat[world, onset] = 1.0
            rows[world, onset, :2] += 3.0
    return ContactExamples(rows, heat)


def test_it_finds_what_stands_out_where_onsets_were(monkeypatch: pytest.MonkeyPatch) -> None:
    """One training of a few networks; the others are taught alike."""
    monkeypatch.setattr(module, "TRAININGS", 1)
    net, loss = taught(examples(), 30, 1)
    seen = examples(40)
    with torch.inference_mode():
        probability = net(torch.from_numpy(seen.rows[32:]))[0].sigmoid().numpy()
    there = seen.heat[32:] == 1.0
    assert np.isfinite(loss)
    assert probability[there].mean() > 1.05 * probability[~there].mean()


def test_the_record_names_the_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "contact_examples", lambda folder, worlds, progress: examples())
    train_contacts(tmp_path, worlds=32, seed=1, progress=lambda share, text: None, steps=2)
    record = tomllib.loads((tmp_path / "contacts.toml").read_text())
    assert load_weights(tmp_path / CONTACTS_FILE, record["sha256"])
    assert 0.0 < record["reading"]["level"] < 1.0
    assert record["recipe"]["worlds"] == 32

"""The reader of contacts for slow videos learns from slow worlds; its record names how to read."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from foley_core.models.checkpoints import load_weights
from foley_core.models.embedded.contact_grid import GRID_NUMBERS
from foley_core.models.embedded.filmed_onsets import SLOW_CONTACTS_FILE
from foley_core.training import train_slow_contacts as module
from foley_core.training.contact_examples import ROWS, ContactExamples
from foley_core.training.train_slow_contacts import train_slow_contacts
from foley_core.types import Progress


def test_the_record_names_the_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def given(
        folder: Path, worlds: int, progress: Progress, *, slow: bool = False
    ) -> ContactExamples:
        asked.append(slow)
        rows = np.zeros((worlds, ROWS, GRID_NUMBERS), np.float32)
        return ContactExamples(rows, np.ones((worlds, ROWS), np.float32))

    monkeypatch.setattr(module, "contact_examples", given)
    train_slow_contacts(tmp_path, worlds=32, seed=1, progress=lambda share, text: None, steps=1)
    record = tomllib.loads((tmp_path / "slow-contacts.toml").read_text())
    assert asked == [True]
    assert load_weights(tmp_path / SLOW_CONTACTS_FILE, record["sha256"])
    assert 0.0 < record["reading"]["level"] < 1.0
    assert record["recipe"]["command"].startswith("foley train slow-contacts")

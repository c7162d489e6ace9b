"""The driver learns from notes in the store which phase its workers are in."""

import threading
from pathlib import Path

import pytest

from foley_core.storage.store import Storage
from pipelines import begun_stages
from pipelines.begun_stages import note_begun, phases_told


def test_phases_are_told_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(begun_stages, "LOOK_EVERY_S", 0.01)
    store, told, both = Storage(str(tmp_path)), list[str](), threading.Event()

    def tell(phase: str) -> None:
        told.append(phase)
        if len(told) == 2:
            both.set()

    with phases_told(store, "run-1", tell):
        note_begun(store, "run-1", "mix")  # no phase of its own
        note_begun(store, "run-2", "perceive")
        assert not both.wait(0.1)
        assert told == []
        note_begun(store, "run-1", "perceive")
        note_begun(store, "run-1", "generate")
        assert both.wait(120)
    assert told == ["looking", "performing"]


def test_without_a_run_no_note_is_left(tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    note_begun(store, "", "perceive")
    assert list(store.list()) == []

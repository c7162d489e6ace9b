"""Stored stems: generated once, and named where they are damaged."""

from pathlib import Path

import numpy as np
import pytest
from fakes import ToneGenerator, store_stems

from foley_core.cues.sheet import Cue, CueSheet, Style
from foley_core.errors import StorageError
from foley_core.models.protocol import SoundSpec
from foley_core.soundtrack.stems import plan_stems
from foley_core.soundtrack.stored_stems import SPECS_AT_ONCE, load_stem, sounds_of
from foley_core.storage.store import Storage

SECOND = 48_000


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    return Storage(str(tmp_path))


def test_stems_are_generated_once(store: Storage) -> None:
    generator = ToneGenerator()
    cues = [
        Cue("action", "footstep_walk", "wood", 5, 4805),
        Cue("ambience", "wind", None, 0, 30 * SECOND),
    ]
    sheet = CueSheet(30 * SECOND, ()).with_cues(cues)
    plans = plan_stems(sheet, np.zeros(750, np.uint8), 1, generator)
    made = store_stems(store, plans, generator)
    assert made == {plan.key(generator.identity) for plan in plans}
    count = len(generator.performed)
    assert store_stems(store, plans, generator) == set()
    assert len(generator.performed) == count


def test_sounds_are_asked_for_as_they_are_taken_however_many() -> None:
    generator = ToneGenerator()
    specs = [SoundSpec("tap", "wood", 4800, 0.7, Style(), (), 1, seed=n) for n in range(100)]
    sounds = sounds_of(specs, generator)
    for _ in range(SPECS_AT_ONCE):
        next(sounds)
    assert generator.performed == specs[:SPECS_AT_ONCE]
    assert len(list(sounds)) == 100 - SPECS_AT_ONCE
    assert generator.performed == specs


def test_a_damaged_stem_is_named(store: Storage) -> None:
    store.put("stems-store/v1/ab/abc.flac", b"rotten")
    with pytest.raises(StorageError, match=r"abc\.flac.*delete it"):
        load_stem(store, "stems-store/v1/ab/abc.flac")

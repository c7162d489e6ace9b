"""What corrections teach is kept with features and read back, never from barred models."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foley_core.cues.corrections import Correction, with_ids
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.errors import ConfigError
from foley_core.models.embedded.features import ClipFeatures
from foley_core.models.embedded.feedback import NOTHING
from foley_core.models.embedded.perception import Perception
from foley_core.models.embedded.perception_net import ACTIONS
from foley_core.models.embedded.train_feedback import train_feedback
from foley_core.soundtrack.detection import Detection
from foley_core.soundtrack.traces import leave_trace
from foley_core.storage import Storage
from pipelines.feedback import keep_lessons, read_dataset
from pipelines.purge import purge
from pipelines.seen_videos import SeenVideo

SHEET = with_ids(
    CueSheet(192_000, ()).with_cues(
        [Cue("action", "tap", "wood", 19_200, 40_000), Cue("ambience", "rain", None, 0, 192_000)]
    )
)
TAP = next(cue.cue_id for cue in SHEET.cues if cue.sound_class == "tap")


def change(op: str, **more: Any) -> Correction:
    return Correction(op=op, cue=TAP, by="ana", at="2026-11-25T20:00:00", **more)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    rng = np.random.default_rng(1)
    features = ClipFeatures(
        0,
        rng.normal(size=(100, 128)).astype(np.float16),
        rng.normal(size=(16 * 9, 128)).astype(np.float16),
        np.zeros((100, 37), np.float16),
        np.zeros(100, np.uint8),
    )
    store = Storage(str(tmp_path / "out"))
    store.put("features/v2/f.safetensors", features.to_bytes())
    leave_trace(store, "v", ["features/v2/f.safetensors", "features/v2/seen.json"])
    return store


def video(model: str = "embedded") -> SeenVideo:
    row = {"run_id": "1", "model": model, "detection": "features/v2/seen.json"}
    return SeenVideo("v", {"de": row}, Detection(SHEET, np.zeros(100, np.uint8)), Fraction(25))


def test_each_operation_teaches_what_it_says(store: Storage) -> None:
    made = [change("relabel", sound_class="slap"), change("move", onset=96_000), change("reroll")]
    assert keep_lessons(store, video(), SHEET, made) == 3
    lessons = sorted(read_dataset(store.root), key=lambda one: (one.step, one.action))
    slap = ACTIONS.index("slap")
    assert [(one.step, one.action) for one in lessons] == [(10, NOTHING), (10, slap), (50, slap)]


def test_the_same_corrections_are_kept_once(store: Storage) -> None:
    for _ in range(2):
        keep_lessons(store, video(), SHEET, [change("delete")])
    assert len(read_dataset(f"{store.root}/feedback")) == 1


def test_barred_models_and_expired_features_teach_nothing(store: Storage) -> None:
    assert keep_lessons(store, video("hunyuan-xl"), SHEET, [change("delete")]) == 0
    store.delete("features/v2/f.safetensors")
    assert keep_lessons(store, video(), SHEET, [change("delete")]) == 0
    with pytest.raises(ConfigError, match="no feedback"):
        read_dataset(store.root)


def test_a_purge_takes_lessons_out(store: Storage) -> None:
    keep_lessons(store, video(), SHEET, [change("delete")])
    assert purge(store, "v").left == []
    assert not list(store.list("feedback/"))


def test_taught_weights_are_weights(store: Storage, tmp_path: Path) -> None:
    keep_lessons(store, video(), SHEET, [change("relabel", sound_class="slap")])
    out = tmp_path / "taught"
    assert train_feedback(out, read_dataset(store.root), steps=2, seed=1) == {"lessons": 1.0}
    assert Perception(out / "perception.safetensors").identity != Perception().identity
    assert (out / "generator.safetensors").exists()

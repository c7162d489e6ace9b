"""What corrections teach is kept with features and read back, never from barred models."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networks import own_perception

from foley_core.cues.corrections import Correction, with_ids
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.timecode import SourceClock
from foley_core.errors import CheckpointError, ConfigError
from foley_core.models.checkpoints import load_weights, save_weights
from foley_core.models.embedded.features import ClipFeatures
from foley_core.models.embedded.perception import Perception
from foley_core.models.embedded.perception_net import ACTIONS
from foley_core.models.embedded.weights_folder import find_weights
from foley_core.soundtrack.correction_log import append
from foley_core.soundtrack.stored_detection import Detection, detection_key
from foley_core.soundtrack.traces import leave_trace
from foley_core.storage.store import Storage
from foley_core.training.feedback_examples import NOTHING
from foley_core.training.train_feedback import train_feedback
from foley_core.vision.motion_statistics import STATISTICS
from pipelines.corrections.feedback import keep_lessons, read_dataset
from pipelines.metadata.delivered import SeenVideo
from pipelines.privacy.purge import purge_video

SHEET = with_ids(
    CueSheet(192_000, ()).with_cues(
        [Cue("action", "tap", "wood", 19_200, 40_000), Cue("ambience", "rain", None, 0, 192_000)]
    )
)
FEATURES = "features/v2/f.safetensors"
SHIPPED = find_weights()
OWN = SHIPPED.perception_identity()
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
        np.zeros((100, STATISTICS), np.float16),
        np.zeros(9, np.float16),
        np.zeros(100, np.uint8),
    )
    store = Storage(str(tmp_path / "out"))
    store.put(FEATURES, features.to_bytes())
    leave_trace(store, "v", [FEATURES, seen_by(OWN)])
    leave_trace(store, "v", [FEATURES, seen_by("another")])
    return store


def seen_by(encoder: str) -> str:
    return detection_key([FEATURES], encoder, SHEET.samples)


def video(*models: str, encoder: str = OWN) -> SeenVideo:
    """With a track by each model, for a region each."""
    rows = {
        str(number): {"run_id": str(number), "model": model, "detection": seen_by(encoder)}
        for number, model in enumerate(models or ("embedded",))
    }
    detection = Detection(SHEET, np.zeros(100, np.uint8))
    return SeenVideo("v", rows, detection, SourceClock(Fraction(25)))


def corrections(store: Storage, *made: Correction) -> None:
    """Into the log, as one entry."""
    assert append(store, "v", made, lambda entries: None)


def test_each_operation_teaches_what_it_says(store: Storage) -> None:
    made = [change("relabel", sound_class="slap"), change("move", onset=96_000), change("reroll")]
    corrections(store, *made)
    assert keep_lessons(store, video(), SHIPPED) == 3
    lessons = sorted(read_dataset(store.root, SHIPPED), key=lambda one: (one.step, one.action))
    slap = ACTIONS.index("slap")
    assert [(one.step, one.action) for one in lessons] == [(10, NOTHING), (10, slap), (50, slap)]


def test_the_same_corrections_are_kept_once(store: Storage) -> None:
    corrections(store, change("delete"))
    assert [keep_lessons(store, video(), SHIPPED) for _ in range(2)] == [1, 0]
    assert len(read_dataset(f"{store.root}/feedback", SHIPPED)) == 1


def test_what_a_killed_command_left_out_is_made_up_for(store: Storage) -> None:
    corrections(store, change("relabel", sound_class="slap"))
    corrections(store, change("move", onset=96_000))
    assert keep_lessons(store, video(), SHIPPED) == 3
    slap = ACTIONS.index("slap")
    assert sorted((one.step, one.action) for one in read_dataset(store.root, SHIPPED)) == [
        (10, NOTHING), (10, slap), (50, slap),
    ]  # fmt: skip
    store.delete(next(item.key for item in store.list("feedback/")))
    assert keep_lessons(store, video(), SHIPPED) in (1, 2)
    assert len(read_dataset(store.root, SHIPPED)) == 3


@pytest.mark.parametrize("models", [("hunyuan-xl",), ("hunyuan-xl", "embedded")])
def test_a_barred_model_in_any_region_teaches_nothing(
    store: Storage, models: tuple[str, ...]
) -> None:
    corrections(store, change("delete"))
    assert keep_lessons(store, video(*models), SHIPPED) == 0
    with pytest.raises(ConfigError, match="no feedback"):
        read_dataset(store.root, SHIPPED)


def test_expired_features_teach_nothing(store: Storage) -> None:
    corrections(store, change("delete"))
    store.delete(FEATURES)
    assert keep_lessons(store, video(), SHIPPED) == 0


def test_features_of_other_weights_teach_nothing(store: Storage, tmp_path: Path) -> None:
    corrections(store, change("relabel", sound_class="slap"))
    assert keep_lessons(store, video(encoder="another"), SHIPPED) == 0
    assert keep_lessons(store, video(), SHIPPED) == 1
    others = find_weights(own_perception(tmp_path / "others"))
    with pytest.raises(ConfigError, match="all 1 lessons were kept with features of other weights"):
        read_dataset(store.root, others)
    leave_trace(store, "v", [FEATURES, seen_by(others.perception_identity())])
    corrections(store, change("delete"))
    assert keep_lessons(store, video(encoder=others.perception_identity()), others) == 1
    (lesson,) = read_dataset(store.root, others)
    assert lesson.action == NOTHING


def test_a_purge_takes_lessons_out(store: Storage) -> None:
    corrections(store, change("delete"))
    keep_lessons(store, video(), SHIPPED)
    assert purge_video(store, "v").left == []
    assert not list(store.list("feedback/"))


def test_taught_weights_are_weights(store: Storage, tmp_path: Path) -> None:
    corrections(store, change("relabel", sound_class="slap"))
    keep_lessons(store, video(), SHIPPED)
    out = tmp_path / "taught"
    assert train_feedback(out, read_dataset(store.root, SHIPPED), steps=2, seed=1) == {
        "lessons": 1.0
    }
    weights = find_weights(out)
    assert Perception(weights).load().thresholds == Perception().load().thresholds
    assert weights.perception_identity() != OWN
    assert weights.shipped.keys() == SHIPPED.shipped.keys() - weights.own.keys()


def test_what_corrects_taught_weights_is_learned_with_what_taught_them(
    store: Storage, tmp_path: Path
) -> None:
    corrections(store, change("relabel", sound_class="slap"))
    keep_lessons(store, video(), SHIPPED)
    train_feedback(tmp_path, read_dataset(store.root, SHIPPED), steps=1, seed=1)
    taught = find_weights(tmp_path)
    leave_trace(store, "v", [FEATURES, seen_by(taught.perception_identity())])
    corrections(store, change("move", onset=96_000))
    assert keep_lessons(store, video(encoder=taught.perception_identity()), taught) == 2
    for weights in (taught, SHIPPED):
        assert len(read_dataset(store.root, weights)) == 3


def test_taught_weights_can_be_taught_again_but_not_those_of_another_encoder(
    store: Storage, tmp_path: Path
) -> None:
    corrections(store, change("relabel", sound_class="slap"))
    keep_lessons(store, video(), SHIPPED)
    lessons, out = read_dataset(store.root, SHIPPED), tmp_path / "taught"
    train_feedback(out, lessons, steps=1, seed=1)
    begun = out / "perception.safetensors"
    train_feedback(tmp_path / "again", lessons, steps=1, seed=1, weights=find_weights(out))
    tensors = load_weights(begun, None)
    tensors["motion.attend.bias"] = tensors["motion.attend.bias"] + 1.0
    sha256 = save_weights(begun, tensors)
    text = begun.with_suffix(".toml").read_text().split('"')
    begun.with_suffix(".toml").write_text('"'.join([text[0], sha256, *text[2:]]))
    with pytest.raises(CheckpointError, match=r"another encoder.*motion\.attend\.bias"):
        train_feedback(tmp_path / "no", lessons, steps=1, seed=1, weights=find_weights(out))

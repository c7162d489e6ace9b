"""The feedback dataset: `feedback/<id>/<entry>.parquet`, one row a lesson that corrections teach.

A relabelled or added short action is one that sounds at its onset; a deleted one is nothing, and so
is the place that a moved one left. Each row holds the stored features around its moment, so that
a training needs no video. Files are written once; a purge takes a video's rows out.

A video with a track whose model's licence bars training teaches nothing: whoever corrected it may
have heard that track. Features mean something only to the encoder that made them, so each row names
it.
"""

import io
import json
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from foley_core.cues.corrections import Correction, corrected
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.errors import ConfigError, StorageError
from foley_core.ids import digest
from foley_core.models.embedded.features import TOKENS_PER_SCENE, ClipFeatures
from foley_core.models.embedded.motion_encoder import WIDTH
from foley_core.models.embedded.perception_net import ACTIONS
from foley_core.models.embedded.weights_folder import EmbeddedWeights
from foley_core.soundtrack.correction_log import read_log
from foley_core.soundtrack.stored_detection import detection_key
from foley_core.soundtrack.traces import traced_keys, traces_of
from foley_core.storage.store import Storage
from foley_core.timebase import SAMPLES_PER_STEP, STEPS_PER_SCENE
from foley_core.training.feedback_examples import NOTHING, WINDOW_STEPS, Lesson, lesson_of
from pipelines.metadata.commits import parquet_bytes
from pipelines.metadata.delivered import SeenVideo

FEEDBACK_FOLDER = "feedback/"
_BARRED_MODELS = ("hunyuan",)
_SCENE_ROWS = WINDOW_STEPS // STEPS_PER_SCENE * TOKENS_PER_SCENE


def keep_lessons(store: Storage, video: SeenVideo, weights: EmbeddedWeights) -> int:
    """Write what a video's log of corrections teaches and the dataset lacks, an entry a file.

    So whatever a killed command left out is made up for by the next, and two people at once leave
    what each of them taught.

    Args:
        weights: that the job runs with.

    Returns:
        How many lessons were written: 0 where the video's features are gone, or were made with
        other weights.

    Raises:
        StorageError: the store failed.
    """
    if any(str(row["model"]).startswith(_BARRED_MODELS) for row in video.rows.values()):
        return 0
    entries = read_log(store, video.video_id)
    lacking = [one for one in entries if not store.exists(_key(video.video_id, one.number))]
    if not lacking:
        return 0
    clips, encoder, written = _features(store, video, weights), weights.encoder_identity(), 0
    for entry in lacking:
        before = video.sheet_after(store, entries[: entry.number])
        rows = [_row(video, encoder, one, cue, lesson)
                for one, cue, step, action in _moments(before, entry.corrections)
                if (lesson := lesson_of(clips, step, action)) is not None]  # fmt: skip
        if rows:
            table = parquet_bytes(pa.Table.from_pylist(rows))
            store.put_if_absent(_key(video.video_id, entry.number), table)
        written += len(rows)
    return written


def read_dataset(uri: str, weights: EmbeddedWeights) -> list[Lesson]:
    """All lessons of an output's feedback, or of a folder of its files, for one encoder.

    Args:
        weights: that shall learn; their encoder made the features of the lessons.

    Raises:
        ConfigError: there are none, they were kept with features of another encoder, or a file is
            not such a file.
        StorageError: the store failed.
    """
    store = Storage(uri)
    keys = [item.key for item in store.list() if item.key.endswith(".parquet")]
    inner = [key for key in keys if key.startswith(FEEDBACK_FOLDER)]
    encoder = weights.encoder_identity()
    found = [pair for key in inner or keys for pair in _lessons(store, key)]
    if not found:
        raise ConfigError(f"{uri} holds no feedback; give an output with corrections")
    lessons = [lesson for made_by, lesson in found if made_by == encoder]
    if not lessons:
        raise ConfigError(
            f"{uri}: all {len(found)} lessons were kept with features of other weights, which "
            "these cannot learn from; name the weights of that job with --weights, or correct "
            "videos that a job with these has run on"
        )
    return lessons


def _key(video_id: str, entry: int) -> str:
    return f"{FEEDBACK_FOLDER}{digest({'video_id': video_id})}/{entry:06}.parquet"


def _lessons(store: Storage, key: str) -> Iterator[tuple[str, Lesson]]:
    """Each lesson, and what encoded its features."""
    try:
        for row in pq.read_table(io.BytesIO(store.read(key))).to_pylist():
            action = NOTHING if row["sound_class"] is None else ACTIONS.index(row["sound_class"])
            yield (
                str(row["encoder"]),
                Lesson(
                    motion=np.frombuffer(row["motion"], np.float16).reshape(WINDOW_STEPS, WIDTH),
                    scene=np.frombuffer(row["scene"], np.float16).reshape(_SCENE_ROWS, WIDTH),
                    valid=np.frombuffer(row["valid"], np.bool_),
                    step=int(row["step"]),
                    action=action,
                ),
            )
    except (KeyError, ValueError, TypeError, pa.ArrowException) as error:
        raise ConfigError(f"{store.uri(key)} holds no feedback ({error!r})") from None


def _moments(
    sheet: CueSheet, made: Sequence[Correction]
) -> Iterator[tuple[Correction, Cue | None, int, int]]:
    """Correction, former cue, motion step and class index of each thing that was taught."""
    for one in made:
        former = next((cue for cue in sheet.cues if cue.cue_id == one.cue), None)
        sheet, _ = corrected(sheet, [one])
        name = one.added_id if one.op == "add" else one.cue
        now = next((cue for cue in sheet.cues if cue.cue_id == name), None)
        if one.op in ("delete", "move") and former is not None and former.sound_class in ACTIONS:
            yield one, former, _step(former), NOTHING
        if one.op in ("relabel", "move", "add") and now and now.sound_class in ACTIONS:
            yield one, former, _step(now), ACTIONS.index(now.sound_class)


def _step(cue: Cue) -> int:
    return round(cue.onset / SAMPLES_PER_STEP)


def _features(store: Storage, video: SeenVideo, weights: EmbeddedWeights) -> list[ClipFeatures]:
    """The features that a video's detection was made from; none where they have expired, or where
    other weights than the job's made them (the detection's name tells)."""
    latest = max(video.rows.values(), key=lambda row: str(row["run_id"]))
    for item in store.list(traces_of(video.video_id)):
        keys = list(traced_keys(store, item.key))
        if latest["detection"] in keys:
            try:
                read = [
                    (key, ClipFeatures.from_bytes(store.read(key)))
                    for key in keys
                    if key.endswith(".safetensors")
                ]
            except StorageError:
                return []
            read.sort(key=lambda pair: pair[1].first_step)
            keys = [key for key, _ in read]
            if latest["detection"] in _detections(keys, video.samples, weights):
                return [clip for _, clip in read]
    return []


def _detections(features: list[str], samples: int, weights: EmbeddedWeights) -> list[str]:
    """Keys of what these weights detect from features, of plain and of blurred pictures, in every
    tier."""
    encoders = [
        weights.perception_identity(hides, tier)
        for hides, tier in product((False, True), weights.tiers)
    ]
    return [detection_key(features, encoder, samples) for encoder in encoders]


def _row(
    video: SeenVideo, encoder: str, one: Correction, former: Cue | None, lesson: Lesson
) -> dict[str, Any]:
    return {
        "video_id": video.video_id,
        "moment": json.dumps([one.op, one.cue or one.added_id, lesson.step, lesson.action]),
        "encoder": encoder,
        "by": one.by,
        "at": one.at,
        "why": one.why,
        "former_class": former.sound_class if former else None,
        "sound_class": None if lesson.action == NOTHING else ACTIONS[lesson.action],
        "step": lesson.step,
        "motion": lesson.motion.tobytes(),
        "scene": lesson.scene.tobytes(),
        "valid": lesson.valid.tobytes(),
    }

"""The feedback dataset: `feedback/<id>-<entry>.parquet`, one row a lesson that corrections teach.

A relabelled or added short action is one that sounds at its onset; a deleted one is nothing, and so
is the place that a moved one left. Each row holds the stored features around its moment, so that
a training needs no video. Files are written once; a purge takes a video's rows out.

Tracks whose model's licence bars training teach nothing: a model named `hunyuan…` made them.
"""

import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from foley_core.cues.corrections import Correction, corrected
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.errors import ConfigError, StorageError
from foley_core.ids import digest
from foley_core.models.embedded.features import ClipFeatures
from foley_core.models.embedded.feedback import NOTHING, WINDOW_STEPS, Lesson, lesson_of
from foley_core.models.embedded.perception_net import ACTIONS, TOKENS_PER_SCENE, WIDTH
from foley_core.soundtrack.traces import traced_keys, traces_of
from foley_core.storage import Storage
from foley_core.timebase import SAMPLES_PER_STEP, STEPS_PER_SCENE
from pipelines.metadata import parquet_bytes
from pipelines.seen_videos import SeenVideo

FOLDER = "feedback/"
_BARRED_MODELS = ("hunyuan",)
_SCENE_ROWS = WINDOW_STEPS // STEPS_PER_SCENE * TOKENS_PER_SCENE


def keep_lessons(
    store: Storage, video: SeenVideo, before: CueSheet, made: Sequence[Correction]
) -> int:
    """Write what corrections of a video teach; how many lessons, 0 where its features are gone.

    Args:
        before: the sheet that was corrected.

    Raises:
        StorageError: the store failed.
    """
    latest = max(video.rows.values(), key=lambda row: str(row["run_id"]))
    if str(latest["model"]).startswith(_BARRED_MODELS):
        return 0
    clips = _features(store, video.video_id, str(latest["detection"]))
    rows = [_row(video, one, cue, lesson)
            for one, cue, step, action in _moments(before, made)
            if (lesson := lesson_of(clips, step, action)) is not None]  # fmt: skip
    if rows:
        name = digest([video.video_id, [row["moment"] for row in rows]])
        key = f"{FOLDER}{digest({'video_id': video.video_id})[:16]}-{name[:16]}.parquet"
        store.put_if_absent(key, parquet_bytes(pa.Table.from_pylist(rows)))
    return len(rows)


def read_dataset(uri: str) -> list[Lesson]:
    """All lessons of an output's feedback, or of a folder of such files.

    Raises:
        ConfigError: there are none, or a file is not such a file.
        StorageError: the store failed.
    """
    store = Storage(uri)
    keys = [item.key for item in store.list() if item.key.endswith(".parquet")]
    inner = [key for key in keys if key.startswith(FOLDER)]
    lessons = [lesson for key in inner or keys for lesson in _lessons(store, key)]
    if not lessons:
        raise ConfigError(f"{uri} holds no feedback; give an output with corrections")
    return lessons


def _lessons(store: Storage, key: str) -> Iterator[Lesson]:
    try:
        for row in pq.read_table(io.BytesIO(store.read(key))).to_pylist():
            action = NOTHING if row["sound_class"] is None else ACTIONS.index(row["sound_class"])
            yield Lesson(
                motion=np.frombuffer(row["motion"], np.float16).reshape(WINDOW_STEPS, WIDTH),
                scene=np.frombuffer(row["scene"], np.float16).reshape(_SCENE_ROWS, WIDTH),
                valid=np.frombuffer(row["valid"], np.bool_),
                step=int(row["step"]),
                action=action,
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
        if one.op != "delete" and one.op != "reroll" and now and now.sound_class in ACTIONS:
            yield one, former, _step(now), ACTIONS.index(now.sound_class)


def _step(cue: Cue) -> int:
    return round(cue.onset / SAMPLES_PER_STEP)


def _features(store: Storage, video_id: str, detection: str) -> list[ClipFeatures]:
    """The features that a detection was made from; none where they have expired."""
    for item in store.list(traces_of(video_id)):
        keys = list(traced_keys(store, item.key))
        if detection in keys:
            try:
                return [
                    ClipFeatures.from_bytes(store.read(key))
                    for key in keys
                    if key.endswith(".safetensors")
                ]
            except StorageError:
                return []
    return []


def _row(video: SeenVideo, one: Correction, former: Cue | None, lesson: Lesson) -> dict[str, Any]:
    return {
        "video_id": video.video_id,
        "moment": json.dumps([one.op, one.cue or one.added_id, lesson.step, lesson.action]),
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

"""Perception does not care for clips or batches, sees nothing in stillness, and survives storage.

What the shipped weights find in rendered worlds is in evaluation/test_seen_worlds.py.
"""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from foley_core.errors import CheckpointError, StorageError
from foley_core.media.decode import StepPicture
from foley_core.models.embedded.features import (
    FEATURE_LEAD_STEPS,
    FEATURE_TAIL_STEPS,
    ClipFeatures,
)
from foley_core.models.embedded.perception import Perception
from foley_core.models.embedded.weights_folder import PERCEPTION_FILE, find_weights, shipped_folder


@pytest.fixture(scope="module")
def perception() -> Perception:
    return Perception()


def moving(steps: int, seed: int = 0) -> list[StepPicture]:
    """A textured block that jerks to and fro over a textured ground, with repeated pictures."""
    rng = np.random.default_rng(seed)
    ground = cv2.GaussianBlur(rng.integers(0, 255, (128, 128, 3)).astype(np.uint8), (0, 0), 2.0)
    block = rng.integers(0, 255, (30, 30, 3)).astype(np.uint8)
    pictures, x, time_s = [], 20, 0.0
    for step in range(steps):
        if step and rng.random() < 0.7:
            x, time_s = int(np.clip(x + rng.integers(-9, 10), 0, 98)), step / 25
        rgb = np.asarray(ground, np.uint8).copy()
        # At times a picture lies between two steps, with the block a little higher.
        between = []
        if step and time_s == step / 25 and rng.random() < 0.3:
            rgb[46:76, x : x + 30] = block
            between.append((time_s - 0.02, np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))))
            rgb[:] = ground
        rgb[50:80, x : x + 30] = block
        gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
        scene = rgb if step % 12 == 0 else None
        pictures.append(StepPicture(step, time_s, gray, scene, between=tuple(between)))
    return pictures


def encoded(perception: Perception, seen: list[StepPicture], first: int, last: int) -> ClipFeatures:
    around = slice(max(0, first - FEATURE_LEAD_STEPS), last + FEATURE_TAIL_STEPS)
    return perception.encode(seen[around], first, last)


@pytest.fixture(scope="module")
def seen() -> list[StepPicture]:
    return moving(240)


@pytest.fixture(scope="module")
def whole(perception: Perception, seen: list[StepPicture]) -> ClipFeatures:
    return encoded(perception, seen, 0, 240)


@pytest.mark.parametrize("cuts", [(77, 190), (96, 192), (1, 239), (13, 14), (49, 100)])
def test_tokens_do_not_depend_on_clips(
    perception: Perception,
    seen: list[StepPicture],
    whole: ClipFeatures,
    cuts: tuple[int, int],
) -> None:
    edges = [0, *cuts, 240]
    parts = [encoded(perception, seen, a, b) for a, b in zip(edges, edges[1:], strict=False)]  # noqa: RUF007
    for name in ("motion_tokens", "scene_tokens", "statistics", "motion_energy"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        assert joined.tobytes() == getattr(whole, name).tobytes()
    for name in ("times", "numbers"):
        joined = np.concatenate([getattr(part.contacts, name) for part in parts])
        assert joined.tobytes() == getattr(whole.contacts, name).tobytes()
    assert len(whole.contacts.times) > 180
    sheet = perception.detect([whole], 240 * 1920).sheet
    assert perception.detect(parts, 240 * 1920).sheet.to_json() == sheet.to_json()


def test_a_still_picture_has_an_ambience_and_no_actions(perception: Perception) -> None:
    picture = moving(1)[0]
    still = [
        StepPicture(k, k / 25, picture.gray, picture.rgb if k % 12 == 0 else None)
        for k in range(100)
    ]
    sheet = perception.detect([perception.encode(still, 0, 100)], 192_000).sheet
    assert [(c.kind, c.onset, c.offset) for c in sheet.cues] == [("ambience", 0, 192_000)]


def test_a_black_video_has_no_actions(perception: Perception) -> None:
    black = np.zeros((128, 128, 3), np.uint8)
    dark = [
        StepPicture(k, k / 25, black[..., 0], black if k % 12 == 0 else None) for k in range(60)
    ]
    sheet = perception.detect([perception.encode(dark, 0, 60)], 60 * 1920).sheet
    assert [cue.kind for cue in sheet.cues] == ["ambience"]


def test_one_step_is_a_video(perception: Perception) -> None:
    sheet = perception.detect([encoded(perception, moving(1), 0, 1)], 900).sheet
    assert [(c.onset, c.offset) for c in sheet.cues] == [(0, 900)]


def test_features_survive_storage(perception: Perception) -> None:
    features = encoded(perception, moving(30), 5, 30)
    loaded = ClipFeatures.from_bytes(features.to_bytes())
    assert loaded.first_step == 5
    assert loaded.motion_tokens.tobytes() == features.motion_tokens.tobytes()
    assert loaded.contacts.numbers.tobytes() == features.contacts.numbers.tobytes()
    assert loaded.contacts.times.tobytes() == features.contacts.times.tobytes()
    with pytest.raises(StorageError, match="cannot be read"):
        ClipFeatures.from_bytes(b"not features")


def test_a_gap_between_clips_is_refused(perception: Perception) -> None:
    seen = moving(48)
    parts = [encoded(perception, seen, 0, 20), encoded(perception, seen, 24, 48)]
    with pytest.raises(ValueError, match="begins at step 24, expected 20"):
        perception.detect(parts, 48 * 1920)
    with pytest.raises(ValueError, match="pictures end"):
        perception.encode(seen, 0, 60)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(shipped_folder(), tmp_path / "copy")) / PERCEPTION_FILE
    weights = find_weights(copy.parent)
    assert Perception(weights).identity == Perception().identity
    data = bytearray(copy.read_bytes())
    data[-1] ^= 1
    copy.write_bytes(data)
    with pytest.raises(CheckpointError, match="sha256"):
        find_weights(copy.parent)
    with pytest.raises(CheckpointError, match="sha256"):
        Perception(weights).load()


def test_weights_are_small() -> None:
    assert (shipped_folder() / PERCEPTION_FILE).stat().st_size < 6_000_000

"""Stored visual features come back as they were; anything else says what to do."""

import numpy as np
import pytest
import safetensors.numpy

from foley_core.errors import StorageError
from foley_core.models.hunyuan.clip_visuals import ClipVisuals


def visuals(scene: int = 8, sync: int = 16, pictures: int = 25) -> ClipVisuals:
    rng = np.random.default_rng(1)
    return ClipVisuals(
        rng.normal(size=(scene, 6)).astype(np.float32),
        rng.normal(size=(sync, 5)).astype(np.float32),
        pictures,
    )


def test_what_is_stored_comes_back():
    one = visuals()
    other = ClipVisuals.from_bytes(one.to_bytes(), "a")
    assert other.sync_pictures == one.sync_pictures
    assert np.array_equal(other.scene, one.scene)
    assert np.array_equal(other.sync, one.sync)
    assert one.to_bytes() == other.to_bytes()


@pytest.mark.parametrize(
    "sizes",
    [
        {"pictures": 15},
        {"pictures": 400},
        {"pictures": 40},
        {"scene": 0},
        {"scene": 122},
        {"sync": 9},
    ],
)
def test_parts_that_do_not_fit_are_refused(sizes):
    with pytest.raises(ValueError, match=r"cannot|fit"):
        visuals(**sizes)


def damaged() -> dict[str, bytes]:
    whole = visuals()
    arrays = {
        "scene": whole.scene,
        "sync": whole.sync,
        "sync_pictures": np.array([25], np.int64),
    }
    nan = whole.scene.copy()
    nan[0, 0] = np.nan
    save = safetensors.numpy.save
    return {
        "nothing": b"",
        "noise": b"x" * 100,
        "cut": whole.to_bytes()[:-9],
        "missing": save({"scene": whole.scene}),
        "doubles": save({**arrays, "sync": whole.sync.astype(np.float64)}),
        "flat": save({**arrays, "sync": whole.sync[:, 0].copy()}),
        "not finite": save({**arrays, "scene": nan}),
        "two counts": save({**arrays, "sync_pictures": np.array([25, 25], np.int64)}),
        "other count": save({**arrays, "sync_pictures": np.array([99], np.int64)}),
    }


@pytest.mark.parametrize("kind", damaged())
def test_damage_names_the_object_and_the_remedy(kind):
    with pytest.raises(StorageError, match=r"features/x .*delete it and rerun"):
        ClipVisuals.from_bytes(damaged()[kind], "features/x")


def test_far_too_many_bytes_are_not_parsed(monkeypatch):
    monkeypatch.setattr("foley_core.models.hunyuan.clip_visuals.MAX_BYTES", 10)
    with pytest.raises(StorageError, match="too many"):
        ClipVisuals.from_bytes(visuals().to_bytes(), "a")

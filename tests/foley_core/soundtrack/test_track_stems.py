"""Stems at the level of their track: with the limiter's gain they sum to it, without to what it
was before."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import videos
from mixes import mixed, whole

from foley_core.errors import DecodeError
from foley_core.mixing.target import LoudnessTarget
from foley_core.soundtrack.deliver import TrackRecord, deliver
from foley_core.soundtrack.delivery import Delivery
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import Footage, span_of
from foley_core.soundtrack.track_stems import TrackStems
from foley_core.storage.store import Storage


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    return Storage(str(tmp_path / "out"))


def delivered(store: Storage, folder: Path, target: LoudnessTarget) -> TrackRecord:
    """A track of two seconds with three groups and music."""
    request = VideoRequest("v", str(videos.render(folder / "v.mp4", seconds=2)))
    footage = Footage(request, span_of(request))
    return deliver(store, footage, mixed(store), "neutral", Delivery("wav24", target), "tone")


def stems_of_track(store: Storage, track: TrackRecord) -> TrackStems:
    return TrackStems(store, track.plan, track.gain_db, track.ceiling_db)


def samples_of(store: Storage, key: str) -> np.ndarray:  # type: ignore[type-arg]
    with store.open(key) as file:
        return soundfile.read(file, dtype="float32", always_2d=True)[0].T


LOUD = LoudnessTarget(-12.0, -3.0)
"""So loud that the limiter must work."""
BUSES = {"footsteps": "foley", "doors": "foley", "ambience": "backgrounds", "music": "music"}


@pytest.mark.parametrize("target", [LoudnessTarget(), LOUD])
def test_buses_with_the_limiter_sum_to_the_track(
    store: Storage, tmp_path: Path, target: LoudnessTarget
) -> None:
    track = delivered(store, tmp_path, target)
    buses = stems_of_track(store, track).together({**BUSES, "weapons": "design"})
    assert list(buses) == ["foley", "backgrounds", "music", "design", "mix"]
    written = samples_of(store, track.key)
    total = sum(whole(blocks) for name, blocks in buses.items() if name != "mix")
    # Some steps of 24 bits: each of the parts is rounded to float32.
    assert np.abs(total - written).max() < 2**-20
    assert np.abs(whole(buses["mix"]) - written).max() < 2**-20
    assert not whole(buses["design"]).any()


def test_groups_without_the_limiter_sum_to_the_track_before_it(
    store: Storage, tmp_path: Path
) -> None:
    track = delivered(store, tmp_path, LOUD)
    stems = stems_of_track(store, track)
    apart = stems.apart()
    assert apart.keys() == {"footsteps", "doors", "ambience", "music", "mix"}
    total = sum(whole(blocks) for name, blocks in apart.items() if name != "mix")
    assert np.abs(total - whole(apart["mix"])).max() < 1e-5
    with store.open(track.key) as file:
        null = stems.null_test(file, "track")
    assert null.limited_share > 0.0
    assert null.rest_db < -120.0
    assert "dBFS; its limiter" in str(null)


def test_where_nothing_is_limited_the_sum_is_the_track(store: Storage, tmp_path: Path) -> None:
    track = delivered(store, tmp_path, LoudnessTarget(-35.0, -1.0))
    with store.open(track.key) as file:
        null = stems_of_track(store, track).null_test(file, "track")
    assert null.limited_share == 0.0
    assert null.rest_db < -120.0


def test_a_track_of_another_length_is_told(store: Storage, tmp_path: Path) -> None:
    track = delivered(store, tmp_path, LoudnessTarget())
    stems = stems_of_track(store, track)
    soundfile.write(tmp_path / "short.wav", np.zeros((1000, 2)), 48_000)
    with (tmp_path / "short.wav").open("rb") as file, pytest.raises(DecodeError, match="as long"):
        stems.null_test(file, "short")
    (tmp_path / "text.wav").write_text("no sound")
    with (tmp_path / "text.wav").open("rb") as file, pytest.raises(DecodeError, match="cannot be"):
        stems.null_test(file, "text")

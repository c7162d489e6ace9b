"""The picture of a track in containers: signed where the job says so, and verified afterwards."""

from pathlib import Path

import av
import odd_videos
import pytest
import sounds
import videos
from handed_over import deliver_row

from foley_core.ids import sha256_of_file
from foley_core.media.sound_digest import sound_sha256
from foley_core.provenance.signing import TEST_NAME
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import find_footage
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from pipelines.config import Job
from pipelines.delivery.hand_over import hand_over, wanted_of
from pipelines.provenance.verify import verify

PLACE = "formats/region=neutral/walk/walk"


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    """An output of a job that signs, with a track of a video that is still there."""
    return output_of(tmp_path, videos.render(tmp_path / "v.mp4", seconds=1))


def output_of(tmp_path: Path, video: Path) -> Storage:
    store, uri = Storage(str(tmp_path / "out")), str(video)
    job = Job(manifest="m", output="o", provenance={"sign": True})
    store.put("job.json", job.model_dump_json().encode())
    track = sounds.tone(tmp_path / "walk.wav", samples=48_000)
    store.put_file(key := "tracks/region=neutral/walk.wav", track)
    footage = find_footage(VideoStore(store, "walk"), VideoRequest("walk", uri)).footage
    with track.open("rb") as file:
        digest = sound_sha256(file, "walk")
    facts = {"track_sha256": sha256_of_file(track), "track_bytes": store.size(key)}
    identity = footage.span.identity
    deliver_row(store, "walk", uri=uri, source_identity=identity, audio_sha256=digest, **facts)
    return store


def test_both_containers_are_signed_side_by_side(store: Storage) -> None:
    done = hand_over(store, wanted_of(["mov,mkv"], [], [], []))
    assert (done.keys, done.problems) == ([f"{PLACE}.mov", f"{PLACE}.mkv"], [])
    found = {one.place.removeprefix(f"{store.root}/"): one for one in verify(store.root)}
    for ending in (".mov", ".mkv"):
        one = found[f"{PLACE}{ending}"]
        assert one.faults == ()
        assert one.claims
        assert one.claims.credentials
        assert one.claims.credentials.signed_by == TEST_NAME
        assert one.claims.source_type.endswith("/compositeWithTrainedAlgorithmicMedia")


def test_other_tracks_are_copied_when_they_are_asked_for(tmp_path: Path) -> None:
    store = output_of(tmp_path, odd_videos.subtitled(tmp_path / "a.mkv", 1.5))
    done = hand_over(store, wanted_of(["mov,mkv"], [], [], [], other_tracks=True))
    assert done.problems == []
    assert done.notes == [
        "walk, neutral: the .mov cannot hold track 1 (subtitle, srt) of the source"
    ]
    for ending, kinds in ((".mov", ["video", "audio"]), (".mkv", ["video", "audio", "subtitle"])):
        with av.open(f"{store.root}/{PLACE}{ending}") as container:
            assert [one.type for one in container.streams] == kinds
    assert hand_over(store, wanted_of(["mkv"], [], [], [])).notes == []
    with av.open(f"{store.root}/{PLACE}.mkv") as container:
        assert not container.streams.subtitles

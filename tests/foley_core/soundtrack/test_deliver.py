"""Deliveries: stems sum to the mix, the original stays beneath, ends do not click."""

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
import videos
from mixes import SAMPLES, mixed, whole

from foley_core.errors import EncodeError
from foley_core.media.probe import probe
from foley_core.provenance.claims import claims_of
from foley_core.provenance.marking import Marking
from foley_core.soundtrack.deliver import deliver
from foley_core.soundtrack.delivery import Delivery, key_of_track, track_key
from foley_core.soundtrack.finishing import finish
from foley_core.soundtrack.mix_plan import MixPlan
from foley_core.soundtrack.mixdown import mix_of, stem_groups
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import Footage, span_of
from foley_core.storage.store import Storage


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    return Storage(str(tmp_path / "out"))


@pytest.fixture
def plan(store: Storage) -> MixPlan:
    return mixed(store)


@pytest.fixture
def footage(tmp_path: Path) -> Footage:
    path = videos.render(tmp_path / "v.mp4", seconds=2, sound=True)
    return footage_of(VideoRequest("v", str(path)))


def footage_of(request: VideoRequest) -> Footage:
    return Footage(request, span_of(request))


def test_groups_and_music_sum_to_the_mix(store: Storage, plan: MixPlan) -> None:
    apart = stem_groups(store, plan)
    assert set(apart) == {"footsteps", "doors", "ambience", "music"}
    total = sum(whole(blocks) for blocks in apart.values())
    assert np.abs(total - whole(mix_of(store, plan))).max() < 1e-5


def test_the_end_of_the_picture_is_faded(store: Storage, plan: MixPlan) -> None:
    mix = whole(mix_of(store, plan))
    assert mix.shape == (2, SAMPLES)
    assert np.abs(mix[:, -1]).max() < 0.02 * np.abs(mix[:, -1000]).max()


def test_all_files_of_a_delivery(store: Storage, plan: MixPlan, footage: Footage) -> None:
    delivery = Delivery("wav24", stems=True, muxed=True)
    track = deliver(store, footage, plan, "neutral", delivery, "tone")
    delivered = {item.key for item in store.list()}
    assert {key for key in delivered if not key.startswith(("stems-store/", "traces/"))} == {
        "cues/region=neutral/v.json",
        "muxed/region=neutral/v.mp4",
        "tracks/region=neutral/v.wav",
        *(f"stems/region=neutral/v/{g}.wav" for g in
          ("ambience", "doors", "footsteps", "mix", "music")),
    }  # fmt: skip
    assert track.size_bytes == store.size(track.key)
    assert soundfile.info(Path(store.root) / track.key).frames == SAMPLES
    assert b"bext" in store.read(track.key)[:200]


def test_the_original_stays_beneath(store: Storage, plan: MixPlan, footage: Footage) -> None:
    empty = replace(plan, placements=(), music=None)
    kept = deliver(store, footage, empty, "a", Delivery(original_db=-6.0), "tone")
    dropped = deliver(store, footage, empty, "b", Delivery(), "tone")
    assert kept.loudness_lufs == pytest.approx(-23, abs=0.5)
    assert dropped.loudness_lufs is None
    assert dropped.loudness_note


def test_a_picture_that_mp4_cannot_hold_costs_the_muxed_file_only(
    store: Storage, plan: MixPlan, tmp_path: Path
) -> None:
    path = videos.render(tmp_path / "v.webm", seconds=2, codec="libvpx")
    request = VideoRequest("v", str(path))
    track = deliver(store, footage_of(request), plan, "neutral", Delivery(muxed=True), "tone")
    assert store.exists(track.key)
    assert track.mux_note is not None
    assert "no muxed file" in track.mux_note


def test_a_picture_that_is_gone_costs_the_muxed_file_only(
    store: Storage, plan: MixPlan, footage: Footage
) -> None:
    Path(footage.request.uri).unlink()
    track = deliver(store, footage, plan, "neutral", Delivery(stems=True, muxed=True), "tone")
    assert store.exists(track.key)
    assert store.exists("stems/region=neutral/v/mix.wav")
    assert track.mux_note is not None
    assert track.mux_note.startswith("no muxed file: there is no video")


def test_what_a_delivery_does_not_order_goes(
    store: Storage, plan: MixPlan, footage: Footage
) -> None:
    store.put("stems/region=neutral/v2/mix.wav", b"of another video")
    store.put("muxed/region=japan/v.mp4", b"of another region")
    everything = Delivery("flac16", stems=True, muxed=True)
    deliver(store, footage, plan, "neutral", everything, "tone")
    assert store.exists("tracks/region=neutral/v.flac")
    deliver(store, footage, plan, "neutral", Delivery(), "tone")
    left = {item.key for item in store.list()}
    assert {key for key in left if not key.startswith(("stems-store/", "traces/"))} == {
        "cues/region=neutral/v.json",
        "tracks/region=neutral/v.wav",
        "stems/region=neutral/v2/mix.wav",
        "muxed/region=japan/v.mp4",
    }


def test_a_muxed_file_that_cannot_be_made_again_is_not_left_with_the_former_track(
    store: Storage, plan: MixPlan, footage: Footage
) -> None:
    deliver(store, footage, plan, "neutral", Delivery(muxed=True), "tone")
    Path(footage.request.uri).unlink()
    deliver(store, footage, plan, "neutral", Delivery(muxed=True), "tone")
    assert not store.exists("muxed/region=neutral/v.mp4")


def test_flac_has_its_own_ending() -> None:
    assert track_key("v", "japan", "flac24") == "tracks/region=japan/v.flac"
    for root in ("/a/tracks/b", "s3://b", "/"):
        assert key_of_track(f"{root}/tracks/region=de/tracks.wav") == "tracks/region=de/tracks.wav"


@pytest.mark.parametrize("video_id", ["stem-mix", "mix.f32", "a.b"])
def test_no_name_of_a_video_meets_a_scratch_file(
    store: Storage, plan: MixPlan, footage: Footage, video_id: str
) -> None:
    request = replace(footage.request, video_id=video_id)
    delivery = Delivery(stems=True, muxed=True)
    track = deliver(store, footage_of(request), plan, "neutral", delivery, "tone")
    assert track.size_bytes == store.size(f"tracks/region=neutral/{video_id}.wav")


def test_stems_of_an_earlier_delivery_do_not_stay(
    store: Storage, plan: MixPlan, footage: Footage
) -> None:
    delivery = Delivery(stems=True)
    deliver(store, footage, plan, "neutral", delivery, "tone")
    deliver(store, footage, replace(plan, music=None), "neutral", delivery, "tone")
    stems = {item.key for item in store.list("stems/")}
    assert "stems/region=neutral/v/music.wav" not in stems
    assert "stems/region=neutral/v/mix.wav" in stems


def test_stems_may_pass_full_scale_since_the_master_is_made_from_them(
    store: Storage, plan: MixPlan, footage: Footage
) -> None:
    louder = tuple(replace(place, gain_db=place.gain_db + 40) for place in plan.placements)
    loud = replace(plan, placements=louder)
    delivery = Delivery(stems=True)
    deliver(store, footage, loud, "neutral", delivery, "tone")
    mix, _ = soundfile.read(Path(store.root) / "stems/region=neutral/v/mix.wav")
    assert np.abs(mix).max() > 1


def test_a_scratch_file_that_cannot_be_written_is_said_so(
    store: Storage, plan: MixPlan, footage: Footage, tmp_path: Path
) -> None:
    with pytest.raises(EncodeError, match="is there space"):
        finish(store, footage, plan, Delivery(), tmp_path / "none" / "mix.f32")


def test_credentials_beside_files_go_with_them(
    store: Storage, plan: MixPlan, footage: Footage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foley_core.provenance.credentials._LARGEST_EMBEDDED_BYTES", 1000)
    signed = Delivery(stems=True, muxed=True, marking=Marking(sign=True))

    def beside() -> set[str]:
        return {item.key for item in store.list() if item.key.endswith(".c2pa")}

    deliver(store, footage, plan, "neutral", signed, "tone")
    groups = ("ambience", "doors", "footsteps", "mix", "music")
    assert beside() == {
        "tracks/region=neutral/v.c2pa",
        *(f"stems/region=neutral/v/{group}.c2pa" for group in groups),
    }
    deliver(store, footage, plan, "neutral", replace(signed, marking=Marking()), "tone")
    assert beside() == set()
    deliver(store, footage, plan, "neutral", signed, "tone")
    deliver(store, footage, plan, "neutral", Delivery(), "tone")
    assert beside() == set()


def test_a_muxed_file_has_the_timecode_and_when_asked_the_other_tracks_of_its_source(
    store: Storage, plan: MixPlan, tmp_path: Path
) -> None:
    label = {"timecode": "10:00:00:00"}
    path = videos.render(tmp_path / "v.mov", seconds=2, sound=True, metadata=label)
    footage = footage_of(VideoRequest("v", str(path)))
    muxed = Path(store.root) / "muxed/region=neutral/v.mp4"
    for other_tracks, tracks in ((False, 1), (True, 2)):
        delivery = Delivery(muxed=True, other_tracks=other_tracks)
        assert deliver(store, footage, plan, "neutral", delivery, "tone").mux_note is None
        with muxed.open("rb") as file:
            assert probe(file, "v").timecode == "10:00:00:00"
        with av.open(str(muxed)) as container:
            assert len(container.streams.audio) == tracks


def test_signed_files_are_called_after_their_video(
    store: Storage, plan: MixPlan, footage: Footage
) -> None:
    signed = Delivery(stems=True, muxed=True, marking=Marking(sign=True))
    deliver(store, footage, plan, "neutral", signed, "tone")
    for key, title in {
        "tracks/region=neutral/v.wav": "v.wav",
        "stems/region=neutral/v/mix.wav": "v mix.wav",
        "muxed/region=neutral/v.mp4": "v.mp4",
    }.items():
        credentials = claims_of(Path(store.root) / key).credentials
        assert credentials
        assert credentials.title == title

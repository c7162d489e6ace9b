"""Deliveries: stems sum to the mix, the original stays beneath, ends do not click."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import videos
from fakes import ToneGenerator, store_stems

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.errors import EncodeError
from foley_core.soundtrack.deliver import deliver, master_mix, track_key
from foley_core.soundtrack.delivery import Delivery
from foley_core.soundtrack.mix_plan import MixPlan, place_stems
from foley_core.soundtrack.mixdown import mix_of, stem_groups
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import Footage, span_of
from foley_core.soundtrack.stems import plan_stems
from foley_core.storage.store import Storage
from foley_core.styles.direct import MusicBed

SAMPLES = 2 * 48_000
CUES = (
    Cue("action", "footstep_walk", "wood", 1000, 5800),
    Cue("action", "door_slam", "wood", 60_000, 90_000),
    Cue("ambience", "wind", None, 0, SAMPLES),
)


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    return Storage(str(tmp_path / "out"))


@pytest.fixture
def plan(store: Storage) -> MixPlan:
    generator = ToneGenerator()
    sheet = CueSheet(SAMPLES, ()).with_cues(CUES)
    stems = plan_stems(sheet, np.zeros(50, np.uint8), 1, generator)
    store_stems(store, stems, generator)
    music = MusicBed("calm", 80.0, 5, -14.0)
    return MixPlan(sheet, place_stems(stems, generator), music)


@pytest.fixture
def footage(tmp_path: Path) -> Footage:
    path = videos.render(tmp_path / "v.mp4", seconds=2, sound=True)
    return footage_of(VideoRequest("v", str(path)))


def footage_of(request: VideoRequest) -> Footage:
    return Footage(request, span_of(request))


def whole(blocks) -> np.ndarray:  # type: ignore[no-untyped-def, type-arg]
    return np.concatenate(list(blocks()), axis=1)


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


def test_flac_has_its_own_ending() -> None:
    assert track_key("v", "japan", "flac24") == "tracks/region=japan/v.flac"


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
        master_mix(store, footage, plan, Delivery(), tmp_path / "none" / "mix.f32")

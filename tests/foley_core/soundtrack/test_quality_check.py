"""The verdict on a track: each fault is found and said, and a sound track passes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.media.encode import encode_stem
from foley_core.mixing.master import Mastered, master
from foley_core.mixing.placement import Place, Placement
from foley_core.mixing.target import LoudnessTarget
from foley_core.mixing.timeline import mix_blocks
from foley_core.soundtrack.mix_plan import MixPlan
from foley_core.soundtrack.quality_check import QualityCheck, QualityControl
from foley_core.soundtrack.stored_stems import HEADROOM, StemReader
from foley_core.storage.store import Storage
from foley_core.types import F32

SECOND = 48_000
SAMPLES = 8 * SECOND
TAPS = tuple(Cue("action", "tap", "wood", at * SECOND, at * SECOND + 4800) for at in (2, 4, 6))
WIND = Cue("ambience", "wind", None, 0, SAMPLES)
TARGET = LoudnessTarget()


def taps(late: int = 0) -> F32:
    """The stem of all taps: they share it."""
    noise = np.random.default_rng(1).normal(0, 0.3, (1, SECOND // 2))
    sound = (noise * np.exp(-np.arange(SECOND // 2) / 4000)).astype("f4")
    stem = np.zeros((1, 5 * SECOND), np.float32)
    for one in TAPS:
        begin = one.onset - TAPS[0].onset + late
        stem[:, begin : begin + SECOND // 2] = sound
    return stem


def wind() -> F32:
    return np.random.default_rng(2).normal(0, 0.02, (2, SAMPLES)).astype(np.float32)


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    store = Storage(str(tmp_path))
    keep(store, "tap", taps())
    keep(store, "wind", wind())
    return store


def keep(store: Storage, key: str, sound: F32) -> None:
    store.put(key, encode_stem(sound * np.float32(HEADROOM)))


@pytest.fixture
def plan() -> MixPlan:
    known, bed = taxonomy().sound_class("tap"), taxonomy().sound_class("wind")
    hits = Placement(
        "tap", TAPS[0].onset, 5 * SECOND, known.level_db, 0, 0, known.group, place=Place()
    )
    under = Placement("wind", 0, SAMPLES, bed.level_db, 960, 960, bed.group, is_bed=True)
    return MixPlan(CueSheet(SAMPLES, ()).with_cues([*TAPS, WIND]), (hits, under))


def as_it_is(track: F32) -> F32:
    return track


def checked(store: Storage, plan: MixPlan, spoil: Callable[[F32], F32] = as_it_is) -> QualityCheck:
    """The outcome for a mastered track that was spoilt afterwards."""
    stems = StemReader(store)

    def mix():  # type: ignore[no-untyped-def]
        return mix_blocks(plan.placements, stems, SAMPLES)

    mastered = master(mix, SAMPLES, TARGET)
    track = spoil(np.concatenate(list(mastered.blocks()), axis=1))
    control = QualityControl(plan, TARGET, stems)
    passed = list(control.watched(track[:, at : at + SECOND] for at in range(0, SAMPLES, SECOND)))
    assert np.array_equal(np.concatenate(passed, axis=1), track)
    return control.outcome(mastered)


def test_a_sound_track_passes(store: Storage, plan: MixPlan) -> None:
    assert checked(store, plan) == QualityCheck("pass", ())


def with_hole(track: F32) -> F32:
    track = track.copy()
    track[:, 3 * SECOND : 3 * SECOND + 20_000] *= 0.01
    return track


def at_full_scale(track: F32) -> F32:
    track = track.copy()
    track[0, 5 * SECOND] = 1.0
    return track


def test_a_hole_in_a_bed_fails(store: Storage, plan: MixPlan) -> None:
    made = checked(store, plan, with_hole)
    assert made.verdict == "fail"
    assert made.reasons[0].startswith("the bed wind has a hole at 3.00")


def test_full_scale_fails(store: Storage, plan: MixPlan) -> None:
    made = checked(store, plan, at_full_scale)
    assert (made.verdict, made.reasons[0]) == ("fail", "1 samples are at full scale")


def test_a_cut_track_fails(store: Storage, plan: MixPlan) -> None:
    made = checked(store, plan, lambda track: track[:, :-100])
    assert made.reasons[0] == f"the track has {SAMPLES - 100} samples, not {SAMPLES}"


def test_a_silent_cue_fails_by_its_name_and_moment(store: Storage, plan: MixPlan) -> None:
    stem = taps()
    stem[:, : SECOND * 3 // 2] = 0.0
    keep(store, "tap", stem)
    made = checked(store, plan)
    assert (made.verdict, made.reasons) == ("fail", ("nothing is heard of tap at 2.00 s",))


def test_a_click_where_sounds_join_fails(store: Storage, plan: MixPlan) -> None:
    humming = np.sin(2 * np.pi * 50 * np.arange(SAMPLES) / SECOND)[None].repeat(2, axis=0)
    keep(store, "wind", (0.05 * humming).astype(np.float32))
    (bed,) = (one for one in plan.placements if one.is_bed)
    cut = replace(bed, samples=3 * SECOND + 240, fade_out=0, gain_db=bed.gain_db + 12)
    (hits,) = (one for one in plan.placements if not one.is_bed)
    longer = replace(bed, start=cut.end + 400, samples=SAMPLES - cut.end - 400)
    made = checked(store, replace(plan, placements=(hits, cut, longer)))
    assert made.verdict == "fail"
    assert made.reasons[0].startswith("a joint of sounds clicks at 3.00 s")


def test_late_hits_are_told(store: Storage, plan: MixPlan) -> None:
    keep(store, "tap", taps(late=1500))
    made = checked(store, plan)
    assert made.verdict == "warn"
    assert made.reasons == (
        "3 of 3 hits are heard more than 10 ms off their moment: tap at 2.00 s, tap at 4.00 s, "
        "tap at 6.00 s",
    )


def test_a_bed_over_what_happens_is_told(store: Storage, plan: MixPlan) -> None:
    louder = tuple(
        replace(one, gain_db=one.gain_db + 40) if one.is_bed else one for one in plan.placements
    )
    made = checked(store, replace(plan, placements=louder))
    assert made.verdict == "warn"
    assert "the bed covers what happens" in made.reasons[0]


def test_a_loudness_off_target_is_told(store: Storage, plan: MixPlan) -> None:
    stems = StemReader(store)
    control = QualityControl(plan, TARGET, stems)
    mastered = master(lambda: mix_blocks(plan.placements, stems, SAMPLES), SAMPLES, TARGET)
    list(control.watched(mastered.blocks()))
    off = replace(mastered, note="The track is at -30.0 LUFS instead of -23.0: …")
    assert isinstance(off, Mastered)
    assert control.outcome(off) == QualityCheck("warn", (str(off.note),))
    loud = replace(mastered, true_peak_dbtp=-0.5)
    assert control.outcome(loud).reasons == ("the true peak is -0.5 dBTP, above -1.0",)

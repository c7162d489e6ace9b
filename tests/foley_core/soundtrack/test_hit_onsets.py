"""Hits are found in the track by their own sound, beneath beds, to the millisecond."""

from dataclasses import replace

import numpy as np
import pytest

from foley_core.audio.waveform import cut_blocks
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.mixing.placement import Place, Placement
from foley_core.mixing.timeline import mix_blocks
from foley_core.soundtrack.hit_onsets import Hit, HitFinder, hits_of
from foley_core.soundtrack.mix_plan import MixPlan
from foley_core.types import F32

SECOND = 48_000
TAPS = [Cue("action", "tap", "wood", at, at + 4800) for at in (3, 30_000, 100_000, 3 * SECOND - 9)]
KNOWN = taxonomy().sound_class("tap")


def sound(seed: int = 1) -> F32:
    noise = np.random.default_rng(seed).normal(0, 0.3, (1, SECOND // 2))
    return (noise * np.exp(-np.arange(SECOND // 2) / 4000)).astype(np.float32)


def placed(cues: list[Cue]) -> MixPlan:
    """A plan whose hits share a stem, as those of one class do."""
    start = cues[0].onset
    place = Placement(
        ",".join(str(cue.onset - start) for cue in cues),
        start, 4 * SECOND, KNOWN.level_db, 0, 0, KNOWN.group, place=Place(),
    )  # fmt: skip
    return MixPlan(CueSheet(3 * SECOND, ()).with_cues(cues), (place,))


def stem(key: str, late: int = 0) -> F32:
    """A stem whose name says where its hits begin."""
    whole = np.zeros((1, 4 * SECOND), np.float32)
    for number, at in enumerate(map(int, key.split(","))):
        begin = at + late
        whole[:, begin : begin + SECOND // 2] += sound(number)[:, : 4 * SECOND - begin]
    return whole


def found(plan: MixPlan, track: F32, load=stem) -> list[Hit]:  # type: ignore[no-untyped-def]
    finder = HitFinder(plan, load)
    pieces = [track[:, at : at + 10_000] for at in range(0, track.shape[1], 10_000)]
    passed = list(finder.watched(cut_blocks(pieces, 2, SECOND)))
    assert np.array_equal(np.concatenate(passed, axis=1), track)
    return finder.found


def mixed(plan: MixPlan) -> F32:
    return np.concatenate(list(mix_blocks(plan.placements, stem, 3 * SECOND)), axis=1)


def test_every_hit_is_on_its_moment_beneath_a_bed_of_its_own_loudness() -> None:
    plan = placed(TAPS[:3])
    track = mixed(plan)
    bed = np.random.default_rng(9).normal(0, float(np.abs(track).max()) / 10, track.shape)
    assert [hit.late for hit in found(plan, (track + bed).astype(np.float32))] == [0, 0, 0]


@pytest.mark.parametrize("late", [-480, 96, 1200])
def test_a_track_that_lags_is_told(late: int) -> None:
    plan = placed(TAPS[1:3])
    track = np.roll(mixed(plan), late, axis=1)
    assert [hit.late for hit in found(plan, track)] == [late, late]


def test_a_sound_whose_attack_comes_late_is_late() -> None:
    def slow(key: str) -> F32:
        return stem(key, 960)

    plan = placed(TAPS[1:2])
    track = np.concatenate(list(mix_blocks(plan.placements, slow, 3 * SECOND)), axis=1)
    assert [hit.late for hit in found(plan, track, slow)] == [960]


def test_of_what_is_covered_or_silent_no_moment_is_stated() -> None:
    plan = placed(TAPS[1:2])
    noise = np.random.default_rng(3).normal(0, 0.5, (2, 3 * SECOND)).astype(np.float32)
    assert [(hit.late, hit.is_silent) for hit in found(plan, noise)] == [(None, False)]

    def silent(key: str) -> F32:
        return np.zeros((1, SECOND // 2), np.float32)

    assert [(hit.late, hit.is_silent) for hit in found(plan, noise, silent)] == [(None, True)]


def test_hits_at_both_ends_of_the_track_are_looked_for() -> None:
    plan = placed(TAPS)
    hits = found(plan, mixed(plan))
    assert [hit.cue.onset for hit in hits] == [cue.onset for cue in TAPS]
    assert [hit.late for hit in hits][:3] == [0, 0, 0]


def test_two_classes_that_begin_together_are_not_taken_for_each_other() -> None:
    plan = placed(TAPS[1:2])
    twin = replace(plan.placements[0], stem="5")
    assert found(replace(plan, placements=(*plan.placements, twin)), mixed(plan)) == []


def test_clips_hold_no_single_hits() -> None:
    clip = Placement("0", 0, 3 * SECOND, 0.0, 0, 0, "foley")
    assert found(replace(placed(TAPS), placements=(clip,)), np.zeros((2, 3 * SECOND), "f4")) == []


def test_music_is_no_hit() -> None:
    plan = placed(TAPS)
    music = Cue("music", "music", None, 0, 3 * SECOND)
    with_music = replace(plan, sheet=plan.sheet.with_cues([*plan.sheet.cues, music]))
    assert hits_of(with_music) == hits_of(plan)

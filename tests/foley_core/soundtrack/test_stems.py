"""Stems: named by what shapes them, placed to the sample."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from fakes import ToneGenerator, store_stems
from hypothesis import given
from hypothesis import strategies as st

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.mixing.timeline import mix_blocks
from foley_core.music.composition import Composition
from foley_core.soundtrack.mix_plan import MixPlan, keep_plan, load_plan, place_stems, plan_keys
from foley_core.soundtrack.stem_plan import StemPlan
from foley_core.soundtrack.stems import (
    BED_FADE_SAMPLES,
    EDGE_FADE_SAMPLES,
    TILE_OVERLAP_SAMPLES,
    WINDOW_SAMPLES,
    plan_stems,
)
from foley_core.soundtrack.stored_stems import load_stem
from foley_core.soundtrack.swells import SUSTAINED_FADE_SAMPLES
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.styles.bed_levels import CROSS_FADE_SAMPLES

SECOND = 48_000
STILL = np.zeros(3000, dtype=np.uint8)


def step(onset: int, **changes: object) -> Cue:
    values = {"kind": "action", "sound_class": "footstep_walk", "material": "wood"}
    return Cue(**{**values, "onset": onset, "offset": onset + 4800, **changes})  # type: ignore[arg-type]


def bed(samples: int, sound_class: str = "wind") -> Cue:
    return Cue("ambience", sound_class, None, 0, samples)


def sheet(samples: int, *cues: Cue) -> CueSheet:
    return CueSheet(samples, ()).with_cues(cues)


@pytest.fixture
def store(tmp_path: object) -> Storage:
    return Storage(str(tmp_path))


def test_cues_of_one_class_and_window_share_a_stem_and_others_do_not() -> None:
    cues = [step(100), step(5000), step(WINDOW_SAMPLES + 1), step(9000, sound_class="door_slam")]
    plans = plan_stems(sheet(60 * SECOND, *cues), STILL, 1, ToneGenerator())
    assert [(plan.start, len(plan.tiles), plan.group) for plan in plans] == [
        (100, 2, "footsteps"),
        (9000, 1, "doors"),
        (WINDOW_SAMPLES + 1, 1, "footsteps"),
    ]


def test_a_gain_moves_the_placement_but_not_the_name_of_the_stem() -> None:
    generator = ToneGenerator()
    (loud,) = plan_stems(sheet(SECOND, step(10)), STILL, 1, generator)
    (soft,) = plan_stems(sheet(SECOND, step(10, gain_db=-6.0)), STILL, 1, generator)
    assert loud.key("g") == soft.key("g")
    assert loud.gain_db - soft.gain_db == pytest.approx(6.0)


@pytest.mark.parametrize(
    "change", [{"material": "stone"}, {"intensity": 0.2}, {"take": 1}, {"onset": 11}]
)
def test_what_shapes_the_sound_changes_the_name(change: dict[str, object]) -> None:
    generator = ToneGenerator()
    (one,) = plan_stems(sheet(SECOND, step(10)), STILL, 1, generator)
    (other,) = plan_stems(sheet(SECOND, step(**{"onset": 10, **change})), STILL, 1, generator)
    assert one.key("g") != other.key("g")


def test_another_seed_or_generator_is_another_stem() -> None:
    generator = ToneGenerator()
    (one,) = plan_stems(sheet(SECOND, step(10)), STILL, 1, generator)
    (other,) = plan_stems(sheet(SECOND, step(10)), STILL, 2, generator)
    assert one.key("g") != other.key("g")
    assert one.key("g") != one.key("h")


@given(samples=st.integers(min_value=1, max_value=40 * SECOND))
def test_a_bed_covers_the_picture_without_gap_and_ends_with_it(samples: int) -> None:
    plans = plan_stems(sheet(samples, bed(samples)), STILL, 1, ToneGenerator())
    assert plans[0].start == 0
    assert plans[-1].start + plans[-1].samples == samples
    for left, right in pairwise(plans):
        assert left.start + left.samples - right.start == TILE_OVERLAP_SAMPLES
    for plan in plans:
        for left, right in pairwise(plan.tiles):
            assert left.offset + left.spec.samples - right.offset == TILE_OVERLAP_SAMPLES


def test_a_bed_of_unrelated_tiles_keeps_its_power_through_the_joints(store: Storage) -> None:
    class Noise(ToneGenerator):
        identity = "noise/1"

        def generate(self, specs):  # type: ignore[no-untyped-def]
            return [
                np.random.default_rng(p.seed)
                .normal(0, 0.1, (p.channels, p.samples))
                .astype(np.float32)
                for p in specs
            ]

    samples = 60 * SECOND
    plans = plan_stems(sheet(samples, bed(samples)), STILL, 1, Noise())
    store_stems(store, plans, Noise())
    places = place_stems(plans, Noise())
    mix = np.concatenate(list(mix_blocks(places, lambda k: load_stem(store, k), samples)), axis=1)
    power = np.square(mix[0, SECOND : 59 * SECOND]).reshape(-1, SECOND // 4).mean(axis=1)
    assert 10 * np.log10(power.max() / power.min()) < 0.6


def test_sustained_cues_are_told_the_motion_of_their_own_time() -> None:
    energy = np.arange(250, dtype=np.uint8)
    cue = Cue("action", "slide", "wood", 2 * SECOND, 4 * SECOND)
    (plan,) = plan_stems(sheet(10 * SECOND, cue), energy, 1, ToneGenerator())
    told = plan.tiles[0].spec.activity
    assert len(told) == 50
    assert told[10:40] == tuple(range(60, 90))


def test_tiles_of_a_cue_are_told_the_same_motion_where_they_overlap() -> None:
    energy = (np.arange(500) * 7 % 256).astype(np.uint8)
    cue = Cue("action", "slide", "wood", 1921, 10 * SECOND)
    (plan,) = plan_stems(sheet(20 * SECOND, cue), energy, 1, ToneGenerator())
    first, second, _ = (tile.spec.activity for tile in plan.tiles)
    assert first[115:128] == second[:13]


def test_a_cue_sounds_at_its_sample(store: Storage) -> None:
    generator = ToneGenerator()
    plans = plan_stems(sheet(3 * SECOND, step(12_345)), STILL, 1, generator)
    store_stems(store, plans, generator)
    places = place_stems(plans, generator)
    mix = np.concatenate(list(mix_blocks(places, lambda k: load_stem(store, k), 3 * SECOND)), 1)
    assert np.flatnonzero(mix[0])[0] == 12_345


def test_a_mix_plan_survives_the_store_and_is_named_by_its_content(store: Storage) -> None:
    generator = ToneGenerator()
    directed = sheet(3 * SECOND, step(12_345))
    plan = MixPlan(
        directed, place_stems(plan_stems(directed, STILL, 1, generator), generator), None, ("a",)
    )
    own = VideoStore(store, "v")
    own.trace(plan_keys(plan))
    key = keep_plan(own, plan)
    assert load_plan(store, key) == plan
    assert keep_plan(own, plan) == key


BELL = Composition.model_validate(
    {"sound_class": "bell", "voices": [{"notes": [[0, 880, 0.5, 0]], "decay_s": 0.1}]}
)
RAIN_OF_BELLS = Composition.model_validate(
    {"sound_class": "bell", "voices": [{"notes": [[0, 880, 0.1, 0]], "per_minute": 100}]}
)
WRITTEN = {"bell": BELL, "bells": RAIN_OF_BELLS}


def test_a_composition_played_once_is_one_stem_and_keeps_its_attack(store: Storage) -> None:
    cues = [
        Cue("motif", "bell", None, at, at + SECOND // 2, composition="bell")
        for at in (SECOND, 4 * SECOND)
    ]
    plans = plan_stems(sheet(10 * SECOND, *cues), STILL, 1, ToneGenerator(), WRITTEN)
    assert [(plan.start, plan.samples, plan.fade_in) for plan in plans] == [
        (SECOND, SECOND // 2, 0),
        (4 * SECOND, SECOND // 2, 0),
    ]
    assert plans[0].key("a") == plans[1].key("b")
    generator = ToneGenerator()
    assert len(store_stems(store, plans, generator)) == 1
    assert not generator.performed


def test_a_composition_that_goes_on_is_laid_in_tiles_beside_what_is_performed(
    store: Storage,
) -> None:
    cues = [replace(bed(50 * SECOND, "bell"), composition="bells"), step(100)]
    generator = ToneGenerator()
    plans = plan_stems(sheet(50 * SECOND, *cues), STILL, 1, generator, WRITTEN)
    (laid,) = [plan for plan in plans if plan.group == "bells"]
    assert [part.spec.samples for part in laid.tiles] == [
        20 * SECOND,
        20 * SECOND,
        11 * SECOND,
    ]
    store_stems(store, plans, generator)
    assert [one.sound_class for one in generator.performed] == ["footstep_walk"]
    assert load_stem(store, laid.key(generator.identity)).shape == (2, 50 * SECOND)


def engine(onset: int, offset: int) -> Cue:
    return Cue("action", "engine", "metal", onset, offset)


def fades(cue: Cue) -> tuple[int, int]:
    plans = plan_stems(sheet(60 * SECOND, cue), STILL, 1, ToneGenerator())
    return plans[0].fade_in, plans[-1].fade_out


def test_a_sound_that_lasts_swells_and_dies_away() -> None:
    assert SUSTAINED_FADE_SAMPLES >= 0.2 * SECOND
    assert fades(engine(SECOND, 3 * SECOND)) == (SUSTAINED_FADE_SAMPLES, SUSTAINED_FADE_SAMPLES)
    assert fades(engine(SECOND, 59 * SECOND)) == (SUSTAINED_FADE_SAMPLES, SUSTAINED_FADE_SAMPLES)
    assert fades(engine(SECOND, SECOND + SECOND // 4)) == (SECOND // 4, SECOND // 4)


def test_a_sound_that_runs_into_a_cut_is_not_faded() -> None:
    assert fades(engine(0, 3 * SECOND)) == (EDGE_FADE_SAMPLES, SUSTAINED_FADE_SAMPLES)
    assert fades(engine(SECOND, 61 * SECOND)) == (SUSTAINED_FADE_SAMPLES, EDGE_FADE_SAMPLES)


def test_beds_go_over_into_each_other_and_run_into_the_cut() -> None:
    assert BED_FADE_SAMPLES == CROSS_FADE_SAMPLES >= SECOND // 4
    place = Cue("ambience", "wind", None, SECOND, 5 * SECOND)
    assert fades(place) == (BED_FADE_SAMPLES, BED_FADE_SAMPLES)
    whole = Cue("ambience", "wind", None, 0, 60 * SECOND)
    assert fades(whole) == (EDGE_FADE_SAMPLES, EDGE_FADE_SAMPLES)


def test_instruments_play_their_own_notes_and_phrases(store: Storage) -> None:
    keys = [step(at * SECOND, sound_class="piano", gain_db=-2.0) for at in (1, 2)]
    violin = step(3 * SECOND, sound_class="violin", offset=24 * SECOND)
    plans = plan_stems(sheet(30 * SECOND, *keys, violin), STILL, 1, ToneGenerator())
    assert [(plan.start, plan.group, len(plan.tiles)) for plan in plans] == [
        (SECOND, "instruments", 2),
        (3 * SECOND, "instruments", 1),
        (20 * SECOND, "instruments", 1),
    ]
    assert plans[1].start + plans[1].samples == plans[2].start
    store_stems(store, plans, ToneGenerator())
    stem = load_stem(store, plans[0].key(ToneGenerator().identity))
    assert np.abs(stem[0, :9600]).max() > 0.001
    # No network takes part, so its name is not in theirs.
    assert plans[0].key("one") == plans[0].key("other")


def test_a_new_place_is_another_mix_of_the_same_stems() -> None:
    taps = [Cue("action", "tap", "wood", at, at + 4800, pan=-0.5) for at in (0, 48_000, 96_000)]
    engine = Cue("action", "car_engine", "metal", 0, 8 * SECOND)
    there = [taps[0], replace(taps[1], pan=0.5, size=0.1), taps[2]]
    moving = replace(engine, pan=-1.0, path=((0, -1.0), (7 * SECOND, 1.0)), spread=0.5)
    generator, energy = ToneGenerator(), np.full(250, 99, np.uint8)

    def planned(cues: list[Cue]) -> list[StemPlan]:
        sheet = CueSheet(10 * SECOND, ()).with_cues(cues)
        return plan_stems(sheet, energy, 1, generator)

    before, after = planned([*taps, engine]), planned([*there, moving])
    assert [plan.key("g") for plan in before] == [plan.key("g") for plan in after]
    assert not any(plan.path for plan in before)
    (hits,) = (plan for plan in after if len(plan.tiles) == 3)
    assert [(at, place.pan) for at, place in hits.path] == [
        (0, -0.5), (47_520, -0.5), (48_000, 0.5), (95_520, 0.5), (96_000, -0.5),
    ]  # fmt: skip
    (lasting, *_) = (plan for plan in after if plan.tiles[0].spec.sound_class == "car_engine")
    assert [(at, place.pan) for at, place in lasting.path] == [(0, -1.0), (7 * SECOND, 1.0)]


def test_a_new_gain_is_another_mix_of_the_same_stems() -> None:
    taps = [Cue("action", "tap", "wood", at, at + 4800, pan=-0.5) for at in (0, 48_000, 96_000)]
    engine = Cue("action", "car_engine", "metal", 0, 8 * SECOND)
    rain = Cue("ambience", "rain", None, 0, 10 * SECOND)
    generator, energy = ToneGenerator(), np.full(250, 99, np.uint8)

    def louder(cue: Cue, gain_db: float) -> Cue:
        return replace(cue, gain_db=gain_db, filter_db=gain_db)

    def planned(cues: list[Cue]) -> list[StemPlan]:
        return plan_stems(CueSheet(10 * SECOND, ()).with_cues(cues), energy, 1, generator)

    before = planned([*taps, engine, rain])
    after = planned([
        taps[0], louder(taps[1], -12.0), taps[2], louder(engine, 3.0), louder(rain, -40.0),
    ])  # fmt: skip
    assert [plan.key("g") for plan in before] == [plan.key("g") for plan in after]
    pairs = list(zip(before, after, strict=True))
    moved = {new.group: (round(new.gain_db - old.gain_db, 3), new.levels) for old, new in pairs}
    hits = ((0, 0.0), (47_520, 0.0), (48_000, -12.0), (95_520, -12.0), (96_000, 0.0))
    assert sorted(moved.values()) == [(-40.0, ()), (0.0, hits), (3.0, ())]
    plan = MixPlan(CueSheet(1, ()), place_stems(after, generator))
    assert MixPlan.from_bytes(plan.to_bytes(), "plan") == plan
    plain = MixPlan(CueSheet(1, ()), place_stems(before, generator))
    assert (plan.without_filter_gains(), plan.has_filter_gains) == (plain, True)

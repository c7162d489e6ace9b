"""Beds against events: as far under them as the scene asks for, all layers together, joined."""

from dataclasses import replace
from math import log10
from typing import get_args

import pytest

from foley_core.cues.levels import expected_level_db
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.styles.bed_levels import (
    USUAL_EVENTS_DB,
    events_level_db,
    levelled,
    under_db,
    with_joints,
)
from foley_core.styles.direct import direct
from foley_core.styles.direction import Direction
from foley_core.styles.pack import available_packs, load_pack
from foley_core.styles.pack_schema import INDOORS, scene_group
from foley_core.types import TimeOfDay

SAMPLES = 480_000
SCENES = [one.name for one in taxonomy().of_kind("ambience")]


def bed(name: str, onset: int = 0, offset: int = SAMPLES, **rest: float) -> Cue:
    return Cue("ambience", name, None, onset, offset, intensity=0.5, **rest)  # type: ignore[arg-type]


def strike(intensity: float, onset: int = 0) -> Cue:
    return Cue("action", "strike", "wood", onset, onset + 100, intensity=intensity)


def total_db(beds: list[Cue]) -> float:
    return 10 * log10(sum(10 ** (expected_level_db(cue) / 10) for cue in beds))


def test_every_scene_has_a_level_10_to_25_db_under_events() -> None:
    assert set(under_db()) == set(SCENES)
    assert all(10 <= level <= 25 for level in under_db().values())
    assert under_db()["sea"] < under_db()["street"] < under_db()["room"]


def test_events_are_as_loud_as_their_upper_quarter_begins() -> None:
    levels = [strike(0.1 * number) for number in range(1, 10)]
    assert events_level_db(levels) == expected_level_db(levels[6])
    assert events_level_db([bed("sea")]) == USUAL_EVENTS_DB


@pytest.mark.parametrize("events_db", [-40.0, -20.0])
def test_all_layers_together_lie_so_far_under_the_events(events_db: float) -> None:
    beds = levelled([bed("forest"), bed("rain", gain_db=6.0)], "forest", events_db)
    assert total_db(beds) == pytest.approx(events_db - under_db()["forest"], abs=0.01)
    difference = beds[1].gain_db - beds[0].gain_db
    assert difference == pytest.approx(6.0, abs=0.01)
    assert levelled([], "forest", events_db) == []


def test_beds_overlap_where_one_scene_follows_another_and_nowhere_else() -> None:
    first, second, third = with_joints(
        [bed("street", 0, 100_000), bed("room", 100_000, 200_000), bed("sea", 300_000)], SAMPLES
    )
    assert (first.onset, first.offset) == (0, 112_000)
    assert (second.onset, second.offset) == (88_000, 200_000)
    assert (third.onset, third.offset) == (300_000, SAMPLES)


@pytest.mark.parametrize("region", available_packs())
@pytest.mark.parametrize("scene", SCENES)
def test_no_region_drowns_what_happens_or_leaves_a_scene_silent(region: str, scene: str) -> None:
    cues = [bed(scene), strike(0.5, 48_000), strike(0.6, 96_000)]
    pack = load_pack(region)
    sheet = direct(CueSheet(SAMPLES, ()).with_cues(cues), pack, Direction()).sheet
    beds = [cue for cue in sheet.cues if cue.kind == "ambience"]
    under = events_level_db(cues) - total_db(beds)
    assert 6 <= under <= 25
    # Inside walls the sounds of outdoors are no louder than the room itself.
    if scene_group(scene) == "indoors":
        own = [cue for cue in beds if cue.composition is None]
        outdoors = [
            cue
            for cue in beds
            if cue.composition and pack.compositions[cue.composition].sound_class != "hum"
        ]
        assert not outdoors or total_db(outdoors) <= total_db(own)


@pytest.mark.parametrize("region", available_packs())
@pytest.mark.parametrize("time", get_args(TimeOfDay))
def test_no_cicada_sings_in_a_kitchen(region: str, time: TimeOfDay) -> None:
    pack = load_pack(region)
    for scene in INDOORS:
        sheet = direct(
            CueSheet(SAMPLES, ()).with_cues([bed(scene)]), pack, Direction(time_of_day=time)
        ).sheet
        beds = [cue for cue in sheet.cues if cue.kind == "ambience"]
        assert "insect_call" not in {cue.sound_class for cue in beds}
        # What comes through the walls has lost its highs.
        for cue in beds:
            if cue.composition and cue.sound_class not in ("hum", "gust"):
                assert cue.style.brightness == -1.0


def test_a_filter_or_a_ban_moves_no_other_bed() -> None:
    from foley_core.cues.filters import parse_filters

    cues = [bed("street"), strike(0.9), replace(strike(0.2, 4000), sound_class="tap")]
    detected = CueSheet(SAMPLES, ()).with_cues(cues)

    def beds(text: str) -> list[Cue]:
        options = Direction(filters=parse_filters(text, "test"))
        sheet = direct(detected, load_pack("japan"), options).sheet
        return [cue for cue in sheet.cues if cue.kind == "ambience"]

    assert beds("strike: off, tap: +9 dB") == beds("")


def test_a_scene_that_the_prompt_adds_is_softer_than_one_that_is_seen() -> None:
    detected = CueSheet(SAMPLES, ()).with_cues([bed("room"), strike(0.5)])
    sheet = direct(detected, load_pack("neutral"), Direction(prompt="rain")).sheet
    (rain,) = [cue for cue in sheet.cues if cue.sound_class == "rain"]
    assert expected_level_db(rain) == pytest.approx(
        expected_level_db(strike(0.5)) - under_db()["rain"] - 6.0, abs=0.01
    )

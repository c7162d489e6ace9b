"""Corrections change the cues they name and no other, and ids outlast every change."""

from dataclasses import asdict, replace

import pytest

from foley_core.cues.corrections import Correction, corrected, material_for, with_ids
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import ConfigError
from foley_core.ids import digest

SHEET = with_ids(
    CueSheet(96_000, ()).with_cues(
        [
            Cue("action", "tap", "wood", 1000, 20_000),
            Cue("action", "strike", "metal", 30_000, 60_000),
            Cue("ambience", "rain", None, 0, 96_000),
        ]
    )
)
IDS = {cue.sound_class: cue.cue_id for cue in SHEET.cues}


def change(op: str, cue: str = "", **more: object) -> Correction:
    return Correction(op=op, cue=cue, by="ana", at="2026-11-25T20:00:00", **more)  # type: ignore[arg-type]


def classes(sheet: CueSheet) -> list[tuple[str, int]]:
    return [(cue.sound_class, cue.onset) for cue in sheet.cues]


def test_ids_are_made_of_what_was_detected() -> None:
    assert len(set(IDS.values())) == 3
    assert with_ids(SHEET) == SHEET
    plain = replace(SHEET, cues=tuple(replace(cue, cue_id="") for cue in SHEET.cues))
    assert with_ids(plain) == SHEET


def test_equal_cues_have_ids_of_their_own() -> None:
    twin = Cue("action", "tap", "wood", 1000, 20_000)
    sheet = with_ids(CueSheet(96_000, (twin, twin, twin)))
    assert len({cue.cue_id for cue in sheet.cues}) == 3


def test_a_relabelled_cue_keeps_its_id_and_gets_a_material_that_fits() -> None:
    sheet, notes = corrected(SHEET, [change("relabel", IDS["tap"], sound_class="splash")])
    (cue,) = [cue for cue in sheet.cues if cue.cue_id == IDS["tap"]]
    assert (cue.sound_class, cue.material, cue.source) == ("splash", "water", "person:ana")
    assert notes == ()
    others = [cue for cue in sheet.cues if cue.cue_id != IDS["tap"]]
    assert others == [cue for cue in SHEET.cues if cue.cue_id != IDS["tap"]]


def test_delete_move_add_reroll() -> None:
    sheet, _ = corrected(
        SHEET,
        [
            change("delete", IDS["tap"]),
            change("move", IDS["strike"], onset=40_000),
            change("add", sound_class="door_slam", onset=70_000),
            change("reroll", IDS["rain"]),
        ],
    )
    assert classes(sheet) == [("rain", 0), ("strike", 40_000), ("door_slam", 70_000)]
    assert [cue.offset for cue in sheet.cues] == [96_000, 70_000, 96_000]
    assert [cue.take for cue in sheet.cues] == [1, 0, 0]


def test_a_numbered_take_is_that_take_however_many_came_before() -> None:
    rain = IDS["rain"]
    sheet, _ = corrected(SHEET, [change("reroll", rain), change("take", rain, take=4)])
    assert {cue.take for cue in sheet.cues if cue.cue_id == rain} == {4}


def test_a_place_is_set_and_all_else_stays_even_who_named_the_cue() -> None:
    tap = replace(SHEET.cues[1], path=((0, -0.5), (960, 0.5)), size=0.3)
    sheet = SHEET.with_cues([tap, *(cue for cue in SHEET.cues if cue.cue_id != tap.cue_id)])
    for asked, wanted in (
        ({"pan": -0.8}, replace(tap, pan=-0.8, path=())),
        ({"size": 0.1, "spread": 1.0}, replace(tap, size=0.1, spread=1.0)),
    ):
        made, _ = corrected(sheet, [change("place", tap.cue_id, **asked)])
        assert next(cue for cue in made.cues if cue.cue_id == tap.cue_id) == wanted
    assert CueSheet.from_json(sheet.to_json()) == sheet


def test_a_gain_replaces_an_earlier_one_and_all_else_stays() -> None:
    tap = IDS["tap"]
    asked = [change("gain", tap, gain_db=gain_db) for gain_db in (-9.0, 3.5)]
    for count, gain_db in ((1, -9.0), (2, 3.5)):
        made, _ = corrected(SHEET, asked[:count])
        wanted = replace(SHEET.cues[1], gain_db=gain_db, filter_db=gain_db)
        assert next(cue for cue in made.cues if cue.cue_id == tap) == wanted
    assert corrected(SHEET, [*asked, change("gain", tap, gain_db=0.0)])[0] == SHEET


def test_ids_of_added_cues_are_those_of_logs_from_before_takes() -> None:
    added = Correction("add", "", "ana", "2026-11-25", sound_class="tap", onset=5000)
    later = ("take", "pan", "size", "spread", "gain_db")
    fields = {k: v for k, v in asdict(added).items() if k not in later}
    assert added.added_id == digest(fields)[:8]
    assert Correction(**fields) == added


def test_an_added_cue_can_be_corrected_by_its_id() -> None:
    added = change("add", sound_class="tap", onset=5000)
    sheet, notes = corrected(SHEET, [added, change("delete", added.added_id)])
    assert (sheet, notes) == (SHEET, ())


def test_what_finds_no_cue_is_told() -> None:
    sheet, notes = corrected(SHEET, [change("delete", "nowhere")])
    assert sheet == SHEET
    assert "nowhere" in notes[0]
    assert "ana" in notes[0]


@pytest.mark.parametrize("name", sorted(set(taxonomy().composed) - set(taxonomy().classes)))
def test_a_class_that_only_packs_compose_is_refused(name: str) -> None:
    for wanted in (None, "metal"):
        with pytest.raises(ConfigError, match=f"'{name}' sounds only where a style pack"):
            material_for(name, wanted)


def test_ids_survive_json() -> None:
    assert CueSheet.from_json(SHEET.to_json()) == SHEET

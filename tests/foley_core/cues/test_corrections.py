"""Corrections change the cues they name and no other, and ids outlast every change."""

from dataclasses import replace

import pytest

from foley_core.cues.corrections import Correction, corrected, material_for, with_ids
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import ConfigError

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

"""Takes: those of one thing are kin, and a correction of one changes no other."""

from dataclasses import replace

import numpy as np
from fakes import ToneGenerator

from foley_core.cues.corrections import Correction, corrected, with_ids
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.models.protocol import SoundSpec
from foley_core.soundtrack.stems import plan_stems
from foley_core.soundtrack.takes import Takes

SECOND = 48_000
STILL = np.zeros(1500, np.uint8)


def hit(onset: int, sound_class: str = "tap", **changes: object) -> Cue:
    return replace(Cue("action", sound_class, "wood", onset, onset + 4800), **changes)  # type: ignore[arg-type]


def seen(*cues: Cue) -> CueSheet:
    return with_ids(CueSheet(60 * SECOND, ()).with_cues(cues))


ROOMS = (
    Cue("ambience", "room", None, 0, 20 * SECOND),
    Cue("ambience", "street", None, 20 * SECOND, 60 * SECOND),
)
HITS = tuple(hit(second * SECOND) for second in (1, 2, 3, 30))
STEPS = tuple(hit(second * SECOND // 2, "footstep_walk") for second in range(10, 18))
SHEET = seen(*ROOMS, *HITS, *STEPS)


def specs(sheet: CueSheet, first: CueSheet = SHEET, seed: int = 1) -> dict[str, SoundSpec]:
    """The sounds that the actions of a sheet ask for, by id."""
    takes, generator = Takes(first, seed), ToneGenerator()
    return {cue.cue_id: takes.spec_of(cue, generator) for cue in sheet.cues if cue.material}


def ids(sheet: CueSheet, sound_class: str) -> list[str]:
    return [cue.cue_id for cue in sheet.cues if cue.sound_class == sound_class]


def test_takes_of_one_thing_are_kin_and_never_copies() -> None:
    one, two, three, elsewhere = (specs(SHEET)[name] for name in ids(SHEET, "tap"))
    assert one.kin == two.kin == three.kin
    assert 0.5 < one.kin[0].share < 1
    assert len({one.seed, two.seed, three.seed}) == 3
    assert elsewhere.kin[0].seed != one.kin[0].seed


def test_another_class_material_or_video_is_another_thing() -> None:
    name = ids(SHEET, "tap")[0]
    cue = next(cue for cue in SHEET.cues if cue.cue_id == name)
    takes = Takes(SHEET, 1)
    others = [
        takes.thing_of(replace(cue, sound_class="strike")),
        takes.thing_of(replace(cue, material="metal")),
        Takes(SHEET, 2).thing_of(cue),
    ]
    assert len({takes.thing_of(cue), *others}) == 4


def test_feet_take_turns() -> None:
    steps = [specs(SHEET)[name] for name in ids(SHEET, "footstep_walk")]
    left, right = steps[::2], steps[1::2]
    assert len({one.kin for one in left}) == len({one.kin for one in right}) == 1
    assert left[0].kin[0] == right[0].kin[0]
    assert left[0].kin[1] != right[0].kin[1]
    assert left[0].intensity > right[0].intensity


def test_a_correction_changes_its_own_take_alone() -> None:
    tap, step = ids(SHEET, "tap")[1], ids(SHEET, "footstep_walk")[3]
    bed = ids(SHEET, "street")[0]
    before = specs(SHEET)
    for one in (
        Correction("reroll", tap, "a", "b"),
        Correction("relabel", tap, "a", "b", sound_class="strike"),
        Correction("delete", step, "a", "b"),
        Correction("move", step, "a", "b", onset=50 * SECOND),
        Correction("delete", bed, "a", "b"),
        Correction("add", "", "a", "b", sound_class="footstep_walk", onset=5 * SECOND),
    ):
        changed, notes = corrected(SHEET, [one])
        after = specs(changed)
        assert not notes
        assert {name for name in before if after.get(name) != before[name]} <= {one.cue}


def test_another_take_shares_less_and_keeps_its_thing() -> None:
    name = ids(SHEET, "tap")[0]
    changed, _ = corrected(SHEET, [Correction("reroll", name, "a", "b")])
    first, other = specs(SHEET)[name], specs(changed)[name]
    assert first.kin[0].seed == other.kin[0].seed
    assert first.kin[0].share > other.kin[0].share
    assert first.seed != other.seed


def test_a_body_that_is_struck_again_is_damped_and_what_rings_rings_on() -> None:
    quick = [hit(SECOND), hit(SECOND + 9600), hit(5 * SECOND)]
    (plan,) = plan_stems(seen(*quick), STILL, 1, ToneGenerator())
    first, second, third = plan.tiles
    assert first.samples == 9600 + first.fade_out
    assert first.fade_out > 0
    assert second.samples == third.samples == third.spec.samples
    rings = [replace(cue, sound_class="metal_ring", material="metal") for cue in quick]
    (plan,) = plan_stems(seen(*rings), STILL, 1, ToneGenerator())
    assert {tile.samples for tile in plan.tiles} == {first.spec.samples}

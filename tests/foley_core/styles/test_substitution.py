"""Substitution: a region's own siren in place of the one that is seen."""

from dataclasses import replace

import numpy as np
from fakes import ToneGenerator

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.soundtrack.stems import plan_stems
from foley_core.styles.direct import direct
from foley_core.styles.direction import Direction
from foley_core.styles.pack import load_pack
from foley_core.styles.substitution import substituted

SAMPLES = 480_000
SIREN = Cue("action", "siren", "metal", 48_000, 240_000, intensity=0.5, cue_id="abc")
BELL = replace(SIREN, sound_class="bell")


def planned(cue, pack):
    sheet = CueSheet(SAMPLES, (cue,))
    return plan_stems(sheet, np.zeros(250, np.uint8), 1, ToneGenerator(), pack.compositions)


def test_a_siren_that_is_seen_sounds_as_the_region_writes_it():
    pack = load_pack("north-america-city")
    cue = substituted(SIREN, pack, SAMPLES)
    assert (cue.sound_class, cue.composition) == ("siren", "wail-siren")
    assert (cue.kind, cue.onset, cue.cue_id, cue.material) == ("action", 48_000, "abc", None)


def test_it_is_as_loud_as_what_is_seen():
    pack = load_pack("north-america-city")
    seen = taxonomy().classes["siren"].level_db
    assert {plan.gain_db for plan in planned(substituted(SIREN, pack, SAMPLES), pack)} == {seen}
    assert {plan.gain_db for plan in planned(SIREN, pack)} == {seen}


def test_what_plays_once_ends_by_itself_and_not_after_the_track():
    pack = load_pack("japan")
    name = pack.substitutions["bell"]
    lasts = round(pack.compositions[name].lasts_s * 48_000)
    cue = substituted(BELL, pack, SAMPLES)
    assert (cue.composition, cue.offset - cue.onset) == (name, lasts)
    (plan,) = planned(cue, pack)
    assert (plan.start, plan.samples, len(plan.tiles)) == (BELL.onset, lasts, 1)
    assert (
        substituted(replace(BELL, onset=SAMPLES - 9, offset=SAMPLES), pack, SAMPLES).offset
        == SAMPLES
    )


def test_a_region_that_writes_none_leaves_it_to_the_generator():
    assert substituted(SIREN, load_pack("neutral"), SAMPLES) == SIREN
    (plan,) = planned(SIREN, load_pack("neutral"))
    assert plan.tiles[0].spec.sound_class == "siren"


def test_a_suburb_has_what_a_street_of_its_region_has():
    def heard(scene):
        sheet = CueSheet(SAMPLES, (Cue("ambience", scene, None, 0, SAMPLES),))
        directed = direct(sheet, load_pack("north-america-city"), Direction(seed=1)).sheet
        # How loud a place is against what happens there is the place's own.
        beds = [cue.gain_db for cue in directed.cues if cue.kind == "ambience"]
        return [
            replace(cue, sound_class="", gain_db=round(cue.gain_db - max(beds), 2))
            for cue in directed.cues
        ]

    assert [replace(cue, gain_db=0.0) for cue in heard("suburb")] == [
        replace(cue, gain_db=0.0) for cue in heard("street")
    ]
    assert len(heard("street")) > 1
    assert [cue.source for cue in heard("underwater")] == ["detected"]

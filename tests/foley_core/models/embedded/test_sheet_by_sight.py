"""What is seen names what moves; what is not seen is never named; what is still is silent."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import seen_looks as show

from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.cue_detection import Thresholds, cue_sheet
from foley_core.models.embedded.evidence import evidence
from foley_core.models.embedded.sheet_by_sight import sheet_by_sight
from foley_core.models.sight.looks import NO_LOOKS, Looks

THRESHOLDS = Thresholds(onset=0.4, activity=0.5)
HITS = {30: 0.7, 60: 0.6, 90: 0.7, 150: 0.8}
ACTIONS = [c.name for c in taxonomy().trained_of_kind("action")]


def actions(seen: Looks, onsets: Mapping[int, float] | None = None, energy: int = 80) -> list[Cue]:
    read = show.readings(onsets, energy)
    sheet = sheet_by_sight(read, show.found(seen), show.SAMPLES, THRESHOLDS).sheet
    return [cue for cue in sheet.cues if cue.kind == "action"]


def test_hits_on_a_drum_that_is_seen_are_a_drum_kits() -> None:
    cues = actions(show.looks({show.DRUM: 0.5, show.DRUMSTICK: 0.3}), HITS)
    assert {cue.sound_class for cue in cues} == {"drum_kit"}
    assert [cue.onset // 1920 for cue in cues] == list(HITS)
    assert len({cue.material for cue in cues}) == 1


def test_hits_on_what_nobody_recognises_are_neutral() -> None:
    (name,) = {cue.sound_class for cue in actions(show.looks({831: 0.2}), HITS)}
    assert name == "impact_soft"
    (name,) = {cue.sound_class for cue in actions(show.looks({show.STOVE: 0.04}), HITS)}
    assert name == "impact_hard"


def test_a_dog_barks_when_its_head_jerks_and_not_while_it_sleeps() -> None:
    dog = show.looks(boxes={show.DOG_BOX: 0.9})
    assert [cue.sound_class for cue in actions(dog, {60: 0.7})] == ["dog_bark"]
    assert actions(dog, {60: 0.7}, energy=0) == []


def test_no_dog_no_bark_whatever_motion_believes() -> None:
    read = show.readings(HITS)
    read.action[:] = ACTIONS.index("dog_bark")

    def names(drawing: float, texture: float) -> set[str]:
        found = show.found(show.looks({show.ENVELOPE: drawing}), texture=texture)
        sheet = sheet_by_sight(read, found, show.SAMPLES, THRESHOLDS).sheet
        return {cue.sound_class for cue in sheet.cues if cue.kind == "action"}

    filmed, perhaps_drawn = names(0.3, texture=2.5), names(0.09, texture=1.0)
    for neutral in (filmed, perhaps_drawn):
        assert neutral <= {"impact_soft", "impact_hard"}
        assert neutral
    # Rendered worlds are what motion learned from.
    assert names(0.3, texture=1.0) == {"dog_bark"}


def test_a_person_alone_names_nothing() -> None:
    assert actions(show.looks(boxes={show.PERSON_BOX: 0.9})) == []


def test_who_walks_makes_steps() -> None:
    walks = show.looks(boxes={show.PERSON_BOX: 0.9}, **show.walker())
    stands = show.looks(boxes={show.PERSON_BOX: 0.9}, **show.walker(stride=0.03))
    assert {cue.sound_class for cue in actions(walks, HITS)} == {"footstep_walk"}
    assert "footstep_walk" not in {cue.sound_class for cue in actions(stands, HITS)}


def test_what_lasts_is_one_cue_and_explains_the_motion() -> None:
    (cue,) = actions(show.looks({show.LION: 0.9}), {30: 0.45, 60: 0.5})
    assert (cue.sound_class, cue.onset, cue.offset) == ("lion_roar", 0, show.SAMPLES)


def test_what_lasts_leaves_the_hits_of_another_thing_that_is_seen() -> None:
    seen = show.looks({show.BREWING: 0.5, show.CUP: 0.5})
    names = {cue.sound_class for cue in actions(seen, HITS)}
    assert names >= {"blender", "dish_clink"}


def test_what_lasts_pauses_where_nothing_moves() -> None:
    read = show.readings()
    read.energy[80:160] = 0
    found = show.found(show.looks({817: 0.9}))
    sheet = sheet_by_sight(read, found, show.SAMPLES, THRESHOLDS).sheet
    spans = [(c.onset, c.offset) for c in sheet.cues if c.kind == "action"]
    assert len(spans) == 2
    assert spans[0][1] < spans[1][0]


def test_a_name_is_sounded_once_even_if_no_onset_is_sure() -> None:
    assert len(actions(show.looks({show.PIANO: 0.9}), {60: 0.2})) == 1


def test_what_is_surely_seen_sounds_at_onsets_that_would_be_too_doubtful_without_it() -> None:
    onsets = {60: 0.37, 120: 0.6}
    assert len(actions(show.looks({show.PIANO: 0.9}), onsets)) == 2
    assert len(actions(show.looks({831: 0.2}), onsets)) == 1


def test_who_types_types_more_than_one_key() -> None:
    doubtful = {step: 0.1 + step / 1000 for step in range(10, 230, 10)}
    typed = actions(show.looks({508: 0.9}), doubtful)
    assert {cue.sound_class for cue in typed} == {"keyboard_keys"}
    assert len(typed) == 10
    assert typed[-1].onset // 1920 == 220


def test_a_sound_comes_no_oftener_than_such_a_thing_sounds() -> None:
    crows = actions(show.looks({7: 0.9}), {step: 0.6 for step in range(20, 220, 10)})
    assert {cue.sound_class for cue in crows} == {"rooster_crow"}
    gaps = np.diff([cue.onset_s for cue in crows])
    assert gaps.min() >= 2.4


def test_every_cue_says_what_it_may_be() -> None:
    found = show.found(show.looks({show.DRUM: 0.5}))
    seen = sheet_by_sight(show.readings(HITS), found, show.SAMPLES, THRESHOLDS)
    for cue, candidates in zip(seen.sheet.cues, seen.candidates, strict=True):
        if cue.kind == "action":
            assert cue.sound_class in dict(candidates)
            assert sum(sure for _, sure in candidates) <= 1.01
            assert len(candidates) <= 5


def test_without_looks_motion_alone_writes_the_sheet() -> None:
    read = show.readings(HITS)
    seen = sheet_by_sight(read, show.found(NO_LOOKS), show.SAMPLES, THRESHOLDS)
    assert seen.sheet == cue_sheet(read, show.SAMPLES, THRESHOLDS)


def test_the_place_is_heard_and_doubt_is_a_room() -> None:
    def bed(things: dict[int, float]) -> list[str]:
        found = show.found(show.looks(things))
        sheet = sheet_by_sight(show.readings(), found, show.SAMPLES, THRESHOLDS).sheet
        return [cue.sound_class for cue in sheet.cues if cue.kind == "ambience"]

    assert bed({show.BEACH: 0.6}) == ["sea"]
    assert bed({show.STOVE: 0.6}) == ["kitchen"]
    assert bed({}) == ["room"]


def test_the_place_changes_at_a_cut() -> None:
    seen, forest = show.looks({show.BEACH: 0.5}), show.looks({997: 0.6})
    seen.centre[5:], seen.whole[5:] = forest.centre[5:], forest.whole[5:]
    found = show.found(seen, cuts=(115,))
    sheet = sheet_by_sight(show.readings(), found, show.SAMPLES, THRESHOLDS).sheet
    beds = [cue for cue in sheet.cues if cue.kind == "ambience"]
    assert [cue.sound_class for cue in beds] == ["sea", "forest"]
    assert beds[0].offset == beds[1].onset == 115 * 1920
    assert beds[1].offset == show.SAMPLES


def test_sparks_that_fly_apart_in_the_night_are_fireworks_and_a_lamp_is_none() -> None:
    # A burst on a black sky is taken for a sea urchin.
    night = show.looks({328: 0.8})
    night.colour[:] = 0.0
    night.colour[:, 2] = 0.95
    statistics = np.zeros((show.STEPS, 137), np.float16)
    statistics[::40, [12, 13, 19]] = 0.9

    def names() -> Counter[str]:
        found = evidence(night, statistics, np.full(20, 2.5, np.float16))
        sheet = sheet_by_sight(show.readings(HITS), found, show.SAMPLES, THRESHOLDS).sheet
        return Counter(cue.sound_class for cue in sheet.cues)

    assert names() == {"firework_burst": len(HITS), "night": 1}
    statistics[:, [12, 19]] = 0.0
    assert "firework_burst" not in names()

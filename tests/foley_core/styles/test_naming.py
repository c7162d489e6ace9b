"""Names by prompt: which cues take them, which keep their own, and what is said of it."""

import numpy as np
import pytest

from foley_core.cues.candidates import Candidates
from foley_core.cues.corrections import with_ids
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.vocabulary import vocabulary
from foley_core.styles.naming import Named, named_by_prompt
from foley_core.styles.unsure import NEUTRAL_CLASSES, SURE, unexplained_spans
from foley_core.timebase import MOTION_RATE, SAMPLE_RATE, SAMPLES_PER_STEP

SECONDS = 12
STILL = np.zeros(SECONDS * MOTION_RATE, np.uint8)


def hit(second: float, sound_class: str = "strike", sure: float = 0.9, **changes: object) -> Cue:
    onset = round(second * SAMPLE_RATE)
    values = {"kind": "action", "material": "wood", "confidence": sure, **changes}
    return Cue(sound_class=sound_class, onset=onset, offset=onset + 12_000, **values)  # type: ignore[arg-type]


def lasting(first_s: int, last_s: int, sound_class: str, sure: float) -> Cue:
    onset, offset = first_s * SAMPLE_RATE, last_s * SAMPLE_RATE
    return Cue("action", sound_class, "metal", onset, offset, confidence=sure)


def moving(*spans: tuple[float, float]) -> np.ndarray:
    energy = STILL.copy()
    for first_s, last_s in spans:
        energy[round(first_s * MOTION_RATE) : round(last_s * MOTION_RATE)] = 255
    return energy


def named(
    prompt: str,
    *cues: Cue,
    may_be: dict[int, Candidates] | None = None,
    negative: str = "",
    energy: np.ndarray = STILL,
) -> Named:
    """The result for cues in order; `may_be` holds the candidates of some by their index."""
    sheet = with_ids(CueSheet(SECONDS * SAMPLE_RATE, ()).with_cues(cues))
    ids = {sheet.cues[index].cue_id: held for index, held in (may_be or {}).items()}
    return named_by_prompt(sheet, ids, energy, prompt, negative)


def classes(result: Named) -> list[str]:
    return [cue.sound_class for cue in result.sheet.cues]


@pytest.mark.parametrize("prompt", ["pistol firing four shots", "手枪连续开枪", "枪声"])
def test_all_neutral_cues_are_named_at_once_and_a_note_says_so(prompt: str) -> None:
    after = named(prompt, hit(1), hit(2, "tap"), hit(3, "drop"), hit(4, "footstep_walk"))
    assert classes(after) == ["gunshot", "gunshot", "gunshot", "footstep_walk"]
    assert after.notes == ("prompt: 3 unsure cues are named gunshot",)
    assert all(phrase.unmapped == () for phrase in vocabulary().read(prompt))


def test_an_animal_that_is_named_is_heard() -> None:
    assert classes(named("一只公鸡在打鸣", hit(1), hit(5))) == ["rooster_crow", "rooster_crow"]
    assert classes(named("a dog barks", hit(1, "snap", SURE - 0.1))) == ["dog_bark"]
    assert named("a dog", hit(1)).notes == ("prompt: 1 unsure cue is named dog_bark",)


def test_a_named_cue_keeps_its_time_its_id_and_a_material_that_it_can_have() -> None:
    (before,) = with_ids(CueSheet(48_000, (hit(0.5),))).cues
    (cue,) = named("gunshot", hit(0.5)).sheet.cues
    assert (cue.cue_id, cue.onset, cue.offset) == (before.cue_id, before.onset, before.offset)
    assert (cue.material, cue.source, cue.confidence) == ("metal", "manifest", before.confidence)
    (door,) = named("door slam", hit(0.5)).sheet.cues
    assert (door.sound_class, door.material) == ("door_slam", "wood")


def test_what_is_seen_for_sure_keeps_its_name() -> None:
    after = named("pistol", hit(1, "footstep_walk", SURE), hit(2, "dog_bark"))
    assert classes(after) == ["footstep_walk", "dog_bark"]
    assert after.notes == ()


def test_a_sure_cue_that_may_well_be_what_is_named_becomes_it() -> None:
    barks: Candidates = (("snap", 0.7), ("dog_bark", 0.1))
    hardly: Candidates = (("snap", 0.7), ("dog_bark", 0.02))
    after = named("dog", hit(1, "snap"), hit(2, "snap"), may_be={0: barks, 1: hardly})
    assert classes(after) == ["dog_bark", "snap"]


def test_of_two_named_things_each_cue_is_the_one_that_fits_it() -> None:
    held: dict[int, Candidates] = {
        0: (("door_slam", 0.2), ("dog_bark", 0.1)),
        1: (("rooster_crow", 0.3),),
        3: (("door_open", 0.4),),
    }
    cues = [hit(1), hit(2), hit(3), hit(4)]
    after = named("a dog barks and a door slams", *cues, may_be=held)
    # The second may be another animal, the third anything, the fourth another sound of a door.
    assert classes(after) == ["door_slam", "dog_bark", "dog_bark", "door_slam"]
    assert after.notes == (
        "prompt: 2 unsure cues are named door_slam",
        "prompt: 2 unsure cues are named dog_bark",
    )


@pytest.mark.parametrize("prompt", ["gunshot, then a dog barks", "枪声，然后狗叫"])
def test_one_after_another_is_followed_where_it_is_said(prompt: str) -> None:
    cues = [hit(1), hit(1.5), hit(2), hit(6), hit(6.4)]
    assert classes(named(prompt, *cues)) == ["gunshot"] * 3 + ["dog_bark"] * 2
    assert classes(named("gunshot, dog", *cues)) == ["gunshot"] * 5


def test_short_cues_take_actions_and_long_ones_what_lasts() -> None:
    after = named("a dog, an engine", hit(1), lasting(2, 5, "slide", 0.3))
    assert classes(after) == ["dog_bark", "engine"]
    assert classes(named("a dog", lasting(2, 5, "slide", 0.3))) == ["slide"]
    assert classes(named("engine", lasting(2, 5, "slide", 0.9), hit(1))) == ["strike", "slide"]


def test_a_sound_that_lasts_is_laid_over_motion_that_nothing_explains() -> None:
    energy = moving((0, 4), (8, 11))
    after = named("fire", hit(9, "snap"), energy=energy)
    fire = [cue for cue in after.sheet.cues if cue.sound_class == "fire"]
    seconds = [(cue.onset_s, cue.offset_s) for cue in fire]
    assert seconds == [(0.0, 4.0), (9.76, 11.0)]
    assert {cue.source for cue in fire} == {"manifest"}
    assert len({cue.cue_id for cue in after.sheet.cues}) == 3
    assert after.notes == ("prompt: fire is laid over 2 spans of unnamed motion",)


def test_a_sound_that_lasts_is_laid_nowhere_where_it_is_seen_or_nothing_moves() -> None:
    seen = named("fire", lasting(1, 3, "fire", 0.9), energy=moving((5, 9)))
    assert (classes(seen), seen.notes) == (["fire"], ())
    assert named("fire").sheet.cues == ()


def test_no_action_is_invented() -> None:
    assert named("pistol, dog", energy=moving((0, 9))) == Named(CueSheet(SECONDS * SAMPLE_RATE, ()))


@pytest.mark.parametrize(("prompt", "negative"), [("dog, no gunshots", ""), ("dog", "gunshots")])
def test_what_is_refused_is_no_name(prompt: str, negative: str) -> None:
    held: dict[int, Candidates] = {0: (("gunshot", 0.5), ("dog_bark", 0.01))}
    after = named(f"gunshot, {prompt}", hit(1), may_be=held, negative=negative)
    assert classes(after) == ["dog_bark"]
    assert classes(named("no gunshots, 不要枪声", hit(1))) == ["strike"]
    assert classes(named("machine gun, no guns", hit(1))) == ["strike"]


@pytest.mark.parametrize(
    ("prompt", "sound_class"),
    [
        ("a hammer", "hammer_nail"),
        ("typing", "keyboard_keys"),
        ("a gun is fired", "gunshot"),
        ("machine gun", "gun_burst"),
        ("chopping", "chop"),
        ("a drummer", "drum_kit"),
    ],
)
def test_of_broad_and_fine_names_the_fine_one_counts_if_there_is_one(
    prompt: str, sound_class: str
) -> None:
    assert set(classes(named(prompt, hit(1), hit(2, "tap")))) == {sound_class}


def test_a_finer_name_of_what_is_seen_for_sure_is_taken() -> None:
    seen = lasting(1, 4, "engine", 0.9)
    assert classes(named("a tractor", seen)) == ["tractor"]
    assert classes(named("a helicopter in the distance", seen)) == ["engine"]
    assert classes(named("a dog", seen)) == ["engine"]


def test_words_that_mean_what_lasts_first_name_no_impacts() -> None:
    after = named("a car", hit(1), energy=moving((0, 4)))
    assert classes(after) == ["engine"]
    assert classes(named("a car", hit(1))) == ["strike"]


def test_a_sound_that_is_laid_explains_the_hits_that_nobody_can_name() -> None:
    cues = [hit(1), hit(2, "snap", 0.2), hit(9)]
    after = named("a vacuum cleaner", *cues, energy=moving((0, 4)))
    assert classes(after) == ["vacuum_cleaner", "snap", "strike"]


def test_a_neutral_hit_fits_no_impact_better_than_another_thing() -> None:
    hard: dict[int, Candidates] = {0: (("impact_hard", 0.5), ("dog_bark", 0.1))}
    after = named("a bouncing ball, a dog", hit(1, "impact_hard"), may_be=hard)
    assert classes(after) == ["dog_bark"]


def test_an_instrument_is_of_the_music_unless_it_may_be_seen() -> None:
    maybe: dict[int, Candidates] = {1: (("drum_hand", 0.3),)}
    after = named("epic drums", hit(1), hit(2), may_be=maybe)
    assert classes(after) == ["strike", "drum_hand"]


def test_what_the_prompt_keeps_keeps_its_name() -> None:
    after = named("gunshot, keep the footsteps", hit(1, "footstep_walk", 0.2), hit(2))
    assert classes(after) == ["footstep_walk", "gunshot"]


def test_what_is_far_away_or_plays_the_music_names_nothing_that_is_seen() -> None:
    assert classes(named("distant gunshots", hit(1))) == ["strike"]
    assert classes(named("music of a fast hammer", hit(1, "tap"))) == ["tap"]
    maybe: dict[int, Candidates] = {0: (("gunshot", 0.2),)}
    assert classes(named("distant gunshots", hit(1), may_be=maybe)) == ["gunshot"]


def test_a_cue_that_its_prompt_names_already_stays() -> None:
    after = named("running in heavy boots", hit(1, "footstep_run", 0.2))
    assert (classes(after), after.notes) == (["footstep_run"], ())


def test_cues_of_people_and_beds_are_never_renamed() -> None:
    cues = [hit(1, source="person:ana"), Cue("ambience", "room", None, 0, 96_000, confidence=0.1)]
    assert named("gunshot", *cues).sheet.cues == with_ids(CueSheet(0, ()).with_cues(cues)).cues


def test_the_same_prompt_names_the_same() -> None:
    cues = [hit(second, sure=0.3) for second in range(8)]
    assert named("gunshot, then a dog", *cues) == named("gunshot, then a dog", *cues)


def test_motion_is_explained_by_sure_cues_and_not_by_neutral_ones() -> None:
    samples, energy = SECONDS * SAMPLE_RATE, moving((1, 6), (6.4, 7), (10, 10.5))
    assert unexplained_spans([hit(3)], energy, samples) == [(25, 175)]
    assert unexplained_spans([lasting(3, 5, "saw", 0.9)], energy, samples) == [(25, 63), (137, 175)]
    assert unexplained_spans([], energy, 3 * SAMPLES_PER_STEP) == []


def test_neutral_classes_are_impacts_and_taps() -> None:
    assert {"strike", "tap", "impact_soft", "impact_hard"} <= {*NEUTRAL_CLASSES}

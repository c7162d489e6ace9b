"""Prompts: what they change, what they never do, and what is said of the rest."""

from dataclasses import replace
from typing import get_args

import pytest

from foley_core.cues.sheet import Cue, CueSheet, Style
from foley_core.cues.vocabulary import vocabulary
from foley_core.music.moods import INSTRUMENT_NAMES, MOODS, Mood
from foley_core.styles.prompting import follow_prompt

WALK = Cue("action", "footstep_walk", "concrete", 48_000, 60_000)
GLASS = Cue("action", "shatter", "glass", 96_000, 120_000)
STREET = Cue("ambience", "street", None, 0, 480_000)
SHEET = CueSheet(480_000, ()).with_cues([WALK, GLASS, STREET])


def follow(prompt="", negative="", music=False):
    return follow_prompt(SHEET, prompt, negative, music=music)


def cues(followed):
    return {cue.sound_class: cue for cue in followed.sheet.cues}


def test_no_prompt_no_change():
    assert follow() == follow(" , ")
    assert follow().sheet == SHEET
    assert follow().notes == ()


@pytest.mark.parametrize(
    "prompt", ["heavy boots on gravel, distant thunder", "沉重的靴子走在碎石上，远处的雷声"]
)
def test_heavy_boots_on_gravel_and_distant_thunder(prompt):
    after = follow(prompt)
    walk, thunder = cues(after)["footstep_walk"], cues(after)["thunderstorm"]
    assert walk.material == "gravel"
    assert walk.style == Style(size=0.6, hardness=0.2)
    assert (walk.onset, walk.offset, walk.gain_db) == (WALK.onset, WALK.offset, 0.0)
    assert (thunder.kind, thunder.onset, thunder.offset) == ("ambience", 0, SHEET.samples)
    assert thunder.gain_db == -14.0
    assert thunder.source == "manifest"
    assert cues(after)["shatter"] == GLASS
    assert cues(after)["street"] == STREET
    assert after.notes == ()


def test_a_scene_that_is_there_is_shaped_and_not_laid_twice():
    after = follow("loud traffic")
    assert len(after.sheet.cues) == 3
    assert cues(after)["street"].gain_db == 4.0


def test_a_word_for_a_sound_and_a_scene_that_is_not_seen_lays_the_bed_and_needs_no_remark():
    after = follow("cheering crowd in the distance")
    assert "crowd" in cues(after)
    assert after.notes == ()
    (note,) = follow("engine").notes
    assert note.count(",") == 3


def test_a_material_by_itself_is_the_ground():
    assert cues(follow("snow"))["footstep_walk"].material == "snow"
    assert cues(follow("snow"))["shatter"].material == "glass"


def test_a_style_by_itself_is_of_all_actions_and_of_no_place():
    after = cues(follow("muffled"))
    assert after["footstep_walk"].style == after["shatter"].style == Style(brightness=-0.5)
    assert after["street"] == STREET


def test_no_action_is_invented():
    after = follow("a dog barking")
    assert after.sheet == SHEET
    assert after.notes == ("prompt: 'a dog barking' has no effect: no dog_bark is seen",)


def test_a_material_that_the_thing_cannot_have_is_reported():
    after = follow("breaking leather glass, rubber boots")
    assert cues(after)["footstep_walk"].material == "concrete"
    assert any("can be of rubber" in note for note in after.notes)


def test_unknown_words_are_reported_once():
    after = follow("zorblax, zorblax, frobnicated steps", negative="quuxes")
    assert after.notes == (
        "prompt: no known sound for 'zorblax'",
        "prompt: no known sound for 'frobnicated'",
        "negative prompt: no known sound for 'quuxes'",
    )


def test_a_negative_prompt_silences_what_it_names():
    assert set(cues(follow(negative="traffic, footsteps"))) == {"shatter"}
    assert follow(negative="thunder").sheet == SHEET


def test_refusing_a_broad_class_refuses_its_finer_ones() -> None:
    burst, pan = (replace(GLASS, sound_class=name) for name in ("gun_burst", "pan_clank"))
    sheet = CueSheet(480_000, ()).with_cues([burst, pan])
    assert follow_prompt(sheet, "no guns, no tapping", "", music=False).sheet.cues == (pan,)


def test_a_negative_prompt_reverses_a_style():
    assert cues(follow(negative="dull"))["shatter"].style == Style(brightness=0.5)


def test_music_in_a_negative_prompt_refuses_music():
    assert follow(negative="no music", music=True).music.refused
    assert not follow(negative="traffic", music=True).music.refused


def test_music_that_is_switched_off_is_reported():
    assert follow("epic drums", music=True).notes == ()
    assert follow("epic drums", music=True).music.mood == "epic"
    assert "which is switched off" in follow("epic drums").notes[0]


SNOW = Cue("action", "footstep_walk", "snow", 200_000, 212_000)
SNOWY = CueSheet(480_000, ()).with_cues([WALK, SNOW, GLASS, STREET])


@pytest.mark.parametrize(
    "prompt",
    [
        "epic drums, but keep the real crunch of snow",
        "史诗般的鼓，但保留真实的踩雪声",
        "keep the real crunch of snow, epic drums",
    ],
)
def test_a_mood_colours_all_actions_but_those_that_are_kept(prompt):
    after = follow_prompt(SNOWY, prompt, "", music=True)
    assert after.notes == ()
    assert (after.music.mood, after.music.instruments) == ("epic", ("drums",))
    big = Style(size=0.3, hardness=0.1)
    assert after.sheet == SNOWY.with_cues(
        [replace(WALK, style=big), SNOW, replace(GLASS, style=big), STREET]
    )


def test_what_is_kept_is_kept_from_all_of_the_prompt():
    after = follow_prompt(SNOWY, "muffled, heavy boots on gravel, keep the snow", "", music=False)
    assert SNOW in after.sheet.cues
    assert after.sheet.cues.count(WALK) == 0


def test_real_alone_is_no_wish_to_keep():
    assert cues(follow("real rain, natural steps on gravel"))["rain"].gain_db == -6.0
    assert cues(follow("real rain, natural steps on gravel"))["footstep_walk"].material == "gravel"


def test_keeping_what_is_not_there_is_reported_and_makes_no_snow():
    after = follow("epic music, but keep the real crunch of snow", music=True)
    assert cues(after)["footstep_walk"].material == "concrete"
    assert after.notes == ("prompt: nothing seen is meant by 'keep the real crunch of snow'",)


def test_words_about_music_do_not_touch_the_foley():
    after = follow("soft heavy piano", music=True)
    assert after.sheet == SHEET
    assert (after.music.instruments, after.music.gain_db) == (("piano",), -2.0)


@pytest.mark.parametrize(
    ("prompt", "left"),
    [
        ("no traffic", {"footstep_walk", "shatter"}),
        ("heavy boots without traffic", {"footstep_walk", "shatter"}),
        ("不要脚步声", {"shatter", "street"}),
        ("without rain", {"footstep_walk", "shatter", "street"}),
        ("没有雷声", {"footstep_walk", "shatter", "street"}),
        ("no music", {"footstep_walk", "shatter", "street"}),
    ],
)
def test_a_negation_leaves_out_and_never_lays_a_scene(prompt, left):
    after = follow(prompt, music=True)
    assert set(cues(after)) == left
    assert after.notes == ()
    assert after.music.refused == (prompt == "no music")


def test_refusing_an_instrument_or_a_mood_refuses_no_more_than_that():
    wish = follow("epic music without drums, no sad music", music=True).music
    assert not wish.refused
    assert (wish.mood, wish.instruments_avoided, wish.moods_avoided) == (
        "epic", ("drums",), ("dark",),
    )  # fmt: skip
    assert follow(negative="drums", music=True).music.instruments_avoided == ("drums",)


def test_a_mood_of_the_music_comes_before_that_of_a_place():
    assert follow("dark forest, happy piano", music=True).music.mood == "bright"
    assert follow("dark forest", music=True).music.mood == "dark"


def test_a_pace_is_of_music_alone():
    assert follow("slow piano", music=True).music.pace == 0.8
    assert "pace" in follow("slow footsteps", music=True).notes[0]


def test_a_prompt_too_long_says_so():
    assert "first 2000 characters" in follow("rain " * 1000).notes[0]


def test_moods_of_words_are_moods_of_music():
    moods = {meaning.mood for meaning in vocabulary().meanings.values() if meaning.mood}
    assert moods == set(get_args(Mood)) == set(MOODS)
    named = {name for one in vocabulary().meanings.values() for name in one.instruments}
    assert named == set(INSTRUMENT_NAMES)

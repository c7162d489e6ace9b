"""The vocabulary: words have their meaning in both languages, and unknown ones come back."""

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foley_core.cues.taxonomy import taxonomy
from foley_core.cues.vocabulary import LONGEST_WORD_CHARS, PROMPT_LIMIT_CHARS, vocabulary

DATA = tomllib.loads(files("foley_core.cues").joinpath("vocabulary.toml").read_text("utf-8"))
FOOTSTEPS = taxonomy().names_in("footsteps")


def test_boots_on_gravel_and_distant_thunder():
    boots, thunder = vocabulary().read("Heavy boots on gravel, distant thunder")
    assert (boots.actions, boots.scenes, boots.material) == (FOOTSTEPS, (), "gravel")
    assert dict(boots.style)["size"] > 0
    assert dict(boots.style)["hardness"] > 0
    assert (thunder.actions, thunder.scenes) == ((), ("thunderstorm",))
    assert thunder.gain_db < 0
    assert boots.unmapped == thunder.unmapped == ()


def test_chinese_means_the_same():
    boots, thunder = vocabulary().read("沉重的靴子走在碎石上，远处的雷声")
    english = vocabulary().read("heavy boots on gravel, distant thunder")
    for mine, theirs in zip((boots, thunder), english, strict=True):
        assert (mine.actions, mine.scenes, mine.material) == (
            theirs.actions, theirs.scenes, theirs.material
        )  # fmt: skip
        assert (mine.style, mine.gain_db, mine.unmapped) == (theirs.style, theirs.gain_db, ())


@pytest.mark.parametrize(
    ("text", "actions", "scenes", "material"),
    [
        ("breaking glass", ("shatter",), (), "glass"),
        ("walk on the beach", FOOTSTEPS, ("sea",), "sand"),
        ("running water", (), ("river",), None),
        ("wooden doors", taxonomy().names_in("doors"), (), "wood"),
        ("雪地", (), (), "snow"),
        ("birds in the park", (), ("forest",), None),
        ("the glass shatters", ("shatter",), (), "glass"),
        ("雨打在大理石地板上", (), ("rain",), "stone"),
        ("遠處的雷聲", (), ("thunderstorm",), None),
    ],
)
def test_the_longest_known_word_counts(text, actions, scenes, material):
    (phrase,) = vocabulary().read(text)
    assert (phrase.actions, phrase.scenes, phrase.material) == (actions, scenes, material)


def test_a_part_of_a_word_has_no_meaning_of_its_own():
    (phrase,) = vocabulary().read("高跟鞋踩在大理石上")
    assert (phrase.actions, phrase.material, phrase.style) == (FOOTSTEPS, "stone", ())
    assert phrase.unmapped == ()


def test_a_city_by_the_sea_is_no_sea():
    (phrase,) = vocabulary().read("上海夜晚的街道")
    assert phrase.scenes == ("night", "street")
    assert phrase.unmapped == ()


def test_unknown_words_come_back_whole():
    (phrase,) = vocabulary().read("zorblax dogs near 狐狸")
    assert phrase.actions == ("dog_bark",)
    assert phrase.unmapped == ("zorblax", "狐狸")


@pytest.mark.parametrize("text", ["seat", "carpenter", "iced", "rainbow", "begun", "trainer"])
def test_a_word_is_not_found_inside_another(text):
    (phrase,) = vocabulary().read(text)
    assert phrase.unmapped == (text,)
    assert not phrase.actions
    assert not phrase.scenes


def test_music_and_its_mood():
    drums, snow = vocabulary().read("epic drums, but keep the real crunch of snow")
    assert (drums.mood, drums.meant.instruments, drums.about_music) == ("epic", ("drums",), True)
    assert (snow.mood, snow.about_music, snow.material) == (None, False, "snow")
    assert snow.meant.keeps
    assert not drums.meant.keeps


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("heavy boots without rain", [False, True]),
        ("no music, footsteps", [True, False]),
        ("rain, no thunder but wind", [False, True, False]),
        ("沉重的靴子，不要音乐", [False, True]),
        ("雨声没有雷声", [False, True]),
        ("无人的街道", [False]),
        ("no one on the street", [False]),
        ("walking without shoes", [False]),
        ("thunder not far away", [False]),
        ("never-ending rain, not only rain", [False, False]),
        ("不远处的雷声", [False]),
        ("不停的雨", [False]),
        ("a notable knock", [False]),
    ],
)
def test_a_negation_turns_what_follows_it_up_to_the_comma(text, negated):
    assert [phrase.meant.negates for phrase in vocabulary().read(text)] == negated


@pytest.mark.parametrize(
    ("text", "instruments", "mood", "pace"),
    [
        ("slow sad piano", ("piano",), "dark", 0.8),
        ("缓慢悲伤的钢琴", ("piano",), "dark", 0.8),
        ("fast happy guitar and bells", ("guitar", "bells"), "bright", 1.25),
        ("史诗般的大鼓和弦乐", ("drums", "strings"), "epic", 1.0),
        ("cinematic orchestra", ("strings", "horn"), "epic", 1.0),
    ],
)
def test_music_in_words(text, instruments, mood, pace):
    (phrase,) = vocabulary().read(text)
    assert phrase.unmapped == ()
    assert (phrase.meant.instruments, phrase.mood, phrase.meant.pace) == (instruments, mood, pace)


def test_moods_and_styles_by_word():
    assert vocabulary().mood_for("史诗") == vocabulary().mood_for("Epic") == "epic"
    assert vocabulary().mood_for("gravel") is None
    assert dict(vocabulary().style_for("much duller").style) == {"brightness": -0.5}
    assert vocabulary().style_for("duller footsteps") is None
    assert vocabulary().style_for("much") is None


def test_words_for_names():
    assert vocabulary().names_for("Keyboard Typing") == ("key_press", "keyboard_keys")
    assert vocabulary().names_for("heavy") == ()
    assert vocabulary().names_for("zorblax") == ()


@pytest.mark.parametrize(
    ("text", "actions", "scenes", "material"),
    [
        ("pistol firing four shots", ("gunshot",), (), None),
        ("3 shots", ("gunshot",), (), None),
        ("a rooster is crowing", ("rooster_crow",), (), None),
        ("一只公鸡在打鸣", ("rooster_crow",), (), None),
        ("a dog barks", ("dog_bark",), (), None),
        ("一只狗在叫", ("dog_bark",), (), None),
        ("typing on a keyboard", ("key_press", "keyboard_keys"), (), None),
        ("chopping wood", ("axe_chop",), (), "wood"),
        ("waves on the shore", (), ("sea",), None),
        ("鼓手打鼓", ("drum_kit",), (), None),
        ("a woman plays the violin on stage", ("violin",), ("stage",), None),
        ("two cats meowing in a kitchen", ("cat_meow",), ("kitchen",), None),
        ("人群欢呼", ("crowd_cheer",), ("crowd",), None),
        ("a tennis match", ("tennis_hit",), (), None),
        ("rain falls on the street", (), ("rain", "street"), None),
        ("女人把门关上", ("door_close",), (), None),
        ("she tears it up", ("paper_rip",), (), None),
    ],
)
def test_what_people_film_is_named_by_nouns_and_verbs(text, actions, scenes, material):
    (phrase,) = vocabulary().read(text)
    assert (phrase.actions, phrase.scenes, phrase.material) == (actions, scenes, material)
    assert phrase.unmapped == ()


def test_a_broad_word_means_the_finer_classes_too():
    engines = vocabulary().names_for("engine")
    assert engines == ("engine", *taxonomy().finer_classes("engine"))
    assert {"car_engine", "helicopter"} <= {*engines}
    assert vocabulary().names_for("锤子") == ("strike", "hammer_nail")


def test_a_word_for_an_instrument_is_music_and_says_what_it_is_if_it_is_seen():
    (piano,) = vocabulary().read("slow piano")
    assert (piano.actions, piano.meant.played, piano.about_music) == ((), ("piano",), True)
    (player,) = vocabulary().read("a man playing the piano")
    assert (player.actions, player.about_music) == (("piano",), False)
    assert set(DATA["played"]) == set(DATA["instruments"])
    assert {name for names in DATA["played"].values() for name in names} <= {*taxonomy().classes}


def test_a_class_is_named_by_its_own_name():
    instruments = {name for names in DATA["played"].values() for name in names}
    for name in {*taxonomy().classes} - instruments:
        assert name in vocabulary().names_for(name.replace("_", " ")), name


@given(st.text(max_size=80))
def test_any_text_can_be_read(text):
    for phrase in vocabulary().read(text):
        assert set(phrase.actions) | set(phrase.scenes) <= set(taxonomy().all_classes)
        assert all(-1 <= amount <= 1 for _, amount in phrase.style)


def test_a_prompt_is_read_up_to_its_limit():
    long = "rain, " * PROMPT_LIMIT_CHARS
    assert len(vocabulary().read(long)) <= PROMPT_LIMIT_CHARS / 5


def test_the_data_is_of_the_taxonomy_and_every_word_can_be_found():
    assert set(DATA["materials"]) <= set(taxonomy().materials)
    assert {name for key in DATA["classes"] for name in taxonomy().names_in(key)} == {
        *taxonomy().all_classes
    }
    for word in vocabulary().meanings:
        assert word == word.casefold().strip()
        assert len(word) <= LONGEST_WORD_CHARS
        (phrase,) = vocabulary().read(word)
        assert phrase.unmapped == (), word
    assert len(vocabulary().meanings) >= 150

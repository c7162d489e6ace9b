"""Sound filters: what the text means, what they do to a sheet, and what is said about mistakes."""

from dataclasses import replace
from math import log10

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foley_core.cues.filters import SoundFilters, added_style, apply, names_meant, parse_filters
from foley_core.cues.sheet import Cue, CueSheet, Style
from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import ConfigError

WALK = Cue("action", "footstep_walk", "wood", 0, 9_000)
RUN = Cue("action", "footstep_run", "wood", 9_000, 18_000, gain_db=-2.0)
KEY = Cue("action", "key_press", "plastic", 20_000, 21_000)
RAIN = Cue("ambience", "rain", None, 0, 48_000, style=Style(brightness=0.8))
MUSIC = Cue("music", "music", None, 0, 48_000, gain_db=-14.0)
SHEET = CueSheet(48_000, ()).with_cues([WALK, RUN, KEY, RAIN, MUSIC])


def parse(text):
    return parse_filters(text, "test")


def problems(text):
    with pytest.raises(ConfigError) as caught:
        parse_filters(text, "row 12, sound_filters")
    assert str(caught.value).startswith("row 12, sound_filters: the sound filters cannot be used")
    return caught.value.problems


def cue(sheet, sound_class):
    (found,) = [one for one in sheet.cues if one.sound_class == sound_class]
    return found


def test_no_filters_leave_the_sheet_as_it_is():
    assert apply(SHEET, parse("")) == SHEET
    assert parse("  ,; ") == SoundFilters()


@pytest.mark.parametrize(
    ("text", "gain_db"),
    [("50%", -6.021), ("200 %", 6.021), ("100%", 0.0), ("+3 dB", 3.0), ("-6dB", -6.0),
     ("1.5 db", 1.5), ("-60 dB", -60.0), ("24dB", 24.0), ("0.1%", -60.0), ("1e1 dB", 10.0)],
)  # fmt: skip
def test_a_gain_changes_only_gain_db_of_its_class(text, gain_db):
    after = apply(SHEET, parse(f"rain: {text}"))
    assert after == SHEET.with_cues(
        [WALK, RUN, KEY, replace(RAIN, gain_db=gain_db, filter_db=gain_db), MUSIC]
    )


@given(st.floats(min_value=0.1, max_value=1500))
def test_a_percentage_is_an_amplitude(percent):
    gain_db = cue(apply(SHEET, parse(f"rain: {percent:.6f}%")), "rain").gain_db
    assert gain_db == pytest.approx(20 * log10(percent / 100), abs=2e-3)


def test_gains_add_to_those_of_the_cue():
    assert cue(apply(SHEET, parse("footsteps: -3 dB")), "footstep_run").gain_db == -5.0


@pytest.mark.parametrize("text", ["key_press: off", "key_press: 0%", "Key Press: OFF",
                                  "keyboard typing: off", "键盘：off"])  # fmt: skip
def test_a_ban_leaves_none_of_its_cues_and_all_others(text):
    assert apply(SHEET, parse(text)) == SHEET.with_cues([WALK, RUN, RAIN, MUSIC])


def test_solo_silences_everything_else_music_too():
    assert apply(SHEET, parse("solo: footsteps")) == SHEET.with_cues([WALK, RUN])
    assert apply(SHEET, parse("solo: rain and music")) == SHEET.with_cues([RAIN, MUSIC])


def test_a_banned_solo_class_stays_silent():
    assert apply(SHEET, parse("solo: footsteps, footstep_run: off")) == SHEET.with_cues([WALK])


def test_style_is_added_and_kept_in_range():
    style = cue(apply(SHEET, parse("rain: brightness +0.5 wetness=-0.25")), "rain").style
    assert style == Style(brightness=1.0, wetness=-0.25)


def test_one_item_may_hold_several_settings():
    after = cue(apply(SHEET, parse("rain: -3 dB brightness -0.5")), "rain")
    assert (after.gain_db, after.style.brightness) == (-3.0, 0.3)


def test_music_has_a_name_too():
    assert cue(apply(SHEET, parse("music: -6 dB")), "music").gain_db == -20.0


@pytest.mark.parametrize(
    "text", ["footsteps: off, footstep_run: on", "footstep_run: on; footsteps: off"]
)
def test_a_class_wins_over_its_group_in_whatever_order(text):
    assert apply(SHEET, parse(text)) == SHEET.with_cues([RUN, KEY, RAIN, MUSIC])


def test_a_row_wins_over_its_job_setting_by_setting():
    job = parse("footsteps: 50% brightness 0.3, key_press: off, rain: +3 dB, footstep_run: +9 dB")
    row = parse("footsteps: -1 dB, key_press: on, rain: off")
    merged = job.merged(row)
    walk = cue(apply(SHEET, merged), "footstep_walk")
    assert (walk.gain_db, walk.style) == (-1.0, Style(brightness=0.3))
    assert cue(apply(SHEET, merged), "footstep_run").gain_db == -3.0
    assert {one.sound_class for one in apply(SHEET, merged).cues} == {
        "footstep_walk", "footstep_run", "key_press", "music"
    }  # fmt: skip


def test_a_rows_solo_replaces_the_jobs():
    assert parse("solo: water").merged(parse("solo: rain")).solo == ("rain",)
    assert parse("solo: rain").merged(parse("rain: off")).solo == ("rain",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rain: 0%", "rain: off"),
        ("rain:+3dB,sea:off", "sea: off ; rain: +3 dB"),
        ("doors: -2 dB", "door_slam: -2 dB, door_open: -2 dB, door_close: -2 dB, "
                         "door_knock: -2 dB, lid_close: -2 dB, door_slide: -2 dB, car_door: -2 dB"),
        ("rain: 100%, sea: on, fire: size 0", ""),
    ],
)  # fmt: skip
def test_equal_effects_have_equal_json(one, other):
    assert parse(one).to_json() == parse(other).to_json()


@pytest.mark.parametrize("other", ["rain: 49%", "rain: off", "rain: 50% size 0.1", "solo: rain"])
def test_other_effects_have_other_json(other):
    assert parse("rain: 50%").to_json() != parse(other).to_json()


def test_every_fault_is_listed_at_once_with_the_nearest_name():
    listed = problems("footstep_wlk: 50%, rain: brigtness 0.3, ambience: 1e9 dB, sea: lowd")
    assert len(listed) == 4
    assert "'footstep_wlk'; did you mean 'footstep_walk'?" in listed[0]
    assert "'brigtness'; did you mean 'brightness'?" in listed[1]
    assert "1e9 dB is not between -60 and +24 dB" in listed[2]
    assert "cannot read 'lowd'; did you mean 'loud'? write for example '50%'" in listed[3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rain: nan dB", "not a finite number"),
        ("rain: inf%", "not a finite number"),
        ("rain: -50%", "not between"),
        ("rain: 1e9%", "not between"),
        ("rain: 25 dB", "not between"),
        ("rain: size 1.01", "not between -1 and"),
        ("rain: size nan", "not a finite number"),
        ("rain: 1.2.3 dB", "'1.2.3' is not a number"),
        ("rain: 50", "cannot read '50'"),
        ("rain: brightness 0.5%", "cannot read 'brightness 0.5%'"),
        ("rain: 50% please", "cannot read 'please'"),
        ("rain", "a name, a colon and a setting are needed"),
        ("rain:", "a name, a colon and a setting are needed"),
        (": 50%", "unknown sound class or group ''"),
        ("rain: 50%, rain: -3 dB", "'rain': said twice"),
        ("water: on, water: off", "'water': said twice"),
        ("solo: fisch", "unknown sound class or group 'fisch'"),
    ],
)
def test_a_mistake_is_named(text, said):
    (only,) = problems(text)
    assert said in only


def test_a_text_without_end_is_refused():
    with pytest.raises(ConfigError, match="at most 16000 characters"):
        parse("rain: 50%," * 2000)


@given(st.text(max_size=60))
def test_any_text_is_filters_or_a_config_error(text):
    try:
        filters = parse_filters(text, "test")
    except ConfigError:
        return
    known = {*taxonomy().all_classes, "music"}
    assert {name for name, _ in filters.classes} | set(filters.solo) <= known


def test_a_filter_of_an_older_class_holds_for_the_finer_ones():
    def after(text, name):
        sheet = CueSheet(96_000, (Cue("action", name, None, 0, 4800),))
        return apply(sheet, parse(text)).cues

    for name in ("key_press", "keyboard_keys", "typewriter_keys"):
        assert after("key_press: off", name) == ()
        assert after("hands: off", name) == ()
        assert after("solo: key_press", name)
    assert after("key_press: off, typewriter_keys: on", "typewriter_keys")
    assert after("keyboard_keys: off", "key_press")
    assert not after("solo: keyboard_keys", "key_press")
    assert after("engine: -6 dB, helicopter: size 0.2", "helicopter")[0].gain_db == -6.0
    assert after("impacts: off", "drum_kit") == ()
    assert after("bird_call: off", "gull_cry") == ()
    assert after("vehicles: off", "motorbike") == ()


def test_a_composition_is_only_meant_by_its_own_class_and_group():
    cue = Cue("motif", "motorbike", None, 0, 4800, composition="swarm")
    sheet = CueSheet(96_000, (cue,))
    assert apply(sheet, parse("vehicles: off")) == sheet
    assert apply(sheet, parse("traffic: off")).cues == ()


def test_names_may_be_written_as_people_do():
    assert names_meant("Door Slam") == names_meant("door-slam") == ("door_slam",)
    assert names_meant("footsteps") == taxonomy().names_in("footsteps")
    assert names_meant("狗叫") == ("dog_bark",)


@given(st.floats(-1, 1), st.floats(-3, 3))
def test_added_style_stays_in_range(start, amount):
    assert -1 <= added_style(Style(size=start), {"size": amount}).size <= 1


@pytest.mark.parametrize(
    ("text", "sound_class", "gain_db", "style"),
    [
        ("footsteps: duller", "footstep_walk", 0.0, Style(brightness=-0.5)),
        ("duller footsteps", "footstep_walk", 0.0, Style(brightness=-0.5)),
        ("更沉闷的脚步声", "footstep_walk", 0.0, Style(brightness=-0.5)),
        ("脚步声：沉闷", "footstep_walk", 0.0, Style(brightness=-0.5)),
        ("rain: much softer", "rain", -2.0, Style(brightness=0.8, hardness=-0.5)),
        ("rain: -3 dB duller size 0.2", "rain", -3.0, Style(brightness=0.3, size=0.2)),
        ("quieter music", "music", -20.0, Style()),
        ("heavier keyboard typing", "key_press", 0.0, Style(size=0.6, hardness=0.2)),
    ],
)
def test_style_and_level_may_be_said_in_words(text, sound_class, gain_db, style):
    after = cue(apply(SHEET, parse(text)), sound_class)
    assert (after.gain_db, after.style) == (gain_db, style)


@pytest.mark.parametrize("text", ["no keyboard typing", "without typing", "不要键盘声"])
def test_a_ban_may_be_said_in_words(text):
    assert apply(SHEET, parse(text)) == apply(SHEET, parse("key_press: off"))


@pytest.mark.parametrize(
    "text",
    ["footsteps: 50% brightness 0.3, key_press: off, footstep_run: on, rain: +3 dB, solo: rain sea",
     "ambience: -1.234 dB size -0.5, music: off", "rain: duller, rain: 100%", ""],
)  # fmt: skip
def test_filters_written_back_are_the_same(text):
    assert parse(parse(text).to_text()) == parse(text)


def test_all_settings_of_all_classes_fit_into_one_text():
    style = "brightness -0.125 hardness -0.125 size -0.125 wetness -0.125"
    text = ", ".join(f"{group}: -1.234 dB {style}" for group in (*taxonomy().all_groups, "music"))
    assert parse(parse(text).to_text()) == parse(text)

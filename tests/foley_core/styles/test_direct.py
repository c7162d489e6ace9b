"""Direction: what a region, a scene, switches and filters make of a detected sheet."""

from dataclasses import replace

import pytest

from foley_core.cues.filters import parse_filters
from foley_core.cues.sheet import Cue, CueSheet, Style
from foley_core.errors import ConfigError
from foley_core.music.composition import Composition
from foley_core.music.moods import MOODS
from foley_core.styles.direct import direct
from foley_core.styles.direction import Direction
from foley_core.styles.pack import available_packs, load_pack
from foley_core.styles.pack_schema import Latents, Layer, Motif
from foley_core.styles.wishes import scene_named
from foley_core.timebase import SAMPLE_RATE

MINUTE = 60 * SAMPLE_RATE
WALK = Cue("action", "footstep_walk", "concrete", 48_000, 60_000, confidence=0.8)
GLASS = Cue("action", "shatter", "glass", 96_000, 120_000)
STREET = Cue("ambience", "street", None, 0, MINUTE, intensity=0.6, confidence=0.7)
DETECTED = CueSheet(MINUTE, ()).with_cues([WALK, GLASS, STREET])
NEUTRAL = load_pack("neutral")
CHIME = Motif(name="chime", sound_class="tap", scenes=("street",), per_minute=6, level_db=-9)


def sheet(pack=NEUTRAL, detected=DETECTED, **options):
    return direct(detected, pack, Direction(**options)).sheet


def of_kind(found, kind):
    return [cue for cue in found.cues if cue.kind == kind]


def test_neutral_changes_nothing_but_the_level_of_the_bed():
    (bed,) = of_kind(sheet(), "ambience")
    assert sheet() == DETECTED.with_cues([WALK, GLASS, replace(STREET, gain_db=bed.gain_db)])


@pytest.mark.parametrize("name", available_packs())
def test_direction_is_repeatable_and_leaves_actions_of_every_region_alone(name):
    pack = load_pack(name)
    assert sheet(pack, seed=5).to_json() == sheet(pack, seed=5).to_json()
    assert of_kind(sheet(pack), "action") == of_kind(DETECTED, "action")


@pytest.mark.parametrize("name", sorted(set(available_packs()) - {"neutral"}))
def test_every_region_has_another_ambience_than_neutral(name):
    for scene in ("street", "crowd", "forest", "night", "rain", "room", "office", "sea"):
        options = {"scene": scene}
        regional = of_kind(sheet(load_pack(name), **options), "ambience")
        (neutral,) = of_kind(sheet(**options), "ambience")
        assert [(c.sound_class, c.style, c.gain_db) for c in regional] != [
            (neutral.sound_class, neutral.style, neutral.gain_db)
        ]


def test_a_scene_becomes_the_layers_of_the_pack_over_the_same_span():
    layers = (
        Layer(sound_class="street", level_db=-3),
        Layer(sound_class="rain", level_db=-6, style=Latents(wetness=0.5)),
    )
    pack = replace(NEUTRAL, ambience={"street": layers})
    detected = DETECTED.with_cues([replace(STREET, onset=500, offset=9_000, gain_db=1.0)])
    rain, street = of_kind(sheet(pack, detected), "ambience")
    assert (street.sound_class, street.style) == ("street", Style())
    assert (rain.sound_class, rain.style) == ("rain", Style(wetness=0.5))
    assert rain.gain_db - street.gain_db == pytest.approx(-3.0, abs=0.01)
    for cue in (rain, street):
        assert (cue.onset, cue.offset, cue.intensity) == (500, 9_000, 0.6)
        assert cue.source == "pack:neutral"


def test_a_pack_may_leave_a_scene_silent():
    assert of_kind(sheet(replace(NEUTRAL, ambience={"street": ()})), "ambience") == []


def test_the_scene_of_the_manifest_replaces_what_is_seen():
    (cue,) = of_kind(sheet(scene="sea"), "ambience")
    assert (cue.sound_class, cue.onset, cue.offset, cue.source) == ("sea", 0, MINUTE, "manifest")
    assert len(of_kind(sheet(detected=CueSheet(MINUTE, ()), scene="sea"), "ambience")) == 1


def test_a_scene_may_be_an_everyday_word():
    assert scene_named("harbour") == scene_named("海边") == "sea"
    with pytest.raises(ConfigError, match=r"unknown scene 'forst'; did you mean 'forest'\?"):
        sheet(scene="forst")
    with pytest.raises(ConfigError, match="unknown scene 'typing'"):
        scene_named("typing")


def test_substitutions_keep_a_material_only_if_the_new_class_has_it():
    pack = replace(NEUTRAL, substitutions={"shatter": "snap", "footstep_walk": "footstep_run"})
    walk, glass = of_kind(sheet(pack), "action")
    assert (walk.sound_class, walk.material, walk.onset) == ("footstep_run", "concrete", 48_000)
    assert (glass.sound_class, glass.material, glass.source) == ("snap", None, "pack:neutral")


def test_a_class_style_wins_over_that_of_its_group():
    styles = {"footsteps": Latents(size=0.5), "breaks": Latents(size=-0.5),
              "footstep_walk": Latents(brightness=0.2)}  # fmt: skip
    walk, glass = of_kind(sheet(replace(NEUTRAL, styles=styles)), "action")
    assert (walk.style, glass.style) == (Style(brightness=0.2), Style(size=-0.5))


def test_motifs_come_at_their_rate_inside_their_scene():
    pack = replace(NEUTRAL, motifs=(CHIME,))
    detected = CueSheet(60 * MINUTE, ()).with_cues([replace(STREET, offset=60 * MINUTE)])
    motifs = of_kind(sheet(pack, detected), "motif")
    assert 355 <= len(motifs) <= 360
    assert all(cue.offset - cue.onset == SAMPLE_RATE for cue in motifs)
    assert motifs[-1].offset <= 60 * MINUTE
    assert {(cue.sound_class, cue.gain_db, cue.source) for cue in motifs} == {
        ("tap", CHIME.level_db, "pack:neutral")
    }


def test_motifs_move_with_the_seed_alone():
    pack = replace(NEUTRAL, motifs=(CHIME,))
    assert sheet(pack, seed=1) != sheet(pack, seed=2)
    late = DETECTED.with_cues([WALK, GLASS, replace(STREET, onset=MINUTE // 2)])
    all_along = of_kind(sheet(pack, seed=1), "motif")
    assert of_kind(sheet(pack, late, seed=1), "motif") == [
        cue for cue in all_along if cue.onset >= MINUTE // 2
    ]
    other = CHIME.model_copy(update={"name": "other"})
    both = of_kind(sheet(replace(NEUTRAL, motifs=(other, CHIME)), seed=1), "motif")
    assert [cue for cue in both if cue in all_along] == all_along


def test_a_motif_comes_once_where_two_scenes_overlap():
    motif = CHIME.model_copy(update={"scenes": ("street", "crowd")})
    both = DETECTED.with_cues([WALK, GLASS, STREET, replace(STREET, sound_class="crowd")])
    pack = replace(NEUTRAL, motifs=(motif,))
    assert of_kind(sheet(pack, both), "motif") == of_kind(sheet(pack), "motif")


def test_no_motif_where_its_scene_is_not():
    assert of_kind(sheet(replace(NEUTRAL, motifs=(CHIME,)), scene="sea"), "motif") == []


def test_switches():
    pack = load_pack("north-america-city")
    assert {cue.kind for cue in sheet(pack, environment=False).cues} == {"action"}
    assert {cue.kind for cue in sheet(pack, action=False).cues} == {"ambience", "motif"}
    assert "music" not in {cue.kind for cue in sheet(pack).cues}


def test_music_is_one_cue_under_the_whole_picture():
    directed = direct(DETECTED, load_pack("japan"), Direction(music=True, seed=4))
    (cue,) = of_kind(directed.sheet, "music")
    assert (cue.sound_class, cue.onset, cue.offset, cue.gain_db) == ("music", 0, MINUTE, -15.0)
    assert (directed.music.mood, directed.music.tempo_bpm) == ("warm", 76.0)
    assert directed.music.gain_db == -15.0


def test_mood_is_the_rows_then_the_prompts_then_the_packs():
    wishes = {"music": True, "prompt": "epic music"}
    assert direct(DETECTED, NEUTRAL, Direction(**wishes)).music.mood == "epic"
    assert direct(DETECTED, NEUTRAL, Direction(**wishes, mood="dark")).music.mood == "dark"
    assert direct(DETECTED, NEUTRAL, Direction(music=True)).music.mood == "calm"


def test_filters_have_the_last_word():
    filters = parse_filters("music: -6 dB, street: off, footsteps: 50%", "test")
    directed = direct(DETECTED, load_pack("japan"), Direction(filters=filters, music=True))
    assert directed.music.gain_db == -21.0
    assert "street" not in {cue.sound_class for cue in directed.sheet.cues}
    (walk,) = [cue for cue in directed.sheet.cues if cue.sound_class == "footstep_walk"]
    assert walk == replace(WALK, gain_db=-6.021, filter_db=-6.021)


def test_banned_music_is_no_music():
    filters = parse_filters("music: off", "test")
    assert direct(DETECTED, NEUTRAL, Direction(filters=filters, music=True)).music is None


def music(pack=NEUTRAL, **options):
    return direct(DETECTED, pack, Direction(music=True, **options)).music


def test_the_row_then_the_prompt_then_the_job_then_the_pack_choose_the_music():
    assert (music().mood, music().tempo_bpm) == ("calm", 84.0)
    job = {"job_mood": "warm"}
    assert (music(**job).mood, music(**job).tempo_bpm) == ("warm", MOODS["warm"].tempo_bpm)
    prompt = {**job, "prompt": "slow epic music"}
    assert (music(**prompt).mood, music(**prompt).tempo_bpm) == ("epic", 89.6)
    row = {**prompt, "mood": "dark", "tempo_bpm": 70.0}
    assert (music(**row).mood, music(**row).tempo_bpm) == ("dark", 70.0)
    assert music(job_tempo_bpm=190.0, prompt="fast music").tempo_bpm == 200.0


def test_instruments_named_play_in_place_of_the_moods():
    assert music(prompt="epic music").instruments == ("drums", "bass", "strings", "horn")
    assert music(prompt="epic drums").instruments == ("drums", "bass")
    assert music(prompt="悲伤的钢琴").instruments == ("piano",)
    assert music(prompt="epic music without drums").instruments == ("bass", "strings", "horn")
    assert music(negative_prompt="strings", prompt="epic music").instruments == (
        "drums", "bass", "horn"
    )  # fmt: skip
    assert music(prompt="piano", negative_prompt="piano").instruments == ("pad",)


def test_words_for_level_are_of_the_music_where_it_is_named():
    assert music(prompt="quiet piano").gain_db == NEUTRAL.music.level_db - 6
    quiet = sheet(music=True, prompt="quiet piano")
    assert quiet.cues[0].gain_db == sheet(music=True).cues[0].gain_db


def test_refused_moods_and_music_do_not_play():
    assert music(prompt="no music") is None
    assert music(negative_prompt="音乐") is None
    assert music(prompt="no calm music").mood == "warm"


EVERY_MOOD = "calm, cheerful, tense, dark, epic, warm, romantic, bright, happy"


@pytest.mark.parametrize(
    ("wishes", "mood"),
    [
        ({}, "calm"),
        ({"job_mood": "warm"}, "warm"),
        ({"job_mood": "warm", "prompt": "epic music"}, "epic"),
    ],
)
def test_if_every_mood_is_refused_the_usual_one_plays_and_a_note_says_so(wishes, mood):
    options = Direction(music=True, negative_prompt=EVERY_MOOD, **wishes)
    directed = direct(DETECTED, NEUTRAL, options)
    assert directed.music.mood == mood
    (note,) = directed.notes
    assert note == (
        f"the prompts refuse every mood, so no refusal has an effect: the music is {mood}; "
        "write 'no music' to have none"
    )


def test_a_mood_of_the_row_wins_over_refusals_and_without_music_none_is_reported():
    row = Direction(music=True, negative_prompt=EVERY_MOOD, mood="dark")
    assert direct(DETECTED, NEUTRAL, row).music.mood == "dark"
    assert direct(DETECTED, NEUTRAL, row).notes == ()
    assert direct(DETECTED, NEUTRAL, Direction(negative_prompt=EVERY_MOOD)).notes == ()
    some = Direction(music=True, negative_prompt="calm, warm")
    assert direct(DETECTED, NEUTRAL, some).notes == ()


def test_mood_without_music_is_reported():
    notes = direct(DETECTED, NEUTRAL, Direction(mood="epic")).notes
    assert notes == ("mood and tempo have no effect: music is switched off",)


def test_a_width_without_a_space_is_reported():
    (note,) = direct(DETECTED, NEUTRAL, Direction(space="dry", width=0.3)).notes
    assert note == "width has no effect: space is dry, so what happens is in the middle"
    assert direct(DETECTED, NEUTRAL, Direction(space="dry")).notes == ()
    assert direct(DETECTED, NEUTRAL, Direction(width=0.3)).notes == ()


def test_wishes_about_an_environment_that_is_off_are_reported():
    def notes(**wishes):
        return direct(DETECTED, NEUTRAL, Direction(environment=False, **wishes)).notes

    assert notes() == ()
    (note,) = notes(time_of_day="night")
    assert note == "time of day has no effect: the environment is switched off"
    # The scene that is asked for is still the space around what happens.
    assert notes(scene="sea") == ()
    (note,) = notes(scene="sea", space="dry")
    assert note == "scene has no effect: the environment is switched off, and space is dry"
    (note,) = notes(prompt="distant thunder, heavy boots")
    assert note == "prompt: 'distant thunder' asks for a scene; the environment is off"
    assert direct(DETECTED, NEUTRAL, Direction(prompt="distant thunder")).notes == ()


BELL = Composition.model_validate(
    {"sound_class": "bell", "voices": [{"notes": [[0, 880, 0.5, 0]], "decay_s": 0.1}]}
)


def written(**parts):
    return replace(NEUTRAL, compositions={"bell": BELL}, **parts)


def test_layers_are_there_at_their_time_of_day():
    layers = (
        Layer(sound_class="scene"),
        Layer(composition="bell", times=("night",), density=0.5, level_db=-3),
    )
    pack = written(ambience={"outdoors": layers})
    assert [cue.sound_class for cue in of_kind(sheet(pack), "ambience")] == ["street"]
    bell, street = of_kind(sheet(pack, time_of_day="night"), "ambience")
    assert (bell.sound_class, bell.composition, bell.intensity) == ("bell", "bell", 0.5)
    assert (street.sound_class, street.intensity, street.composition) == ("street", 0.6, None)
    assert len(of_kind(sheet(pack, prompt="at night"), "ambience")) == 3
    night = DETECTED.with_cues([replace(STREET, sound_class="night")])
    assert {cue.sound_class for cue in sheet(pack, night).cues} == {"night", "bell"}
    assert len(of_kind(sheet(pack, night, time_of_day="day"), "ambience")) == 1


def test_density_of_a_performed_bed_is_its_intensity():
    pack = replace(NEUTRAL, ambience={"street": (Layer(sound_class="scene", density=0.5),)})
    (street,) = of_kind(sheet(pack), "ambience")
    assert street.intensity == 0.3


def test_a_motif_answers_an_action_where_its_scene_is():
    motif = Motif(
        name="door", sound_class="bell", scenes=("outdoors",), after=("breaks",), delay_s=0.25
    )
    pack = written(motifs=(motif,), substitutions={"bell": "bell"})
    (cue,) = of_kind(sheet(pack), "motif")
    assert (cue.onset, cue.offset) == (GLASS.onset + 12_000, GLASS.onset + 36_000)
    assert (cue.sound_class, cue.composition) == ("bell", "bell")
    assert of_kind(sheet(pack, scene="room"), "motif") == []
    assert of_kind(sheet(pack, filters=parse_filters("bells: off", "here")), "motif") == []


def test_a_motif_keeps_to_its_times():
    motif = Motif(name="m", composition="bell", scenes=("street",), per_minute=30, times=("dusk",))
    pack = written(motifs=(motif,))
    assert of_kind(sheet(pack), "motif") == []
    assert len(of_kind(sheet(pack, time_of_day="dusk"), "motif")) >= 25

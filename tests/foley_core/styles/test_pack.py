"""Style packs: the shipped ones are good, fallbacks complete a pack, mistakes are named."""

import pickle
import shutil

import pytest

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import StylePackError
from foley_core.storage.store import Storage
from foley_core.styles.direct import direct
from foley_core.styles.direction import Direction
from foley_core.styles.folders import PACK_LIMIT_BYTES, PACKS_FOLDER
from foley_core.styles.pack import available_packs, load_pack
from foley_core.styles.pack_schema import UNDER_WATER, Layer, scene_names
from foley_core.timebase import SAMPLE_RATE

MINUTE = 60 * SAMPLE_RATE
SHIPPED = (
    "china-city",
    "india-city",
    "japan",
    "neutral",
    "nordic-coast",
    "north-america-city",
    "southeast-asia-city",
    "western-europe-city",
)
MINIMAL = 'schema_version = 1\nname = "{name}"\nversion = "1.0.0"\nlicence = "CC0-1.0"\n'


def write(folder, name, text="", head=MINIMAL):
    (folder / name).mkdir(parents=True)
    (folder / name / "pack.toml").write_text(head.format(name=name) + text, encoding="utf-8")
    return folder / name


def problems(folder, name="mine"):
    with pytest.raises(StylePackError) as caught:
        load_pack(name, [folder])
    assert str(folder / name / "pack.toml") in str(caught.value)
    return caught.value.problems


def test_the_shipped_packs_are_there():
    assert set(SHIPPED) <= set(available_packs())


@pytest.mark.parametrize("name", available_packs())
def test_a_shipped_pack_is_valid_and_explained(name):
    pack = load_pack(name)
    assert pack.name == name
    assert len(pack.sha256) == 64
    assert (PACKS_FOLDER / name / "README.md").read_text(encoding="utf-8").startswith(f"# {name}\n")
    assert (pack.mix.loudness_lufs, pack.mix.true_peak_dbtp) == (-23.0, -1.0)


@pytest.mark.parametrize("name", sorted(set(available_packs()) - {"neutral"}))
def test_a_region_differs_from_neutral_in_most_scenes_and_leaves_actions_alone(name):
    pack, neutral = load_pack(name), load_pack("neutral")
    assert pack.regions
    for scene in taxonomy().of_kind("ambience"):
        layers = pack.layers_of(scene.name)
        if scene.name == UNDER_WATER:
            assert layers is None
            continue
        assert layers
        assert layers != neutral.layers_of(scene.name)
        assert layers[0] == Layer(sound_class="scene", level_db=layers[0].level_db)
    assert pack.motifs
    assert not pack.styles
    assert set(pack.substitutions) <= set(taxonomy().composed)


def test_names_of_packs_have_different_content():
    assert len({load_pack(name).sha256 for name in available_packs()}) == len(available_packs())


def test_a_pack_crosses_a_process_boundary():
    pack = load_pack("japan")
    assert pickle.loads(pickle.dumps(pack)) == pack


def test_what_a_pack_leaves_out_it_has_from_its_fallback(tmp_path):
    write(
        tmp_path,
        "mine",
        'fallback = "base"\n[mix]\nambience_db = 2\n[[ambience.sea]]\nsound_class = "wind"\n',
    )
    write(
        tmp_path,
        "base",
        "[mix]\nloudness_lufs = -16\nambience_db = 5\n[styles]\nfootsteps = { size = 0.5 }\n"
        '[[ambience.sea]]\nsound_class = "sea"\n[[ambience.rain]]\nsound_class = "rain"\n'
        '[[motifs]]\nname = "drop"\nsound_class = "drip"\nscenes = ["rain"]\nper_minute = 3\n',
    )
    pack = load_pack("mine", [tmp_path])
    assert (pack.mix.loudness_lufs, pack.mix.ambience_db) == (-16.0, 2.0)
    assert [layer.sound_class for layer in pack.ambience["sea"]] == ["wind"]
    assert [layer.sound_class for layer in pack.ambience["rain"]] == ["rain"]
    assert pack.styles["footsteps"].size == 0.5
    assert [motif.name for motif in pack.motifs] == ["drop"]


def test_a_pack_may_refuse_the_motifs_of_its_fallback(tmp_path):
    write(tmp_path, "mine", 'fallback = "japan"\nmotifs = []\n')
    assert load_pack("mine", [tmp_path]).motifs == ()


def test_a_local_pack_stands_before_a_shipped_one_of_its_name(tmp_path):
    write(tmp_path, "japan")
    assert load_pack("japan", [tmp_path]).sha256 != load_pack("japan").sha256


def test_a_folder_given_as_a_path_is_loaded_from_there(tmp_path):
    folder = write(tmp_path, "mine")
    assert load_pack(folder).name == "mine"
    assert available_packs([tmp_path]) == tuple(sorted({*available_packs(), "mine"}))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StylePackError, match=r"no folder of style packs .*absent"):
        available_packs([tmp_path / "absent"])


def test_the_digest_is_of_content_and_of_the_fallbacks_too(tmp_path):
    write(tmp_path / "a", "base", "[mix]\nambience_db = 1\n")
    write(tmp_path / "a", "mine", 'fallback = "base"\n')
    first = load_pack("mine", [tmp_path / "a"]).sha256
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    file = tmp_path / "b" / "mine" / "pack.toml"
    file.write_text("# a remark\n" + file.read_text())
    assert load_pack("mine", [tmp_path / "b"]).sha256 == first
    base = tmp_path / "b" / "base" / "pack.toml"
    base.write_text(
        base.read_text().replace("= 1\n", "= 2\n").replace("version = 2", "version = 1")
    )
    assert load_pack("mine", [tmp_path / "b"]).sha256 != first


@pytest.mark.parametrize(
    "name", ["../japan", "/etc", "japan/", "Japan", "", ".", "-", "a" * 5000, "japan\n"]
)
def test_text_is_never_a_path(name):
    with pytest.raises(StylePackError, match="unknown style pack"):
        load_pack(name)


def test_an_unknown_pack_is_answered_with_the_nearest():
    with pytest.raises(StylePackError, match=r"unknown style pack 'japn'; did you mean 'japan'\?"):
        load_pack("japn")


def test_every_fault_is_listed_with_its_key_and_the_nearest_name(tmp_path):
    write(
        tmp_path,
        "mine",
        "[mix]\nloudness_lufs = 1e9\nambiance_db = 3\n"
        '[[ambience.stret]]\nsound_class = "street"\n'
        '[[ambience.sea]]\nsound_class = "seea"\n'
        '[substitutions]\ndoor_slam = "rain"\n'
        "[styles]\nfootstep = { size = 2 }\n",
    )
    listed = "\n".join(problems(tmp_path))
    assert "mix.loudness_lufs: Input should be less than or equal to -9" in listed
    assert "mix.ambiance_db: unknown key; did you mean 'ambience_db'?" in listed
    assert "ambience.stret: unknown ambience class 'stret'; did you mean 'street'?" in listed
    assert (
        "ambience.sea.0.sound_class: unknown ambience class 'seea'; did you mean 'sea'?" in listed
    )
    assert "substitutions: 'door_slam' is action, 'rain' ambience" in listed
    assert "styles.footstep: unknown sound class or group 'footstep'; did you mean" in listed
    assert "styles.footstep.size: Input should be less than or equal to 1" in listed


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e9", '"loud"'])
def test_a_number_out_of_range_is_refused(tmp_path, number):
    write(tmp_path, "mine", f"[mix]\nambience_db = {number}\n")
    (only,) = problems(tmp_path)
    assert only.startswith("mix.ambience_db: ")


def test_a_newer_pack_is_told_from_a_wrong_one(tmp_path):
    write(tmp_path, "mine", head=MINIMAL.replace("schema_version = 1", "schema_version = 2"))
    with pytest.raises(StylePackError, match="schema_version 2 is newer than the 1 read here"):
        load_pack("mine", [tmp_path])


def test_a_circle_of_fallbacks_is_drawn(tmp_path):
    for name, fallback in (("a", "b"), ("b", "c"), ("c", "a")):
        write(tmp_path, name, f'fallback = "{fallback}"\n')
    with pytest.raises(StylePackError, match="goes in a circle: a → b → c → a"):
        load_pack("a", [tmp_path])


def test_a_fallback_that_is_not_there_is_named(tmp_path):
    write(tmp_path, "mine", 'fallback = "neutrl"\n')
    with pytest.raises(StylePackError, match=r"'neutrl'; did you mean 'neutral'\?"):
        load_pack("mine", [tmp_path])


def test_the_name_inside_is_the_name_of_the_folder(tmp_path):
    write(tmp_path, "mine").rename(tmp_path / "yours")
    with pytest.raises(StylePackError, match="name is 'mine', but the folder's is another"):
        load_pack("yours", [tmp_path])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name = ", "not valid TOML"),
        (b"a = " + b"[" * 100_000, "not valid TOML"),
        (b"\xff\xfe", "not UTF-8"),
        (b"#" * (PACK_LIMIT_BYTES + 1), "at most"),
    ],
)
def test_a_file_that_is_no_pack_is_refused(tmp_path, content, said):
    folder = write(tmp_path, "mine")
    (folder / "pack.toml").write_bytes(content)
    with pytest.raises(StylePackError, match=said):
        load_pack("mine", [tmp_path])


def test_motifs_of_shipped_packs_can_be_performed():
    for motif in (motif for name in available_packs() for motif in load_pack(name).motifs):
        if motif.sound_class is None or motif.sound_class in taxonomy().composed:
            continue
        one = taxonomy().sound_class(motif.sound_class)
        assert one.kind != "ambience"
        assert motif.material is None or motif.material in one.materials, motif.name


def test_what_regions_are_known_by_is_in_their_packs():
    wanted = {
        "japan": ("chime", "crossing_signal", "insect_call"),
        "china-city": ("beep", "clapper", "bell", "motorbike"),
        "southeast-asia-city": ("motorbike", "insect_call", "bird_call"),
        "north-america-city": ("siren", "horn"),
        "western-europe-city": ("siren", "horn", "bell"),
        "india-city": ("horn", "passing_vehicle"),
        "nordic-coast": ("gust", "bird_call"),
    }
    assert set(wanted) == set(available_packs()) - {"neutral"}
    for name, classes in wanted.items():
        written = {one.sound_class for one in load_pack(name).compositions.values()}
        assert set(classes) <= written, name


def test_packs_disagree_about_which_siren_it_is():
    cities = ("china-city", "north-america-city", "western-europe-city", "india-city")
    packs = [load_pack(name) for name in cities]
    sirens = [pack.compositions[pack.substitutions["siren"]] for pack in packs]
    assert len(set(sirens)) == len(cities)


def test_times_of_day_differ_where_nature_does():
    for name in ("japan", "southeast-asia-city", "western-europe-city", "nordic-coast"):
        layers = load_pack(name).layers_of("forest")
        day, night = ([la for la in layers if t in (la.times or (t,))] for t in ("day", "night"))
        assert day != night, name


BELL = """
[compositions.bell]
sound_class = "bell"
[[compositions.bell.voices]]
notes = [[0.0, 880.0, 0.5, 0.0]]
"""


def test_a_pack_says_which_sound_a_composed_class_is_and_one_above_it_may_differ(tmp_path):
    motif = '[[motifs]]\nname = "m"\nsound_class = "bell"\nscenes = ["street"]\nper_minute = 6\n'
    write(tmp_path, "base", motif + '[substitutions]\nbell = "bell"\n' + BELL)
    other = BELL.replace("bell]", "gong]").replace("bell.", "gong.")
    write(tmp_path, "town", 'fallback = "base"\n[substitutions]\nbell = "gong"\n' + other)
    base, town = load_pack("base", [tmp_path]), load_pack("town", [tmp_path])
    (motif,) = base.motifs
    assert town.motifs == base.motifs
    assert (base.composition_of(motif), town.composition_of(motif)) == ("bell", "gong")


def test_a_name_of_a_composition_that_is_nowhere_is_answered_with_the_nearest(tmp_path):
    write(
        tmp_path,
        "mine",
        '[[ambience.street]]\ncomposition = "bel"\n'
        '[[motifs]]\nname = "m"\nsound_class = "siren"\nscenes = ["street"]\nper_minute = 6\n'
        '[substitutions]\nhorn = "bell"\n' + BELL,
    )
    with pytest.raises(StylePackError) as caught:
        load_pack("mine", [tmp_path])
    listed = "\n".join(caught.value.problems)
    assert "ambience.street: unknown composition 'bel'; did you mean 'bell'?" in listed
    assert "motifs.m: substitutions do not say which composition 'siren' is" in listed
    assert "substitutions.horn: composition 'bell' is of class bell" in listed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[ambience.street]]\nsound_class = "street"\ncomposition = "x"\n', "a sound_class or a"),
        ("[[ambience.street]]\nlevel_db = 1\n", "a layer has a sound_class or a composition"),
        (
            '[[ambience.street]]\nsound_class = "street"\ntimes = ["noon"]\n',
            "'dawn', 'day', 'dusk'",
        ),
        ('[[motifs]]\nname = "m"\nsound_class = "tap"\nscenes = ["sea"]\n', "comes per_minute, or"),
        (
            '[[motifs]]\nname = "m"\nsound_class = "tap"\nscenes = ["se"]\nper_minute = 1\n',
            "'sea'?",
        ),
        (
            BELL.replace('"bell"', '"bel"'),
            "unknown composed sound class 'bel'; did you mean 'bell'?",
        ),
        (BELL.replace("notes", "note"), "unknown key; did you mean 'notes'?"),
        (BELL.replace("0.5, 0.0", "0.5, nan"), "finite number"),
        (BELL + "per_minute = 3000\npartials = [" + "[1.0, 0.0]," * 24 + "]\n", "sound at once"),
    ],
)
def test_mistakes_in_layers_motifs_and_compositions_are_named(tmp_path, text, said):
    write(tmp_path, "mine", text)
    assert said in "\n".join(problems(tmp_path))


MOTIF = '[[motifs]]\nname = "m"\ncomposition = "bell"\nscenes = ["street"]\n'


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[[ambience.street]]\ncomposition = "bell"\ndensity = {}\n', "ambience.street.0.density"),
        (MOTIF + "per_minute = 6\nintensity = {}\n", "motifs.0.intensity"),
        (MOTIF + "per_minute = {}\n", "motifs.0.per_minute"),
    ],
)
def test_a_number_that_is_divided_by_is_not_nearly_0(tmp_path, text, key):
    for number in ("0", "5e-324", "0.0004", "0.0009"):
        write(tmp_path / number, "mine", text.format(number) + BELL)
        (only,) = problems(tmp_path / number)
        assert only == f"{key}: Input should be greater than or equal to 0.001"
    write(tmp_path, "mine", text.format("0.001") + BELL)
    pack = load_pack("mine", [tmp_path])
    street = Cue("ambience", "street", None, 0, MINUTE)
    found = direct(CueSheet(MINUTE, (street,)), pack, Direction()).sheet
    assert all(cue.intensity >= 0.001 for cue in found.cues)


@pytest.mark.parametrize("key", ["per_minute", "decay_s"])
def test_a_number_of_a_voice_that_is_divided_by_is_0_for_none_or_not_nearly_0(tmp_path, key):
    for number in ("5e-324", "0.0009"):
        write(tmp_path / number, "mine", BELL + f"{key} = {number}\n")
        said = problems(tmp_path / number)[0]
        assert said == f"compositions.bell.voices.0.{key}: must be 0 for none, or at least 0.001"
    for number in ("0", "0.001"):
        write(tmp_path / number, "mine", BELL + f"{key} = {number}\n")
        (voice,) = load_pack("mine", [tmp_path / number]).compositions["bell"].voices
        assert getattr(voice, key) == float(number)


def test_a_group_of_scenes_stands_for_those_that_a_nearer_pack_does_not_name(tmp_path):
    write(tmp_path, "base", '[[ambience.street]]\nsound_class = "crowd"\n')
    layer = '[[ambience.outdoors]]\nsound_class = "scene"\n'
    write(tmp_path, "mine", 'fallback = "base"\n' + layer)
    pack = load_pack("mine", [tmp_path])
    assert pack.layers_of("street") == pack.layers_of("sea") == (Layer(sound_class="scene"),)
    assert pack.layers_of("room") is None


def test_a_scene_that_a_pack_does_not_name_is_its_relative_or_its_group():
    for name in sorted(set(available_packs()) - {"neutral"}):
        pack = load_pack(name)
        assert pack.layers_of("suburb") == pack.layers_of("street")
        assert pack.layers_of("kitchen") == pack.layers_of("room")
        # A restaurant is performed as a crowd, but it is no crowd in the open.
        assert pack.layers_of("restaurant") == pack.layers_of("hall") == pack.layers_of("office")
    assert scene_names("suburb") == ("suburb", "street", "outdoors")
    assert scene_names("restaurant") == ("restaurant", "indoors")
    assert scene_names("underwater") == ("underwater", "underwater")


def test_packs_may_lie_in_object_storage():
    store = Storage("memory://style-packs")
    head = MINIMAL.format(name="mine")
    store.put("mine/pack.toml", (head + 'fallback = "japan"\n').encode())
    store.put("Not A Name/pack.toml", b"")
    store.put("mine/README.md", b"# mine")
    store.put("large/pack.toml", b"#" * (PACK_LIMIT_BYTES + 1))
    folder = "memory://style-packs"
    assert set(available_packs([folder])) - set(SHIPPED) == {"mine", "large"}
    assert load_pack("mine", [folder]).motifs == load_pack("japan").motifs
    with pytest.raises(StylePackError, match="a style pack has at most"):
        load_pack("large", [folder])
    with pytest.raises(StylePackError, match="ftp"):
        load_pack("mine", ["ftp://packs"])

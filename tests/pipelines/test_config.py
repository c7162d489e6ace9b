"""Job files: all faults at once, paths from the file, flags on top."""

import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from foley_core.errors import ConfigError
from pipelines.config import Job, Privacy, load_job

ROOT = Path(__file__).parents[2]
JOBS = sorted((ROOT / "pipelines" / "jobs").glob("*.toml"))


def keys_of(model: type[BaseModel]) -> dict[str, object]:
    """Every key of a model, sections as nested."""
    found: dict[str, object] = {}
    for name, item in model.model_fields.items():
        inner = item.annotation
        is_section = isinstance(inner, type) and issubclass(inner, BaseModel)
        found[name] = keys_of(inner) if is_section else None  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("path", [*JOBS, ROOT / "cluster" / "job.toml"], ids=lambda path: path.name)
def test_the_examples_are_valid(path: Path) -> None:
    load_job(path, {})


def test_the_full_example_has_every_key_with_its_default() -> None:
    text = (ROOT / "pipelines/jobs/every_key.toml").read_text(encoding="utf-8")
    for name, inner in keys_of(Job).items():
        for key in inner if isinstance(inner, dict) else [name]:
            assert f"{key} = " in text, key
    stated = Job.model_validate(tomllib.loads(text))
    assert stated == Job(manifest=stated.manifest, output=stated.output)


def test_every_key_is_in_the_readme() -> None:
    readme = (ROOT / "pipelines" / "README.md").read_text(encoding="utf-8")
    for name, inner in keys_of(Job).items():
        for key in inner if isinstance(inner, dict) else [name]:
            assert f"`{key}`" in readme, key


def test_paths_start_at_the_job_file_and_flags_win(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    text = 'manifest = "m.csv"\noutput = "s3://bucket/out"\nmodel_path = "taught"\n'
    path.write_text(text, encoding="utf-8")
    job = load_job(path, {"regions": ("japan",), "limit": None})
    assert (job.manifest, job.output) == (str(tmp_path / "m.csv"), "s3://bucket/out")
    assert job.model_path == str(tmp_path / "taught")
    assert job.regions == ("japan",)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    path.write_text('manifest = 3\n[sound]\nfilters = "footstq: 50%"\nloud = 1\n', "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_job(path, {})
    places = [problem.split(":")[0] for problem in caught.value.problems]
    assert sorted(places) == ["manifest", "output", "sound.filters", "sound.loud"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("[sound]\nmusik = true", "sound.musik: unknown key; did you mean 'music'?"),
        ("sidecar = []", "sidecar: unknown key; did you mean 'sidecars'?"),
        ("xyzzy = 1", "xyzzy: unknown key; see 'Job file' in pipelines/README.md"),
        ('[sound]\nmood = "epik"', "sound.mood: unknown mood 'epik'; did you mean 'epic'?"),
        ('[sound]\nfilters = "rain: 1e9 dB"', "1e9 dB is not between -60 and +24 dB"),
        ('model = "hunyuan-xxxl"', "model: unknown model 'hunyuan-xxxl'; did you mean 'hunyuan-x"),
        ("model = 3", "model: unknown model '3'; known: embedded, hunyuan-xxl, hunyuan-xl"),
        (
            'model = "hunyuan-xl"',
            "model_path (--model-path): say where the files of hunyuan-xl are",
        ),
        (
            'model = "hunyuan-xl"\nmodel_path = "hf://a/b"\n[privacy]\noffline = true',
            "privacy.offline: model_path lies in a hub",
        ),
        ("[sound]\ntempo_bpm = 1e9", "sound.tempo_bpm: Input should be less than or equal to 200"),
    ],
)
def test_a_typo_is_answered_with_its_place_and_what_is_near(
    tmp_path: Path, settings: str, said: str
) -> None:
    path = tmp_path / "job.toml"
    path.write_text(f'manifest = "m.csv"\noutput = "out"\n{settings}\n', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_job(path, {})
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"), [(b"\xff", "UTF-8"), (b"a = ", "TOML"), (None, "cannot read")]
)
def test_an_unreadable_file_says_why(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "job.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        load_job(path, {})


@pytest.mark.parametrize(
    ("name", "message"),
    [("m.csv", 'manifest = "m.csv"'), ("m.jsonl.gz", "is a manifest"), ("v.MP4", "foley one ")],
)
def test_another_kind_of_file_is_answered_with_what_to_do(
    tmp_path: Path, name: str, message: str
) -> None:
    (tmp_path / name).touch()
    with pytest.raises(ConfigError, match=message):
        load_job(tmp_path / name, {})


def test_only_what_shapes_sound_shapes_the_digest() -> None:
    base = Job(manifest="m.csv", output="out")
    assert base.sound_digest() == Job(manifest="n.csv", output="x", clip_s=30).sound_digest()
    assert base.sound_digest() != Job(manifest="m.csv", output="out", quality="fine").sound_digest()


@pytest.mark.parametrize(
    ("settings", "digest"),
    [
        ({}, "852afa7d471c50dcc7736ec62b3fc18e5095e6ffbd36475b2f705e05c2c5d180"),
        (
            {
                "quality": "fine",
                "sound": {"mood": "epic", "tempo_bpm": 90, "filters": "rain: off", "music": True},
                "delivery": {"muxed": True, "loudness_lufs": -20},
            },
            "32344a2580a7a7e0288617cf80c7ec93b7b318f4b3a81fd6cb9053bd1dac8867",
        ),
        (
            {"privacy": {"anonymise": True}},
            "ee5275afb680c84f0b81842501d05b30df9fa45289553d62b70671dc4ba05c58",
        ),
    ],
)
def test_the_digest_of_settings_is_what_it_always_was(
    settings: dict[str, object], digest: str
) -> None:
    """Another would make every track of every catalogue again."""
    job = Job.model_validate({"manifest": "m.csv", "output": "out", **settings})
    assert job.sound_digest() == digest


def test_shortcuts_are_for_drafts_of_public_checkpoints_and_shape_what_they_make() -> None:
    public = {"manifest": "m.csv", "output": "out", "model": "hunyuan-xl", "model_path": "weights"}
    plain = Job.model_validate({**public, "quality": "draft"})
    short = Job.model_validate({**public, "quality": "draft", "draft_shortcuts": ["step_cache"]})
    assert plain.draft_shortcuts == ()
    assert plain.sound_digest() != short.sound_digest()
    for wrong in ({**public, "quality": "fine"}, {"manifest": "m.csv", "output": "o"}):
        with pytest.raises(ValueError, match='quality "draft" of a public model'):
            Job.model_validate({**wrong, "draft_shortcuts": ["step_cache"]})


def test_what_is_hidden_is_not_delivered_as_it_is() -> None:
    with pytest.raises(ValidationError, match=r"delivery\.muxed would deliver the picture"):
        Job.model_validate(
            {"manifest": "m.csv", "output": "o", "privacy": {"anonymise": True},
             "delivery": {"muxed": True}}
        )  # fmt: skip
    plain, hidden = (
        Job(manifest="m.csv", output="o", privacy=Privacy(anonymise=on)) for on in (False, True)
    )
    assert plain.sound_digest() != hidden.sound_digest()

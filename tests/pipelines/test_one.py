"""`foley one`: what is wrong with its arguments is said before anything is loaded or seen."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from foley_core.errors import CheckpointError, ConfigError, FoleyError, StylePackError
from foley_core.models.embedded import weights_folder
from foley_core.models.embedded.cue_generator import EmbeddedGenerator
from foley_core.models.embedded.perception import Perception
from foley_core.styles.wishes import WISH_NAMES, Wishes
from pipelines.cli import app
from pipelines.config import DeliverySettings
from pipelines.one import soundtrack_one

GIVEN: dict[str, object] = {
    "regions": ("neutral",),
    "wishes": Wishes(),
    "video_id": None,
    "quality": "draft",
    "settings": DeliverySettings(),
}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"regions": ("atlantis",)}, StylePackError, "atlantis"),
        ({"video_id": "a/b"}, ConfigError, "--video-id"),
        ({"wishes": Wishes(tier="light")}, CheckpointError, "no weights for tier 'light'"),
        ({"model": "hunyuan-xl"}, ConfigError, "--model-path"),
        ({"model_path": "none"}, CheckpointError, "there is no folder .*none; it may hold"),
        ({"model_path": "hf://a/b"}, ConfigError, "model_path: 'hf://a/b' is no place"),
        (
            {"anonymise": True, "settings": DeliverySettings(muxed=True)},
            ConfigError,
            "--mux would show the picture",
        ),
    ],
)
def test_nothing_is_loaded_for_arguments_that_are_wrong(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, object],
    error: type[FoleyError],
    message: str,
) -> None:
    def loaded(self: object) -> None:
        raise AssertionError("a network was loaded")

    monkeypatch.setattr(Perception, "load", loaded)
    monkeypatch.setattr(EmbeddedGenerator, "load", loaded)
    monkeypatch.setattr(weights_folder, "shipped_folder", lambda: tmp_path)
    for name in ("generator.safetensors", "perception.safetensors"):
        (tmp_path / name).touch()
    (tmp_path / "perception.toml").write_text('sha256 = "0"')
    with pytest.raises(error, match=message):
        soundtrack_one(
            video=tmp_path / "none.mp4",
            output=tmp_path / "out",
            **{**GIVEN, **changes},  # type: ignore[arg-type]
        )
    assert not (tmp_path / "out").exists()


def test_a_faulty_sidecar_is_said_before_anything_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "none.mp4.foley.toml").write_text('schema_version = 1\nfilters = "footstq: off"\n')
    with pytest.raises(ConfigError, match=r"none\.mp4\.foley\.toml[\s\S]*footstq"):
        soundtrack_one(
            video=tmp_path / "none.mp4",
            output=tmp_path / "out",
            **GIVEN,  # type: ignore[arg-type]
        )


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (["--sound-filters", "footstq: 50%"], "--sound-filters: unknown sound class or group"),
        (["--scene", "harbro"], "--scene: unknown scene 'harbro'"),
        (["--mood", "jolly"], "--mood: unknown mood 'jolly'"),
        (["--tempo-bpm", "900"], "--tempo-bpm: Input should be less than or equal to 200"),
    ],
)
def test_an_option_that_cannot_be_followed_is_named(
    tmp_path: Path, option: list[str], message: str
) -> None:
    command = ["one", str(tmp_path / "none.mp4"), "-o", str(tmp_path / "out"), *option]
    error = CliRunner().invoke(app, command).exception
    assert isinstance(error, ConfigError)
    assert message in "\n".join(error.problems)


def test_every_wish_is_an_option() -> None:
    shown = CliRunner().invoke(app, ["one", "--help"], env={"COLUMNS": "200"}).stdout
    assert [name for name in WISH_NAMES if f"--{name.replace('_', '-')}" not in shown] == []

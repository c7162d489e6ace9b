"""`foley one`: what is wrong with its arguments is said before anything is loaded or seen."""

from pathlib import Path

import pytest

from foley_core.errors import CheckpointError, ConfigError, FoleyError, StylePackError
from foley_core.models.embedded import shipped
from pipelines import one
from pipelines.config import DeliverySettings
from pipelines.one import soundtrack_one

GIVEN: dict[str, object] = {
    "regions": ("neutral",),
    "prompt": "",
    "negative_prompt": "",
    "sound_filters": "",
    "video_id": None,
    "seed": None,
    "tier": "full",
    "quality": "draft",
    "settings": DeliverySettings(),
}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"sound_filters": "footstq: 50%"}, ConfigError, "footstq"),
        ({"regions": ("atlantis",)}, StylePackError, "atlantis"),
        ({"mood": "jolly"}, ConfigError, "unknown mood 'jolly'"),
        ({"video_id": "a/b"}, ConfigError, "--video-id"),
        ({"tier": "light"}, CheckpointError, "no weights for tier 'light'"),
        ({"model": "hunyuan-xl"}, ConfigError, "--model-path"),
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
    def loaded(store: str) -> None:
        raise AssertionError("the engine was made")

    monkeypatch.setattr(one, "VideoFoleyEngine", loaded)
    monkeypatch.setattr(shipped, "shipped_folder", lambda: tmp_path)
    (tmp_path / "generator.safetensors").touch()
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

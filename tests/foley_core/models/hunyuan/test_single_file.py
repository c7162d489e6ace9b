"""One file of the public weights stands for its folder, and says which model it is."""

from pathlib import Path

import hunyuan_files
import pytest
import torch

from foley_core.engine import VideoFoleyEngine
from foley_core.errors import CheckpointError, ConfigError
from foley_core.models.hunyuan.licence import LICENCE
from foley_core.models.hunyuan.published import VAE_FILE
from foley_core.models.hunyuan.single_file import model_and_place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return hunyuan_files.write_published(tmp_path / "public")


def renamed(folder: Path) -> Path:
    """The denoiser under the name that a guide gives it."""
    (file,) = folder.glob("hunyuanvideo_foley*.pth")
    return file.rename(folder / "hunyuan-foley-v1.0.pth")


def test_the_engine_takes_a_file_under_any_name(folder: Path) -> None:
    engine = VideoFoleyEngine(renamed(folder), "cpu", accept_licence=LICENCE)
    assert engine.maker.public
    assert engine.maker.public.model == "hunyuan-tiny"
    assert engine.clip_generator("draft")


def test_the_same_weights_have_the_same_name(folder: Path) -> None:
    before = VideoFoleyEngine(
        folder,
        "cpu",
        model="hunyuan-tiny",
        accept_licence=LICENCE,  # type: ignore[arg-type]
    )
    after = VideoFoleyEngine(str(renamed(folder)), "cpu", accept_licence=LICENCE)
    assert before.maker.public
    assert after.maker.public
    assert before.maker.public.fingerprints == after.maker.public.fingerprints


def test_another_file_of_the_folder_means_it_too(folder: Path) -> None:
    assert model_and_place("embedded", folder / VAE_FILE) == ("hunyuan-tiny", folder)
    renamed(folder)
    with pytest.raises(CheckpointError, match="no denoiser lies beside it"):
        model_and_place("embedded", folder / VAE_FILE)


def test_a_file_of_another_model(folder: Path) -> None:
    with pytest.raises(CheckpointError, match="is a file of hunyuan-tiny, not of hunyuan-xl"):
        model_and_place("hunyuan-xl", renamed(folder))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"there is no file .*v1\.0\.pth; a folder may stand"):
        VideoFoleyEngine(str(tmp_path / "hunyuan-foley-v1.0.pth"))


@pytest.mark.parametrize("place", ["x" * 5000, "a\0b", "a\0b.pth", f"{'x' * 300}.pth"])
def test_a_path_that_there_cannot_be(place: str) -> None:
    with pytest.raises(CheckpointError, match=r"model_path: it .*; a folder may stand") as caught:
        VideoFoleyEngine(place)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("content", [b"", b"no weights at all", None])
def test_a_file_of_something_else(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "model.pth"
    if content is None:
        torch.save({"state_dict": {"a": torch.zeros(3)}}, path)
    else:
        path.write_bytes(content)
    with pytest.raises(CheckpointError, match="is none of the public files") as caught:
        VideoFoleyEngine(path)
    said = str(caught.value)
    assert "\n" not in said
    assert "a folder may stand there, or one of the public files" in said
    assert not any(word in said for word in ("weights_only", "__init__", "PyTorch"))


@pytest.mark.parametrize("name", ["model.onnx", "hunyuan", "walk.mp4"])
def test_a_file_that_no_weights_are_called(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"something")
    with pytest.raises(CheckpointError, match=r"none of the public files .* a folder may stand"):
        VideoFoleyEngine(tmp_path / name)


def test_places_that_are_no_files(tmp_path: Path) -> None:
    for place in (None, tmp_path, "s3://bucket/weights.pth", "hf://owner/name"):
        assert model_and_place("embedded", place) == ("embedded", place)


def test_a_device_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match="no device 'gpu'"):
        VideoFoleyEngine(device="gpu")

"""What is wrong with files is said before they are needed; what is right is copied without loss."""

import shutil
from pathlib import Path

import hunyuan_files
import pytest
import torch
from safetensors import safe_open

from foley_core.errors import CheckpointError, ConfigError
from foley_core.models.hunyuan.checking import check_files, convert_files
from foley_core.models.hunyuan.loading import load_clap, load_denoiser, load_siglip
from foley_core.models.hunyuan.published import (
    CLAP_FOLDER,
    COMPONENTS,
    DENOISER_FILES,
    SIGLIP_FOLDER,
    SYNCHFORMER_FILE,
    VAE_FILE,
    Published,
)
from foley_core.models.hunyuan.tensor_file import write_safetensors

CPU = torch.device("cpu")
DENOISER_FILE = DENOISER_FILES["hunyuan-tiny"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hunyuan_files.write_published(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy to be broken."""
    return Path(shutil.copytree(whole, tmp_path / "weights"))


def of(folder: Path) -> Published:
    return Published(str(folder), "hunyuan-tiny")


def faults(folder: Path) -> dict[str, str]:
    return {one.component: "; ".join(one.faults) for one in check_files(of(folder)) if one.faults}


def test_whole_files_have_no_faults(whole: Path) -> None:
    findings = check_files(of(whole))
    assert [one.component for one in findings] == list(COMPONENTS)
    assert all(one.size_bytes > 0 and not one.faults for one in findings)


def test_every_part_that_lacks_is_named_at_once(tmp_path: Path) -> None:
    said = faults(tmp_path)
    assert list(said) == list(COMPONENTS)
    assert f"no {VAE_FILE.replace('.pth', '.safetensors')} or {VAE_FILE} in" in said["vae"]


def test_a_cut_file_a_wrong_one_and_a_missing_neighbour_are_told_apart(folder: Path) -> None:
    cut = folder / VAE_FILE
    cut.write_bytes(cut.read_bytes()[:-200])
    shutil.copy(folder / SIGLIP_FOLDER / "model.safetensors", folder / CLAP_FOLDER)
    (folder / SIGLIP_FOLDER / "config.json").unlink()
    shutil.copy(folder / DENOISER_FILE, folder / SYNCHFORMER_FILE)
    said = faults(folder)
    assert "cannot be read as weights" in said["vae"]
    assert f"{SIGLIP_FOLDER}/config.json is missing beside it" in said["siglip"]
    assert "tensors are missing, such as" in said["clap"]
    assert "synchformer" in said
    assert "denoiser" not in said


def test_whole_files_of_two_models_do_not_go_together(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hunyuan_files, "SIGLIP", {**hunyuan_files.SIGLIP, "hidden_size": 16})
    hunyuan_files._write_siglip(folder / SIGLIP_FOLDER, seed=1)
    assert "takes 12 values from the scene encoder, which gives 16" in faults(folder)["denoiser"]


def test_a_converted_folder_is_a_model_path_with_the_same_numbers(
    whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "converted"
    made = list(convert_files(of(whole), out))
    assert [one.path.suffix for one in made] == [".safetensors"] * len(COMPONENTS)
    assert not faults(out)
    assert not list(out.rglob("*.partial"))
    for load in (load_siglip, load_clap, lambda p, d: load_denoiser(p, d, torch.float32)):
        before, after = load(of(whole), CPU).state_dict(), load(of(out), CPU).state_dict()
        assert before.keys() == after.keys()
        assert all(torch.equal(value, after[name]) for name, value in before.items())
    with pytest.raises(ConfigError, match="there already"):
        list(convert_files(of(whole), out))


def test_what_is_not_used_is_left_behind(whole: Path, tmp_path: Path) -> None:
    list(convert_files(of(whole), tmp_path / "out"))
    name = SYNCHFORMER_FILE.replace(".pth", ".safetensors")
    with safe_open(tmp_path / "out" / name, "pt") as file:
        assert all(key.startswith("vfeat_extractor.") for key in file.keys())  # noqa: SIM118


def test_nothing_is_converted_while_anything_is_wrong(folder: Path, tmp_path: Path) -> None:
    (folder / VAE_FILE).unlink()
    with pytest.raises(CheckpointError, match="cannot be used"):
        list(convert_files(of(folder), tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_flipped_bit_is_found_while_converting(folder: Path, tmp_path: Path) -> None:
    path = folder / DENOISER_FILE
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match="fetch it again"):
        list(convert_files(of(folder), tmp_path / "out"))
    assert not (tmp_path / "out" / DENOISER_FILE.replace(".pth", ".safetensors")).exists()


def test_tensors_of_every_type_are_written_as_the_library_reads_them(tmp_path: Path) -> None:
    written = {
        "a": torch.randn(3, 5),
        "b": torch.randn(4).bfloat16(),
        "c": torch.randn(2, 2, dtype=torch.float64).t(),
        "d": torch.tensor(1.5).half(),
    }
    path = tmp_path / "x.safetensors"
    write_safetensors(path, lambda: iter(written.items()), {"size": 3})
    with safe_open(path, "pt") as file:
        assert all(torch.equal(file.get_tensor(name), value) for name, value in written.items())
    with pytest.raises(CheckpointError, match=r"int64"):
        write_safetensors(path, lambda: iter([("e", torch.tensor([1]))]), {})

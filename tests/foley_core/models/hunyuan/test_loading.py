"""Networks come from their files as they were written, and from no other file."""

import subprocess
import sys
from pathlib import Path

import hunyuan_files
import pytest
import torch
from safetensors.torch import load_file

from foley_core.errors import CheckpointError
from foley_core.models.hunyuan.denoiser import Denoiser
from foley_core.models.hunyuan.loading import (
    denoiser_config,
    load_clap,
    load_denoiser,
    load_siglip,
    load_synchformer,
    load_vae,
)
from foley_core.models.hunyuan.network_config import XL, XXL
from foley_core.models.hunyuan.published import (
    DENOISER_FILES,
    SIGLIP_FOLDER,
    VAE_FILE,
    Published,
)
from foley_core.models.hunyuan.random_weights import random_state
from foley_core.models.hunyuan.words import PromptEncoder

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = hunyuan_files.write_published(tmp_path_factory.mktemp("weights"))
    return Published(str(folder), "hunyuan-tiny")


def test_the_denoiser_has_the_weights_of_its_file(published: Published) -> None:
    denoiser = load_denoiser(published, CPU, torch.float32)
    assert denoiser.config == hunyuan_files.DENOISER
    written = Denoiser(hunyuan_files.DENOISER)
    written.load_state_dict(random_state(written, 0))
    expected = written.state_dict()
    assert all(torch.equal(value, expected[key]) for key, value in denoiser.state_dict().items())


def test_it_is_loaded_in_the_data_type_asked_for(published: Published) -> None:
    denoiser = load_denoiser(published, CPU, torch.bfloat16)
    assert {value.dtype for value in denoiser.state_dict().values()} == {torch.bfloat16}


def test_all_networks_of_a_folder_go_together(published: Published) -> None:
    sound = load_vae(published, CPU).decode(torch.randn(1, 4, 3))
    assert sound.shape == (1, 3 * 960)
    assert load_synchformer(published, CPU).config == hunyuan_files.SYNCHFORMER
    assert load_siglip(published, CPU).config.hidden_size == hunyuan_files.SCENE
    assert load_clap(published, CPU).config.hidden_size == hunyuan_files.TEXT


def test_the_image_tower_is_not_mistaken_for_the_text_tower_beside_it(
    published: Published,
) -> None:
    file = Path(published.place, SIGLIP_FOLDER, "model.safetensors")
    written = load_file(file)
    assert any(name.startswith("text_model.encoder.") for name in written)
    loaded = load_siglip(published, CPU).state_dict()
    assert all(torch.equal(v, written[f"vision_model.{name}"]) for name, v in loaded.items())


def test_a_prompt_has_a_state_for_each_token_and_its_marks(published: Published) -> None:
    words = PromptEncoder(published, CPU)
    assert words.encode("rain").tokens.shape == (6, hunyuan_files.TEXT)
    assert words.encode("").tokens.shape == (2, hunyuan_files.TEXT)
    assert not torch.equal(words.encode("rain").tokens, words.encode("hail").tokens)


def test_sizes_of_the_public_models_need_no_file(tmp_path: Path) -> None:
    assert denoiser_config(Published(str(tmp_path), "hunyuan-xxl")) == XXL
    assert denoiser_config(Published(str(tmp_path), "hunyuan-xl")) == XL


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no vae_128d_48k"):
        load_vae(Published(str(tmp_path), "hunyuan-tiny"), CPU)


def test_tensors_that_lack_or_differ_are_named(published: Published, tmp_path: Path) -> None:
    path = Path(published.place, DENOISER_FILES["hunyuan-tiny"])
    held = torch.load(path, weights_only=True)
    held["state_dict"]["sync_in.0.bias"] = torch.zeros(3)
    del held["state_dict"]["time_in.mlp.0.bias"]
    torch.save(held, tmp_path / path.name)
    with pytest.raises(CheckpointError) as caught:
        load_denoiser(Published(str(tmp_path), "hunyuan-tiny"), CPU, torch.float32)
    assert "does not hold this network" in str(caught.value)
    assert "1 tensors are missing, such as time_in.mlp.0.bias" in str(caught.value)
    assert "sync_in.0.bias (3,) instead of (16,)" in str(caught.value)


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "model.diffusion_model."])
def test_a_prefix_before_every_name_is_seen_through(
    published: Published, tmp_path: Path, prefix: str
) -> None:
    path = Path(published.place, DENOISER_FILES["hunyuan-tiny"])
    held = torch.load(path, weights_only=True)
    held["state_dict"] = {prefix + name: value for name, value in held["state_dict"].items()}
    torch.save(held, tmp_path / path.name)
    expected = load_denoiser(published, CPU, torch.float32).state_dict()
    found = load_denoiser(Published(str(tmp_path), "hunyuan-tiny"), CPU, torch.float32)
    assert all(torch.equal(value, expected[key]) for key, value in found.state_dict().items())


def test_factors_of_weight_norms_are_known_by_both_their_names(
    published: Published, tmp_path: Path
) -> None:
    held = torch.load(Path(published.place, VAE_FILE), weights_only=True)
    names = {"weight_g": "original0", "weight_v": "original1"}
    for key in [key for key in held["state_dict"] if key.endswith(tuple(names))]:
        rest, _, kind = key.rpartition(".")
        renamed = f"{rest}.parametrizations.weight.{names[kind]}"
        held["state_dict"][renamed] = held["state_dict"].pop(key)
    torch.save(held, tmp_path / VAE_FILE)
    latent = torch.randn(1, 4, 3)
    other = load_vae(Published(str(tmp_path), "hunyuan-tiny"), CPU)
    assert torch.equal(other.decode(latent), load_vae(published, CPU).decode(latent))


def test_absurd_sizes_are_refused(published: Published, tmp_path: Path) -> None:
    path = Path(published.place, DENOISER_FILES["hunyuan-tiny"])
    held = torch.load(path, weights_only=True)
    held["metadata"]["kwargs"]["width"] = 1 << 40
    torch.save(held, tmp_path / path.name)
    with pytest.raises(CheckpointError, match="width = 1099511627776 is no size"):
        denoiser_config(Published(str(tmp_path), "hunyuan-tiny"))


@pytest.mark.parametrize("fault", ["OSError('libcudart.so.12')", "RuntimeError('CUDA versions')"])
def test_a_torchaudio_that_does_not_load_stops_nothing(tmp_path: Path, fault: str) -> None:
    for name, text in (
        ("torchaudio", f"raise {fault}\n"),
        ("PIL", ""),
        ("transformers", "from importlib.util import find_spec as f; heard = f('torchaudio')\n"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text)
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from foley_core.models.hunyuan.loading import imported_transformers\n"
        "assert imported_transformers().heard is None\n"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr


def test_without_the_extra_the_message_says_how_to_install_it() -> None:
    script = (
        "import sys; sys.modules |= dict.fromkeys(('PIL', 'transformers', 'huggingface_hub'))\n"
        "from foley_core.models.hunyuan.loading import imported_transformers\n"
        "imported_transformers()\n"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    said = answer.stderr.splitlines()[-1]
    assert said.startswith("foley_core.errors.CheckpointError"), said
    assert "pip install 'foley-catalogue[hf]'" in said

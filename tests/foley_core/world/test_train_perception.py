"""A tiny run ends with weights that load; a stopped run goes on as if it had not stopped."""

from pathlib import Path

import pytest
import torch

from foley_core.models.embedded.perception import Perception
from foley_core.world.examples import STEPS, rendered_examples
from foley_core.world.train_perception import train_perception


def quiet(share: float, sentence: str) -> None:
    assert 0.0 <= share <= 1.0
    assert sentence


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("run")
    train_perception(folder, None, clips=16, steps=1, seed=3, progress=quiet, held_out_worlds=4)
    return folder


def test_a_run_ends_with_weights_that_load(out: Path) -> None:
    assert Perception(out / "perception.safetensors").identity.startswith("embedded-perception/")


def test_examples_come_from_their_shards(out: Path) -> None:
    first, second = (rendered_examples(out / "worlds", range(16), quiet) for _ in range(2))
    assert first.maps.shape == (16, STEPS, 8, 32, 32)
    assert first.maps.tobytes() == second.maps.tobytes()
    assert (first.action >= 0).sum() == (first.onset == 1.0).sum() > 0


def test_a_finished_run_is_not_trained_again(out: Path) -> None:
    before = (out / "perception.safetensors").read_bytes()
    train_perception(out, None, clips=16, steps=1, seed=3, progress=quiet, held_out_worlds=4)
    assert (out / "perception.safetensors").read_bytes() == before

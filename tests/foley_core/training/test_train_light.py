"""Facts about the light generator's training: how it begins, what it is taught, that it resumes."""

from pathlib import Path

import numpy as np
import pytest
import torch

from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import CheckpointError
from foley_core.models.checkpoints import load_weights, save_weights
from foley_core.models.embedded.grid_denoiser import (
    TOKEN_WIDTH,
    GridDenoiser,
    NetworkSize,
    network_size_of,
)
from foley_core.models.embedded.grid_sampler import DEVIATION, MEAN
from foley_core.models.precision import computes_in
from foley_core.training import train_generator as training
from foley_core.training import train_light
from foley_core.training.procedural import procedural_action
from foley_core.training.sound_corpus import TrainingSound, grid_at_level
from foley_core.training.train_light import Guide, with_half_the_blocks
from foley_core.training.training_set import SoundBatch, TrainingSet

TEACHER = NetworkSize(width=32, heads=2, layers=6)
CPU = torch.device("cpu")


def silent(share: float, message: str) -> None:
    assert 0 <= share <= 1
    assert message


@pytest.fixture
def weights() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    network = GridDenoiser(TEACHER)
    torch.nn.init.normal_(network.leave.weight, std=0.05)
    torch.nn.init.normal_(network.finish.weight, std=0.05)
    return dict(network.state_dict())


@pytest.fixture(scope="module")
def material() -> TrainingSet:
    grid = grid_at_level(procedural_action("drop", "wood", 9_600, np.random.default_rng(0)), 0.0)
    bank = {name: [TrainingSound(grid, (name,), None, True)] for name in taxonomy().learned}
    rows = grid.shape[1]
    return TrainingSet({}, bank, np.full(rows, -30, np.float32), np.full(rows, 20, np.float32))


def test_a_light_network_has_half_the_blocks_and_begins_as_these(
    weights: dict[str, torch.Tensor],
) -> None:
    light = with_half_the_blocks(weights).state_dict()
    assert network_size_of(light) == NetworkSize(width=32, heads=2, layers=3)
    for light_block, full_block in ((0, 0), (1, 3), (2, 4)):
        name = "attention.query.weight"
        expected = weights[f"blocks.{full_block}.{name}"]
        assert torch.equal(light[f"blocks.{light_block}.{name}"], expected)
    assert torch.equal(light["enter.weight"], weights["enter.weight"])


def test_the_full_size_halved_has_forty_percent_fewer_parameters() -> None:
    full = GridDenoiser()
    light = with_half_the_blocks(full.state_dict())
    counts = [sum(p.numel() for p in network.parameters()) for network in (light, full)]
    assert counts[0] <= 0.6 * counts[1]


def test_early_on_the_path_the_answer_is_guided(
    weights: dict[str, torch.Tensor], material: TrainingSet
) -> None:
    guide = Guide(weights, "cpu")
    batch: SoundBatch = material.batch(False, 3, np.random.default_rng(0))
    conditions = batch.conditions.to(computes_in(CPU), CPU)
    noisy = torch.zeros(3, batch.tokens.shape[1], TOKEN_WIDTH, dtype=computes_in(CPU))
    early, late = (guide.answer(noisy, torch.full((3,), t), conditions) for t in (0.1, 0.9))
    plain = GridDenoiser(TEACHER)
    plain.load_state_dict(weights)
    plain.to(computes_in(CPU))
    with torch.no_grad():
        untouched = plain(noisy, torch.full((3,), 0.9), conditions).float()
        unguided = plain(noisy, torch.full((3,), 0.1), conditions).float()
    assert torch.allclose(late, untouched, atol=0.05)
    assert not torch.allclose(early, unguided, atol=1e-3)


@pytest.mark.parametrize("units", [{"amx_bf16": True}, {"avx2": True}])
def test_a_network_that_answers_as_its_teacher_has_no_loss_unguided(
    weights: dict[str, torch.Tensor],
    material: TrainingSet,
    monkeypatch: pytest.MonkeyPatch,
    units: dict[str, bool],
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: units)
    monkeypatch.setattr(train_light, "TEACHER_GUIDANCE", 1.0)
    guide = Guide(weights, "cpu")
    same, other = GridDenoiser(TEACHER), GridDenoiser(TEACHER)
    same.load_state_dict(weights)
    batch = material.batch(False, 2, np.random.default_rng(0))
    losses = [
        guide.loss_of(n.to(computes_in(CPU)), batch, torch.Generator().manual_seed(0)).item()
        for n in (same, other)
    ]
    assert losses[0] < 1e-3 < losses[1]


def test_weights_that_are_no_generator_cannot_teach(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_weights(path, {"a": torch.ones(2)})
    with pytest.raises(CheckpointError, match="another network"):
        Guide(load_weights(path, None), "cpu")


@pytest.mark.slow
def test_training_resumes_to_the_same_bits(
    weights: dict[str, torch.Tensor],
    material: TrainingSet,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training, "ACTION_BATCH", 2)
    monkeypatch.setattr(training, "TILE_BATCH", 1)
    monkeypatch.setattr(train_light, "training_set", lambda rows, variants, seed, told: material)
    rows = next(iter(material.computed.values()))[0].grid.shape[1]
    teacher = tmp_path / "teacher.safetensors"
    save_weights(teacher, weights | {MEAN: torch.zeros(rows), DEVIATION: torch.ones(rows)})
    (tmp_path / "sounds.csv").write_text("file,class,licence,author_attribution,bandwidth_hz\n")
    for out, stops in (("halves", (1, 3)), ("whole", (3,))):
        for steps in stops:
            figures = train_light.train_light(
                tmp_path / out / "g.safetensors", tmp_path, teacher, steps=steps, seed=2,
                progress=silent,
            )  # fmt: skip
    assert figures["steps"] == 3
    halves, whole = (
        load_weights(tmp_path / o / "g.safetensors", None) for o in ("halves", "whole")
    )
    assert all(torch.allclose(halves[n].float(), whole[n].float(), atol=1e-3) for n in whole)
    assert "train_light" in (tmp_path / "whole" / "g.toml").read_text()

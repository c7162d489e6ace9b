"""Facts about the network of the embedded generator and its sampler."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from foley_core.audio.band_grid import BANDS, FLOOR_DB, PITCH, ROWS, VOICING
from foley_core.cues.sheet import Style
from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import CheckpointError
from foley_core.models.embedded.grid_denoiser import (
    ACTION_TOKENS,
    ATTRIBUTES,
    STEPS_PER_TOKEN,
    TILE_MOTION_STEPS,
    TILE_TOKENS,
    TOKEN_WIDTH,
    GridConditions,
    GridDenoiser,
    NetworkSize,
    attribute_values,
    class_index,
    joined,
    material_index,
    network_size_of,
)
from foley_core.models.embedded.grid_sampler import (
    DEVIATION,
    FASTEST_DECAY_DB,
    MEAN,
    MICRO_BATCH,
    GridSampler,
    noise_of,
)
from foley_core.models.protocol import Kin


def conditions(index: int = 1, tile: bool = False, energy: float = 0.5) -> GridConditions:
    return GridConditions(
        sound_class=torch.tensor([index]),
        material=torch.tensor([1]),
        procedural=torch.tensor([0]),
        attributes=torch.zeros(1, len(ATTRIBUTES)),
        told=torch.ones(1, len(ATTRIBUTES)),
        energy=torch.full((1, TILE_MOTION_STEPS), energy) if tile else None,
        moves=torch.tensor([1.0]),
    )


@pytest.fixture(scope="module")
def weights() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    network = GridDenoiser()
    torch.nn.init.normal_(network.leave.weight, std=0.05)
    tensors = {name: value.half() for name, value in network.state_dict().items()}
    return tensors | {MEAN: torch.full((ROWS,), -30.0), DEVIATION: torch.ones(ROWS)}


def test_network_is_small_enough_to_ship() -> None:
    assert sum(p.numel() for p in GridDenoiser().parameters()) * 2 <= 14 * 10**6


@pytest.mark.parametrize("tokens", [ACTION_TOKENS, TILE_TOKENS])
def test_a_fresh_network_answers_silence_in_the_right_shape(tokens: int) -> None:
    asked = conditions(tile=tokens == TILE_TOKENS)
    answer = GridDenoiser()(torch.randn(1, tokens, TOKEN_WIDTH), torch.tensor([0.5]), asked)
    assert answer.shape == (1, tokens, TOKEN_WIDTH)
    assert answer.eq(0).all()


def test_names_have_distinct_indices_and_zero_is_unknown() -> None:
    indices = [class_index(name) for name in taxonomy().learned]
    assert indices == list(range(1, len(indices) + 1))
    assert class_index("no_such_class") == material_index(None) == 0


def test_attributes_are_held_to_their_ranges() -> None:
    assert attribute_values(3.0, Style(brightness=-9, size=9)) == [1.0, -1.0, 0.0, 0.0, 1.0]


def test_untold_conditions_keep_only_the_motion() -> None:
    untold = conditions(tile=True).told_nothing()
    assert untold.sound_class.item() == untold.material.item() == 0
    assert untold.told.sum() == 0
    assert untold.energy is not None
    assert len(joined([untold, untold]).moves) == 2


def test_a_grid_does_not_depend_on_its_batch(weights: dict[str, torch.Tensor]) -> None:
    sampler = GridSampler(weights, "cpu")
    size = MICRO_BATCH[ACTION_TOKENS] + 1
    several = sampler.sample([conditions(i + 1) for i in range(size)], list(range(size)), 2, 2.0)
    alone = sampler.sample([conditions(4)], [3], 2, 2.0)
    assert several.shape == (size, ACTION_TOKENS * STEPS_PER_TOKEN, ROWS)
    assert np.array_equal(several[3], alone[0])
    assert all(not np.array_equal(a, b) for a, b in pairwise(several))
    assert several[:, :, :BANDS].min() >= FLOOR_DB


def test_kin_share_a_part_of_their_noise() -> None:
    kin = (Kin(5, 0.6), Kin(6, 0.2))
    one, other = (noise_of(seed, kin, ACTION_TOKENS).numpy().ravel() for seed in (1, 2))
    assert one.var() == pytest.approx(1, abs=0.02)
    assert np.corrcoef(one, other)[0, 1] == pytest.approx(0.8, abs=0.02)
    stranger = noise_of(1, (), ACTION_TOKENS).numpy().ravel()
    assert np.corrcoef(one, stranger)[0, 1] == pytest.approx(0.2**0.5, abs=0.02)


def test_tiles_share_noise_but_not_its_course() -> None:
    one, other = (noise_of(seed, (Kin(5, 1.0),), TILE_TOKENS) for seed in (1, 4))
    assert not torch.equal(one, other)
    assert torch.equal(torch.roll(one, 3, 0), other)


def test_kin_do_not_depend_on_their_batch(weights: dict[str, torch.Tensor]) -> None:
    sampler, kin = GridSampler(weights, "cpu"), (Kin(5, 0.5),)
    both = sampler.sample([conditions(1), conditions(4)], [2, 3], 2, 2.0, [(), kin])
    alone = sampler.sample([conditions(4)], [3], 2, 2.0, [kin])
    assert np.array_equal(both[1], alone[0])
    assert not np.array_equal(alone[0], sampler.sample([conditions(4)], [3], 2, 2.0)[0])


def test_no_action_ends_as_if_cut(weights: dict[str, torch.Tensor]) -> None:
    grids = GridSampler(weights, "cpu").sample([conditions(1)], [3], 2, 2.0)
    assert np.diff(grids[:, :, :BANDS], axis=1).min() >= -FASTEST_DECAY_DB - 1e-3


def test_a_pitch_does_not_tremble_and_follows_voiced_steps(
    weights: dict[str, torch.Tensor],
) -> None:
    tokens = torch.zeros(1, ACTION_TOKENS * STEPS_PER_TOKEN, ROWS)
    steps = np.arange(tokens.shape[1])
    tokens[0, :, PITCH] = torch.from_numpy(32 + 0.2 * np.sin(2 * np.pi * steps / 20))
    tokens[0, 100:, PITCH] = 28
    tokens[0, :100, VOICING] = 31
    (grid,) = GridSampler(weights, "cpu")._to_grids(tokens.reshape(1, ACTION_TOKENS, -1))
    assert grid[20:80, PITCH].std() < 0.08
    assert grid[95, PITCH] == pytest.approx(2, abs=0.25)


def test_motion_reaches_the_grid(weights: dict[str, torch.Tensor]) -> None:
    sampler = GridSampler(weights, "cpu")
    still, moving = (
        sampler.sample([conditions(tile=True, energy=energy)], [1], 1, 1.0) for energy in (0.0, 1.0)
    )
    assert not np.array_equal(still, moving)


def test_weights_of_another_network_are_refused(weights: dict[str, torch.Tensor]) -> None:
    with pytest.raises(CheckpointError, match="of another network"):
        GridSampler({k: v for k, v in weights.items() if k != "enter.weight"}, "cpu")
    with pytest.raises(CheckpointError, match="of another network"):
        GridSampler({"other": torch.ones(1)}, "cpu")
    broken = {**weights, "enter.bias": torch.ones(100_000)}
    with pytest.raises(CheckpointError, match="of another network"):
        GridSampler(broken, "cpu")


@pytest.mark.parametrize("size", [NetworkSize(32, 2, 3), NetworkSize(48, 3, 1, classes=48)])
def test_tensors_tell_the_size_of_their_network(size: NetworkSize) -> None:
    assert network_size_of(GridDenoiser(size).state_dict()) == size


def test_no_network_knows_more_classes_than_there_are() -> None:
    weights = GridDenoiser(NetworkSize(32, 2, 1)).state_dict()
    weights["sound_class.weight"] = torch.ones(len(taxonomy().learned) + 2, 32)
    with pytest.raises(ValueError, match="no network"):
        network_size_of(weights)


def test_guidance_of_one_asks_once_and_agrees(weights: dict[str, torch.Tensor]) -> None:
    sampler = GridSampler(weights, "cpu")
    once, nearly = (sampler.sample([conditions(1)], [3], 2, scale) for scale in (1.0, 1 + 1e-9))
    np.testing.assert_allclose(once, nearly, atol=0.5)

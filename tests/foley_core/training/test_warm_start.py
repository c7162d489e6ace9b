"""Facts about a generator that begins as an earlier one."""

from dataclasses import replace

import pytest
import torch
from networks import TINY

from foley_core.audio.band_grid import ROWS
from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import CheckpointError
from foley_core.models.embedded.grid_denoiser import GridDenoiser, class_index
from foley_core.models.embedded.grid_sampler import DEVIATION, MEAN
from foley_core.training.warm_start import begun_from


@pytest.fixture
def weights() -> dict[str, torch.Tensor]:
    network = GridDenoiser(replace(TINY, classes=48))
    standard = {MEAN: torch.zeros(ROWS), DEVIATION: torch.ones(ROWS)}
    return {name: value.half() for name, value in network.state_dict().items()} | standard


def test_what_was_known_is_kept_and_new_classes_begin_as_relatives(
    weights: dict[str, torch.Tensor],
) -> None:
    network = begun_from(weights)
    classes, groups = network.sound_class.weight, network.group.weight
    assert torch.equal(classes[:49], weights["sound_class.weight"].float())
    assert torch.equal(network.enter.weight, weights["enter.weight"].float())
    assert torch.equal(classes[class_index("bell")], classes[class_index("strike")])
    names = taxonomy().learned_groups(len(taxonomy().learned))
    impacts, bells = (groups[names.index(name) + 1] for name in ("impacts", "bells"))
    assert torch.equal(bells, impacts)
    assert torch.equal(groups[: len(weights["group.weight"])], weights["group.weight"].float())


def test_a_new_class_differs_from_its_relative_as_a_teacher_learned(
    weights: dict[str, torch.Tensor],
) -> None:
    teacher = dict(GridDenoiser(TINY).state_dict())
    network = begun_from(weights, teacher)
    bell, strike = class_index("bell"), class_index("strike")
    learned = teacher["sound_class.weight"][bell] - teacher["sound_class.weight"][strike]
    table = network.sound_class.weight
    assert torch.allclose(table[bell] - table[strike], learned, atol=1e-5)
    assert torch.equal(table[:49], weights["sound_class.weight"].float())


def test_weights_of_all_classes_begin_as_themselves(weights: dict[str, torch.Tensor]) -> None:
    first = begun_from(weights)
    standard = {name: weights[name] for name in (MEAN, DEVIATION)}
    again = begun_from(dict(first.state_dict()) | standard)
    for name, tensor in first.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor)


def test_weights_of_another_network_are_refused(weights: dict[str, torch.Tensor]) -> None:
    with pytest.raises(CheckpointError, match="of another network"):
        begun_from({})
    with pytest.raises(CheckpointError, match="of another network"):
        begun_from({name: value for name, value in weights.items() if name != "leave.bias"})

"""The plain reader sees contrast, not amount; what a video does not have does not count."""

import torch

from foley_core.models.embedded.plain_reader import PlainReader, contrasted
from foley_core.vision.motion_statistics import STATISTICS


def window(steps: int = 60) -> tuple[PlainReader, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    valid = torch.ones(1, steps, dtype=torch.bool)
    return PlainReader().eval(), torch.rand(1, steps, STATISTICS) + 0.5, valid


def test_shapes() -> None:
    reader, statistics, valid = window()
    onset, shift = reader(statistics, valid)
    assert onset.shape == shift.shape == (1, 60)
    assert float(shift.detach().abs().max()) <= 0.5


def test_a_constant_has_no_contrast() -> None:
    mask = torch.ones(1, 20, 1)
    assert not contrasted(torch.full((1, 20, STATISTICS), 0.5), mask).any()


def test_amount_and_offset_hardly_matter() -> None:
    reader, statistics, valid = window()
    plain = reader(statistics, valid)[0]
    stronger = reader(3.0 * statistics + 2.0, valid)[0]
    assert torch.allclose(plain, stronger, atol=0.3)


def test_absent_steps_do_not_matter() -> None:
    reader, statistics, valid = window()
    valid[:, 40:] = False
    before = reader(statistics, valid)[0][:, :40]
    statistics[:, 40:] = 9.0
    assert torch.allclose(before, reader(statistics, valid)[0][:, :40], atol=1e-5)

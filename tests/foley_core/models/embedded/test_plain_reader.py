"""The plain reader sees contrast, not amount; what a video does not have does not count."""

import torch

from foley_core.models.embedded.plain_reader import NUMBERS, PlainReader, against_surroundings
from foley_core.vision.motion_statistics import STATISTICS, VIEW_NUMBERS, VIEWS


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
    assert not against_surroundings(torch.full((1, 20, STATISTICS), 0.5), mask).any()


def test_amount_and_offset_hardly_matter() -> None:
    reader, statistics, valid = window()
    plain = reader(statistics, valid)[0]
    stronger = reader(3.0 * statistics + 2.0, valid)[0]
    assert torch.allclose(plain, stronger, atol=0.3)


def test_what_one_view_shows_plainly_counts() -> None:
    reader, statistics, valid = window()
    mask = valid[:, :, None].float()
    seen = against_surroundings(statistics, mask)
    for member in reader.members:
        alone = torch.stack([member(seen[:, [view]], mask)[0] for view in range(len(VIEWS))])
        onset, _ = member(seen, mask)
        assert bool((onset <= alone.amax(dim=0) + 1e-5).all())
        assert bool((onset >= alone.mean(dim=0) - 1e-5).all())


def test_every_view_keeps_its_own_numbers_and_the_camera() -> None:
    _, statistics, _ = window()
    seen = against_surroundings(statistics, torch.ones(1, 60, 1))
    assert seen.shape == (1, len(VIEWS), 60, NUMBERS)
    numbers = statistics[0, :, 2 * VIEW_NUMBERS : 3 * VIEW_NUMBERS]
    usual = (numbers - numbers.mean(dim=0)) / (numbers.std(dim=0, correction=0) + 0.02)
    assert torch.allclose(seen[0, 2, :, :VIEW_NUMBERS], usual, atol=1e-4)
    assert torch.equal(seen[0, 0, :, VIEW_NUMBERS:], seen[0, 4, :, VIEW_NUMBERS:])


def test_what_was_usual_long_ago_is_not_usual_now() -> None:
    statistics = torch.rand(1, 240, STATISTICS)
    wilder = statistics.clone()
    wilder[:, :60] *= 5.0
    quiet, wild = (against_surroundings(one, torch.ones(1, 240, 1)) for one in (statistics, wilder))
    assert torch.allclose(quiet[:, :, 180:], wild[:, :, 180:], atol=1e-4)
    assert not torch.allclose(quiet[:, :, 70:80], wild[:, :, 70:80], atol=0.1)


def test_absent_steps_do_not_matter() -> None:
    reader, statistics, valid = window()
    valid[:, 40:] = False
    before = reader(statistics, valid)[0][:, :40]
    statistics[:, 40:] = 9.0
    assert torch.allclose(before, reader(statistics, valid)[0][:, :40], atol=1e-5)

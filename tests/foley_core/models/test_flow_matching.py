"""Facts about paths from noise to data."""

import pytest
import torch

from foley_core.models.flow_matching import (
    guided,
    integrate,
    on_path,
    path_times,
    shifted,
    velocity_towards,
)


@pytest.mark.parametrize("steps", [1, 3, 7])
def test_constant_velocity_is_walked_exactly(steps: int) -> None:
    start = torch.tensor([1.0, -2.0])
    end = integrate(lambda x, t: torch.full_like(x, 4.0), start, path_times(steps, 2.0))
    assert torch.allclose(end, start + 4.0)


def test_a_perfect_prediction_arrives_in_any_number_of_steps() -> None:
    data, noise = torch.randn(4, 3), torch.randn(4, 3)
    for steps in (1, 5):
        end = integrate(lambda x, t: velocity_towards(data, x, t), noise, path_times(steps, 4.0))
        assert torch.allclose(end, data, atol=1e-5)


def test_path_runs_from_noise_to_data() -> None:
    data, noise = torch.ones(2, 3, 4), torch.zeros(2, 3, 4)
    points = on_path(data, noise, torch.tensor([0.0, 0.25]))
    assert points[0].eq(0).all()
    assert points[1].eq(0.25).all()


def test_times_are_ordered_and_lean_towards_the_noise() -> None:
    times = path_times(8, 5.0)
    assert times[0] == 0.0
    assert times[-1] == 1.0
    assert list(times) == sorted(set(times))
    assert times[4] < 0.5
    assert shifted(torch.tensor(0.5), 1.0).item() == 0.5
    with pytest.raises(ValueError, match="at least one"):
        path_times(0, 1.0)


def test_guidance_of_one_is_the_conditional() -> None:
    told, untold = torch.tensor([3.0]), torch.tensor([1.0])
    assert guided(told, untold, 1.0).item() == 3.0
    assert guided(told, untold, 2.0).item() == 5.0

"""The network of slow videos begins as the head, and knows when the pictures of a video came."""

import numpy as np
import pytest
import torch

from foley_core.models.embedded.perception_net import TemporalHead
from foley_core.models.embedded.slow_net import (
    BESIDE_NUMBERS,
    SlowInputs,
    SlowNet,
    beside_steps,
    clock_of_steps,
)


def test_the_clock_tells_age_wait_and_interval_of_pictures() -> None:
    """At 10 pictures a second step 3 shows the picture of 0.1 s, step 5 that of 0.2 s."""
    clock = clock_of_steps(np.array([0.1, 0.2, 0.3, 0.7]), 0, 20)
    # Shares of 0.2 s, the longest wait that counts as motion.
    assert clock[3] == pytest.approx([0.1, 0.4, 1.0], abs=1e-6)
    assert clock[5] == pytest.approx([0.0, 0.5, 0.5], abs=1e-6)
    assert clock[12] == pytest.approx([0.9, 1.0, 0.5], abs=1e-6)
    assert clock[19] == pytest.approx([0.3, 1.0, 1.0], abs=1e-6)


def test_the_clock_is_the_same_wherever_a_window_begins() -> None:
    times = np.arange(1, 60) / 8
    assert np.array_equal(clock_of_steps(times, -12, 120)[36:], clock_of_steps(times, 24, 84))
    assert (clock_of_steps(times, -12, 12)[:, 0] == 1.0).all()
    assert (clock_of_steps(np.zeros(0), 0, 12) == 1.0).all()


def test_before_it_is_taught_it_says_what_the_head_says() -> None:
    torch.manual_seed(0)
    head, valid = TemporalHead().eval(), torch.ones(2, 48, dtype=torch.bool)
    steps = torch.randn(2, 48, 128)
    read = head.read(steps, valid)
    beside = beside_steps(read, read, torch.rand(2, 48, 3))
    assert beside.shape == (2, 48, BESIDE_NUMBERS)
    net = SlowNet.begun_from(head).eval()
    onset, shift = net(SlowInputs(steps, beside, valid))
    assert torch.allclose(onset, read.onset, atol=1e-5)
    assert shift.abs().max() < 3.0


def test_what_lies_beyond_a_video_does_not_matter() -> None:
    torch.manual_seed(1)
    net, valid = SlowNet().eval(), torch.arange(96)[None] < 60
    steps, beside = torch.randn(1, 96, 128), torch.rand(1, 96, BESIDE_NUMBERS)
    onset, shift = net(SlowInputs(steps, beside, valid))
    steps[:, 60:], beside[:, 60:] = 5.0, 0.0
    other = net(SlowInputs(steps, beside, valid))
    assert torch.allclose(onset[:, :60], other[0][:, :60], atol=1e-5)
    assert torch.allclose(shift[:, :60], other[1][:, :60], atol=1e-5)

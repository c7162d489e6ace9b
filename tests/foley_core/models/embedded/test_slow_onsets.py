"""Slow videos are read by a network that knows the encoder; others are taken as late and unsure."""

from pathlib import Path

import torch
from networks import own_perception

from foley_core.models.embedded.perception_net import PerceptionNet
from foley_core.models.embedded.read_window import ReadWindow
from foley_core.models.embedded.slow_net import SlowInputs
from foley_core.models.embedded.slow_onsets import SlowReader
from foley_core.models.embedded.slow_videos import LATE_STEPS, SURER_LOGIT
from foley_core.models.embedded.weights_folder import find_weights

CPU = torch.device("cpu")


def window(net: PerceptionNet) -> tuple[ReadWindow, SlowInputs]:
    torch.manual_seed(0)
    steps, real = torch.randn(1, 24, 128), torch.ones(1, 24, dtype=torch.bool)
    near = net.head.read(steps, real)
    read = ReadWindow(0, torch.zeros(1, 32, 128), steps, real, near, near)
    return read, SlowInputs(steps, torch.zeros(1, 24, 7), real)


@torch.inference_mode()
def test_an_encoder_of_one_s_own_is_read_as_late_and_unsure(tmp_path: Path) -> None:
    read, seen = window(PerceptionNet().eval())
    reader = SlowReader(find_weights(own_perception(tmp_path)), CPU)
    found = reader.read(read.both, seen)
    assert torch.allclose(found.onset, read.both.onset + SURER_LOGIT)
    assert torch.allclose(found.shift, read.both.shift - LATE_STEPS)
    assert found.action is read.both.action


@torch.inference_mode()
def test_the_encoder_of_the_package_is_read_by_the_network() -> None:
    read, seen = window(PerceptionNet().eval())
    found = SlowReader(find_weights(), CPU).read(read.both, seen)
    assert found.onset.shape == found.shift.shape == (1, 24)
    assert not torch.allclose(found.onset, read.both.onset + SURER_LOGIT, atol=0.1)
    assert found.activity is read.both.activity

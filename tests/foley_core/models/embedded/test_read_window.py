"""A window reads the same of a video wherever it begins, and knows where the video ends."""

import numpy as np
import torch

from foley_core.models.embedded.features import ClipFeatures
from foley_core.models.embedded.perception_net import PerceptionNet
from foley_core.models.embedded.read_window import ReadWindow
from foley_core.vision.contacts import NUMBERS, Contacts

CPU = torch.device("cpu")


def clip(steps: int = 48) -> ClipFeatures:
    rng = np.random.default_rng(0)
    scenes = steps // 12
    times = np.arange(1, steps // 3) / 8
    return ClipFeatures(
        0,
        rng.normal(size=(steps, 128)).astype(np.float16),
        rng.normal(size=(16 * scenes, 128)).astype(np.float16),
        rng.normal(size=(steps, 137)).astype(np.float16),
        np.ones(scenes, np.float16),
        np.ones(steps, np.uint8),
        contacts=Contacts(times, np.zeros((len(times), NUMBERS), np.float16)),
    )


@torch.inference_mode()
def test_a_window_around_a_video_reads_what_one_of_its_own_length_reads() -> None:
    torch.manual_seed(0)
    net, video = PerceptionNet().eval(), [clip()]
    own = ReadWindow.of(net, video, 0, 48, CPU)
    around = ReadWindow.of(net, video, -24, 96, CPU)
    assert around.real[0].tolist() == [False] * 24 + [True] * 48 + [False] * 24
    assert torch.allclose(around.both.onset[:, 24:72], own.both.onset, atol=1e-4)
    assert torch.allclose(around.steps[:, 24:72], own.steps, atol=1e-5)


@torch.inference_mode()
def test_the_network_of_slow_videos_sees_when_pictures_came() -> None:
    torch.manual_seed(0)
    video = [clip()]
    window = ReadWindow.of(PerceptionNet().eval(), video, 0, 48, CPU)
    seen = window.for_slow(video)
    assert seen.beside.shape == (1, 48, 7)
    # 0.28 s after a picture at 0.25 s, 0.095 s before the next.
    assert np.allclose(seen.beside[0, 7, 4:], [0.15, 0.475, 0.625], atol=1e-5)
    assert torch.allclose(seen.beside[..., 0], 0.3 * window.near.onset)

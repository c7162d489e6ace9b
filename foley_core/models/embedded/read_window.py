"""A window of a video's features, as the networks of perception read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foley_core.models.embedded.features import F16, TOKENS_PER_SCENE, ClipFeatures, gathered
from foley_core.models.embedded.perception_net import PerceptionNet, Readings
from foley_core.models.embedded.slow_net import SlowInputs, beside_steps, clock_of_steps


@dataclass(frozen=True, slots=True, eq=False)
class ReadWindow:
    """T motion steps of a video from `begin` on, a batch of one.

    Attributes:
        begin: first step, a multiple of 12; may lie before the video.
        scene_tokens: (1, T / 12 · 16, 128).
        steps: (1, T, 128), see `TemporalHead.in_scene`.
        real: (1, T) True where the video has that step.
        near: readings of the head alone.
        both: readings of head and plain reader.
    """

    begin: int
    scene_tokens: Tensor
    steps: Tensor
    real: Tensor
    near: Readings
    both: Readings

    @classmethod
    def of(
        cls,
        net: PerceptionNet,
        clips: Sequence[ClipFeatures],
        begin: int,
        length: int,
        device: torch.device,
    ) -> Self:
        """Read a window.

        Args:
            net: on the device.
            clips: contiguous clips of one video.
            begin, length: as for `gathered`.
        """

        def tensors(found: tuple[F16, NDArray[np.bool_]]) -> tuple[Tensor, Tensor]:
            rows, there = (torch.from_numpy(array)[None].to(device) for array in found)
            return rows.float(), there

        motion_tokens, real = tensors(gathered(clips, begin, length, "motion_tokens"))
        scene_tokens, seen = tensors(gathered(clips, begin, length, "scene_tokens"))
        statistics, _ = tensors(gathered(clips, begin, length, "statistics"))
        textures, _ = tensors(gathered(clips, begin, length, "texture"))
        steps = net.head.in_scene(motion_tokens, scene_tokens, real, seen[:, ::TOKENS_PER_SCENE])
        near = net.head.read(steps, real)
        both = net.sharpened(near, statistics, textures, real)
        return cls(begin, scene_tokens, steps, real, near, both)

    def for_slow(self, clips: Sequence[ClipFeatures]) -> SlowInputs:
        """Return what the network of slow videos sees of the window.

        Args:
            clips: all clips of the video.
        """
        times_s = np.concatenate([clip.contacts.times for clip in clips])
        clock = torch.from_numpy(clock_of_steps(times_s, self.begin, self.steps.shape[1]))
        beside = beside_steps(self.near, self.both, clock[None].to(self.steps.device))
        return SlowInputs(self.steps, beside, self.real)

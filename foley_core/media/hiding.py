"""Hiding of regions of a video: they are looked for in small pictures, and hidden at any size.

A region that is found at one motion step is hidden for a moment before and after it. So the search
runs ahead of the pictures that are given out, and covers a little more than their range. Then a
range of steps is hidden in the same way as the same steps of a longer range.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil, floor
from typing import BinaryIO, Protocol, TypeAlias

import numpy as np
from av.video.frame import VideoFrame

from foley_core.media.probe import VideoInfo
from foley_core.media.upright import Display, Upright
from foley_core.media.video_frames_at_steps import Between, video_frames_at_steps
from foley_core.timebase import MOTION_RATE
from foley_core.types import U8, PictureBox

# Regions are looked for at this size: small enough to be quick, and a face of 4 % of the longer
# side still has the 20 pixels that its detector needs.
HIDING_SIDE_PX = 512

HiddenBetween: TypeAlias = tuple[tuple[float, U8], ...]
"""Seconds and picture of each one that appeared between two steps."""


class Hide(Protocol):
    """A finder and hider of regions in one video's pictures; used once, in order of time."""

    def needed(self, first_step: int, last_step: int) -> tuple[int, int]:
        """Return the steps [first, last) to look at before pictures of a range can be hidden.

        The range is [first_step, last_step).
        """
        ...

    def looks_at(self, step: int) -> bool:
        """Return True if the picture at a step is to be looked at."""
        ...

    def look(self, rgb: U8, step: int) -> None:
        """Find regions in an upright picture U8 (H, W, 3) with at most 512 pixels a side."""
        ...

    def regions(self, step: float) -> tuple[PictureBox, ...]:
        """Return the regions to hide in a picture that appears at `step`, a time in motion steps.

        Ask in order of time.
        """
        ...

    def hidden(self, rgb: U8, regions: tuple[PictureBox, ...]) -> U8:
        """Return an upright picture U8 (H, W, 3), of any size, with these regions hidden."""
        ...


def hidden_pictures(
    video_frames: Iterable[tuple[int, float, VideoFrame, Between]],
    hide: Hide,
    display: Display,
    first_step: int,
    last_step: int,
) -> Iterator[tuple[int, float, U8, HiddenBetween]]:
    """Yield (step, seconds, hidden picture, those between) of each step of [first_step, last_step).

    Pictures are U8 RGB of at most 512 pixels a side. A picture that is repeated with the same
    regions hidden is the same array. As many pictures wait in memory as `hide` looks ahead.

    Args:
        video_frames: as `video_frames_at_steps` yields them, for all steps that `hide` needs.
    """
    small = _Small(display)
    waiting: deque[tuple[int, float, U8, HiddenBetween]] = deque()
    shown: tuple[U8, tuple[PictureBox, ...], U8] | None = None
    for step, time_s, video_frame, between in video_frames:
        if first_step <= step < last_step:
            passed = tuple((at_s, small(passing)) for at_s, passing in between)
            waiting.append((step, time_s, small(video_frame), passed))
        if hide.looks_at(step):
            hide.look(small(video_frame), step)
        # The oldest goes out as soon as all steps that may hide something in it were looked at.
        while waiting and hide.needed(waiting[0][0], waiting[0][0] + 1)[1] <= step + 1:
            number, at_s, rgb, passed = waiting.popleft()
            hidden_between = tuple(
                (passed_s, hide.hidden(passing, hide.regions(_between(number, passed_s))))
                for passed_s, passing in passed
            )
            regions = hide.regions(number)
            if shown is None or shown[0] is not rgb or shown[1] != regions:
                shown = rgb, regions, hide.hidden(rgb, regions)
            yield number, at_s, shown[2], hidden_between


def _between(step: int, time_s: float) -> float:
    """Return a time in steps, not before the step before: regions are asked for in order."""
    return min(max(step - 1.0, time_s * MOTION_RATE), float(step))


def look_through(
    file: BinaryIO,
    name: str,
    info: VideoInfo,
    first_s: Fraction,
    last_s: Fraction,
    start_s: Fraction,
    hide: Hide,
) -> None:
    """Let `hide` look at all steps that it needs for pictures of [first_s, last_s).

    Raises:
        DecodeError: as `video_frames_at_steps`.
    """
    first, last = hide.needed(floor(first_s * MOTION_RATE), ceil(last_s * MOTION_RATE))
    small = _Small(info.display)
    for step, _, video_frame, _ in video_frames_at_steps(file, name, info, first, last, start_s):
        if hide.looks_at(step):
            hide.look(small(video_frame), step)


class _Small:
    """Scales video frames to upright RGB of at most 512 pixels a side, a repeated one once."""

    def __init__(self, display: Display) -> None:
        self._upright = Upright(display)
        self._video_frame: VideoFrame | None = None
        self._rgb = np.zeros(0, np.uint8)

    def __call__(self, video_frame: VideoFrame) -> U8:
        if video_frame is not self._video_frame:
            scale = min(1.0, HIDING_SIDE_PX / max(self._upright.size(video_frame)))
            width, height = (max(16, round(scale * px)) for px in self._upright.size(video_frame))
            self._video_frame = video_frame
            self._rgb = self._upright(video_frame, width, height, "rgb24")
        return self._rgb

"""What must not be seen in a video is looked for in small pictures, and hidden at any size.

What is found at one motion step is hidden for a moment before and after it. So pictures are looked
at ahead of those that are let through, and from a little before a range to a little after it; then
a range of steps is hidden as the same steps of a longer one.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil, floor
from typing import BinaryIO, Protocol

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from foley_core.media.frames_at_steps import frames_at_steps
from foley_core.media.probe import VideoInfo
from foley_core.timebase import MOTION_RATE
from foley_core.types import U8, PictureBox

HIDING_SIDE_PX = 512


class Hide(Protocol):
    """Finds and hides regions of one video's pictures; used once, in order of time."""

    def needed(self, first_step: int, last_step: int) -> tuple[int, int]:
        """The steps that must have been looked at to hide pictures of [first_step, last_step)."""
        ...

    def looks_at(self, step: int) -> bool:
        """Whether the picture at a step is looked at."""
        ...

    def look(self, rgb: U8, step: int) -> None:
        """Find regions in an upright picture (H, W, 3) with at most 512 pixels a side."""
        ...

    def regions(self, step: float) -> tuple[PictureBox, ...]:
        """What to hide in a picture that appears at a time in steps; asked for in order."""
        ...

    def hidden(self, rgb: U8, regions: tuple[PictureBox, ...]) -> U8:
        """The upright picture (H, W, 3), of any size, without these regions."""
        ...


def hidden_pictures(
    frames: Iterable[tuple[int, float, VideoFrame]],
    hide: Hide,
    quarter_turns: int,
    first_step: int,
    last_step: int,
) -> Iterator[tuple[int, float, U8]]:
    """(step, time, hidden picture of at most 512 pixels a side) of [first_step, last_step).

    A picture that is repeated, with the same regions hidden, is the same array. As many wait as
    steps are looked at ahead.

    Args:
        frames: (step, seconds, frame) of all steps that `hide` needs.
    """
    small = _Small(quarter_turns)
    waiting: deque[tuple[int, float, U8]] = deque()
    shown: tuple[U8, tuple[PictureBox, ...], U8] | None = None
    for step, time_s, frame in frames:
        if hide.looks_at(step):
            hide.look(small(frame), step)
        if first_step <= step < last_step:
            waiting.append((step, time_s, small(frame)))
        while waiting and hide.needed(waiting[0][0], waiting[0][0] + 1)[1] <= step + 1:
            number, at_s, rgb = waiting.popleft()
            regions = hide.regions(number)
            if shown is None or shown[0] is not rgb or shown[1] != regions:
                shown = rgb, regions, hide.hidden(rgb, regions)
            yield number, at_s, shown[2]


def look_through(
    file: BinaryIO,
    name: str,
    info: VideoInfo,
    first_s: Fraction,
    last_s: Fraction,
    start_s: Fraction,
    hide: Hide,
) -> None:
    """Let `hide` look at all that it needs for pictures of [first_s, last_s), in one decoding.

    Raises:
        DecodeError: as `frames_at_steps`.
    """
    first, last = hide.needed(floor(first_s * MOTION_RATE), ceil(last_s * MOTION_RATE))
    small = _Small(info.rotation_deg // 90)
    for step, _, frame in frames_at_steps(file, name, info, first, last, start_s):
        if hide.looks_at(step):
            hide.look(small(frame), step)


class _Small:
    """Upright RGB of frames with at most 512 pixels a side; a repeated frame is scaled once."""

    def __init__(self, quarter_turns: int) -> None:
        self._quarter_turns = quarter_turns
        self._reformatter = VideoReformatter()
        self._frame: VideoFrame | None = None
        self._rgb = np.zeros(0, np.uint8)

    def __call__(self, frame: VideoFrame) -> U8:
        if frame is not self._frame:
            scale = min(1.0, HIDING_SIDE_PX / max(frame.width, frame.height))
            width, height = (max(16, round(scale * px)) for px in (frame.width, frame.height))
            whole = self._reformatter.reformat(
                frame, width, height, "rgb24", interpolation=Interpolation.AREA, threads=1
            )
            self._frame = frame
            self._rgb = np.array(np.rot90(whole.to_ndarray(), self._quarter_turns), np.uint8)
        return self._rgb

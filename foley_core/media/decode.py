"""Small pictures at motion steps, from one pass of the decoder.

Perception looks at 25 pictures a second, and only those are scaled. Area averaging costs little
more than the fastest filter (measured for 720p: 1.07 times the time of decoding alone against
1.01) and has a third of its error. All pictures are scaled to squares; the aspect ratio is not
kept. Larger ones, with their aspect, are made for sight, when it asks for one.

A range of steps gives the same bytes as the same steps of a longer range.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import BinaryIO

import cv2
import numpy as np
from av.video.frame import VideoFrame

from foley_core.media.container import open_container, video_stream
from foley_core.media.hiding import Hide, hidden_pictures
from foley_core.media.probe import VideoInfo
from foley_core.media.upright import Display, Upright
from foley_core.media.video_frames_at_steps import video_frames_at_steps
from foley_core.timebase import STEPS_PER_SCENE
from foley_core.types import U8

MOTION_SIDE_PX = 128
SCENE_SIDE_PX = 128
SIGHT_SIDE_PX = 416
"""Longer side of the picture that sight looks at: what the network for boxes takes."""
SIGHT_STEPS = 3
"""Motion steps from one picture for sight to the next."""


@dataclass(frozen=True, slots=True)
class StepPicture:
    """The picture shown at a motion step.

    Attributes:
        step: motion steps since the first shown picture (or since the row's `start_s`).
        time_s: seconds on the same clock at which this picture appeared; at most `step / 25`.
        gray: U8 (128, 128), full range, upright.
        rgb: U8 (128, 128, 3), sRGB as coded, upright; None but at scene steps.
        sight_rgb: makes the picture that sight looks at, U8 (H, W, 3), upright, its longer side 416
            pixels and its aspect kept; None but at every third step. It holds the decoded picture.
        between: seconds and gray picture of each one that appeared between the step before and this
            one and that no step shows, see `video_frames_at_steps`; none at the first of a range.
    """

    step: int
    time_s: float
    gray: U8
    rgb: U8 | None
    sight_rgb: Callable[[], U8] | None = None
    between: tuple[tuple[float, U8], ...] = ()


def pictures(
    file: BinaryIO,
    name: str,
    info: VideoInfo,
    first_step: int,
    last_step: int,
    start_s: Fraction = Fraction(0),
    hide: Hide | None = None,
) -> Iterator[StepPicture]:
    """Yield one picture for each motion step of the range [first_step, last_step).

    Args:
        file: seekable bytes of the video that `info` was probed from.
        name: stands for the file in messages.
        start_s: offset of step 0 from the first shown picture (the row's `start_s`).
        hide: hides regions of the pictures; None to show all.

    Raises:
        DecodeError: more than 1 % of the range's pictures are damaged, or the pictures end more
            than half a second before `info.duration_s`.
    """
    if hide is None:
        shrink = _Shrinker(info.display)
        for step, time_s, video_frame, between in video_frames_at_steps(
            file, name, info, first_step, last_step, start_s
        ):
            grays = tuple((passed_s, shrink.gray_of(passed)) for passed_s, passed in between)
            yield replace(shrink(video_frame, step, time_s), between=grays)
        return
    first, last = hide.needed(first_step, last_step)
    video_frames = video_frames_at_steps(
        file, name, info, min(first, first_step), max(last, last_step), start_s
    )
    reduce = _Reducer()
    for step, time_s, hidden, hidden_between in hidden_pictures(
        video_frames, hide, info.display, first_step, last_step
    ):
        # At the range's first step there may be some, as more is looked at than the range.
        passing = hidden_between if step > first_step else ()
        grays = tuple((passed_s, reduce.gray_of(passed)) for passed_s, passed in passing)
        yield replace(reduce(hidden, step, time_s), between=grays)


def sight_size(width: int, height: int) -> tuple[int, int]:
    """Return width and height of the picture that sight looks at, pixels."""
    scale = SIGHT_SIDE_PX / max(width, height)
    return max(1, round(scale * width)), max(1, round(scale * height))


def sight_picture(rgb: U8) -> U8:
    """Return an upright picture U8 (H, W, 3) in the size that sight looks at."""
    height, width = rgb.shape[:2]
    # Area averaging shrinks without aliasing, and cannot enlarge.
    kind = cv2.INTER_AREA if max(height, width) >= SIGHT_SIDE_PX else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(rgb, sight_size(width, height), interpolation=kind), np.uint8)


def decode_only(file: BinaryIO, name: str) -> int:
    """Decode all pictures on one thread and return their count.

    Benchmarks use it: looking at a video cannot cost less than this.

    Raises:
        DecodeError: the file is not a video, or a packet does not decode.
    """
    with open_container(file, name) as container:
        return sum(1 for _ in container.decode(video_stream(container, name)))


class _Shrinker:
    """Scales video frames to step pictures; a repeated one is scaled once."""

    def __init__(self, display: Display) -> None:
        self.to_gray, self.to_rgb, self.to_sight = (Upright(display) for _ in range(3))
        self.video_frame: VideoFrame | None = None
        self.gray: U8 | None = None
        self.rgb: U8 | None = None

    def __call__(self, video_frame: VideoFrame, step: int, time_s: float) -> StepPicture:
        if video_frame is not self.video_frame or self.gray is None:
            self.video_frame, self.rgb = video_frame, None
            self.gray = self.gray_of(video_frame)
        scene = step % STEPS_PER_SCENE == 0
        if scene and self.rgb is None:
            self.rgb = self.to_rgb(video_frame, SCENE_SIDE_PX, SCENE_SIDE_PX, "rgb24")
            self.rgb.flags.writeable = False
        sight_rgb = None
        if step % SIGHT_STEPS == 0:
            size = sight_size(*self.to_sight.size(video_frame))
            sight_rgb = partial(self.to_sight, video_frame, *size, "rgb24")
        return StepPicture(step, time_s, self.gray, self.rgb if scene else None, sight_rgb)

    def gray_of(self, video_frame: VideoFrame) -> U8:
        """Return the gray picture of a video frame."""
        gray = self.to_gray(video_frame, MOTION_SIDE_PX, MOTION_SIDE_PX, "gray")
        gray.flags.writeable = False
        return gray


class _Reducer:
    """Scales hidden pictures to step pictures; a repeated one is scaled once."""

    def __init__(self) -> None:
        self.hidden: U8 | None = None
        self.gray = self.rgb = np.zeros(0, np.uint8)

    def __call__(self, hidden: U8, step: int, time_s: float) -> StepPicture:
        if hidden is not self.hidden:
            self.hidden = hidden
            self.rgb, self.gray = _reduced(hidden)
        rgb = self.rgb if step % STEPS_PER_SCENE == 0 else None
        sight_rgb = partial(sight_picture, hidden) if step % SIGHT_STEPS == 0 else None
        return StepPicture(step, time_s, self.gray, rgb, sight_rgb)

    def gray_of(self, hidden: U8) -> U8:
        """Return the gray picture of a hidden picture (H, W, 3)."""
        return _reduced(hidden)[1]


def _reduced(hidden: U8) -> tuple[U8, U8]:
    """Return a picture (H, W, 3) as RGB (128, 128, 3) and gray (128, 128)."""
    side = (MOTION_SIDE_PX, MOTION_SIDE_PX)
    rgb = np.asarray(cv2.resize(hidden, side, interpolation=cv2.INTER_AREA), np.uint8)
    gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    rgb.flags.writeable = gray.flags.writeable = False
    return rgb, gray

"""Small pictures at motion steps, from one pass of the decoder.

Perception looks at 25 pictures a second. The one shown at step k is the last whose time is not
after `start + k / 25`: a low frame rate repeats pictures, a high one leaves some out, and only
pictures that are looked at are scaled. Area averaging costs little more than the fastest filter
and aliases far less. Everything is scaled to squares; nothing here knows the aspect ratio.

A range of steps gives the same bytes as the same steps of a longer range.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO, TypeAlias

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from foley_core.errors import DecodeError
from foley_core.media.container import opened, stream_time_base, video_stream
from foley_core.media.decoder import EARLY_S, Decoder
from foley_core.media.probe import VideoInfo
from foley_core.timebase import MOTION_RATE, STEPS_PER_SCENE
from foley_core.types import U8

MOTION_SIDE_PX = 128
SCENE_SIDE_PX = 128
HIDING_SIDE_PX = 512
Hide: TypeAlias = Callable[[U8, float], U8]


@dataclass(frozen=True, slots=True)
class StepPicture:
    """The picture shown at a motion step.

    step: motion steps since the first shown picture (or since the row's `start_s`).
    time_s: when this picture appeared, on the same clock; at most `step / 25`.
    gray: U8 (128, 128), full range, upright.
    rgb: U8 (128, 128, 3), sRGB as coded, upright; only at scene steps.
    """

    step: int
    time_s: float
    gray: U8
    rgb: U8 | None


def pictures(
    file: BinaryIO,
    name: str,
    info: VideoInfo,
    first_step: int,
    last_step: int,
    start_s: Fraction = Fraction(0),
    hide: Hide | None = None,
) -> Iterator[StepPicture]:
    """One picture for each motion step of the half-open range [first_step, last_step).

    Args:
        file: seekable bytes of the video that `info` was probed from.
        name: stands for the file in messages.
        start_s: offset of step 0 from the first shown picture (the row's `start_s`).
        hide: gets each picture that is looked at, upright RGB (H, W, 3) with at most 512 pixels a
            side, and its time in seconds; what it answers is all that is seen of it.

    Raises:
        DecodeError: more than 1 % of the range's pictures are damaged, or the pictures end more
            than half a second before `info.duration_s`.
    """
    with opened(file, name) as container:
        stream = video_stream(container, name)
        clock = _StepClock(stream_time_base(stream, name), info.start_s + start_s)
        decoder = Decoder(container, stream, info, name)
        shrink = _Shrinker(info.rotation_deg, hide)
        step = first_step
        shown: VideoFrame | None = None
        shown_s = 0.0
        for at, frame in decoder.frames(clock.latest(first_step), clock.latest(last_step - 1)):
            while shown is not None and step < last_step and clock.latest(step) < at:
                yield shrink(shown, step, shown_s)
                step += 1
            shown, shown_s = frame, clock.seconds(at)
        if shown is None:
            raise DecodeError(f"{name}: truncated: no picture at step {step}; upload it again")
        for remaining in range(step, last_step):
            yield shrink(shown, remaining, shown_s)


def decode_only(file: BinaryIO, name: str) -> int:
    """Decode all pictures on one thread and do nothing with them: the floor of what looking costs.

    Returns:
        The number of pictures.

    Raises:
        DecodeError: not a video, or a packet that does not decode.
    """
    with opened(file, name) as container:
        return sum(1 for _ in container.decode(video_stream(container, name)))


class _StepClock:
    """Container timestamps of motion steps, in whole numbers: it is asked at every step."""

    def __init__(self, tick_s: Fraction, origin_s: Fraction) -> None:
        first = (origin_s + EARLY_S) / tick_s
        per_step = 1 / (MOTION_RATE * tick_s)
        self._whole = first.denominator * per_step.denominator
        self._first = first.numerator * per_step.denominator
        self._per_step = per_step.numerator * first.denominator
        self._tick_s = tick_s
        self._origin_s = origin_s

    def latest(self, step: int) -> int:
        """The latest timestamp that counts as shown at a step."""
        return (self._first + step * self._per_step) // self._whole

    def seconds(self, at: int) -> float:
        """Seconds from step 0 to a timestamp."""
        return float(at * self._tick_s - self._origin_s)


class _Shrinker:
    """Scales frames to step pictures; a repeated frame is scaled once."""

    def __init__(self, rotation_deg: int, hide: Hide | None) -> None:
        self.quarter_turns = rotation_deg // 90
        self.hide = hide
        self.to_gray = VideoReformatter()
        self.to_rgb = VideoReformatter()
        self.frame: VideoFrame | None = None
        self.gray: U8 | None = None
        self.rgb: U8 | None = None

    def __call__(self, frame: VideoFrame, step: int, time_s: float) -> StepPicture:
        if frame is not self.frame or self.gray is None:
            self.frame, self.rgb = frame, None
            if self.hide:
                self.gray, self.rgb = self._hidden(self.hide, frame, time_s)
            else:
                self.gray = self._shrink(self.to_gray, frame, MOTION_SIDE_PX, "gray")
        scene = step % STEPS_PER_SCENE == 0
        if scene and self.rgb is None:
            self.rgb = self._shrink(self.to_rgb, frame, SCENE_SIDE_PX, "rgb24")
        return StepPicture(step, time_s, self.gray, self.rgb if scene else None)

    def _hidden(self, hide: Hide, frame: VideoFrame, time_s: float) -> tuple[U8, U8]:
        """Gray and RGB of a frame of which only what `hide` lets through is seen."""
        scale = min(1.0, HIDING_SIDE_PX / max(frame.width, frame.height))
        width, height = max(16, round(scale * frame.width)), max(16, round(scale * frame.height))
        whole = self.to_rgb.reformat(
            frame, width, height, "rgb24", interpolation=Interpolation.AREA, threads=1
        )
        upright: U8 = np.array(np.rot90(whole.to_ndarray(), self.quarter_turns), np.uint8)
        shown = hide(upright, time_s)
        side = (MOTION_SIDE_PX, MOTION_SIDE_PX)
        small = np.asarray(cv2.resize(shown, side, interpolation=cv2.INTER_AREA), np.uint8)
        gray = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
        small.flags.writeable = gray.flags.writeable = False
        return gray, small

    def _shrink(
        self, reformatter: VideoReformatter, frame: VideoFrame, side_px: int, pixels: str
    ) -> U8:
        small = reformatter.reformat(
            frame, side_px, side_px, pixels, interpolation=Interpolation.AREA, threads=1
        )
        upright: U8 = small.to_ndarray().astype(np.uint8, copy=False)
        if self.quarter_turns:
            upright = np.ascontiguousarray(np.rot90(upright, self.quarter_turns))
        upright.flags.writeable = False
        return upright

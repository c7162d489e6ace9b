"""Pictures of a clip at their full size, for encoders that scale them in their own way.

Which of them an encoder takes, and how often, is its own affair; here every picture that is shown
in the clip appears once, with its time. Where it would otherwise be lost that a picture stays on
screen, it appears a second time: see `full_pictures`.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor
from typing import BinaryIO

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from foley_core.errors import DecodeError
from foley_core.media.container import open_container, stream_time_base, video_stream
from foley_core.media.decoder import EARLY_S, PictureDecoder
from foley_core.media.hiding import Hide, look_through
from foley_core.media.probe import VideoInfo
from foley_core.timebase import MOTION_RATE
from foley_core.types import U8

LONG_S = Fraction(1, 8)
"""A picture that stays longer is shown again just before the next one."""

_STEP_S = Fraction(1, MOTION_RATE)


def full_pictures(
    file: BinaryIO,
    name: str,
    info: VideoInfo,
    first_s: Fraction,
    last_s: Fraction,
    start_s: Fraction = Fraction(0),
    hide: Hide | None = None,
) -> Iterator[tuple[float, U8]]:
    """Every picture shown in [first_s, last_s), in order: its time and RGB (H, W, 3).

    Times are in seconds from `first_s`; the first is the one on screen then, at 0.0. Pictures are
    turned upright as the container says. One that stays for more than an eighth of a second comes
    once more, half a motion step before the next one, so that what samples at the next picture
    after each moment does not see that one too early. The clip's last one does if it stays for
    more than a step, so that a clip does not lose what follows its last change. Pictures at
    constant rates of 25 a second and more come once each.

    Only one full-size picture is held; whoever asks for the next one must have let go of the last.

    Args:
        file: seekable bytes of the video that `info` was probed from.
        name: stands for the file in messages.
        first_s, last_s: from the first shown picture (or the row's `start_s`); `last_s` may lie
            beyond the end by less than a step.
        start_s: the row's `start_s`.
        hide: what must not be seen; no picture is given without what it hides. The range is then
            decoded twice, so that no full-size picture need wait for what is found after it.

    Raises:
        DecodeError: more than 1 % of the range's pictures are damaged, or the pictures end more
            than half a second before `info.duration_s`.
    """
    if hide is not None:
        look_through(file, name, info, first_s, last_s, start_s, hide)
    with open_container(file, name) as container:
        stream = video_stream(container, name)
        tick_s = stream_time_base(stream, name)
        origin_s = info.start_s + start_s + first_s
        length_s = last_s - first_s
        frames = PictureDecoder(container, stream, info, name).frames(
            floor((origin_s + EARLY_S) / tick_s), ceil((origin_s + length_s) / tick_s) - 1
        )
        convert = _Converter(info.rotation_deg // 90, hide)
        empty = True
        for time_s, until_s, frame in _on_screen(frames, tick_s, origin_s, length_s):
            empty = False
            yield float(time_s), convert(frame, first_s + time_s)
            if until_s - time_s > (_STEP_S if until_s == length_s else LONG_S):
                again_s = until_s - _STEP_S / 2
                yield float(again_s), convert(frame, first_s + again_s)
        if empty:
            raise DecodeError(
                f"{name}: truncated: no picture at {float(first_s):.2f} s; upload it again"
            )


def _on_screen(
    frames: Iterator[tuple[int, VideoFrame]],
    tick_s: Fraction,
    origin_s: Fraction,
    length_s: Fraction,
) -> Iterator[tuple[Fraction, Fraction, VideoFrame]]:
    """(from, until, frame) of all on screen in a clip of `length_s`, in seconds of the clip."""
    shown: VideoFrame | None = None
    shown_s = Fraction(0)
    for at, frame in frames:
        time_s = at * tick_s - origin_s
        if time_s <= EARLY_S:
            time_s = Fraction(0)
        elif shown is not None:
            yield shown_s, min(time_s, length_s), shown
        shown, shown_s = (frame, time_s) if time_s < length_s else (None, length_s)
    if shown is not None:
        yield shown_s, length_s, shown


class _Converter:
    """RGB of decoded frames, upright, with the scaler's own defaults; hidden where it must be."""

    def __init__(self, quarter_turns: int, hide: Hide | None) -> None:
        self._quarter_turns = quarter_turns
        self._hide = hide
        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame, time_s: Fraction) -> U8:
        stored = self._reformatter.reformat(frame, format="rgb24", threads=1).to_ndarray()
        rgb = np.ascontiguousarray(np.rot90(stored, self._quarter_turns), np.uint8)
        if self._hide is None:
            return rgb
        return self._hide.hidden(rgb, self._hide.regions(float(time_s * MOTION_RATE)))

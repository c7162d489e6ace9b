"""Pictures of a clip at their full size, for encoders that scale them in their own way.

An encoder decides which of them it takes, and how often. Here every picture that is shown in the
clip comes once, with its time; a picture that stays long on screen comes a second time (see
`full_pictures`).
"""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor
from typing import BinaryIO

from av.video.frame import VideoFrame

from foley_core.errors import DecodeError
from foley_core.media.container import open_container, stream_time_base, video_stream
from foley_core.media.decoder import EARLY_S, PictureDecoder
from foley_core.media.hiding import Hide, look_through
from foley_core.media.probe import VideoInfo
from foley_core.media.upright import Upright
from foley_core.timebase import MOTION_RATE
from foley_core.types import U8

LONG_S = Fraction(1, 8)
"""A picture that stays longer comes again, just before the next one; the scene encoder takes one
picture in this time."""

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
    """Yield every picture shown in [first_s, last_s), in order: its time and RGB U8 (H, W, 3).

    Times are in seconds from `first_s`. The first picture is the one on screen then, at 0.0.
    Pictures are turned upright as the container says.

    A picture that stays for more than an eighth of a second comes once more, half a motion step
    before the next one: an encoder takes the next picture after each of its moments, and would
    otherwise see that one too early. The clip's last picture comes once more if it stays for more
    than a step, or the clip would end for the encoder at its last change. Pictures at constant
    rates of 25 a second and more come once each.

    Only one full-size picture is held: drop the last one before you ask for the next.

    Args:
        file: seekable bytes of the video that `info` was probed from.
        name: stands for the file in messages.
        first_s, last_s: seconds from the first shown picture (or the row's `start_s`); `last_s` may
            lie beyond the end by less than a step.
        start_s: the row's `start_s`.
        hide: hides regions of the pictures; None to show all. The range is then decoded twice, so
            that no full-size picture has to wait for what is found after it.

    Raises:
        DecodeError: more than 1 % of the range's pictures are damaged, or the pictures end more
            than half a second before `info.duration_s`.
    """
    if hide is not None:
        look_through(file, name, info, first_s, last_s, start_s, hide)
    with open_container(file, name) as container:
        stream = video_stream(container, name, info.stream)
        tick_s = stream_time_base(stream, name)
        origin_s = info.start_s + start_s + first_s
        length_s = last_s - first_s
        video_frames = PictureDecoder(container, stream, info, name).video_frames(
            floor((origin_s + EARLY_S) / tick_s), ceil((origin_s + length_s) / tick_s) - 1
        )
        convert = _Converter(info, hide)
        empty = True
        for time_s, until_s, video_frame in _on_screen(video_frames, tick_s, origin_s, length_s):
            empty = False
            yield float(time_s), convert(video_frame, first_s + time_s)
            if until_s - time_s > (_STEP_S if until_s == length_s else LONG_S):
                again_s = until_s - _STEP_S / 2
                yield float(again_s), convert(video_frame, first_s + again_s)
        if empty:
            raise DecodeError(
                f"{name}: truncated: no picture at {float(first_s):.2f} s; upload it again"
            )


def _on_screen(
    video_frames: Iterator[tuple[int, VideoFrame]],
    tick_s: Fraction,
    origin_s: Fraction,
    length_s: Fraction,
) -> Iterator[tuple[Fraction, Fraction, VideoFrame]]:
    """Yield (from, until, video frame) of all that are on screen, in seconds of the clip."""
    shown: VideoFrame | None = None
    shown_s = Fraction(0)
    for at, video_frame in video_frames:
        time_s = at * tick_s - origin_s
        # Of those up to the clip's beginning the last one is on screen then.
        if time_s <= EARLY_S:
            time_s = Fraction(0)
        elif shown is not None:
            yield shown_s, min(time_s, length_s), shown
        shown, shown_s = (video_frame, time_s) if time_s < length_s else (None, length_s)
    if shown is not None:
        yield shown_s, length_s, shown


class _Converter:
    """Converts video frames to upright RGB with the scaler's defaults, and hides regions."""

    def __init__(self, info: VideoInfo, hide: Hide | None) -> None:
        self._hide = hide
        self._upright = Upright(info.display, interpolation=None)

    def __call__(self, video_frame: VideoFrame, time_s: Fraction) -> U8:
        rgb = self._upright(video_frame, *self._upright.size(video_frame), "rgb24")
        if self._hide is None:
            return rgb
        return self._hide.hidden(rgb, self._hide.regions(float(time_s * MOTION_RATE)))

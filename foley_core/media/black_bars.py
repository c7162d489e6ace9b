"""Black bars around a picture: a film in a frame of another shape, as platforms and tapes have it.

Perception scales pictures to squares and takes means over them; beside bars, what moves would count
for a fraction. So bars are looked for in a few pictures of a video, once, and left out of all.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import floor
from typing import BinaryIO

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from foley_core.media.container import open_container, stream_time_base, video_stream
from foley_core.media.packets import VideoPackets, from_beginning, from_keyframes_before
from foley_core.media.probe import VideoInfo
from foley_core.media.upright import WHOLE, Display, Upright
from foley_core.types import U8, PictureBox

_PICTURES = 9
# Gray levels of 255: codecs leave some noise in black; what is seen beside a bar is brighter.
_BLACK, _LIT = 16, 32
# A picture without anything brighter says nothing: it is a fade, or night.
_TELLING = 60
_LEAST_BAR = 0.03
_LEAST_INSIDE = 0.2
# The edge of a bar is straight: right beside it this share of the picture is lit in some picture.
_STRAIGHT = 0.6
_BESIDE_PX = 6
_ALIKE = 0.9
# Codecs and scalers blur an edge.
_MARGIN_PX = 2
_CELLS = 64
# So much is decoded after a keyframe, on the way to a moment: 60 pictures of 1080p.
_DECODED_PIXELS = 60 * 1920 * 1080


def find_bars(
    file: BinaryIO, name: str, info: VideoInfo, start_s: Fraction, duration_s: Fraction
) -> PictureBox:
    """Return the part of the upright picture that lies inside of black bars; `WHOLE` without any.

    A bar is black in all of nine pictures, at least 3 % of the side, and has a straight edge. If
    the first picture shows that there is none, no other is decoded.

    Args:
        file: seekable bytes that `info` was probed from; `name` stands for them in messages.
        start_s, duration_s: the span, in seconds from the first shown picture.

    Raises:
        DecodeError: the file cannot be read.
    """
    rows = columns = np.zeros((0, _CELLS), np.uint8)
    upright = Upright(Display(info.rotation_deg // 90, info.mirrored))
    with open_container(file, name) as container:
        stream = video_stream(container, name, info.stream)
        for video_frame in _spread(container, stream, name, info, start_s, duration_s):
            width, height = upright.size(video_frame)
            across = upright(video_frame, _CELLS, height, "gray")
            if across.max() < _TELLING:
                continue
            down = upright(video_frame, width, _CELLS, "gray").T
            if len(rows) == height and len(columns) == width:
                across, down = np.maximum(rows, across), np.maximum(columns, down)
            rows, columns = across, down
            if max(*_black(rows), *_black(columns)) < _LEAST_BAR:
                return WHOLE
    if not len(rows):
        return WHOLE
    (top, bottom), (left, right) = _bars(rows), _bars(columns)
    return left, top, 1.0 - right, 1.0 - bottom


def _spread(
    container: InputContainer,
    stream: VideoStream,
    name: str,
    info: VideoInfo,
    start_s: Fraction,
    duration_s: Fraction,
) -> Iterator[VideoFrame]:
    """Yield a picture near each of some moments of a span, soon after a keyframe."""
    clock = stream_time_base(stream, name)
    begin = floor(info.start_s / clock)
    for number in range(1 if info.restarts else _PICTURES):
        moment_s = info.start_s + start_s + duration_s * Fraction(number, _PICTURES)
        moment = floor(moment_s / clock)
        places = from_keyframes_before(container, stream, name, moment, begin, clock)
        _, packets = next(places, (begin, None))
        found = _shown_at(packets or from_beginning(container, stream), moment)
        if found is not None:
            yield found


def _shown_at(packets: VideoPackets, moment: int) -> VideoFrame | None:
    """Return the picture at a time, or the last one that the work allows; None if none decodes."""
    found: VideoFrame | None = None
    work = 0
    for packet in packets:
        try:
            for video_frame in packet.decode():
                found = video_frame
                work += video_frame.width * video_frame.height
                if video_frame.pts is not None and video_frame.pts >= moment:
                    return found
                if work >= _DECODED_PIXELS:
                    return found
        except av.FFmpegError:
            continue
    return found


def _black(lines: U8) -> tuple[float, float]:
    """Return the shares of the lines (n, cells) that are black from the beginning and the end."""
    lit = np.flatnonzero(lines.max(axis=1) > _BLACK)
    if not len(lit):
        return 0.0, 0.0
    return int(lit[0]) / len(lines), (len(lines) - 1 - int(lit[-1])) / len(lines)


def _bars(lines: U8) -> tuple[float, float]:
    """Return the shares that bars take from the beginning and the end of the lines, 0 for none."""
    count, shares = len(lines), _black(lines)
    bars = [
        share if share >= _LEAST_BAR and _is_straight(towards, round(share * count)) else 0.0
        for share, towards in zip(shares, (lines, lines[::-1]), strict=True)
    ]
    # Where the picture is dim along one edge, the other bar tells: two are of one size.
    bars = [
        other if not bar and share > _ALIKE * other else bar
        for bar, share, other in zip(bars, shares, reversed(bars), strict=True)
    ]
    # What lies inside is a little smaller, so that no blurred edge is left.
    first, last = (bar + _MARGIN_PX / count if bar else 0.0 for bar in bars)
    return (first, last) if 1.0 - first - last >= _LEAST_INSIDE else (0.0, 0.0)


def _is_straight(lines: U8, first: int) -> bool:
    """Return True if the lines (n, cells) are lit along the edge before line `first`."""
    beside = lines[first : first + _BESIDE_PX]
    return bool(beside.size) and float((beside.max(axis=0) > _LIT).mean()) >= _STRAIGHT

"""A look at some places of a large transport stream, whether its clock runs on between them.

Large ones are not read through; but a clock that restarts would leave half of the pictures unseen.
"""

from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import BinaryIO

import av

from foley_core.errors import DecodeError
from foley_core.media.container import demuxed, open_container, stream_time_base, video_stream
from foley_core.media.one_clock import READ_WHOLE_BYTES
from foley_core.media.probe import VideoInfo

_PLACES = 16
# Between two places so many seconds may pass, or so many times as many as usual: a still picture
# needs few bytes.
_JUMP_S = Fraction(60)
_JUMP_TIMES = 20


def refuse_restarts(file: BinaryIO, name: str, info: VideoInfo) -> None:
    """Look at the clock of a large transport stream; other files are only opened.

    Args:
        file: seekable bytes that `info` was probed from; `name` stands for them in messages.

    Raises:
        DecodeError: the clock goes back, or jumps ahead.
    """
    with open_container(file, name) as container:
        if container.format.name != "mpegts" or container.size <= READ_WHOLE_BYTES:
            return
        stream = video_stream(container, name, info.stream)
        clock = stream_time_base(stream, name)
        times_s: list[Fraction] = []
        for place in range(_PLACES):
            try:
                container.seek(container.size * place // _PLACES, unsupported_byte_offset=True)
                at = next(
                    (one.pts for one in demuxed(container, stream) if one.pts is not None), None
                )
            except av.FFmpegError:
                continue
            if at is not None:
                times_s.append(at * clock)
    steps_s = [later - earlier for earlier, later in pairwise(times_s)]
    if not steps_s:
        return
    if min(steps_s) < 0 or max(steps_s) > max(_JUMP_S, _JUMP_TIMES * median(steps_s)):
        raise DecodeError(
            f"{name}: its clock restarts or jumps (recordings joined byte by byte?); write it anew "
            "with one clock: ffmpeg -i IN -c copy OUT.mkv"
        )

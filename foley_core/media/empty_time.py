"""Stated time that holds no pictures: clocks that jump, and headers that state years."""

from math import ceil
from typing import BinaryIO

from foley_core.errors import DecodeError
from foley_core.media.container import demuxed, open_container, video_stream
from foley_core.media.probe import VideoInfo

HELD_S = 300
"""Seconds that a picture stays on average, at most: slides stay for minutes."""


def refuse_empty_time(file: BinaryIO, name: str, info: VideoInfo) -> None:
    """Count stored pictures, until there are enough for the time that a video states.

    Of a video that is one, this reads the first seconds; nothing is decoded.

    Args:
        file: seekable bytes of the video that `info` was probed from.
        name: stands for the file in messages.

    Raises:
        DecodeError: each picture would stay for more than five minutes on average.
    """
    enough, count = ceil(info.duration_s / HELD_S), 0
    if enough <= 2:
        return
    with open_container(file, name) as container:
        for packet in demuxed(container, video_stream(container, name, info.stream)):
            count += bool(packet.size)
            if count >= enough:
                return
    raise DecodeError(
        f"{name}: {count} pictures for the {float(info.duration_s) / 3600:,.1f} hours that it "
        "states: its clock jumps or its header is damaged; replace it with a whole copy, or write "
        "it anew with one clock: ffmpeg -i IN OUT.mp4"
    )

"""A contact strip: small pictures of a video at even distances, side by side in one JPEG.

It stands in for a picture that a browser cannot play.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import floor
from typing import BinaryIO

import cv2
import numpy as np
from av.video.frame import VideoFrame

from foley_core.media.container import open_container, stream_time_base, video_stream
from foley_core.media.decoder import EARLY_S, PictureDecoder
from foley_core.media.probe import VideoInfo
from foley_core.media.upright import Upright
from foley_core.types import U8

_SEEK_FROM_S = 30
"""Seconds between two pictures' worth of decoding above which the file is opened at each: decoding
all of a long video costs more than the way from a keyframe to each picture."""
_JPEG_QUALITY = 80


def contact_strip(
    file: BinaryIO,
    name: str,
    info: VideoInfo,
    start_s: Fraction,
    duration_s: Fraction,
    pictures: int,
    height_px: int,
) -> bytes:
    """Return a JPEG of `pictures` pictures side by side, each shown in the middle of its share.

    Args:
        file: seekable bytes of the video that `info` was probed from.
        name: stands for the file in messages.
        start_s, duration_s: the part of the picture that is shown, in seconds.
        pictures: how many, from 1 on.
        height_px: height of each; their width follows.

    Raises:
        DecodeError: the pictures are damaged, or there are none.
    """
    share_s = duration_s / pictures
    times_s = [start_s + share_s * index + share_s / 2 for index in range(pictures)]
    shown: list[U8] = []
    upright = Upright(info.display)
    for video_frame in _video_frames_at(file, name, info, times_s):
        width, height = upright.size(video_frame)
        width_px = max(2, round(width * height_px / height))
        shown.append(upright(video_frame, width_px, height_px, "bgr24"))
    written, jpeg = cv2.imencode(
        ".jpg", np.concatenate(shown, axis=1), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    )
    assert written
    return jpeg.tobytes()


def _video_frames_at(
    file: BinaryIO, name: str, info: VideoInfo, times_s: list[Fraction]
) -> Iterator[VideoFrame]:
    """Yield the video frame that is on screen at each time; times rise."""
    apart = len(times_s) > 1 and times_s[-1] - times_s[0] > _SEEK_FROM_S
    for group in [[time_s] for time_s in times_s] if apart else [times_s]:
        yield from _run(file, name, info, group)


def _run(
    file: BinaryIO, name: str, info: VideoInfo, times_s: list[Fraction]
) -> Iterator[VideoFrame]:
    """Yield the video frames at some times, decoded from before the first of them on."""
    file.seek(0)
    with open_container(file, name) as container:
        stream = video_stream(container, name, info.stream)
        tick_s = stream_time_base(stream, name)
        wanted = [floor((info.start_s + time_s + EARLY_S) / tick_s) for time_s in times_s]
        decoder = PictureDecoder(container, stream, info, name)
        shown: VideoFrame | None = None
        for at, video_frame in decoder.video_frames(wanted[0], wanted[-1]):
            while shown is not None and wanted and at > wanted[0]:
                wanted.pop(0)
                yield shown
            shown = video_frame
        if shown is not None:
            yield from [shown] * len(wanted)

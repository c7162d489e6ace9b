"""Opening of untrusted video files: the only place where a container is opened.

A file is always opened from its bytes, never from a URL, and only as one of the containers of
`CONTAINERS`, so that no playlist can make FFmpeg open another file. FFmpeg's errors become
`DecodeError` here; the first bytes of the file decide about the message. Nothing here looks at
pictures.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, BinaryIO

import av
import av.container
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from foley_core.errors import DecodeError
from foley_core.media.file_kinds import HEAD_BYTES, MP4_BOXES, why_refused

CONTAINERS = "mov,matroska,webm,avi,mpegts,mxf"
MAX_PIXELS = 8192 * 4608
"""The largest picture that is accepted, 8K in either direction; decoded it takes about 57 MB."""

_INVALID = -22
"""FFmpeg's code for an argument that makes no sense."""


@contextmanager
def open_container(file: BinaryIO, name: str) -> Iterator[av.container.InputContainer]:
    """Open the container in a file, for a `with` block.

    The file is read from its beginning, whatever its position. Errors of the file object itself
    pass unchanged.

    Args:
        file: seekable bytes.
        name: stands for the file in messages.

    Raises:
        DecodeError: the file is not a video of a known container, or FFmpeg fails inside the block.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if reason := why_refused(head):
        raise DecodeError(f"{name}: {reason}")
    file.seek(0)
    limits = {"format_whitelist": CONTAINERS, "max_pixels": str(MAX_PIXELS)}
    try:
        container = av.open(_Bytes(file), mode="r", options=limits)
    except (av.FFmpegError, UnicodeDecodeError) as error:
        raise DecodeError(f"{name}: {_why_not_opened(head)}") from error
    try:
        yield container
    except av.FFmpegError as error:
        raise DecodeError(
            f"{name}: the file is damaged ({error.strerror}); replace it with a whole copy"
        ) from error
    finally:
        container.close()


def video_stream(
    container: av.container.InputContainer, name: str, index: int | None = None
) -> VideoStream:
    """Return a stream of moving pictures, set to decode on the calling thread alone.

    Args:
        index: number of the stream in its container; None for the first one that is no cover.

    Raises:
        DecodeError: there is none, or its pictures are too large, or their codec is not known.
    """
    streams = picture_streams(container)
    if not streams:
        raise DecodeError(f"{name}: {_no_pictures(container)}")
    stream = next((one for one in streams if one.index == index), streams[0])
    if stream.codec_context is None:
        raise DecodeError(f"{name}: the pictures use an unknown codec; convert it to H.264")
    refuse_large(stream.width, stream.height, name)
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    # One thread for a worker: many workers share a machine, and its threads would be too many.
    stream.codec_context.thread_count = 1
    stream.codec_context.thread_type = "NONE"
    return stream


def picture_streams(container: av.container.InputContainer) -> list[VideoStream]:
    """Return the streams of pictures, without covers and thumbnails."""
    beside = Disposition.attached_pic | Disposition.timed_thumbnails
    return [stream for stream in container.streams.video if not stream.disposition & beside]


def demuxed(container: av.container.InputContainer, *streams: Stream) -> "Iterator[av.Packet[Any]]":
    """Yield the packets of some streams, or of all, in the order of the file.

    A transport stream may name more streams on its way, of which PyAV knows nothing: at the end it
    asks for them and fails.
    """
    try:
        yield from container.demux(*streams)
    except IndexError:
        return


def refuse_large(width_px: int, height_px: int, name: str) -> None:
    """Raise DecodeError for pictures of more than `MAX_PIXELS`.

    FFmpeg has the same limit, and gives such pictures the size 0 × 0.
    """
    if not 0 < width_px * height_px <= MAX_PIXELS:
        size = f"{width_px} × {height_px}" if width_px * height_px else "unknown size"
        raise DecodeError(
            f"{name}: pictures of {size} are too large, or their header is damaged; "
            f"at most {MAX_PIXELS} pixels (8192 × 4608) are taken"
        )


def stream_time_base(stream: VideoStream, name: str) -> Fraction:
    """Return the seconds per tick of a stream's timestamps.

    Raises:
        DecodeError: the container states none.
    """
    if not stream.time_base:
        raise DecodeError(f"{name}: the container has no clock; remux it to mp4")
    return stream.time_base


def _why_not_opened(head: bytes) -> str:
    """Return what is wrong with a file with these first bytes that FFmpeg cannot open."""
    if head[4:8] in MP4_BOXES:
        return (
            "the mp4 header (moov) is missing or damaged: the upload was cut short; upload it again"
        )
    if head.startswith(b"\x1aE\xdf\xa3") or head[:4] == b"RIFF":
        return "the header is damaged or cut short; upload it again"
    return "not a video of a known container (mp4, mov, mkv, webm, avi, ts, mxf)"


def _no_pictures(container: av.container.InputContainer) -> str:
    if container.streams.video:
        return "an audio file without pictures but its cover: there is no video stream, only sound"
    if container.streams.audio:
        return "an audio file without pictures: there is no video stream, only sound"
    return "no video stream: the file is empty or its header is damaged"


class _Bytes:
    """A file as FFmpeg may have it: places that a damaged header names are refused, not raised.

    A raised error would pass through FFmpeg as a fault of the storage.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.read = file.read
        self.tell = file.tell
        self._seek = file.seek

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position; return it, or FFmpeg's code for a position that cannot be."""
        try:
            return self._seek(offset, whence)
        except ValueError:
            return _INVALID
        except OSError as error:
            if error.errno in (errno.EINVAL, errno.EOVERFLOW):
                return _INVALID
            raise

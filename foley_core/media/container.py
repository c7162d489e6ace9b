"""Opening of untrusted video files: the only place where a container is opened.

A file is always opened from its bytes, never from a URL, and only as one of the containers of
`CONTAINERS`, so that no playlist can make FFmpeg open another file. FFmpeg's errors become
`DecodeError` here; the first bytes of the file decide about the message. Nothing here looks at
pictures.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import BinaryIO

import av
import av.container
from av.stream import Disposition
from av.video.stream import VideoStream

from foley_core.errors import DecodeError

CONTAINERS = "mov,matroska,webm,avi,mpegts"
MAX_PIXELS = 8192 * 4608
"""The largest picture that is accepted, 8K in either direction; decoded it takes about 57 MB."""

# First bytes of files that are often given by mistake. FFmpeg would name only a parsing error.
_SNIFFED_BYTES = 4096
_STILLS = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
)
_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"<?xml", b"<MPD", b"[playlist]", b"<ASX", b"<smil")
_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip", b"moof", b"styp")
_HEIF_BRANDS = (b"heic", b"heix", b"mif1", b"avif")


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
    head = file.read(_SNIFFED_BYTES)
    if reason := _refusal(head):
        raise DecodeError(f"{name}: {reason}")
    file.seek(0)
    limits = {"format_whitelist": CONTAINERS, "max_pixels": str(MAX_PIXELS)}
    try:
        container = av.open(file, mode="r", options=limits)
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


def video_stream(container: av.container.InputContainer, name: str) -> VideoStream:
    """Return the first stream of moving pictures, set to decode on the calling thread alone.

    Raises:
        DecodeError: there is none, or its pictures are too large, or their codec is not known.
    """
    # A cover picture is a video stream as well.
    videos = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not videos:
        raise DecodeError(f"{name}: {_no_pictures(container)}")
    stream = videos[0]
    if stream.codec_context is None:
        raise DecodeError(f"{name}: the pictures use an unknown codec; convert it to H.264")
    refuse_large(stream.width, stream.height, name)
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    # One thread for a worker: many workers share a machine, and its threads would be too many.
    stream.codec_context.thread_count = 1
    stream.codec_context.thread_type = "NONE"
    return stream


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


def _refusal(head: bytes) -> str | None:
    """Return why a file with these first bytes is not opened, or None if it may be."""
    if not head:
        return "the file is empty; upload it again"
    if head.lstrip()[:16].startswith(_PLAYLISTS):
        return "a playlist, not a video; name the video file itself in the manifest"
    for magic, kind in _STILLS:
        if head.startswith(magic):
            return f"a still image ({kind}), not a video"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "a still image (WebP), not a video"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "a still image (HEIF), not a video"
    return None


def _why_not_opened(head: bytes) -> str:
    """Return what is wrong with a file with these first bytes that FFmpeg cannot open."""
    if head[4:8] in _MP4_BOXES:
        return (
            "the mp4 header (moov) is missing or damaged: the upload was cut short; upload it again"
        )
    if head.startswith(b"\x1aE\xdf\xa3") or head[:4] == b"RIFF":
        return "the header is damaged or cut short; upload it again"
    return "not a video of a known container (mp4, mov, mkv, webm, avi, ts)"


def _no_pictures(container: av.container.InputContainer) -> str:
    if container.streams.video:
        return "no video stream, only a cover picture with sound"
    if container.streams.audio:
        return "no video stream, only sound"
    return "no video stream: the file is empty or its header is damaged"

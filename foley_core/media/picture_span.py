"""Start and exact length of a file's picture.

The headers of mp4, mov and avi state them (edit lists included). Those of Matroska, WebM, MPEG-TS,
MXF and fragmented mp4 do not, or not reliably; there the last packets are read, without decoding.
"""

from dataclasses import dataclass
from fractions import Fraction
from struct import unpack_from
from typing import BinaryIO

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from foley_core.errors import DecodeError
from foley_core.media.container import demuxed, stream_time_base
from foley_core.media.one_clock import READ_WHOLE_BYTES, OneClock
from foley_core.media.packets import from_beginning, shown_at
from foley_core.media.tags import tagged_duration_s
from foley_core.timebase import duration_samples

TRUNCATION_TOLERANCE_S = Fraction(1, 2)
"""The time by which pictures may end earlier than the file states."""

# For pictures without a duration in files without a rate.
_DEFAULT_RATE = Fraction(25)
# Rates above are made up by FFmpeg, from a container's clock.
_HIGHEST_RATE = 1000
# The end of a file that is read to find its last packets.
_TAIL_S = 2


@dataclass(frozen=True, slots=True)
class PictureSpan:
    """Place of a file's picture on the clock of its container.

    Attributes:
        start_s, duration_s: in seconds.
        first_s: time of the first stored picture, if it is held back to an earlier start.
        ends_held: True if the last picture stays as long as the file states.
        restarts: True if the clock restarts or jumps; see `one_clock`.
    """

    start_s: Fraction
    duration_s: Fraction
    first_s: Fraction | None = None
    ends_held: bool = False
    restarts: bool = False


def picture_span(
    container: InputContainer,
    stream: VideoStream,
    first: VideoFrame,
    stored: int,
    file: BinaryIO,
    name: str,
) -> PictureSpan:
    """Return where the picture lies; reads packets of some containers.

    Args:
        first: the first picture that decodes.
        stored: decoding time of the first picture that is stored, in ticks.
        file: the bytes of the container, which is read here beside FFmpeg.

    Raises:
        DecodeError: the picture has no duration, or ends before the file states.
    """
    if container.format.name == "avi" and stream.duration:
        span = _avi_span(container, stream, first, stored, file)
    else:
        span = _span(container, stream, first, name)
    if span.duration_s <= 0 or not duration_samples(span.duration_s):
        raise DecodeError(f"{name}: the picture has zero duration; replace it with a whole copy")
    return span


def average_rate(stream: VideoStream) -> Fraction:
    """Return the pictures per second, on average; 25 if nothing says how many."""
    rates = (stream.average_rate, stream.guessed_rate)
    return next((rate for rate in rates if rate and 0 < rate <= _HIGHEST_RATE), _DEFAULT_RATE)


def _avi_span(
    container: InputContainer,
    stream: VideoStream,
    first: VideoFrame,
    stored: int,
    file: BinaryIO,
) -> PictureSpan:
    """Return where the pictures of an AVI file lie, those that were dropped included.

    They are empty chunks: the picture before them stays, and the first one is there from the
    beginning. In a file that was cut, pictures are missing instead.
    """
    assert stream.time_base is not None
    assert stream.duration is not None
    # Of a file that was cut, FFmpeg guesses the length from the bytes that are left.
    whole = _is_whole_riff(file)
    length = stream.duration if whole else max(stream.duration, stream.frames)
    dropped = max(0, stored - (stream.start_time or 0))
    first_at = shown_at(first, container, 0)
    return PictureSpan(
        (first_at - dropped) * stream.time_base,
        length * stream.time_base,
        first_at * stream.time_base if dropped else None,
        ends_held=whole,
    )


def _span(
    container: InputContainer, stream: VideoStream, first: VideoFrame, name: str
) -> PictureSpan:
    """Return where the pictures of all other files lie."""
    clock = stream_time_base(stream, name)
    format_name = container.format.name
    # mp4 and mov state the first shown picture, which an edit list may put after the first stored
    # one. Elsewhere the first picture that decodes is the first that can be shown.
    start = stream.start_time
    if "mov" not in format_name or start is None:
        start = shown_at(first, container, 0)
    # A fragmented mp4 has no count of pictures in its header, and no true duration either.
    if stream.frames and stream.duration and format_name not in ("mpegts", "mxf"):
        return PictureSpan(start * clock, stream.duration * clock)
    if format_name == "mpegts" and container.size <= READ_WHOLE_BYTES:
        end_s = _end_on_one_clock(container, stream, clock)
        if end_s is not None:
            return PictureSpan(start * clock, end_s - start * clock, restarts=True)
    picture_end_s, file_end_s = _ends(container, stream)
    _refuse_truncated(container, stream, picture_end_s, file_end_s, name)
    return PictureSpan(start * clock, (picture_end_s or start * clock) - start * clock)


def _is_whole_riff(file: BinaryIO) -> bool:
    """Return True if the file has all bytes that its outermost chunks state."""
    position, size = file.tell(), file.seek(0, 2)
    at = 0
    try:
        while at + 8 <= size:
            file.seek(at)
            kind, length = unpack_from("<4sI", file.read(8))
            if kind != b"RIFF":
                break
            # A program that crashed while it recorded has left the length open.
            if not length:
                return False
            at += 8 + length + length % 2
    finally:
        file.seek(position)
    # The last chunk may lack the byte that makes its length even.
    return at - 1 <= size


def _end_on_one_clock(
    container: InputContainer, stream: VideoStream, clock: Fraction
) -> Fraction | None:
    """Return the end of the picture in seconds if the clock restarts, or None if it runs on."""
    one_clock, end = OneClock(clock), None
    usual = round(1 / (average_rate(stream) * clock))
    try:
        for packet in from_beginning(container, stream):
            one_clock.put(packet)
            if packet.pts is not None and packet.size:
                last = packet.pts + (packet.duration or usual)
                end = last if end is None else max(end, last)
    except av.FFmpegError:
        return None
    return end * clock if one_clock.restarts and end is not None else None


def _ends(
    container: InputContainer, stream: VideoStream
) -> tuple[Fraction | None, Fraction | None]:
    """Return the ends of the picture and of the longest stream, in seconds.

    Only the tail is read where seeking works, otherwise all packets.
    """
    if container.duration and "mov" not in container.format.name:
        end = (container.start_time or 0) + container.duration
        try:
            container.seek(max(container.start_time or 0, end - _TAIL_S * av.time_base))
            picture_end_s, file_end_s = _last_packets(container, stream)
        except av.FFmpegError:
            picture_end_s = None
        if picture_end_s is not None:
            return picture_end_s, file_end_s
    container.seek(container.start_time or 0)
    return _last_packets(container, stream)


def _last_packets(
    container: InputContainer, stream: VideoStream
) -> tuple[Fraction | None, Fraction | None]:
    """Return the ends of the picture and of the longest stream among the packets from here on.

    Only pictures and sound count.
    """
    ends: dict[int, Fraction] = {}
    picture_s = 1 / average_rate(stream)
    try:
        for packet in demuxed(container):
            ticks = packet.pts if packet.pts is not None else packet.dts
            if ticks is None or not packet.size or packet.stream.type not in ("video", "audio"):
                continue
            lasts_s = (packet.duration or 0) * packet.time_base
            if not lasts_s and packet.stream_index == stream.index:
                lasts_s = picture_s
            end_s = ticks * packet.time_base + lasts_s
            ends[packet.stream_index] = max(end_s, ends.get(packet.stream_index, end_s))
    except av.FFmpegError:
        # A cut file ends with an error; the packets before it still have an end.
        if not ends:
            raise
    return ends.get(stream.index), max(ends.values(), default=None)


def _refuse_truncated(
    container: InputContainer,
    stream: VideoStream,
    picture_end_s: Fraction | None,
    file_end_s: Fraction | None,
    name: str,
) -> None:
    """Raise DecodeError for a Matroska file that ends before its stated length.

    A cut Matroska file gives no error, only fewer packets. But it states the length of each stream
    in a tag, and of the longest one in its header. That one may be a subtitle, which says nothing
    about picture and sound.
    """
    if "matroska" not in container.format.name:
        return
    promises = [(picture_end_s, tagged_duration_s(stream.metadata))]
    seen_or_heard = all(one.type in ("video", "audio") for one in container.streams)
    if container.duration and seen_or_heard:
        promises.append((file_end_s, Fraction(container.duration, av.time_base)))
    for found_s, promised_s in promises:
        found_s = found_s or Fraction(0)
        if promised_s is not None and promised_s - found_s > TRUNCATION_TOLERANCE_S:
            raise DecodeError(
                f"{name}: truncated: it ends at {float(found_s):.2f} s of "
                f"{float(promised_s):.2f} s; upload it again"
            )

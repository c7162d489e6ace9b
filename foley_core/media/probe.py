"""Facts about a video, from its container and one decoded picture; above all its exact length.

The length of a track follows from `VideoInfo.duration_s`, so this is the duration of the *picture*:
not of the container (sound is often longer), and not a count of pictures at a nominal rate. The
headers of mp4, mov and avi state it (edit lists included). Those of Matroska, WebM, MPEG-TS and
fragmented mp4 do not, or not reliably; there the last packets are read, without decoding.

Damage between the first and the last picture is not found here, but by `decoder`.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from foley_core.errors import DecodeError
from foley_core.media.container import open_container, refuse_large, stream_time_base, video_stream
from foley_core.media.packets import shown_at

TRUNCATION_TOLERANCE_S = Fraction(1, 2)
"""The time by which pictures may end earlier than the file states."""

# For pictures without a duration in files without a rate.
_DEFAULT_RATE = Fraction(25)
# The end of a file that is read to find its last packets.
_TAIL_S = 2
# A file with no picture in so many packets is given up.
_FIRST_PACKETS = 1000
_TIMECODE = re.compile(r"\d\d:\d\d:\d\d[:;]\d\d")


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The picture of a video.

    Attributes:
        duration_s: seconds from the first shown picture to the end of the last.
        start_s: container time of the first shown picture, in seconds.
        width_px, height_px: as shown, after rotation; sample aspect ratio is not applied.
        frame_rate: average pictures per second; single pictures may last longer.
        codec: FFmpeg's name, e.g. "h264".
        rotation_deg: counter-clockwise turn that shows the stored picture upright: 0, 90, 180, 270.
        has_audio: True if there is a sound stream.
        timecode: SMPTE timecode (ST 12-1) of the first picture, e.g. "10:00:00:00", if the file
            has one.
    """

    duration_s: Fraction
    start_s: Fraction
    width_px: int
    height_px: int
    frame_rate: Fraction
    codec: str
    rotation_deg: int
    has_audio: bool
    timecode: str | None


def probe(file: BinaryIO, name: str) -> VideoInfo:
    """Read the facts about a video.

    Args:
        file: seekable bytes, local or remote; only the header, the first picture and, for some
            containers, the tail are read.
        name: stands for the file in messages.

    Raises:
        DecodeError: the file is empty, not a video, sound only, a still image, a playlist, of no
            duration, too large, without its header, or ends before its own stated duration.
    """
    with open_container(file, name) as container:
        stream = video_stream(container, name)
        first = _first_picture(container, stream, name)
        rotation_deg = first.rotation % 360
        turned = rotation_deg in (90, 270)
        start_s, duration_s = _span(container, stream, first, name)
        return VideoInfo(
            duration_s=duration_s,
            start_s=start_s,
            width_px=first.height if turned else first.width,
            height_px=first.width if turned else first.height,
            frame_rate=_frame_rate(stream),
            codec=stream.codec_context.codec.canonical_name,
            rotation_deg=rotation_deg,
            has_audio=bool(container.streams.audio),
            timecode=_timecode(container),
        )


def _first_picture(container: InputContainer, stream: VideoStream, name: str) -> VideoFrame:
    """Return the first picture that decodes; a file with only one packet is a still image."""
    picture: VideoFrame | None = None
    packets = 0
    for packet in container.demux(stream):
        packets += bool(packet.size)
        if picture is None:
            try:
                picture = next(iter(packet.decode()), None)
            except av.FFmpegError:
                continue
        if picture is not None and packets > 1:
            refuse_large(picture.width, picture.height, name)
            return picture
        if packets > _FIRST_PACKETS:
            break
    if picture is not None:
        raise DecodeError(f"{name}: a single picture (still image), not a video")
    if not packets:
        raise DecodeError(f"{name}: the video holds no pictures: zero duration")
    raise DecodeError(f"{name}: no picture can be decoded; replace it with a whole copy")


def _span(
    container: InputContainer, stream: VideoStream, first: VideoFrame, name: str
) -> tuple[Fraction, Fraction]:
    """Return start and duration of the picture in seconds.

    Args:
        first: the first picture that decodes.
    """
    clock = stream_time_base(stream, name)
    # mp4 and mov state the first shown picture, which an edit list may put after the first stored
    # one. Elsewhere the first picture that decodes is the first that can be shown.
    start = stream.start_time
    if "mov" not in container.format.name or start is None:
        start = shown_at(first, container, 0)
    start_s = start * clock
    # A fragmented mp4 has no count of pictures in its header, and no true duration either.
    stated = bool(stream.frames) or container.format.name == "avi"
    if stated and stream.duration:
        return start_s, stream.duration * clock
    picture_end_s, file_end_s = _ends(container, stream)
    _refuse_truncated(container, stream, picture_end_s, file_end_s, name)
    if picture_end_s is None or picture_end_s <= start_s:
        raise DecodeError(f"{name}: the picture has zero duration")
    return start_s, picture_end_s - start_s


def _ends(
    container: InputContainer, stream: VideoStream
) -> tuple[Fraction | None, Fraction | None]:
    """Return the ends of the picture and of the longest stream, in seconds.

    Only the tail is read where seeking works, otherwise all packets.
    """
    if container.duration and "mov" not in container.format.name:
        end = (container.start_time or 0) + container.duration
        try:
            container.seek(max(0, end - _TAIL_S * av.time_base))
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
    """Return the ends of the picture and of the longest stream among the packets from here on."""
    ends: dict[int, Fraction] = {}
    picture_s = 1 / _frame_rate(stream)
    try:
        for packet in container.demux():
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
    in a tag, and of the longest one in its header.
    """
    if "matroska" not in container.format.name:
        return
    promises = [(picture_end_s, _tagged_duration_s(stream))]
    if container.duration:
        promises.append((file_end_s, Fraction(container.duration, av.time_base)))
    for found_s, promised_s in promises:
        found_s = found_s or Fraction(0)
        if promised_s is not None and promised_s - found_s > TRUNCATION_TOLERANCE_S:
            raise DecodeError(
                f"{name}: truncated: it ends at {float(found_s):.2f} s of "
                f"{float(promised_s):.2f} s; upload it again"
            )


def _tagged_duration_s(stream: VideoStream) -> Fraction | None:
    """Return the seconds in Matroska's DURATION tag, `hh:mm:ss.nnnnnnnnn`, if there is one."""
    match = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    if match is None:
        return None
    return int(match[1]) * 3600 + int(match[2]) * 60 + Fraction(match[3])


def _frame_rate(stream: VideoStream) -> Fraction:
    return stream.average_rate or stream.guessed_rate or _DEFAULT_RATE


def _timecode(container: InputContainer) -> str | None:
    """Return the first timecode in the tags of the container and its streams."""
    tags = [container.metadata, *(stream.metadata for stream in container.streams)]
    for tag in tags:
        if _TIMECODE.fullmatch(tag.get("timecode", "")):
            return tag["timecode"]
    return None

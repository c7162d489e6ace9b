"""Facts about a video, from its container and one decoded picture; above all its exact length.

The length of a track follows from `VideoInfo.duration_s`, so this is the duration of the *picture*:
not of the container (sound and subtitles are often longer), and not a count of pictures at a
nominal rate.

Damage between the first and the last picture is not found here, but by `decoder`.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from foley_core.errors import DecodeError
from foley_core.media.container import (
    demuxed,
    open_container,
    picture_streams,
    refuse_large,
    video_stream,
)
from foley_core.media.picture_span import average_rate, picture_span
from foley_core.media.streams import main_stream
from foley_core.media.tags import source_timecode
from foley_core.media.upright import WHOLE, Display, display_of
from foley_core.types import PictureBox

# A file with no picture in so many packets is given up.
_FIRST_PACKETS = 1000
# Rates at which programs count pictures in timecodes.
_TIMECODE_RATES = (5, 240)
_RATE_TOLERANCE = Fraction(1, 5000)


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
        stream: index of the stream that is the film; see `streams`.
        mirrored: True if left and right are exchanged after the turn.
        levelled: True if the file turns it by a little more or less than quarters.
        constant_rate: pictures per second if the file states one rate for all, else None.
        first_s: container time of the first stored picture, if it is held back to `start_s`.
        ends_held: True if the last picture stays to the end, however early it came.
        restarts: True if the container's clock restarts or jumps; see `one_clock`.
        inside: the part of the shown picture that is looked at: all but black bars.
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
    stream: int = 0
    mirrored: bool = False
    levelled: bool = False
    constant_rate: Fraction | None = None
    first_s: Fraction | None = None
    ends_held: bool = False
    restarts: bool = False
    inside: PictureBox = WHOLE

    @property
    def display(self) -> Display:
        """The way from a stored picture to what is looked at."""
        return Display(self.rotation_deg // 90, self.mirrored, self.inside)


def probe(file: BinaryIO, name: str) -> VideoInfo:
    """Read the facts about a video.

    Args:
        file: seekable bytes, local or remote; only the header, the first picture and, for some
            containers, the tail are read. Small transport streams are read through.
        name: stands for the file in messages.

    Raises:
        DecodeError: the file is empty, not a video, sound only, a still image, a playlist, of no
            duration, too large, without its header, or ends before its own stated duration.
    """
    index: int | None = None
    with open_container(file, name) as container:
        if len(picture_streams(container)) <= 1:
            return _facts(container, video_stream(container, name), file, name)
        index = main_stream(container)
    # The packets that were counted are wanted again, and not every container can go back.
    with open_container(file, name) as container:
        return _facts(container, video_stream(container, name, index), file, name)


def _facts(container: InputContainer, stream: VideoStream, file: BinaryIO, name: str) -> VideoInfo:
    first, stored = _first_picture(container, stream, name)
    quarter_turns, mirrored, levelled = display_of(first)
    turned = quarter_turns % 2
    span = picture_span(container, stream, first, stored, file, name)
    return VideoInfo(
        duration_s=span.duration_s,
        start_s=span.start_s,
        width_px=first.height if turned else first.width,
        height_px=first.width if turned else first.height,
        frame_rate=average_rate(stream),
        codec=stream.codec_context.codec.canonical_name,
        rotation_deg=90 * quarter_turns,
        has_audio=bool(container.streams.audio),
        timecode=source_timecode(container),
        stream=stream.index,
        mirrored=mirrored,
        levelled=levelled,
        constant_rate=_constant_rate(stream),
        first_s=span.first_s,
        ends_held=span.ends_held,
        restarts=span.restarts,
    )


def _first_picture(
    container: InputContainer, stream: VideoStream, name: str
) -> tuple[VideoFrame, int]:
    """Return the first picture that decodes, and the decoding time of the first that is stored.

    A file with only one packet is a still image.
    """
    picture: VideoFrame | None = None
    stored: int | None = None
    packets = 0
    for packet in demuxed(container, stream):
        packets += bool(packet.size)
        stored = packet.dts if stored is None and packet.size else stored
        if picture is None:
            try:
                picture = next(iter(packet.decode()), None)
            except av.FFmpegError:
                continue
        if picture is not None and packets > 1:
            refuse_large(picture.width, picture.height, name)
            return picture, stored or 0
        if packets > _FIRST_PACKETS:
            break
    if picture is not None:
        raise DecodeError(f"{name}: a single picture (still image), not a video")
    if not packets:
        raise DecodeError(f"{name}: the video holds no pictures: zero duration")
    raise DecodeError(f"{name}: no picture can be decoded; replace it with a whole copy")


def _constant_rate(stream: VideoStream) -> Fraction | None:
    """Return the rate at which timecodes count the pictures, if the file states one for all."""
    average, base = stream.average_rate, stream.base_rate
    if not average or not base or abs(average / base - 1) > _RATE_TOLERANCE:
        return None
    nominal = round(average)
    if not _TIMECODE_RATES[0] <= nominal <= _TIMECODE_RATES[1]:
        return None
    known = (Fraction(nominal), Fraction(nominal * 1000, 1001))
    return average if min(abs(average / rate - 1) for rate in known) < _RATE_TOLERANCE else None

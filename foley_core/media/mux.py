"""Muxing: a finished track and its picture in one file. The picture is copied, not encoded again.

The suffix of the output decides about the container: mp4 for delivery; mov and mkv also take codecs
that mp4 does not (ProRes; VP8 and FFV1). A row that begins inside its video is cut at the keyframe
before it, and an edit list hides the pictures from there to its start. At the end a few pictures
may last longer than the sound, because others refer to them. Timecode, chapters, subtitles and
other sound are not copied.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from math import floor, inf
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
import soundfile
from av.audio.stream import AudioStream
from av.codec.context import Flags as CodecFlags
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from foley_core.errors import DecodeError, EncodeError
from foley_core.media.container import open_container, stream_time_base, video_stream
from foley_core.media.packets import (
    VideoPackets,
    from_beginning,
    from_keyframes_before,
    with_decoding_times,
)
from foley_core.media.probe import VideoInfo
from foley_core.timebase import SAMPLE_RATE

SOUND_BITS_PER_S = 256_000

_BLOCK_SAMPLES = 16 * 1024
_SOUND_AHEAD_S = 0.5
# FFmpeg's flag "make up missing presentation times"; PyAV has no name for it.
_AVFMT_FLAG_GENPTS = 1


def mux(
    video: BinaryIO,
    name: str,
    track: Path,
    out: Path,
    info: VideoInfo,
    start_s: Fraction,
    duration_s: Fraction,
) -> None:
    """Write the picture of `video`, copied, and the sound of `track` to `out`.

    The sound is AAC of 256 kbit/s. The same input gives the same bytes. A file that cannot be
    finished is removed.

    Args:
        video: seekable bytes that `info` was probed from; `name` stands for them in messages.
        track: a sound file at 48 kHz whose first sample belongs to `start_s`.
        out: the file to write; its suffix (.mp4, .mov, .mkv) names the container.
        start_s, duration_s: the span, in seconds from the first shown picture.

    Raises:
        DecodeError: the video cannot be read.
        EncodeError: the container cannot carry the picture's codec, or writing fails.
    """
    with (
        open_container(video, name) as source,
        _writing(out, name, info.codec),
        soundfile.SoundFile(track) as sound,
        av.open(str(out), "w", container_options={"fflags": "+bitexact"}) as target,
    ):
        stream = video_stream(source, name)
        copied = target.add_stream_from_template(stream, opaque=True)
        sound_packets = _sound_packets(_sound_stream(target, sound.channels), sound)
        begin_s, end_s = info.start_s + start_s, info.start_s + start_s + duration_s
        for packet in _picture_packets(source, stream, name, info, begin_s, end_s):
            ahead_s = float((packet.dts or 0) * packet.time_base) + _SOUND_AHEAD_S
            _mux_until(target, sound_packets, ahead_s)
            packet.stream = copied
            target.mux(packet)
        _mux_until(target, sound_packets, inf)


@contextmanager
def _writing(out: Path, name: str, codec: str) -> Iterator[None]:
    """Translate errors of writing, and remove a file that was not finished."""
    try:
        yield
    except (av.FFmpegError, ValueError, soundfile.LibsndfileError) as error:
        out.unlink(missing_ok=True)
        raise EncodeError(
            f"{name}: {codec} pictures cannot be put into a {out.suffix} file ({error}); "
            "take .mkv, or convert the video to H.264"
        ) from error
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def _picture_packets(
    source: InputContainer,
    stream: VideoStream,
    name: str,
    info: VideoInfo,
    begin_s: Fraction,
    end_s: Fraction,
) -> VideoPackets:
    """Yield the packets of the span from the keyframe before it, with times from its beginning."""
    if source.format.name == "avi" and info.codec in ("h264", "hevc"):
        raise EncodeError(f"{name}: {info.codec} in avi has no times to copy; convert it to mp4")
    clock = stream_time_base(stream, name)
    begin, end = round(begin_s / clock), round(end_s / clock)
    source.flags |= _AVFMT_FLAG_GENPTS
    first = floor(info.start_s / clock)
    late: list[Packet[VideoStream]] = []
    try:
        places = from_keyframes_before(source, stream, name, begin, first, clock)
        _, packets = next(places, (first, None))
        for packet in with_decoding_times(packets or from_beginning(source, stream)):
            if not packet.size:
                continue
            if packet.pts is None or packet.dts is None:
                raise EncodeError(f"{name}: pictures without times cannot be copied; remux it")
            if packet.dts >= end:
                break
            # A picture shown after the end is copied only if one that is stored later is shown
            # before the end, since that one may refer to it. Until this is known it waits.
            late.append(packet)
            if packet.pts < end:
                yield from (_shifted(one, begin) for one in late)
                late.clear()
    except av.FFmpegError as error:
        raise DecodeError(f"{name}: the file is damaged ({error.strerror})") from error


def _shifted(packet: "Packet[VideoStream]", by: int) -> "Packet[VideoStream]":
    """Return the same packet, its times earlier by so many ticks."""
    assert packet.pts is not None
    assert packet.dts is not None
    packet.pts, packet.dts = packet.pts - by, packet.dts - by
    return packet


def _sound_stream(target: OutputContainer, channels: int) -> AudioStream:
    stream = target.add_stream("aac", rate=SAMPLE_RATE)
    assert isinstance(stream, AudioStream)
    stream.layout = "mono" if channels == 1 else "stereo"
    stream.bit_rate = SOUND_BITS_PER_S
    stream.codec_context.flags |= int(CodecFlags.bitexact)
    return stream


def _sound_packets(
    stream: AudioStream, sound: soundfile.SoundFile
) -> Iterator["Packet[AudioStream]"]:
    """Yield the encoded packets of a sound file, block by block."""
    position = 0
    clock = Fraction(1, SAMPLE_RATE)
    for block in sound.blocks(_BLOCK_SAMPLES, dtype="float32", always_2d=True):
        planes = np.ascontiguousarray(block.T)
        audio_frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=stream.layout.name)
        audio_frame.sample_rate = SAMPLE_RATE
        audio_frame.pts, audio_frame.time_base = position, clock
        position += block.shape[0]
        yield from stream.encode(audio_frame)
    yield from stream.encode(None)


def _mux_until(
    target: OutputContainer, packets: Iterator["Packet[AudioStream]"], until_s: float
) -> None:
    """Write sound up to a time: a muxer keeps packets in memory until both streams have come."""
    for packet in packets:
        target.mux(packet)
        if packet.pts is not None and float(packet.pts * packet.time_base) >= until_s:
            return

"""Muxing: a finished track and its picture in one file. The picture is copied, not encoded again.

The suffix of the output decides about the container: mp4 for delivery; mov and mkv also take codecs
that mp4 does not (ProRes; VP8 and FFV1). A row that begins inside its video is cut at the keyframe
before it, and an edit list hides the pictures from there to its start. At the end a few pictures
may last longer than the sound, because others refer to them. The source's other sound and subtitles
are copied where they are asked for, see `other_tracks`; chapters are not.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from math import floor, inf
from pathlib import Path
from typing import Any, BinaryIO, Literal

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
from foley_core.media.one_clock import on_one_clock
from foley_core.media.other_tracks import CLOCK_RESTARTS, NO_OTHER_TRACKS, OtherTracks
from foley_core.media.packets import (
    VideoPackets,
    from_beginning,
    from_keyframes_before,
    with_decoding_times,
)
from foley_core.media.probe import VideoInfo
from foley_core.timebase import SAMPLE_RATE

SOUND_BITS_PER_S = 256_000
NO_MARKS: Mapping[str, str] = {}

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
    marks: Mapping[str, str] = NO_MARKS,
    *,
    lossless: bool = False,
    timecode: str | None = None,
    others: BinaryIO | None = None,
) -> tuple[str, ...]:
    """Write the picture of `video`, copied, and the sound of `track` to `out`.

    The sound is AAC of 256 kbit/s, or PCM of 24 bits. The same input gives the same bytes. A file
    that cannot be finished is removed.

    Args:
        video: seekable bytes that `info` was probed from; `name` stands for them in messages.
        track: a sound file at 48 kHz whose first sample belongs to `start_s`.
        out: the file to write; its suffix (.mp4, .mov, .mkv) names the container.
        start_s, duration_s: the span, in seconds from the first shown picture.
        marks: short texts by name, see `file_marks`; they become tags of the container.
        lossless: write PCM, which .mov and .mkv hold.
        timecode: label of the first picture, `hh:mm:ss:ff` or with a semicolon before the frames.
        others: the bytes of the video, opened once more, for its other tracks; None: without them.

    Returns:
        Other tracks that the container cannot hold, in words.

    Raises:
        DecodeError: the video cannot be read.
        EncodeError: the container cannot carry the picture's codec, or writing fails.
    """
    begin_s, end_s = info.start_s + start_s, info.start_s + start_s + duration_s
    with (
        open_container(video, name) as source,
        ExitStack() as stack,
        _writing(out, name, info.codec),
        soundfile.SoundFile(track) as sound,
        av.open(str(out), "w", container_options=_options(marks)) as target,
    ):
        target.metadata.update(marks)
        if timecode:
            target.metadata["timecode"] = timecode
        stream = video_stream(source, name, info.stream)
        copied = target.add_stream_from_template(stream, opaque=True)
        sound_packets = _sound_packets(_sound_stream(target, sound.channels, lossless), sound)
        beside = NO_OTHER_TRACKS if others is None else CLOCK_RESTARTS
        if others is not None and not info.restarts:
            again = stack.enter_context(open_container(others, name))
            beside = OtherTracks.of(again, target, begin_s, end_s)
        other_packets = beside.packets()
        for packet in _picture_packets(source, stream, name, info, begin_s, end_s):
            ahead_s = float((packet.dts or 0) * packet.time_base) + _SOUND_AHEAD_S
            _mux_until(target, sound_packets, ahead_s)
            _mux_until(target, other_packets, ahead_s)
            packet.stream = copied
            target.mux(packet)
        _mux_until(target, sound_packets, inf)
        _mux_until(target, other_packets, inf)
    return beside.left_out


def _options(marks: Mapping[str, str]) -> dict[str, str]:
    """Return the muxer's options. An mp4 has tags with names of one's own only where asked to."""
    options = {"fflags": "+bitexact"}
    return {**options, "movflags": "use_metadata_tags"} if marks else options


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
    late: list[Packet[VideoStream]] = []
    try:
        packets = _from_before(source, stream, name, info, begin)
        timed = _begun_at(_timed(packets, name), begin)
        for packet in _held_to(timed, end) if info.ends_held else timed:
            assert packet.pts is not None
            assert packet.dts is not None
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


def _from_before(
    source: InputContainer, stream: VideoStream, name: str, info: VideoInfo, begin: int
) -> VideoPackets:
    """Return the packets from the keyframe before `begin` on."""
    clock = stream_time_base(stream, name)
    if info.restarts:
        return on_one_clock(from_beginning(source, stream), clock)
    first = floor(info.start_s / clock)
    places = from_keyframes_before(source, stream, name, begin, first, clock)
    _, packets = next(places, (first, None))
    return packets or from_beginning(source, stream)


def _timed(packets: VideoPackets, name: str) -> VideoPackets:
    """Yield the packets that hold something, all with both times.

    Raises:
        EncodeError: some have no time.
    """
    for packet in with_decoding_times(packets):
        if not packet.size:
            continue
        if packet.pts is None or packet.dts is None:
            raise EncodeError(f"{name}: pictures without times cannot be copied; remux it")
        yield packet


def _begun_at(packets: VideoPackets, begin: int) -> VideoPackets:
    """Yield the packets so that the picture on screen at `begin` begins there.

    Players built on FFmpeg put the first whole picture of an edit to its beginning. If the edit
    began inside a picture, all others would come early by what is cut off it.
    """
    waiting: list[Packet[VideoStream]] = []
    shown: Packet[VideoStream] | None = None
    for packet in packets:
        assert packet.pts is not None
        assert packet.dts is not None
        waiting.append(packet)
        # Of those that are shown up to the beginning the last one, else the first after it.
        if shown is None or shown.pts is None or _nearer(packet.pts, shown.pts, begin):
            shown = packet
        # Pictures that are stored later are shown later.
        if packet.dts > begin:
            break
    if shown is not None:
        assert shown.dts is not None
        # A picture cannot be shown before it is decoded.
        shown.pts, shown.dts = begin, min(begin, shown.dts)
    yield from waiting
    yield from packets


def _held_to(packets: VideoPackets, end: int) -> VideoPackets:
    """Yield the packets so that the last one lasts to `end`."""
    last: Packet[VideoStream] | None = None
    for packet in packets:
        if last is not None:
            yield last
        last = packet
    if last is not None:
        assert last.pts is not None
        last.duration = max(last.duration or 0, end - last.pts)
        yield last


def _nearer(one: int, other: int, begin: int) -> bool:
    """Return True if a picture at `one`, not at `other`, is the one on screen at `begin`."""
    if one <= begin:
        return other > begin or one > other
    return other > begin and one < other


def _shifted(packet: "Packet[VideoStream]", by: int) -> "Packet[VideoStream]":
    """Return the same packet, its times earlier by so many ticks."""
    assert packet.pts is not None
    assert packet.dts is not None
    packet.pts, packet.dts = packet.pts - by, packet.dts - by
    return packet


def _sound_stream(target: OutputContainer, channels: int, lossless: bool) -> AudioStream:
    stream = target.add_stream("pcm_s24le" if lossless else "aac", rate=SAMPLE_RATE)
    assert isinstance(stream, AudioStream)
    stream.layout = "mono" if channels == 1 else "stereo"
    if not lossless:
        stream.bit_rate = SOUND_BITS_PER_S
    stream.codec_context.flags |= int(CodecFlags.bitexact)
    return stream


def _sound_packets(
    stream: AudioStream, sound: soundfile.SoundFile
) -> Iterator["Packet[AudioStream]"]:
    """Yield the encoded packets of a sound file, block by block."""
    position = 0
    clock = Fraction(1, SAMPLE_RATE)
    packed = stream.codec_context.name.startswith("pcm")
    kind: Literal["int32", "float32"] = "int32" if packed else "float32"
    for block in sound.blocks(_BLOCK_SAMPLES, dtype=kind, always_2d=True):
        # PCM has its channels next to each other, AAC one after the other.
        values = np.ascontiguousarray(block.reshape(1, -1) if packed else block.T)
        audio_frame = av.AudioFrame.from_ndarray(
            values, format="s32" if packed else "fltp", layout=stream.layout.name
        )
        audio_frame.sample_rate = SAMPLE_RATE
        audio_frame.pts, audio_frame.time_base = position, clock
        position += block.shape[0]
        yield from stream.encode(audio_frame)
    yield from stream.encode(None)


def _mux_until(target: OutputContainer, packets: Iterator["Packet[Any]"], until_s: float) -> None:
    """Write packets up to a time: a muxer keeps packets in memory until all streams have come."""
    for packet in packets:
        target.mux(packet)
        if packet.pts is not None and float(packet.pts * packet.time_base) >= until_s:
            return

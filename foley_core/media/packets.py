"""Packets of a video stream from a keyframe at or before a moment, and their times.

Containers seek differently: to the keyframe before (mp4, Matroska), to somewhere before (MPEG-TS,
AVI), or too late. So the place that was reached is checked, and the seek repeated further back.
Times are in ticks of the stream's time base, as stored in the container.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import floor
from typing import TypeAlias

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from foley_core.errors import DecodeError
from foley_core.media.container import demuxed

VideoPackets: TypeAlias = Iterator["Packet[VideoStream]"]

# Keyframes are usually 1 to 10 s apart. If no such place will do, reading begins at the start.
_SEEK_BACK_S = (0, 2, 10, 60)


def ticks_of(packet: "Packet[VideoStream]", otherwise: int) -> int:
    """Return the presentation time, or the decoding time if the container has no other (AVI).

    Args:
        otherwise: the result if the packet has neither.
    """
    if packet.pts is not None:
        return packet.pts
    return packet.dts if packet.dts is not None else otherwise


def shown_at(video_frame: VideoFrame, container: InputContainer, otherwise: int) -> int:
    """Return the presentation time of a decoded video frame.

    AVI stores none, and the times that FFmpeg makes up are out of order where pictures are
    reordered. Its pictures follow each other evenly, so the decoding time is taken there.

    Args:
        otherwise: the result if the video frame has no time.
    """
    at = video_frame.dts if container.format.name == "avi" else video_frame.pts
    if at is None and container.format.name != "avi":
        at = video_frame.dts
    return at if at is not None else otherwise


def from_keyframes_before(
    container: InputContainer,
    stream: VideoStream,
    name: str,
    moment: int,
    begin: int,
    clock: Fraction,
) -> Iterator[tuple[int, VideoPackets]]:
    """Yield places to start decoding for the picture shown at `moment`, each further back.

    A place is the time of a keyframe, at most `moment`, and the packets from that keyframe on. The
    packets end to be valid when the next place is asked for, since all share the container's
    position.

    Args:
        begin: time of the first shown picture; no place is looked for before it.
        clock: seconds per tick.

    Raises:
        DecodeError: the bytes of the file end before `moment`.
    """
    for back_s in _SEEK_BACK_S:
        target = moment - floor(back_s / clock)
        if target <= begin:
            return
        try:
            container.seek(target, stream=stream)
        except av.PermissionError:
            # AVI refuses a place before its first stored picture.
            return
        packets = demuxed(container, stream)
        empty = True
        for packet in packets:
            empty = empty and not packet.size
            if packet.is_keyframe and packet.size:
                at = ticks_of(packet, moment + 1)
                if at <= moment:
                    yield at, _chain(packet, packets)
                break
        # A transport stream has no index, so such a search may end anywhere.
        if empty and container.format.name != "mpegts":
            raise DecodeError(
                f"{name}: truncated: there is nothing at {float(target * clock):.2f} s; "
                "upload it again"
            )


def from_beginning(container: InputContainer, stream: VideoStream) -> VideoPackets:
    """Return all packets of the stream, from the first one on."""
    if container.format.name == "mpegts":
        # By place, not by time: around a clock that wraps, times lead to other places.
        container.seek(0, unsupported_byte_offset=True)
    else:
        begin = min(0, stream.start_time or 0)
        try:
            container.seek(begin, stream=stream)
        except av.PermissionError:
            # Nothing is stored before the first keyframe, which is later; so from there on.
            container.seek(begin, backward=False, stream=stream)
    return demuxed(container, stream)


def with_decoding_times(packets: VideoPackets) -> VideoPackets:
    """Yield the same packets, each with a decoding time; Matroska stores the first few without.

    Their times are counted back from the first packet that has one, in steps of its duration.
    """
    waiting: list[Packet[VideoStream]] = []
    for packet in packets:
        if packet.dts is None and packet.size:
            waiting.append(packet)
            continue
        if packet.dts is not None:
            for back, earlier in enumerate(reversed(waiting), start=1):
                earlier.dts = packet.dts - back * max(1, packet.duration or 1)
        yield from waiting
        waiting.clear()
        yield packet
    yield from waiting


def _chain(first: "Packet[VideoStream]", rest: VideoPackets) -> VideoPackets:
    yield first
    yield from rest

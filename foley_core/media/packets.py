"""Packets of a video stream from a keyframe at or before a moment; their times.

Where a seek lands is a container's own affair: at the keyframe before (mp4, Matroska), somewhere
before (MPEG-TS, AVI), or too late. So the landing is checked, and the seek repeated further back.
Times are in ticks of the stream's time base, as stored in the container.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import floor
from typing import TypeAlias

from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from foley_core.errors import DecodeError

VideoPackets: TypeAlias = Iterator["Packet[VideoStream]"]

_SEEK_BACK_S = (0, 2, 10, 60)


def ticks_of(packet: "Packet[VideoStream]", otherwise: int) -> int:
    """Presentation time, or decoding time where the container has no other (AVI)."""
    if packet.pts is not None:
        return packet.pts
    return packet.dts if packet.dts is not None else otherwise


def shown_at(frame: VideoFrame, container: InputContainer, otherwise: int) -> int:
    """Presentation time of a decoded frame.

    AVI stores none; what FFmpeg makes up is out of order where pictures are reordered. Its frames
    follow each other evenly, so there the decoding time of what was read last is taken.
    """
    at = frame.dts if container.format.name == "avi" else frame.pts
    if at is None and container.format.name != "avi":
        at = frame.dts
    return at if at is not None else otherwise


def from_keyframes_before(
    container: InputContainer,
    stream: VideoStream,
    name: str,
    moment: int,
    begin: int,
    clock: Fraction,
) -> Iterator[tuple[int, VideoPackets]]:
    """Places to start reading from for what is shown at `moment`, ever further back.

    Each is a keyframe's time, at most `moment`, and the packets from that keyframe on. It is void
    once the next one is asked for, because they share the container's position.

    Args:
        begin: time of the first shown picture; no place is looked for before it.
        clock: seconds a tick.

    Raises:
        DecodeError: the bytes of the file end before `moment`.
    """
    for back_s in _SEEK_BACK_S:
        target = moment - floor(back_s / clock)
        if target <= begin:
            return
        container.seek(target, stream=stream)
        packets = container.demux(stream)
        empty = True
        for packet in packets:
            empty = empty and not packet.size
            if packet.is_keyframe and packet.size:
                at = ticks_of(packet, moment + 1)
                if at <= moment:
                    yield at, _chain(packet, packets)
                break
        if empty:
            raise DecodeError(
                f"{name}: truncated: there is nothing at {float(target * clock):.2f} s; "
                "upload it again"
            )


def from_beginning(container: InputContainer, stream: VideoStream) -> VideoPackets:
    """All packets of the stream."""
    container.seek(min(0, container.start_time or 0))
    return container.demux(stream)


def with_decoding_times(packets: VideoPackets) -> VideoPackets:
    """The same packets; the first few, which Matroska leaves without, get a decoding time."""
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

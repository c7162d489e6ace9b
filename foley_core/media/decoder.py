"""Decoded frames of a range of time, in order, with damage counted.

A range gives the same frames as the same range of a longer one: decoding begins at a keyframe at or
before the range, and pictures ahead of that keyframe are thrown away. Timestamps are in ticks of
the stream's time base.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import floor

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from foley_core.errors import DecodeError
from foley_core.media.container import stream_time_base
from foley_core.media.packets import (
    VideoPackets,
    from_beginning,
    from_keyframes_before,
    shown_at,
    ticks_of,
)
from foley_core.media.probe import TRUNCATION_TOLERANCE_S, VideoInfo

DAMAGED_SHARE = Fraction(1, 100)
"""The largest share of damaged pictures of a range that is still accepted."""
EARLY_S = Fraction(1, 2000)
"""How much after a moment a picture may appear and still be the one shown at it: some containers
round times to milliseconds."""


class PictureDecoder:
    """Frames of one stream in order of time, counting damage; `name` stands for it in messages."""

    def __init__(
        self, container: InputContainer, stream: VideoStream, info: VideoInfo, name: str
    ) -> None:
        self.container = container
        self.stream = stream
        self.info = info
        self.name = name
        self.clock = stream_time_base(stream, name)
        self.seen = 0
        self.damaged = 0

    def frames(self, first: int, last: int) -> Iterator[tuple[int, VideoFrame]]:
        """(timestamp, frame) from the one shown at `first` up to the first one after `last`.

        Raises:
            DecodeError: more than 1 % of the range's pictures are damaged, or the pictures end more
                than half a second before `info.duration_s`.
        """
        newest, ends = -(1 << 62), floor(self.info.start_s / self.clock)
        picture = max(1, floor(1 / (self.info.frame_rate * self.clock)))
        for frame in self._decoded(first):
            at = self._at(frame, ends)
            if at <= newest:
                continue
            newest, ends = at, at + (frame.duration or picture)
            if ends > first:
                self._count(frame.is_corrupt)
            yield at, frame
            if at > last:
                break
        else:
            self._refuse_early_end(ends)
        self._refuse_damage()

    def _decoded(self, first: int) -> Iterator[VideoFrame]:
        """Frames from one shown at or before `first`, or else from the first of the file.

        Frames ahead of the keyframe in time, which refer to pictures not decoded, are left out.
        """
        begin = floor(self.info.start_s / self.clock)
        for keyframe_at, packets in from_keyframes_before(
            self.container, self.stream, self.name, first, begin, self.clock
        ):
            self.seen = self.damaged = 0
            decoded = self._decode(packets, first)
            frames = (frame for frame in decoded if self._at(frame, keyframe_at) >= keyframe_at)
            frame = next(frames, None)
            if frame is not None and self._at(frame, first + 1) <= first:
                yield frame
                yield from frames
                return
        self.seen = self.damaged = 0
        yield from self._decode(from_beginning(self.container, self.stream), first)

    def _at(self, frame: VideoFrame, otherwise: int) -> int:
        return shown_at(frame, self.container, otherwise)

    def _decode(self, packets: VideoPackets, first: int) -> Iterator[VideoFrame]:
        """Frames of the packets; what cannot be read or decoded is counted, not raised."""
        while True:
            packet = None
            try:
                packet = next(packets, None)
                frames = packet.decode() if packet is not None else []
            except av.EOFError:
                return
            except av.FFmpegError:
                if packet is None:
                    self._count(True)
                    return
                if ticks_of(packet, first) >= first:
                    self._count(True)
                continue
            if packet is None:
                return
            yield from frames

    def _count(self, damaged: bool) -> None:
        self.seen += 1
        self.damaged += damaged

    def _refuse_damage(self) -> None:
        if self.damaged > self.seen * DAMAGED_SHARE:
            raise DecodeError(
                f"{self.name}: damaged: {self.damaged} of {self.seen} pictures cannot be decoded "
                "properly; replace it with a whole copy"
            )

    def _refuse_early_end(self, ends: int) -> None:
        found_s = ends * self.clock - self.info.start_s
        if self.info.duration_s - found_s > TRUNCATION_TOLERANCE_S:
            raise DecodeError(
                f"{self.name}: truncated: the pictures end at {max(float(found_s), 0.0):.2f} s of "
                f"{float(self.info.duration_s):.2f} s; upload it again"
            )

"""Decoded video frames of a range of time, in order, with damage counted.

A range gives the same video frames as the same part of a longer range: decoding begins at a
keyframe at or before the range, and pictures that come before that keyframe are left out.
Timestamps are in ticks of the stream's time base.
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
from foley_core.media.one_clock import on_one_clock
from foley_core.media.packets import (
    VideoPackets,
    from_beginning,
    from_keyframes_before,
    shown_at,
    ticks_of,
)
from foley_core.media.picture_span import TRUNCATION_TOLERANCE_S
from foley_core.media.probe import VideoInfo
from foley_core.media.work_budget import WorkBudget

DAMAGED_SHARE = Fraction(1, 100)
"""The largest share of damaged pictures of a range that is still accepted."""
EARLY_S = Fraction(1, 2000)
"""The time by which a picture may be late and still count as shown at a moment: some containers
round times to milliseconds, so half of one."""


class PictureDecoder:
    """Video frames of one stream in order of time, with a count of damaged ones.

    `name` stands for the video in messages.
    """

    def __init__(
        self, container: InputContainer, stream: VideoStream, info: VideoInfo, name: str
    ) -> None:
        self.container = container
        self.stream = stream
        self.info = info
        self.name = name
        self.clock = stream_time_base(stream, name)
        self.begin = floor(info.start_s / self.clock)
        # A picture that is shown before its own time, since none was stored before it.
        self.held = None if info.first_s is None else floor(info.first_s / self.clock)
        self.seen = 0
        self.damaged = 0
        # Pictures at one time, or a little out of order, are no clock that goes back.
        self.late_ticks = floor(TRUNCATION_TOLERANCE_S / self.clock)
        self.late = 0
        self.last = self.begin
        self.work = WorkBudget(name, Fraction(0))

    def video_frames(self, first: int, last: int) -> Iterator[tuple[int, VideoFrame]]:
        """Yield (timestamp, video frame) from the one shown at `first` to the first after `last`.

        The one after `last` is there to show how long the one before it stays.

        Raises:
            DecodeError: more than 1 % of the range's pictures are damaged, or the pictures end more
                than half a second before `info.duration_s`, or there are more than any machine
                should decode.
        """
        self.last = last
        newest, ends = -(1 << 62), self.begin
        usual_ticks = max(1, floor(1 / (self.info.frame_rate * self.clock)))
        for video_frame in self._decoded(first):
            at = self._at(video_frame, ends)
            # Damaged streams repeat times or go back in time.
            if at <= newest:
                self.late += at < newest - self.late_ticks
                continue
            newest, ends = at, at + (video_frame.duration or usual_ticks)
            # Damage ahead of the range is no fault of the range.
            if ends > first:
                self._count(video_frame.is_corrupt)
            yield at, video_frame
            if at > last:
                break
        else:
            self._refuse_early_end(ends)
        self._refuse_damage()
        self._refuse_late()

    def _decoded(self, first: int) -> Iterator[VideoFrame]:
        """Yield video frames from one shown at or before `first`, or from the first of the file.

        Those that come before the keyframe in time are left out: they refer to pictures that were
        not decoded.
        """
        if self.info.restarts:
            self._start(self.begin)
            packets = on_one_clock(from_beginning(self.container, self.stream), self.clock)
            yield from self._decode(packets, first)
            return
        for keyframe_at, packets in from_keyframes_before(
            self.container, self.stream, self.name, first, self.begin, self.clock
        ):
            self._start(keyframe_at)
            decoded = self._decode(packets, first)
            video_frames = (
                video_frame
                for video_frame in decoded
                if self._at(video_frame, keyframe_at) >= keyframe_at
            )
            video_frame = next(video_frames, None)
            if video_frame is not None and self._at(video_frame, first + 1) <= first:
                yield video_frame
                yield from video_frames
                return
        self._start(self.begin)
        yield from self._decode(from_beginning(self.container, self.stream), first)

    def _start(self, at: int) -> None:
        """Begin a pass at a timestamp."""
        self.seen = self.damaged = 0
        self.work = WorkBudget(self.name, (self.last - at) * self.clock)

    def _at(self, video_frame: VideoFrame, otherwise: int) -> int:
        at = shown_at(video_frame, self.container, otherwise)
        return self.begin if at == self.held else at

    def _decode(self, packets: VideoPackets, first: int) -> Iterator[VideoFrame]:
        """Yield the video frames of the packets; damage is counted, not raised."""
        while True:
            packet = None
            try:
                packet = next(packets, None)
                if packet is not None and packet.size:
                    pixels = self.stream.codec_context
                    self.work.spend(pixels.width, pixels.height)
                video_frames = packet.decode() if packet is not None else []
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
            yield from video_frames

    def _count(self, damaged: bool) -> None:
        self.seen += 1
        self.damaged += damaged

    def _refuse_damage(self) -> None:
        if self.damaged > self.seen * DAMAGED_SHARE:
            raise DecodeError(
                f"{self.name}: damaged: {self.damaged} of {self.seen} pictures cannot be decoded "
                "properly; replace it with a whole copy"
            )

    def _refuse_late(self) -> None:
        if self.late > 1 + self.seen * DAMAGED_SHARE:
            raise DecodeError(
                f"{self.name}: its clock goes back: {self.late} pictures beside {self.seen} come "
                "too late to be shown; write it anew with one clock: ffmpeg -i IN -c copy OUT.mkv"
            )

    def _refuse_early_end(self, ends: int) -> None:
        if self.info.ends_held:
            return
        found_s = ends * self.clock - self.info.start_s
        if self.info.duration_s - found_s > TRUNCATION_TOLERANCE_S:
            raise DecodeError(
                f"{self.name}: truncated: the pictures end at {max(float(found_s), 0.0):.2f} s of "
                f"{float(self.info.duration_s):.2f} s; upload it again"
            )

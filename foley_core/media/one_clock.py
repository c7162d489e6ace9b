"""Clocks of transport streams that restart, jump or wrap, brought onto one.

Recordings that were joined byte by byte start their clock anew, and a bit that flipped on the air
makes it jump by hours. As other tools do, a picture that would come a moment too early or ten
seconds too late is put right after the one before it. A clock that wraps after 26.5 hours goes on
in FFmpeg by itself.
"""

from collections.abc import Iterator
from fractions import Fraction

from av.audio.stream import AudioStream
from av.packet import Packet
from av.video.stream import VideoStream

READ_WHOLE_BYTES = 32 << 20
"""Transport streams up to this size are read through; of larger ones some places are looked at, see
`clock_places`."""

_EARLY_S = Fraction(1, 10)
# Without decoding times, pictures come in another order than they are shown.
_REORDERED_S = 2
_LATE_S = 10


class OneClock:
    """Times of a stream's packets, in the order of the file, without restarts and jumps.

    `restarts` counts them.
    """

    def __init__(self, clock: Fraction) -> None:
        """Begin before the first packet; `clock`: seconds per tick."""
        self.restarts = 0
        self._shift = 0
        self._next: int | None = None
        self._ordered = False
        self._early = round(_EARLY_S / clock)
        self._reordered = round(_REORDERED_S / clock)
        self._late = round(_LATE_S / clock)

    def put(self, packet: "Packet[VideoStream] | Packet[AudioStream]") -> None:
        """Change the times of the next packet."""
        pts, dts = packet.pts, packet.dts
        # FFmpeg makes decoding times up; from a damaged time it makes another damaged one.
        ordered = dts is not None and (pts is None or abs(pts - dts) <= self._late)
        at = dts if ordered else pts
        if at is None:
            return
        if self._next is not None:
            gap = at + self._shift - self._next
            early = self._early if ordered and self._ordered else self._reordered
            if gap < -early or gap > self._late:
                self._shift -= gap
                self.restarts += 1
        self._next, self._ordered = at + self._shift + (packet.duration or 0), ordered
        packet.pts = None if pts is None else pts + self._shift
        packet.dts = at + self._shift if ordered else None


def on_one_clock(
    packets: "Iterator[Packet[VideoStream]]", clock: Fraction
) -> "Iterator[Packet[VideoStream]]":
    """Yield the same packets, from the first of the file on, with times on one clock."""
    one_clock = OneClock(clock)
    for packet in packets:
        one_clock.put(packet)
        yield packet

"""Other tracks of a video, copied beside its picture: its own sound and subtitles, as they are.

A container may have no name for the codec of a track, and then that track is left out and told. The
timecode track is none of these: it is written anew, from the label of the first picture.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition, Stream

from foley_core.media.container import demuxed

_KEPT_TAGS = ("language", "title", "handler_name")


@dataclass(frozen=True, slots=True)
class OtherTracks:
    """The other tracks of a source, as streams of a target.

    Attributes:
        left_out: those that the target does not get, in words.
        source: opened for these alone; None where there are none.
        begin_s, end_s: the span, in seconds of the source's own clock.
        copies: streams of the target by index in the source.
        hides: whether the target can hide what lies before the span; Matroska moves all to its
            beginning instead, the picture too.
    """

    left_out: tuple[str, ...] = ()
    source: InputContainer | None = None
    begin_s: Fraction = Fraction(0)
    end_s: Fraction = Fraction(0)
    copies: Mapping[int, Stream] = field(default_factory=dict)
    hides: bool = True

    @classmethod
    def of(
        cls, source: InputContainer, target: OutputContainer, begin_s: Fraction, end_s: Fraction
    ) -> "OtherTracks":
        """Give a target a stream for each; before any packet is written to it."""
        copies: dict[int, Stream] = {}
        left_out: list[str] = []
        known = target.supported_codecs
        for stream in source.streams:
            if stream.type == "video" or "timecode" in stream.metadata:
                continue
            codec = stream.codec_context.name if stream.codec_context else "unknown codec"
            if stream.type in ("audio", "subtitle") and codec in known:
                copies[stream.index] = _copy(stream, target)
            else:
                left_out.append(f"track {stream.index} ({stream.type}, {codec})")
        hides = target.format.name != "matroska"
        return cls(tuple(left_out), source, begin_s, end_s, copies, hides)

    def packets(self) -> "Iterator[Packet[Any]]":
        """Yield the packets of the span in the order of the source, with times from its start."""
        if self.source is None or not self.copies:
            return
        for packet in demuxed(self.source, *(self.source.streams[one] for one in self.copies)):
            if packet.pts is None or not packet.size:
                continue
            if not self._is_in_span(packet):
                continue
            earlier = round(self.begin_s / packet.time_base)
            packet.pts -= earlier
            packet.dts = packet.pts if packet.dts is None else packet.dts - earlier
            packet.stream = self.copies[packet.stream_index]
            yield packet

    def _is_in_span(self, packet: "Packet[Any]") -> bool:
        assert packet.pts is not None
        begins_s = packet.pts * packet.time_base
        if not self.hides and begins_s < self.begin_s:
            return False
        # What ends as the span begins is kept: the first sound of a codec such as AAC needs it.
        ends_s = begins_s + (packet.duration or 0) * packet.time_base
        return ends_s >= self.begin_s and begins_s < self.end_s


NO_OTHER_TRACKS = OtherTracks()
CLOCK_RESTARTS = OtherTracks(("other tracks, whose clock starts anew on the way,",))


def _copy(stream: Stream, target: OutputContainer) -> Stream:
    copy = target.add_stream_from_template(stream, opaque=True)
    tags = {name: stream.metadata[name] for name in _KEPT_TAGS if name in stream.metadata}
    copy.metadata.update(tags)
    # The generated track is what is heard first.
    copy.disposition = stream.disposition & ~Disposition.default
    return copy

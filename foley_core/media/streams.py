"""Choice among several streams of one file: which pictures are the film, and what is its sound.

Files of cameras, phones and editing programs hold more than the film: a preview of one picture, a
second camera, sound in other languages, one track for each microphone.
"""

from collections import Counter
from fractions import Fraction
from itertools import islice

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from foley_core.media.container import demuxed, picture_streams
from foley_core.media.tags import tagged_duration_s

# First packets of all picture streams that are counted to find the ones that move.
_COUNTED_PACKETS = 500
# Sound that is not the film's own, or not for everyone.
_BESIDE = (
    Disposition.dub
    | Disposition.comment
    | Disposition.karaoke
    | Disposition.hearing_impaired
    | Disposition.visual_impaired
    | Disposition.descriptions
)
_NO_LANGUAGE = (None, "", "und", "mis", "zxx", "mul")


def main_stream(container: InputContainer) -> int:
    """Return the index of the stream that is the film; reads packets, so open the file anew after.

    Streams of one picture are previews. Of the others the one with the default flag is taken, then
    the largest, then the longest, then the first.

    Args:
        container: holds at least one stream of pictures.
    """
    streams = picture_streams(container)
    counts: Counter[int] = Counter()
    try:
        for packet in islice(demuxed(container, *streams), _COUNTED_PACKETS):
            counts[packet.stream_index] += bool(packet.size)
    except av.FFmpegError:
        # Damage is found, and told, when the pictures are decoded.
        pass

    def rank(stream: VideoStream) -> tuple[bool, bool, int, Fraction]:
        return (
            counts[stream.index] > 1,
            bool(stream.disposition & Disposition.default),
            stream.width * stream.height,
            _stated_s(stream),
        )

    return max(streams, key=rank).index


def original_streams(container: InputContainer) -> list[int]:
    """Return the indices of the streams that make up the original sound; they are to be mixed.

    The main one has the default flag, or else the most channels, then the longest sound. With it
    sound all others, since cameras record one track for each microphone, but for other languages,
    comments and descriptions.
    """
    streams = [one for one in container.streams.audio if one.codec_context is not None]
    own = [one for one in streams if not one.disposition & _BESIDE] or streams[:1]
    if not own:
        return []

    def rank(stream: AudioStream) -> tuple[bool, int, Fraction]:
        default = bool(stream.disposition & Disposition.default)
        return default, stream.codec_context.channels, _stated_s(stream)

    language = max(own, key=rank).language
    return [
        one.index
        for one in own
        if one.language == language or one.language in _NO_LANGUAGE or language in _NO_LANGUAGE
    ]


def _stated_s(stream: VideoStream | AudioStream) -> Fraction:
    """Return the seconds that the file states for a stream; 0 if it states none."""
    if stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    return tagged_duration_s(stream.metadata) or Fraction(0)

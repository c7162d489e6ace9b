"""Marks of pictures that are not looked at simply as they are stored, as they stand in keys.

Earlier versions looked at such pictures otherwise. Their features have the name of the same picture
without a mark, so they are neither taken for these, nor made again where nothing has changed.
"""

from fractions import Fraction
from typing import BinaryIO

from foley_core.media.black_bars import find_bars
from foley_core.media.probe import VideoInfo
from foley_core.media.upright import WHOLE
from foley_core.models.embedded.slow_videos import SLOW_RATE
from foley_core.types import PictureBox

_SLOW, _INSIDE = "slow", "inside"


def seen_part(
    file: BinaryIO, name: str, info: VideoInfo, start_s: Fraction, duration_s: Fraction
) -> str:
    """Return the marks of a span: mirrored, levelled, slow, odd clock, inside of black bars.

    Args:
        file: bytes that `info` was probed from; `name` stands for them in messages.
        start_s, duration_s: the span, in seconds.

    Raises:
        DecodeError: the file cannot be read.
    """
    marks = [
        mark
        for mark, there in (
            ("mirrored", info.mirrored),
            ("levelled", info.levelled),
            (_SLOW, info.frame_rate < SLOW_RATE),
            ("odd clock", info.start_s < 0 or info.restarts or info.first_s is not None),
        )
        if there
    ]
    inside = find_bars(file, name, info, start_s, duration_s)
    if inside != WHOLE:
        marks.append(" ".join([_INSIDE, *(f"{edge:.5f}" for edge in inside)]))
    return ", ".join(marks)


def is_slow(marks: str) -> bool:
    """Return True if the video shows few pictures a second, see `slow_videos`."""
    return _SLOW in marks.split(", ")


def part_inside(marks: str) -> PictureBox:
    """Return the part of the picture that marks of `seen_part` name; all of it without one."""
    for mark in marks.split(", "):
        kind, *edges = mark.split(" ")
        if kind == _INSIDE:
            left, top, right, bottom = (float(edge) for edge in edges)
            return left, top, right, bottom
    return WHOLE

"""Pictures as players show them: turned, mirrored, and without black bars, at the size asked for.

Decoders neither turn nor mirror; a phone's video states its display matrix beside the pictures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import atan2, degrees, hypot
from typing import cast

import numpy as np
from av.buffer import Buffer
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from foley_core.types import U8, PictureBox

WHOLE: PictureBox = (0.0, 0.0, 1.0, 1.0)
_MATRIX_NUMBERS = 9
# A hundredth of a degree, in quarter turns.
_ROUNDED = 1e-4


@dataclass(frozen=True, slots=True)
class Display:
    """The way from a stored picture to the one that is seen.

    Attributes:
        quarter_turns: counter-clockwise, 0 to 3.
        mirrored: True if left and right are exchanged after the turn.
        inside: the part of the upright picture that is looked at: all but black bars.
    """

    quarter_turns: int = 0
    mirrored: bool = False
    inside: PictureBox = WHOLE


def display_of(video_frame: VideoFrame) -> tuple[int, bool, bool]:
    """Return quarter turns and mirroring of a video frame's display matrix, and if it was rounded.

    Turns are rounded to the nearest quarter: a levelled picture is upright. A matrix that shows
    nothing counts as none.
    """
    # The type that PyAV states for it is wrong.
    side_data = cast(Mapping[Type, Buffer], video_frame.side_data)
    if Type.DISPLAYMATRIX not in side_data:
        return 0, False, False
    matrix = np.frombuffer(bytes(side_data[Type.DISPLAYMATRIX]), np.int32)
    if len(matrix) != _MATRIX_NUMBERS:
        return 0, False, False
    # x' = a x + c y, y' = b x + d y, with y downwards.
    a, b, _, c, d = (float(value) for value in matrix[:5])
    across, down = hypot(a, c), hypot(b, d)
    if not across or not down or a * d == b * c:
        return 0, False, False
    mirrored = a * d - b * c < 0
    if mirrored:
        a = -a
    turns = -degrees(atan2(b / down, a / across)) / 90
    return round(turns) % 4, mirrored, abs(turns - round(turns)) > _ROUNDED


class Upright:
    """Scales video frames, and turns, mirrors and cuts them as they are seen."""

    def __init__(self, display: Display, interpolation: Interpolation | None = Interpolation.AREA):
        """Take the display of a video; `interpolation` None for the scaler's default."""
        self._display = display
        self._interpolation = interpolation
        self._reformatter = VideoReformatter()

    def size(self, video_frame: VideoFrame) -> tuple[int, int]:
        """Return width and height of what is seen of a video frame at full size, pixels."""
        left, top, right, bottom = self._display.inside
        width, height = self._turned(video_frame.width, video_frame.height)
        return max(1, round((right - left) * width)), max(1, round((bottom - top) * height))

    def __call__(self, video_frame: VideoFrame, width_px: int, height_px: int, pixels: str) -> U8:
        """Return what is seen, U8 (height, width) for "gray" or (height, width, 3) for "rgb24"."""
        left, top, right, bottom = self._display.inside
        # The whole picture is scaled so that what is inside gets the size; then the rest is cut.
        scaled = max(1, round(width_px / (right - left))), max(1, round(height_px / (bottom - top)))
        stored = self._stored(video_frame, *self._turned(*scaled), pixels)
        upright = np.rot90(stored, self._display.quarter_turns)
        if self._display.mirrored:
            upright = upright[:, ::-1]
        if self._display.inside != WHOLE:
            first_column = min(round(left * scaled[0]), scaled[0] - width_px)
            first_row = min(round(top * scaled[1]), scaled[1] - height_px)
            upright = upright[
                first_row : first_row + height_px, first_column : first_column + width_px
            ]
        return np.ascontiguousarray(upright, np.uint8)

    def _turned(self, width: int, height: int) -> tuple[int, int]:
        return (height, width) if self._display.quarter_turns % 2 else (width, height)

    def _stored(self, video_frame: VideoFrame, width: int, height: int, pixels: str) -> U8:
        scaled = self._reformatter.reformat(
            video_frame, width, height, pixels, interpolation=self._interpolation, threads=1
        )
        return scaled.to_ndarray().astype(np.uint8, copy=False)

"""The decoding work that a range of pictures may cost: as much as 8K at 60 pictures a second.

A few kilobytes can hold thousands of the largest pictures, all stamped into one moment.
"""

from fractions import Fraction

from foley_core.errors import DecodeError
from foley_core.media.container import MAX_PIXELS

PIXELS_PER_S = 60 * MAX_PIXELS
"""1080p at a thousand pictures a second is still less."""
PICTURES_MORE = 16
"""Pictures that a codec may want beside those of a range: of other ranges, out of order."""
PIXELS_MORE = 200_000_000


class WorkBudget:
    """The work of one pass over a range.

    Args:
        name: stands for the video in messages.
        span_s: seconds of picture in the range, from the keyframe that decoding begins at.
    """

    def __init__(self, name: str, span_s: Fraction) -> None:
        self.name = name
        self.span_s = max(Fraction(0), span_s)
        self.pictures = 0
        self.pixels = 0

    def spend(self, width_px: int, height_px: int) -> None:
        """Count one more picture, before it is decoded.

        Raises:
            DecodeError: it is one too many.
        """
        self.pictures += 1
        self.pixels += width_px * height_px
        more = max(PIXELS_MORE, PICTURES_MORE * width_px * height_px)
        if self.pixels > more + self.span_s * PIXELS_PER_S:
            raise DecodeError(
                f"{self.name}: {self.pictures} pictures of {width_px} × {height_px} in "
                f"{float(self.span_s):.2f} s are more work than any camera's video; its clock is "
                "damaged, or it was made to keep a machine busy"
            )

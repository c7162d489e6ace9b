"""The request of one manifest row."""

from dataclasses import dataclass
from fractions import Fraction

from foley_core.ids import seed_of
from foley_core.styles.wishes import NO_WISHES, Wishes

SCHEMES = ("file", "s3")
LONGEST_S = 24 * 3600
"""Seconds of picture that one row may have, unless its job says otherwise."""


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """One video to be soundtracked, as its manifest row asks for it.

    `start_s`, `end_s` cut the picture, in seconds from its first shown frame.
    """

    video_id: str
    uri: str
    wishes: Wishes = NO_WISHES
    start_s: Fraction | None = None
    end_s: Fraction | None = None

    @property
    def noise_seed(self) -> int:
        """The seed that every seed of this video is derived from."""
        seed = self.wishes.seed
        return seed_of("video", self.video_id) if seed is None else seed

"""Shapes of batches: how long clips are padded, and how many are generated at once.

A clip gets the same bits whatever is beside it only if it always meets the same kernels, so on CUDA
the shape of its batch follows from its own length: it is padded to one of a few lengths, with as
many rows as about `MOST_AT_ONCE_S` hold; rows that are missing are filled with copies. Few lengths
waste padding, many waste rows. With these, 48 clips of 5 to 15 s that are gathered keep 0.79 of the
work for themselves, and clips of a minute's video all of it. A generator that makes one video at a
time takes each clip alone instead, padded to whole seconds. On a CPU nothing is gained by batches:
clips are generated one by one, at their own length.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from foley_core.models.hunyuan.network_config import MOST_CLIP_S
from foley_core.timebase import MOTION_RATE

MOST_AT_ONCE_S = 45
"""Three of the longest clips. With guidance they make twice as many rows of 900 tokens, which fill
a card."""
LENGTHS_S = (1, 3, 5, 7, 9, 11, 13, int(MOST_CLIP_S))


@dataclass(frozen=True, slots=True)
class BatchShapes:
    """The rule by which one generator makes batches.

    Attributes:
        at_once_s: seconds of padded clips in a batch; 0 where clips go one by one, unpadded.
        alone: every clip is a batch of its own.
    """

    at_once_s: int
    alone: bool = False

    @property
    def pads(self) -> bool:
        """True where clips are padded and rows are filled up."""
        return self.at_once_s > 0

    def padded_s(self, steps: int) -> int:
        """Return the seconds to which a clip of so many motion steps is padded."""
        whole = min(-(-steps // MOTION_RATE), LENGTHS_S[-1])
        return whole if self.alone else next(length for length in LENGTHS_S if length >= whole)

    def rows(self, padded_s: int) -> int:
        """Return the rows of a batch of clips that are padded to so many seconds."""
        return 1 if self.alone or not self.pads else max(1, self.at_once_s // padded_s)

    def batches(self, clips: Sequence[tuple[int, float]]) -> list[list[int]]:
        """Return the indices of clips in batches, the longest clips first.

        Args:
            clips: motion steps and guidance of each. A batch has one guidance.
        """
        alike: dict[tuple[int, float], list[int]] = {}
        for index, (steps, guidance) in enumerate(clips):
            alike.setdefault((self.padded_s(steps), guidance), []).append(index)
        return [
            indices[first : first + self.rows(padded_s)]
            for (padded_s, _), indices in sorted(alike.items(), key=lambda each: -each[0][0])
            for first in range(0, len(indices), self.rows(padded_s))
        ]

"""Contact numbers of every decoded picture, at its own time.

Pictures are taken as they were decoded, not at motion steps: of 30 pictures a second the steps
leave out every sixth, and a hit may lie there. Repeated pictures are skipped.

What moves most changeably is taken for the actor: a mean velocity over the picture, in which each
cell counts by how much its speed varied within `AXIS_S`, and by its speed now.

The numbers of a picture depend on those up to `LEAD_S` before and `TAIL_S` after it and on nothing
else, so they are the same wherever a video is divided.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from foley_core.types import F32, F64, U8
from foley_core.vision.contact_numbers import (
    CELLS_SIDE,
    PICTURE_NUMBERS,
    PairMotion,
    contact_numbers,
    pair_motion,
)
from foley_core.vision.picture_pairs import PicturePairs, same_picture

NUMBERS = PICTURE_NUMBERS + 3
"""Numbers of a picture: `PICTURE_NUMBERS`, the actor's velocity right and down, and its speed."""
AXIS_S = 1.0
"""Time before and after a picture over which the variance of a cell's speed is taken."""
HOLD_S = 0.2
"""Longest wait between two pictures that counts as motion, as in `motion`."""
LEAD_S = AXIS_S + 2 * HOLD_S
TAIL_S = AXIS_S + HOLD_S

# Pictures nearer in time count as so far apart: small errors of times would make enormous speeds.
_SHORTEST_INTERVAL_S = 1.0 / 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Contacts:
    """Contact numbers of some pictures of a video.

    Attributes:
        times: (P,) seconds from step 0 of the video at which each appeared, rising.
        numbers: (P, `NUMBERS`), see the module.
    """

    times: F64
    numbers: NDArray[np.float16]


NO_CONTACTS = Contacts(np.zeros(0), np.zeros((0, NUMBERS), np.float16))


@dataclass(slots=True)
class _Seen:
    """A distinct picture: the motion that led to it, and later what came of it."""

    time_s: float
    pair: PairMotion | None
    numbers: F32 = field(default_factory=lambda: np.zeros(PICTURE_NUMBERS, np.float32))
    cells: F32 = field(default_factory=lambda: np.zeros((CELLS_SIDE**2, 2), np.float32))
    speeds: F32 = field(default_factory=lambda: np.zeros(CELLS_SIDE**2, np.float32))


class ContactSeries:
    """Collects the contact numbers of pictures that are put in, in order of time."""

    def __init__(self, pairs: PicturePairs) -> None:
        """Begin with no picture.

        Args:
            pairs: gives the optical flow; shared with others that look at the same pictures.
        """
        self._pairs = pairs
        self._before: U8 | None = None
        self._before_s = self._since_s = 0.0
        self._newest: _Seen | None = None
        # Pictures whose surroundings are not known yet, and those that are their surroundings.
        self._near: deque[_Seen] = deque()
        self._waiting: deque[_Seen] = deque()
        self._times: list[float] = []
        self._numbers: list[F32] = []

    def put(self, gray: U8, time_s: float) -> None:
        """Take the next picture: gray U8 (128, 128), and when it appeared.

        A picture that was put already (the same time) changes nothing.
        """
        before = self._before
        if before is None:
            self._since_s = time_s
        elif time_s <= self._before_s:
            return
        elif not same_picture(before, gray):
            self._moved(before, gray, time_s)
            # How long the picture before this one had stayed is how far the two are apart.
            self._since_s = time_s
        self._before, self._before_s = gray, time_s

    def finish(self) -> Contacts:
        """Return the contacts of all distinct pictures that were put in, but of the first."""
        if self._newest is not None:
            self._settle(self._newest, None)
        self._release(np.inf)
        if not self._times:
            return NO_CONTACTS
        return Contacts(np.array(self._times), np.stack(self._numbers).astype(np.float16))

    def _moved(self, before: U8, gray: U8, time_s: float) -> None:
        """Take a picture that differs from the one before it."""
        wait_s = time_s - self._since_s
        interval_s = min(HOLD_S, max(_SHORTEST_INTERVAL_S, wait_s))
        pair = pair_motion(before, gray, self._pairs.motion(before, gray), interval_s)
        if self._newest is not None:
            # After a long wait the motion before it had ended long ago.
            self._settle(self._newest, pair if wait_s <= HOLD_S else None)
        self._newest = _Seen(time_s, pair)
        self._release(time_s - AXIS_S)

    def _settle(self, seen: _Seen, following: PairMotion | None) -> None:
        """Compute the numbers of a picture, now that it is known what follows it."""
        if seen.pair is not None:
            seen.numbers, cells = contact_numbers(seen.pair, following)
            seen.cells = cells.reshape(-1, 2)
            seen.speeds = np.sqrt(np.square(seen.cells).sum(axis=1))
            seen.pair = None
        self._near.append(seen)
        self._waiting.append(seen)

    def _release(self, until_s: float) -> None:
        """Report the pictures before a time; all of their surroundings are there."""
        while self._waiting and self._waiting[0].time_s < until_s:
            seen = self._waiting.popleft()
            while self._near[0].time_s < seen.time_s - AXIS_S:
                self._near.popleft()
            around = [o.speeds for o in self._near if o.time_s <= seen.time_s + AXIS_S]
            weight = np.stack(around).var(axis=0) * seen.speeds
            actor = weight @ seen.cells / (weight.sum() + 1e-6)
            self._times.append(seen.time_s)
            self._numbers.append(
                np.concatenate([seen.numbers, actor, [np.linalg.norm(actor)]]).astype(np.float32)
            )

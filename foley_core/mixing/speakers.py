"""Speakers: which channels of a mix a placed sound goes to, and how loud. Data only.

In stereo all goes left and right. In surround what happens stands between left, centre and right,
as dialogue does; beds and the answers of spaces are around the listener. They are mixed into a pair
of channels of their own, which `surround` spreads to the front and behind.
"""

from collections.abc import Callable
from dataclasses import dataclass

from foley_core.mixing.placement import Place, Placement


@dataclass(frozen=True, slots=True)
class Panned:
    """The channels of a mix that a sound goes to, and its gain in each by its place."""

    channels: slice
    gains: Callable[[Place], tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Speakers:
    """The channels of a mix.

    Attributes:
        channels: how many; the first two are left and right.
        around: the pair that spaces answer in.
        bed: what a bed goes to.
        mono: what another stem of one channel goes to.
        pair: what another stem of two channels goes to.
    """

    channels: int
    around: slice
    bed: Panned
    mono: Panned
    pair: Panned

    def of(self, placement: Placement, channels: int) -> Panned:
        """Return where a placement of so many channels goes."""
        if placement.is_bed:
            return self.bed
        return self.mono if channels == 1 else self.pair


def _pan_gains(place: Place) -> tuple[float, float]:
    return place.pan_gains


def _front_gains(place: Place) -> tuple[float, float, float]:
    return place.front_gains


_LEFT_AND_RIGHT = Panned(slice(0, 2), _pan_gains)
_AROUND = slice(3, 5)

STEREO = Speakers(2, slice(0, 2), _LEFT_AND_RIGHT, _LEFT_AND_RIGHT, _LEFT_AND_RIGHT)
"""Left, right."""
FRONT_AND_AROUND = Speakers(
    5, _AROUND, Panned(_AROUND, _pan_gains), Panned(slice(0, 3), _front_gains), _LEFT_AND_RIGHT
)
"""Left, right, centre, and the pair of what is around the listener, not yet spread."""

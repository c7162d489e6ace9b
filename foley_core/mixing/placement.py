"""Places in the picture and on the timeline: data only, without any signal processing.

Sounds are where they are told, and what moves goes along a path. Panning has constant power but for
half a decibel: so much a mono sum would lose at the edges of 60 % of the width, and so much it may
lose at most, at any width. Nothing is delayed. Distance follows from size: what fills little of the
picture is softer and duller, and more of it comes from the space around it. Levels move little,
since a track is mastered to one loudness.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, log2, log10, pi, sin, sqrt
from typing import TypeAlias, TypeVar

WIDTH = 0.6
"""Share of the stereo width that the edges of the picture reach, where nobody asks for another."""
MONO_LOSS_DB = 0.5
"""Most that a sound loses in a mono sum against one in the middle."""
GLIDE_SAMPLES = 480
"""Time, 10 ms, in which one place becomes another just before a hit there: no step is heard."""
USUAL_SIZE = 0.4
"""Share of the picture's height at which a thing sounds as it was recorded: a medium shot."""

# Each halving of the size is a doubling of the distance. A real one would cost 6 dB; 2 keep the far
# ones audible, as mixers do. The picture says nothing beyond three doublings, or one halving.
_LEVEL_DB = -2.0
_DOUBLINGS = (-1.0, 3.0)
# High shelf of a doubling: film mixers dull what is far, more than air does.
_AIR_DB = -1.5


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the picture.

    Attributes:
        pan: -1 at the left edge, 0 in the middle, +1 at the right edge; beyond them where more than
            the usual width is asked for.
        size: share of the picture's height that the thing fills, 0..1; None: unknown.
        spread: 0 for a point, up to 1 for what is as wide as the picture.
    """

    pan: float = 0.0
    size: float | None = None
    spread: float = 0.0

    @property
    def doublings(self) -> float:
        """Doublings of the usual distance; 0 where the size is unknown."""
        if self.size is None:
            return 0.0
        nearest, farthest = _DOUBLINGS
        return min(farthest, max(nearest, log2(USUAL_SIZE / max(self.size, 1e-3))))

    @property
    def level_db(self) -> float:
        """Level of the sound itself; that of the space around it stays."""
        return _LEVEL_DB * self.doublings

    @property
    def air_db(self) -> float:
        """High shelf, 0 or below: what is near is not brighter than it was recorded."""
        return _AIR_DB * max(0.0, self.doublings)

    @property
    def pan_gains(self) -> tuple[float, float]:
        """Gains left and right; both 1 in the middle. Their squares sum to 2, or to a little more:
        half of what a mono sum loses is given back, and all that it loses beyond the most."""
        if self.pan == 0.0:
            return 1.0, 1.0
        angle = (1.0 + min(1.0, max(-1.0, WIDTH * self.pan))) * pi / 4
        left, right = sqrt(2.0) * cos(angle), sqrt(2.0) * sin(angle)
        loss_db = -20.0 * log10((left + right) / 2)
        given_back = 10.0 ** (max(loss_db / 2, loss_db - MONO_LOSS_DB) / 20)
        return given_back * left, given_back * right

    @property
    def front_gains(self) -> tuple[float, float, float]:
        """Gains left, right and in the centre of a surround mix, of constant power: between the
        centre and one side, so that nothing comes from the other. Their squares sum to 2."""
        share = min(1.0, max(-1.0, WIDTH * self.pan))
        side, centre = sqrt(2.0) * sin(abs(share) * pi / 2), sqrt(2.0) * cos(share * pi / 2)
        return (side, 0.0, centre) if share < 0.0 else (0.0, side, centre)

    def widened(self, width: float) -> "Place":
        """Return the same place where the edges of the picture reach another share of the width."""
        share = width / WIDTH
        return replace(self, pan=self.pan * share, spread=min(1.0, self.spread * share))


Path: TypeAlias = tuple[tuple[int, Place], ...]
"""Places in order of time, each with its sample from the beginning of the sound; in between a sound
goes from one to the next."""


Levels: TypeAlias = tuple[tuple[int, float], ...]
"""Gains in decibels in order of time, with samples as those of a path."""

_Held = TypeVar("_Held", Place, float)


def path_of_hits(hits: Sequence[tuple[int, _Held]]) -> tuple[tuple[int, _Held], ...]:
    """Return the path of hits that each stay where they are; nothing where all are in one place.

    Args:
        hits: sample of each from the beginning of the sound, and its place, or its gain in
            decibels; in order of time.
    """
    path = list(hits[:1])
    for at, place in hits[1:]:
        before, former = path[-1]
        if place != former:
            path += [(max(before + 1, at - GLIDE_SAMPLES), former), (max(before + 2, at), place)]
    return tuple(path) if len(path) > 1 else ()


@dataclass(frozen=True, slots=True)
class Placement:
    """One stem on the timeline.

    Attributes:
        stem: key of the stem.
        start: sample of the timeline at which the stem begins; below 0 if it begins before the
            picture.
        samples: length that sounds; beyond the end of the stem it is silent.
        gain_db: level in the mix.
        filter_db: the part of `gain_db` that sound filters and corrections of people added.
        fade_in: length of the equal-power fade at the beginning, samples.
        fade_out: length of the equal-power fade that ends at `samples`.
        group: the delivered stem that this belongs to.
        place: where it sounds in the space of the scene; None for what is no thing in a place, such
            as a bed: it is neither placed nor answered.
        is_bed: whether it is a layer of a scene.
        path: where it goes; nothing for what stays in its place.
        levels: gains of its parts, on top of `gain_db`, which people added too; nothing for what is
            equally loud.

    Raises:
        ValueError: `samples` is not above 0, or a fade is below 0.
    """

    stem: str
    start: int
    samples: int
    gain_db: float
    fade_in: int
    fade_out: int
    group: str
    filter_db: float = 0.0
    place: Place | None = None
    is_bed: bool = False
    path: Path = ()
    levels: Levels = ()

    def __post_init__(self) -> None:
        if self.samples <= 0 or self.fade_in < 0 or self.fade_out < 0:
            raise ValueError(f"a placement needs samples > 0 and fades >= 0, got {self}")

    @property
    def end(self) -> int:
        """First sample of the timeline after the placement."""
        return self.start + self.samples

    @property
    def order(self) -> tuple[object, ...]:
        """Sort key of the fixed order in which placements are summed."""
        # Sums of floating-point numbers depend on their order. The order of the placements given
        # must not matter, so everything that shapes the sound takes part.
        key = (self.start, self.group, self.stem, self.samples)
        place = (0.0, -2.0) if self.place is None else _order(self.place)
        path = tuple((at, *_order(one)) for at, one in self.path)
        return (*key, self.gain_db, self.fade_in, self.fade_out, *place, path, self.levels)

    def widened(self, width: float) -> "Placement":
        """Return the same placement with its places at another width, see `Place.widened`."""
        if self.place is None:
            return self
        path = tuple((at, one.widened(width)) for at, one in self.path)
        return replace(self, place=self.place.widened(width), path=path)


def _order(place: Place) -> tuple[float, float, float]:
    return place.pan, place.size or -1.0, place.spread

"""Places in the picture and on the timeline: data only, without any signal processing.

Sounds stay where they are told: every hit of one thing has one place. Panning has constant power,
reaches 60 % of the width, and delays nothing, so that a mono sum keeps every sound. Distance
follows from size: what fills little of the picture is softer and duller, and more of it comes from
the space around it. Levels move little, since a track is mastered to one loudness.
"""

from dataclasses import dataclass
from math import cos, log2, pi, sin, sqrt

WIDTH = 0.6
"""Share of the stereo width that the edges of the picture reach."""
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
        pan: -1 at the left edge, 0 in the middle, +1 at the right edge.
        size: share of the picture's height that the thing fills, 0..1; None: unknown.
    """

    pan: float = 0.0
    size: float | None = None

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
        """Gains left and right; both 1 in the middle, and their squares always sum to 2."""
        if self.pan == 0.0:
            return 1.0, 1.0
        angle = (1.0 + WIDTH * min(1.0, max(-1.0, self.pan))) * pi / 4
        return sqrt(2.0) * cos(angle), sqrt(2.0) * sin(angle)


@dataclass(frozen=True, slots=True)
class Placement:
    """One stem on the timeline.

    Attributes:
        stem: key of the stem.
        start: sample of the timeline at which the stem begins; below 0 if it begins before the
            picture.
        samples: length that sounds; beyond the end of the stem it is silent.
        gain_db: level in the mix.
        filter_db: the part of `gain_db` that sound filters added.
        fade_in: length of the equal-power fade at the beginning, samples.
        fade_out: length of the equal-power fade that ends at `samples`.
        group: the delivered stem that this belongs to.
        place: where it sounds in the space of the scene; None for what is no thing in a place, such
            as a bed: it is neither placed nor answered.
        is_bed: whether it is a layer of a scene.

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

    def __post_init__(self) -> None:
        if self.samples <= 0 or self.fade_in < 0 or self.fade_out < 0:
            raise ValueError(f"a placement needs samples > 0 and fades >= 0, got {self}")

    @property
    def end(self) -> int:
        """First sample of the timeline after the placement."""
        return self.start + self.samples

    @property
    def order(self) -> tuple[int, str, str, int, float, int, int, float, float]:
        """Sort key of the fixed order in which placements are summed."""
        # Sums of floating-point numbers depend on their order. The order of the placements given
        # must not matter, so everything that shapes the sound takes part.
        key = (self.start, self.group, self.stem, self.samples)
        place = (0.0, -2.0) if self.place is None else (self.place.pan, self.place.size or -1.0)
        return (*key, self.gain_db, self.fade_in, self.fade_out, *place)

"""Figures of places: how near motion alone comes to where a sound is in the picture.

The worlds are drawn, so no recogniser boxes their things: this is the harder half. In each one
thing acts, since nobody could say which of two that move at once is heard; rain, leaves and the
camera move beside it. Places are asked for at the true onsets, of lasting sounds over their true
length; where these begin is compared.
"""

from dataclasses import dataclass

import numpy as np

from foley_core.models.embedded.motion_places import PlaceReader
from foley_core.models.embedded.whereabouts import placed_by_motion
from foley_core.training.examples import EXAMPLE_STEPS
from foley_core.training.place_examples import (
    columns_of,
    things_of,
    true_cue,
    worlds_of_one_thing,
)
from foley_core.types import F64, ShareProgress
from foley_core.world.scene import World

PLACES_SEED = 1_700_000
"""First seed of the worlds; none of the training, of another evaluation or of those that the
reader of places learned from or was chosen on is among them."""
SIDE = 0.1
"""A thing nearer to the middle than this is on neither side."""


@dataclass(frozen=True, slots=True)
class PlacedThing:
    """One thing of a world: true and found places of its sounds, -1..1 each."""

    true: F64
    found: F64

    @property
    def error(self) -> float:
        """Mean error as a share of the picture's width."""
        return float(np.abs(self.found - self.true).mean() / 2)

    @property
    def sides_right(self) -> float | None:
        """Share of its sounds on the right side; None where all are in the middle."""
        aside = np.abs(self.true) > SIDE
        if not aside.any():
            return None
        return float(np.mean(np.sign(self.found[aside]) == np.sign(self.true[aside])))


def evaluate_places(
    worlds: int = 48, seed: int = 0, progress: ShareProgress = lambda share: None
) -> dict[str, float]:
    """Return how well things are placed, each thing of a world once.

    Args:
        worlds: how many, 3.84 s each.
        seed: another seed takes other worlds.

    Returns:
        `place_side_share`, `place_error` and `place_error_median` as shares of the width, the
        error of placing all in the middle, `place_error_middle`, and `place_things`.
    """
    things: list[PlacedThing] = []
    reader = PlaceReader()
    first = 10_000_000 * seed + PLACES_SEED
    for number, world in enumerate(worlds_of_one_thing(first, worlds)):
        things += placed_things(world, reader)
        progress((number + 1) / worlds)
    sides = [share for one in things if (share := one.sides_right) is not None]
    return {
        "place_things": float(len(things)),
        "place_side_share": float(np.mean(sides)) if sides else 0.0,
        "place_error": float(np.mean([one.error for one in things])) if things else 1.0,
        "place_error_median": float(np.median([one.error for one in things])) if things else 1.0,
        "place_error_middle": float(
            np.mean([np.abs(one.true).mean() / 2 for one in things] or [1])
        ),
    }


def placed_things(world: World, reader: PlaceReader) -> list[PlacedThing]:
    """Return the things of a world of 3.84 s without a cut, true and by motion."""
    if not (found := things_of(world)):
        return []
    columns = np.square(columns_of(world).astype(np.float64))
    things = []
    for sounds in found:
        cues = [true_cue(one) for one in sounds]
        located = placed_by_motion(cues, columns, slice(0, EXAMPLE_STEPS), reader)
        things.append(
            PlacedThing(
                np.array([one.pan for one in sounds]), np.array([cue.pan for cue in located])
            )
        )
    return things

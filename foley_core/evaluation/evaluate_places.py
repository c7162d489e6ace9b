"""Figures of places: how near motion alone comes to where a sound is in the picture.

The worlds are drawn, so no recogniser boxes their things: this is the harder half. In each one
thing acts, since nobody could say which of two that move at once is heard; rain, leaves and the
camera move beside it. Places are asked for at the true onsets, of lasting sounds over their true
length; where these begin is compared.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from foley_core.cues.sheet import Cue
from foley_core.models.embedded.whereabouts import placed_by_motion
from foley_core.timebase import MOTION_RATE, SAMPLE_RATE
from foley_core.training.examples import EXAMPLE_STEPS, world_pictures
from foley_core.types import F64, ShareProgress
from foley_core.vision.changed_columns import changed_columns
from foley_core.vision.motion import step_motions
from foley_core.world.act_places import TruePlace, true_places
from foley_core.world.random_scenes import render_random_scene
from foley_core.world.scene import World

PLACES_SEED = 1_700_000
"""First seed of the worlds; none of the training, of another evaluation or of those on which
`motion_places` was chosen is among them."""
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
    for number, world in enumerate(_worlds(10_000_000 * seed + PLACES_SEED, worlds)):
        things += placed_things(world)
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


def placed_things(world: World) -> list[PlacedThing]:
    """Return the things of a world of 3.84 s without a cut, true and by motion."""
    by_class: dict[str, list[TruePlace]] = defaultdict(list)
    for one in true_places(world):
        by_class[one.sounding.sound_class].append(one)
    if not by_class:
        return []
    pictures = ((shown.gray, shown.time_s) for shown in world_pictures(world, EXAMPLE_STEPS))
    maps = np.stack([motion.maps for motion in step_motions(pictures)])
    columns = np.square(changed_columns(maps).astype(np.float16).astype(np.float64))
    things = []
    for sounds in by_class.values():
        sounds.sort(key=lambda one: one.onset_s)
        cues = placed_by_motion([*map(_cue, sounds)], columns, slice(0, EXAMPLE_STEPS))
        things.append(
            PlacedThing(np.array([one.pan for one in sounds]), np.array([cue.pan for cue in cues]))
        )
    return things


def _cue(one: TruePlace) -> Cue:
    """Return the true cue of a sound of a world that is one shot."""
    onset = int(one.onset_s * SAMPLE_RATE)
    last = EXAMPLE_STEPS * SAMPLE_RATE // MOTION_RATE
    offset = min(last, round(one.sounding.offset_s * SAMPLE_RATE))
    return Cue("action", one.sounding.sound_class, None, onset, max(onset + 1, offset))


def _worlds(first: int, count: int) -> Iterator[World]:
    """Yield worlds in whose one shot one thing acts and sounds."""
    seed = first
    while count > 0:
        world = render_random_scene(seed, EXAMPLE_STEPS / MOTION_RATE, pairs="trained")
        seed += 1
        (shot, *others) = world.shots
        if not others and len(shot.acts) == 1 and shot.acts[0].soundings:
            count -= 1
            yield world

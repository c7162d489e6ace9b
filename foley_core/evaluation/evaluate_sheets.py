"""Cue sheets that perception writes about worlds it never saw, beside the true ones.

For looking at: which cues were found, missed, invented or misnamed, and how late. Whole cue sheets
as a user would get them, thresholds included; the figures that promises hold come from
`evaluate_perception`. Only short actions are paired, since only they have an onset worth measuring.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.evaluation.evaluate_perception import WORLDS_SEED
from foley_core.models.embedded.perception import Perception
from foley_core.models.embedded.slow_videos import SLOW_RATE
from foley_core.timebase import MOTION_RATE, SAMPLES_PER_STEP
from foley_core.training.examples import EXAMPLE_STEPS, world_pictures
from foley_core.world.random_scenes import render_random_scene
from foley_core.world.scene import World

Pair = tuple[Cue | None, Cue | None]
"""A true and a found cue that belong together; None where one of them has no partner."""

TOLERANCE_S = 0.1
"""Greatest distance of the onsets of a pair, seconds."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A world and the cue sheet that perception wrote about it."""

    world: World
    found: CueSheet


def evaluation_worlds(count: int, seed: int) -> Iterator[World]:
    """Yield the first worlds, 3.84 s each, in which `evaluate_worlds` measures onsets."""
    first = 10_000_000 * seed + WORLDS_SEED
    return (
        render_random_scene(first + n, EXAMPLE_STEPS / MOTION_RATE, pairs="trained")
        for n in range(count)
    )


def sheets_of_worlds(perception: Perception, worlds: Iterable[World]) -> Iterator[Watched]:
    """Yield worlds of 3.84 s with the cue sheets that perception writes about them."""
    for world in worlds:
        features = perception.encode(world_pictures(world, EXAMPLE_STEPS), 0, EXAMPLE_STEPS)
        slow = world.frame_rate < SLOW_RATE
        seen = perception.detect([features], EXAMPLE_STEPS * SAMPLES_PER_STEP, slow)
        yield Watched(world, seen.sheet)


def short_actions(sheet: CueSheet) -> list[Cue]:
    """Return the cues whose class is a short action."""
    classes = taxonomy().classes
    return [cue for cue in sheet.cues if classes[cue.sound_class].kind == "action"]


def pair_cues(true: Sequence[Cue], found: Sequence[Cue], tolerance_s: float) -> list[Pair]:
    """Pair each cue once: as many pairs within the tolerance as possible, as close as possible.

    Classes do not matter. Pairs come first, in order of the true cue, then missed, then invented.
    """
    late = np.array([[f.onset_s - t.onset_s for f in found] for t in true], float)
    distance = np.abs(late).reshape(len(true), len(found))
    # A pair beyond the tolerance costs more than all allowed pairs can cost in sum, so that the
    # assignment never gives up a possible pair for closer ones.
    outside = tolerance_s * (min(distance.shape) + 1)
    rows, columns = linear_sum_assignment(np.where(distance <= tolerance_s, distance, outside))
    indices = zip(rows.tolist(), columns.tolist(), strict=True)
    chosen = [(r, c) for r, c in indices if distance[r, c] <= tolerance_s]
    met, hit = {r for r, _ in chosen}, {c for _, c in chosen}
    return [
        *((true[r], found[c]) for r, c in chosen),
        *((cue, None) for place, cue in enumerate(true) if place not in met),
        *((None, cue) for place, cue in enumerate(found) if place not in hit),
    ]


def onset_pairs(seen: Sequence[Watched]) -> list[Pair]:
    """Return the pairs of several worlds, one world after the other."""
    return [
        pair
        for one in seen
        for pair in pair_cues(short_actions(one.world.sheet), short_actions(one.found), TOLERANCE_S)
    ]


def onset_errors_ms(pairs: Sequence[Pair]) -> list[float]:
    """Return the milliseconds by which the found cue of each pair comes late; negative if early."""
    return [1000 * (f.onset_s - t.onset_s) for t, f in pairs if t is not None and f is not None]


def confusion(pairs: Sequence[Pair], names: Sequence[str]) -> NDArray[np.int64]:
    """Return counts (K + 1, K + 1): the true class down, the found one across.

    The last row counts invented cues, the last column missed ones.
    """
    place = {name: index for index, name in enumerate(names)}
    counts = np.zeros((len(names) + 1, len(names) + 1), np.int64)
    for true, found in pairs:
        row = place[true.sound_class] if true else len(names)
        column = place[found.sound_class] if found else len(names)
        counts[row, column] += 1
    return counts

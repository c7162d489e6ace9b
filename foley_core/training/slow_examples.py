"""Slow worlds as the network of slow videos learns from them: what it sees, and where onsets are.

Worlds are rendered at 5 to 13 pictures a second. Of each only what the frozen encoder says is kept
on disk, 26 kB.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from pathlib import Path

import numpy as np

from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.perception import Perception
from foley_core.models.embedded.perception_reader import PerceptionReader
from foley_core.models.sight.looks import F16
from foley_core.timebase import MOTION_RATE, SAMPLES_PER_STEP
from foley_core.training.examples import EXAMPLE_STEPS, world_pictures
from foley_core.training.kept_worlds import keep_arrays, rendered_parts
from foley_core.types import F32, F64, Progress
from foley_core.world.random_scenes import render_random_scene
from foley_core.world.scene import World

PART_WORLDS = 250
"""Worlds of a file on disk."""

# Where the seeds of these worlds begin, far above those of any other.
_FIRST_SEED = 5_000_000_000
# The rates that cameras and animation have stand thrice; the lowest are harder than any asked for.
# After so many worlds 12 a second was read well and 8 was not: the others show it more often.
_FIRST_RATES = (5, 6, 8, 8, 8, 9, 10, 10, 10, 11, 12, 12, 12, 13)
_FIRST_WORLDS = 2250
_LATER_RATES = (7, 8, 8, 8, 8, 9, 10, 10, 11, 12)
# Standard deviation of the heat around an onset, in steps: 40 ms.
_HEAT_STEPS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class SlowExamples:
    """Worlds of T = 96 steps.

    Attributes:
        steps: (B, T, 128) see `TemporalHead.in_scene`.
        beside: (B, T, 7) see `beside_steps`.
        heat: (B, T) 0..1, 1 at the step nearest to an onset.
        away: (B, T) distance of the nearest onset from the time of the step, in steps; infinite
            where there is none.
    """

    steps: F16
    beside: F16
    heat: F32
    away: F32


def slow_examples(folder: Path, worlds: int, progress: Progress) -> SlowExamples:
    """Render worlds, but for the parts that the folder holds already.

    Args:
        folder: for what is kept of the worlds, in parts of `PART_WORLDS`.
        worlds: how many, rounded up to whole parts.
        progress: told the share done and a sentence.
    """
    perception = Perception()

    def render(part: int, path: Path) -> None:
        numbers = range(part * PART_WORLDS, (part + 1) * PART_WORLDS)
        made = [example_of(perception.load(), slow_world(number)) for number in numbers]
        keep_examples(path, made)

    paths = rendered_parts(folder, -(-worlds // PART_WORLDS), progress, render)
    return _joined([kept_examples(path) for path in paths])


def slow_world(number: int) -> World:
    """Return a world of 3.84 s that shows few pictures a second, one of an endless row."""
    seconds, seed = EXAMPLE_STEPS / MOTION_RATE, _FIRST_SEED + number
    rates = _FIRST_RATES if number < _FIRST_WORLDS else _LATER_RATES
    rate = int(np.random.default_rng([seed, 7]).choice(rates))
    world = render_random_scene(seed, seconds, pairs="trained")
    return replace(world, frame_rate=Fraction(rate), frames=ceil(seconds * rate))


def example_of(reader: PerceptionReader, world: World) -> SlowExamples:
    """Return one example (B = 1): the first 3.84 s of a world."""
    # Nobody looks for things in it: onsets need no names, and looking takes longest.
    pictures = (replace(one, sight_rgb=None) for one in world_pictures(world, EXAMPLE_STEPS))
    clip = reader.encode(pictures, 0, EXAMPLE_STEPS)
    seen = reader.slow_inputs([clip], 0, EXAMPLE_STEPS)
    classes = taxonomy().classes
    onsets = [
        cue.onset / SAMPLES_PER_STEP
        for cue in world.sheet.cues
        if classes[cue.sound_class].kind == "action"
    ]
    heat, away = heat_and_distance(np.array(onsets, np.float64))
    steps, beside = (rows.half().cpu().numpy() for rows in (seen.steps, seen.beside))
    return SlowExamples(steps, beside, heat[None], away[None])


def heat_and_distance(onsets: F64) -> tuple[F32, F32]:
    """Return the heat (T,) around onsets, and the distance (T,) of the nearest one, in steps.

    Args:
        onsets: (n,) in steps; those after the last step are left out.
    """
    at = onsets[onsets < EXAMPLE_STEPS - 0.5]
    if not len(at):
        return np.zeros(EXAMPLE_STEPS, np.float32), np.full(EXAMPLE_STEPS, np.inf, np.float32)
    all_away = at[None] - np.arange(EXAMPLE_STEPS)[:, None]
    away = np.take_along_axis(all_away, np.abs(all_away).argmin(axis=1)[:, None], axis=1)[:, 0]
    heat = np.exp(-0.5 * np.square(away / _HEAT_STEPS))
    heat[np.round(at).astype(int)] = 1.0
    return heat.astype(np.float32), away.astype(np.float32)


def keep_examples(path: Path, examples: list[SlowExamples]) -> None:
    """Write examples; a file that is there is whole."""
    whole = _joined(examples)
    keep_arrays(path, steps=whole.steps, beside=whole.beside, heat=whole.heat, away=whole.away)


def kept_examples(path: Path) -> SlowExamples:
    """Return the examples of a file that `keep_examples` wrote."""
    with np.load(path) as kept:
        return SlowExamples(kept["steps"], kept["beside"], kept["heat"], kept["away"])


def _joined(examples: list[SlowExamples]) -> SlowExamples:
    return SlowExamples(
        np.concatenate([one.steps for one in examples]),
        np.concatenate([one.beside for one in examples]),
        np.concatenate([one.heat for one in examples]),
        np.concatenate([one.away for one in examples]),
    )

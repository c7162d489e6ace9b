"""Worlds as the reader of places learns from them: columns that change, and where sounds are.

In each world one thing acts, since nobody could say which of two that move at once is heard; rain,
leaves and the camera move beside it. Only its columns are kept on disk, some 6 kB.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.motion_places import hit_span, lasting_moments
from foley_core.models.sight.looks import F16
from foley_core.timebase import MOTION_RATE, SAMPLE_RATE, SAMPLES_PER_STEP
from foley_core.training.examples import EXAMPLE_STEPS, world_pictures
from foley_core.training.kept_worlds import keep_arrays, rendered_parts
from foley_core.types import F64, I64, Progress
from foley_core.vision.changed_columns import changed_columns
from foley_core.vision.motion import step_motions
from foley_core.world.act_places import TruePlace, pan_at, true_places
from foley_core.world.random_scenes import render_random_scene
from foley_core.world.scene import World

PART_WORLDS = 500
"""Worlds of a file on disk."""

# Where the seeds of the parts begin, and how far apart: some one in seven worlds has one thing.
_FIRST_SEED, _SEEDS = 3_000_000_000, 100_000
_WHOLE = slice(0, EXAMPLE_STEPS)


@dataclass(frozen=True, slots=True, eq=False)
class PlaceExample:
    """One thing that acts in a world of one shot.

    Attributes:
        columns: (96, 32) `changed_columns`.
        lasts: whether it makes lasting sounds.
        spans: (k, 2) motion steps in which it sounds, half-open.
        moments: (n,) motion steps at which its place is known.
        pans: (n,) -1 at the left edge of the picture to +1 at the right.
    """

    columns: F16
    lasts: bool
    spans: I64
    moments: I64
    pans: F64


def worlds_of_one_thing(first_seed: int, count: int) -> Iterator[World]:
    """Yield worlds of 3.84 s in whose one shot one thing acts and sounds."""
    seed = first_seed
    while count > 0:
        world = render_random_scene(seed, EXAMPLE_STEPS / MOTION_RATE, pairs="trained")
        seed += 1
        (shot, *others) = world.shots
        if not others and len(shot.acts) == 1 and shot.acts[0].soundings:
            count -= 1
            yield world


def columns_of(world: World) -> F16:
    """Return the columns (96, 32) of a world of 3.84 s, as features hold them."""
    pictures = ((shown.gray, shown.time_s) for shown in world_pictures(world, EXAMPLE_STEPS))
    maps = np.stack([motion.maps for motion in step_motions(pictures)])
    return changed_columns(maps).astype(np.float16)


def things_of(world: World) -> list[list[TruePlace]]:
    """Return the sounds of each class of a world of one shot, in order of time."""
    by_class: dict[str, list[TruePlace]] = defaultdict(list)
    for one in true_places(world):
        by_class[one.sounding.sound_class].append(one)
    return [sorted(sounds, key=lambda one: one.onset_s) for sounds in by_class.values()]


def true_cue(one: TruePlace) -> Cue:
    """Return the true cue of a sound of a world of 3.84 s that is one shot."""
    onset = int(one.onset_s * SAMPLE_RATE)
    last = EXAMPLE_STEPS * SAMPLE_RATE // MOTION_RATE
    offset = min(last, round(one.sounding.offset_s * SAMPLE_RATE))
    return Cue("action", one.sounding.sound_class, None, onset, max(onset + 1, offset))


def examples_of(world: World) -> list[PlaceExample]:
    """Return the things of a world that act in its picture."""
    if not (things := things_of(world)):
        return []
    columns = columns_of(world)
    return [example for sounds in things if (example := example_of(world, sounds, columns))]


def example_of(world: World, sounds: Sequence[TruePlace], columns: F16) -> PlaceExample | None:
    """Return one thing of a world as an example; None where its place is known at no moment."""
    cues = [true_cue(one) for one in sounds]
    begins = [min(cue.onset // SAMPLES_PER_STEP, EXAMPLE_STEPS - 1) for cue in cues]
    lasts = taxonomy().classes[cues[0].sound_class].kind == "sustained"
    if not lasts:
        spans = [hit_span(begin, _WHOLE) for begin in begins]
        places = [(begin, one.pan) for begin, one in zip(begins, sounds, strict=True)]
    else:
        ends = [min(-(-cue.offset // SAMPLES_PER_STEP), EXAMPLE_STEPS) for cue in cues]
        spans = [slice(begin, end) for begin, end in zip(begins, ends, strict=True)]
        places = [
            (int(moment), pan)
            for one, span in zip(sounds, spans, strict=True)
            for moment in lasting_moments(span, _WHOLE)
            if (pan := pan_at(world, one, int(moment) / MOTION_RATE)) is not None
        ]
    if not places:
        return None
    return PlaceExample(
        columns,
        lasts,
        np.array([(span.start, span.stop) for span in spans]),
        np.array([moment for moment, _ in places]),
        np.array([pan for _, pan in places]),
    )


def place_examples(folder: Path, worlds: int, progress: Progress) -> list[PlaceExample]:
    """Render worlds, but for the parts that the folder holds already.

    Args:
        folder: for the columns of the worlds, in parts of `PART_WORLDS`.
        worlds: how many, rounded up to whole parts.
        progress: told the share done and a sentence.
    """

    def render(part: int, path: Path) -> None:
        first = _FIRST_SEED + part * _SEEDS
        made = [e for world in worlds_of_one_thing(first, PART_WORLDS) for e in examples_of(world)]
        keep_examples(path, made)

    paths = rendered_parts(folder, -(-worlds // PART_WORLDS), progress, render)
    return [example for path in paths for example in kept_examples(path)]


def keep_examples(path: Path, examples: list[PlaceExample]) -> None:
    """Write examples; a file that is there is whole."""
    keep_arrays(
        path,
        columns=np.stack([one.columns for one in examples]),
        lasts=np.array([one.lasts for one in examples]),
        sounds=np.array([len(one.spans) for one in examples]),
        places=np.array([len(one.moments) for one in examples]),
        spans=np.concatenate([one.spans for one in examples]),
        moments=np.concatenate([one.moments for one in examples]),
        pans=np.concatenate([one.pans for one in examples]),
    )


def kept_examples(path: Path) -> list[PlaceExample]:
    """Return the examples of a file that `keep_examples` wrote."""
    with np.load(path) as kept:
        sounds, places = np.cumsum(kept["sounds"])[:-1], np.cumsum(kept["places"])[:-1]
        each = (
            np.split(kept["spans"], sounds),
            np.split(kept["moments"], places),
            np.split(kept["pans"], places),
        )
        rows = zip(kept["columns"], kept["lasts"], *each, strict=True)
        return [PlaceExample(columns, bool(lasts), *rest) for columns, lasts, *rest in rows]

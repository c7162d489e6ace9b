"""Rendered worlds on disk: shards of examples, rendered once and read as they are needed.

Ten thousand worlds are more than fits in memory; a shard is a folder of plain arrays that are
mapped rather than read. A run that was stopped goes on with the shard it was at.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from foley_core.timebase import MOTION_RATE, STEPS_PER_SCENE
from foley_core.training.examples import EXAMPLE_STEPS, Examples, example
from foley_core.types import Progress
from foley_core.world.random_scenes import Pairs, render_random_scene

SHARD = 64
"""Examples in a shard."""


@dataclass(frozen=True, slots=True)
class WorldSet:
    """A set of worlds to render.

    Attributes:
        seeds: one for each world.
        pairs: which pairs of class and material may sound.
        families: families of motion to go round; empty for any.
    """

    seeds: range
    pairs: Pairs = "trained"
    families: tuple[str, ...] = ()

    def rendered(self, number: int) -> Examples:
        """Return the example of world `number` of this set."""
        family = self.families[number % len(self.families)] if self.families else None
        seconds = EXAMPLE_STEPS / MOTION_RATE
        return example(
            render_random_scene(self.seeds[number], seconds, family=family, pairs=self.pairs)
        )

    def name(self, first: int, last: int) -> str:
        """Return the folder name of the shard with worlds `first` … `last` - 1."""
        families = "_".join((self.pairs, *self.families))
        return f"{families}_{self.seeds[first]}_{last - first}"


class RenderedWorlds:
    """The examples of a set, in shards that are mapped from disk."""

    def __init__(self, shards: Sequence[Examples]) -> None:
        self.shards = shards
        self._count = sum(len(shard) for shard in shards)

    def __len__(self) -> int:
        return self._count

    def take(
        self, rows: Sequence[int], first_step: int = 0, last_step: int = EXAMPLE_STEPS
    ) -> Examples:
        """Return copies of some examples, cut to their steps `first_step` to `last_step` - 1.

        Args:
            rows: numbers of the examples.
            first_step, last_step: multiples of 12, so that scene steps are cut alike.
        """
        taken = {}
        for field in fields(Examples):
            parts = []
            for row in rows:
                values = getattr(self.shards[row // SHARD], field.name)[row % SHARD]
                # Pictures and ambiences are there twice a second, everything else at every motion
                # step; `clear` is one value for a whole example.
                if field.name in ("scenes", "ambience"):
                    values = values[first_step // STEPS_PER_SCENE : last_step // STEPS_PER_SCENE]
                elif values.ndim:
                    values = values[first_step:last_step]
                parts.append(values)
            taken[field.name] = np.stack(parts)
        return Examples(**taken)


def rendered_worlds(folder: Path, worlds: WorldSet, progress: Progress) -> RenderedWorlds:
    """Return the examples of a set; render into `folder` the shards that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    shards, count = [], len(worlds.seeds)
    for first in range(0, count, SHARD):
        last = min(first + SHARD, count)
        path = folder / worlds.name(first, last)
        if not path.exists():
            _write(path, [worlds.rendered(number) for number in range(first, last)])
            progress(last / count, f"rendered {last} of {count} worlds")
        arrays = {f.name: np.load(path / f"{f.name}.npy", mmap_mode="r") for f in fields(Examples)}
        shards.append(Examples(**arrays))
    return RenderedWorlds(shards)


def _write(path: Path, parts: Sequence[Examples]) -> None:
    """Write a shard into a scratch folder and rename it: it is there whole or not at all."""
    scratch = path.with_suffix(".partial")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for field in fields(Examples):
        values = np.concatenate([getattr(part, field.name) for part in parts])
        np.save(scratch / f"{field.name}.npy", values, allow_pickle=False)
    scratch.replace(path)

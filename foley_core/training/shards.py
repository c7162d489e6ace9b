"""Rendered worlds on disk: shards of examples, read as they are needed, written once.

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


@dataclass(frozen=True, slots=True)
class WorldSet:
    """What to render: seeds, which pairs may sound, and families to go round (empty: any)."""

    seeds: range
    pairs: Pairs = "trained"
    families: tuple[str, ...] = ()

    def rendered(self, number: int) -> Examples:
        """The example of the world `number` of this set."""
        family = self.families[number % len(self.families)] if self.families else None
        seconds = EXAMPLE_STEPS / MOTION_RATE
        return example(
            render_random_scene(self.seeds[number], seconds, family=family, pairs=self.pairs)
        )

    def name(self, first: int, last: int) -> str:
        """Folder name of the shard with worlds first … last - 1."""
        families = "_".join((self.pairs, *self.families))
        return f"{families}_{self.seeds[first]}_{last - first}"


class RenderedWorlds:
    """Examples of a set, B at a time; arrays are mapped from disk."""

    def __init__(self, shards: Sequence[Examples]) -> None:
        self.shards = shards
        self._count = sum(len(shard) for shard in shards)

    def __len__(self) -> int:
        return self._count

    def take(
        self, rows: Sequence[int], first_step: int = 0, last_step: int = EXAMPLE_STEPS
    ) -> Examples:
        """Copies of some examples, their steps [first_step, last_step), multiples of 12."""
        taken = {}
        for field in fields(Examples):
            parts = []
            for row in rows:
                values = getattr(self.shards[row // SHARD], field.name)[row % SHARD]
                if field.name in ("scenes", "ambience"):
                    values = values[first_step // STEPS_PER_SCENE : last_step // STEPS_PER_SCENE]
                elif values.ndim:
                    values = values[first_step:last_step]
                parts.append(values)
            taken[field.name] = np.stack(parts)
        return Examples(**taken)


def rendered_worlds(folder: Path, worlds: WorldSet, progress: Progress) -> RenderedWorlds:
    """The examples of a set, rendered into shards of `folder` where they are not yet there."""
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
    scratch = path.with_suffix(".partial")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for field in fields(Examples):
        values = np.concatenate([getattr(part, field.name) for part in parts])
        np.save(scratch / f"{field.name}.npy", values, allow_pickle=False)
    scratch.replace(path)

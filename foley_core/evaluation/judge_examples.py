"""Recordings as examples for a judge of generated sounds, and the classes that have enough of them.

Several classes may learn from one class of recordings. If a judge met it under two names, naming
one for the other would be no mistake; so each class of recordings stands for one sound class alone.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Literal

import numpy as np

from foley_core.audio.band_grid import ENERGY, ROWS, TONALITY, VOICING
from foley_core.audio.band_synthesis import render_grid
from foley_core.cues.taxonomy import taxonomy
from foley_core.training.sound_corpus import Recording, grid_at_level, sounds_of
from foley_core.types import F32

SoundFamily = Literal["textures", "impacts", "tonal", "machines"]
FAMILIES: tuple[SoundFamily, ...] = ("textures", "impacts", "tonal", "machines")

LEAST_RECORDINGS, LEAST_SOURCES = 6, 2
"""Held-out recordings that a class needs to be judged, and sources that they come from."""
EXCERPTS = 3
"""Pieces taken of a lasting sound."""
STROKES = 4
"""Strokes taken of a recording of several; more would say the same again."""
EXCERPT_STEPS = 256
"""Grid steps of a piece: 1.28 s."""


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of a sound: a grid `(T, ROWS)` of at most 1.28 s, its source, file and material."""

    grid: F32
    source: str
    file: str
    material: str | None = None


JudgeExamples = Mapping[str, Sequence[Example]]


def family_of(sound_class: str) -> SoundFamily:
    """Return the family of a class: lasting noise, an impact or step, what is tonal, a machine."""
    known, groups = taxonomy().sound_class(sound_class), _family_groups()
    if known.group in groups["tonal"]:
        return "tonal"
    if known.kind == "action":
        return "textures" if known.group in groups["airy"] else "impacts"
    return "machines" if known.group in groups["machines"] else "textures"


def judged_recordings(held: Sequence[Recording]) -> dict[str, tuple[str, ...]]:
    """Return the classes with enough held-out recordings, each with its classes of recordings.

    None of these stands for two classes; of classes that share all their recordings one stays.
    """
    by_kind: dict[str, list[Recording]] = defaultdict(list)
    for row in held:
        by_kind[row.recorded_class].append(row)
    listed = {
        known.name: [kind for kind in known.recordings if kind in by_kind]
        for known in taxonomy().classes.values()
    }
    count = {name: sum(len(by_kind[k]) for k in kinds) for name, kinds in listed.items()}
    chosen: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    # Classes with the fewest recordings first: they have the least choice.
    for name in sorted(listed, key=lambda n: (count[n], n)):
        free = tuple(kind for kind in listed[name] if kind not in taken)
        rows = [row for kind in free for row in by_kind[kind]]
        sources = {row.source for row in rows}
        if len(rows) >= LEAST_RECORDINGS and len(sources) >= LEAST_SOURCES:
            chosen[name] = free
            taken.update(free)
    return chosen


def examples_of(
    rows: Sequence[Recording], judged: Mapping[str, Sequence[str]]
) -> dict[str, list[Example]]:
    """Return examples by class.

    Args:
        judged: classes of recordings that stand for each sound class.
    """
    stands_for = {kind: name for name, kinds in judged.items() for kind in kinds}
    answer: dict[str, list[Example]] = {name: [] for name in judged}
    for row in rows:
        name = stands_for.get(row.recorded_class)
        if name is None:
            continue
        fit = (sound for sound in sounds_of(row) if name in sound.sound_classes)
        for sound in islice(fit, STROKES):
            # Copies: a piece that is only a view would keep the whole recording in memory.
            answer[name] += [
                Example(piece.copy(), row.source, str(row.path), sound.material)
                for piece in pieces_of(sound.grid, name)
            ]
    return answer


def pieces_of(grid: F32, name: str) -> Iterator[F32]:
    """Yield the beginning of an action, or evenly spread pieces of a lasting sound."""
    last = max(0, len(grid) - EXCERPT_STEPS)
    is_action = taxonomy().sound_class(name).kind == "action"
    count = 1 if is_action else min(EXCERPTS, 1 + last // EXCERPT_STEPS)
    for place in np.linspace(0, 0 if is_action else last, count).astype(int):
        yield grid[place : place + EXCERPT_STEPS]


def noise_like(grids: Sequence[F32], takes: int, rng: np.random.Generator) -> list[F32]:
    """Return the baseline: `takes` grids of steady noise through the average spectrum of sounds."""
    power = np.mean([np.mean(10 ** (grid[:, ENERGY] / 10), axis=0) for grid in grids], axis=0)
    steady = np.zeros((EXCERPT_STEPS, ROWS), np.float32)
    steady[:, ENERGY] = 10 * np.log10(power + 1e-12)
    steady[:, TONALITY], steady[:, VOICING] = 0, 0
    return [grid_at_level(render_grid(steady, rng), 0.0) for _ in range(takes)]


@cache
def _family_groups() -> dict[str, list[str]]:
    text = files("foley_core.evaluation").joinpath("judge_families.toml").read_text("utf-8")
    return tomllib.loads(text)

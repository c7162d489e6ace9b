"""Examples for judges: procedural sounds as if they were recorded, and noise that tells nothing."""

from functools import cache

import numpy as np

from foley_core.evaluation.judge_examples import Example
from foley_core.training.procedural import procedural_action
from foley_core.training.sound_corpus import grid_at_level
from foley_core.types import F32

KINDS = {"strike": "metal", "whoosh": "air", "drip": "water", "gunshot": "metal"}


@cache
def take(name: str, material: str, seed: int) -> F32:
    """The grid of half a second of a class."""
    sound = procedural_action(name, material, 24_000, np.random.default_rng(seed))
    return grid_at_level(sound, 0.0)


def real(name: str, material: str, sources: int = 5) -> list[Example]:
    """One example of each source."""
    return [
        Example(take(name, material, seed), f"{name}{seed}", f"{seed}") for seed in range(sources)
    ]


def noise(name: str, sources: int, *, strokes: int = 1, seed: int = 0) -> list[Example]:
    """Examples of noise that differs between sources and repeats within each."""
    rng = np.random.default_rng(seed)
    grids = [grid_at_level(rng.standard_normal(4_800).astype(np.float32), 0.0) for _ in range(9)]
    return [
        Example(grids[number], f"{name}{number}", f"{name}{number}")
        for number in range(sources)
        for _ in range(strokes)
    ]

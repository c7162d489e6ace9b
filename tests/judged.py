"""Examples for judges: procedural sounds as if they were recorded, and noise that tells nothing."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile

from foley_core.evaluation.judge_examples import Example
from foley_core.evaluation.judge_reference import Reference, read_reference
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


RECORDED = {
    "impact_metal": ("drop", "metal"),
    "whoosh": ("whoosh", "air"),
    "dog_bark": ("dog_bark", None),
}
MATERIALS = {name: material for name, material in RECORDED.values()}


def sound_of(name: str, seed: int) -> F32:
    """Half a second of a class `(N,)`, on the material that its recordings have."""
    rng = np.random.default_rng(seed)
    return 0.5 * procedural_action(name, MATERIALS.get(name, "wood"), 24_000, rng)


@cache
def small_reference() -> Reference:
    """The reference of a corpus of three classes, 24 recordings each by as many people."""
    lines = ["file,class,licence,author_attribution,bandwidth_hz"]
    with TemporaryDirectory() as name:
        folder = Path(name)
        for recorded, (sound_class, _) in RECORDED.items():
            for number in range(24):
                path = folder / f"{recorded}{number}.flac"
                soundfile.write(path, sound_of(sound_class, number), 48_000)
                lines.append(f"{path.name},{recorded},CC0-1.0,{recorded} {number},")
        (folder / "sounds.csv").write_text("\n".join(lines))
        return read_reference(folder)

"""Batches for the embedded generator: recorded and computed sounds of every class, augmented.

A batch is determined by seed and step alone, so training resumes where it stopped without keeping
the state of a random generator.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from foley_core.audio.band_grid import ENERGY, HOP, PITCH, ROWS, TONALITY, VOICING
from foley_core.cues.taxonomy import ClassKind, taxonomy
from foley_core.models.embedded.grid_denoiser import (
    ACTION_TOKENS,
    ATTRIBUTES,
    STEPS_PER_TOKEN,
    TILE_TOKENS,
    TOKEN_SAMPLES,
    TOKEN_WIDTH,
    GridConditions,
    class_index,
    material_index,
)
from foley_core.training.augmentation import (
    activity_of,
    augmented,
    layered,
    modulated,
    random_traits,
)
from foley_core.training.procedural import procedural_action, procedural_texture
from foley_core.training.sound_corpus import (
    Recording,
    TrainingSound,
    grid_at_level,
    sounds_of,
)
from foley_core.types import F32, Rng

PROCEDURAL_SHARE = 0.25
BY_MATERIAL_SHARE = 0.5
"""How often the material is drawn before the sound, so that the rare ones are learned too."""
LAYERED_SHARE = 0.15
MOVED_SHARE = 0.6

Bank = Mapping[str, Sequence[TrainingSound]]


@dataclass(frozen=True, slots=True)
class SoundBatch:
    """Clean, standardised tokens `(B, K, TOKEN_WIDTH)` and what the network is told of them."""

    tokens: Tensor
    conditions: GridConditions


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Sounds by class, and the mean and deviation `(ROWS,)` that standardise their grids."""

    recorded: Bank
    computed: Bank
    mean: F32
    deviation: F32

    def batch(self, is_tile: bool, size: int, rng: Rng) -> SoundBatch:
        """A batch of actions, or of tiles, each class as often as any other."""
        kinds: tuple[ClassKind, ...] = ("sustained", "ambience") if is_tile else ("action",)
        names = [c.name for kind in kinds for c in taxonomy().of_kind(kind)]
        examples = [self._example(str(rng.choice(names)), is_tile, rng) for _ in range(size)]
        grids = (np.stack([e.grid for e in examples]) - self.mean) / self.deviation
        tokens = torch.from_numpy(grids.reshape(size, -1, TOKEN_WIDTH))
        return SoundBatch(tokens, _conditions(examples, is_tile, rng))

    def _example(self, name: str, is_tile: bool, rng: Rng) -> "_Example":
        use_computed = rng.random() < PROCEDURAL_SHARE or not self.recorded.get(name)
        bank = self.computed if use_computed else self.recorded
        sound = _random_sound(bank[name], rng)
        steps = (TILE_TOKENS if is_tile else ACTION_TOKENS) * STEPS_PER_TOKEN
        traits = random_traits(rng)
        grid = augmented(sound.grid, traits, steps, is_tile, rng)
        if rng.random() < LAYERED_SHARE:
            other = _random_sound([s for s in bank[name] if s.material == sound.material], rng)
            second = augmented(other.grid, traits, steps, is_tile, rng)
            grid = layered(grid, second, float(rng.uniform(-12, -3)))
        moves = taxonomy().classes[name].kind == "sustained" and rng.random() < 0.85
        if moves and rng.random() < MOVED_SHARE:
            grid = modulated(grid, rng)
        energy = activity_of(grid, rng) if moves else None
        crude = sound.procedural and bool(self.recorded.get(name))
        return _Example(grid, name, sound.material, crude, traits.values(), energy)


@dataclass(frozen=True, slots=True)
class _Example:
    grid: F32
    sound_class: str
    material: str | None
    procedural: bool
    traits: list[float]
    energy: F32 | None


def _random_sound(sounds: Sequence[TrainingSound], rng: Rng) -> TrainingSound:
    if rng.random() < BY_MATERIAL_SHARE:
        materials = list(dict.fromkeys(sound.material for sound in sounds))
        material = materials[int(rng.integers(len(materials)))]
        sounds = [sound for sound in sounds if sound.material == material]
    return sounds[int(rng.integers(len(sounds)))]


def _conditions(examples: list[_Example], is_tile: bool, rng: Rng) -> GridConditions:
    """Told at random: all but a tenth know their class, styles are mostly told."""
    size = len(examples)
    knows = (rng.random(size) > 0.1)[:, None]
    told = (rng.random((size, len(ATTRIBUTES))) > 0.2) & knows
    material_told = (rng.random(size) > 0.15) & knows[:, 0]
    classes = np.array([class_index(e.sound_class) for e in examples]) * knows[:, 0]
    materials = np.array([material_index(e.material) for e in examples]) * material_told
    silent = np.zeros(TILE_TOKENS // 2, np.float32)
    energy = np.stack([silent if e.energy is None else e.energy for e in examples])
    return GridConditions(
        sound_class=torch.from_numpy(classes),
        material=torch.from_numpy(materials),
        procedural=torch.tensor([int(e.procedural) for e in examples]),
        attributes=torch.tensor([e.traits for e in examples], dtype=torch.float32),
        told=torch.from_numpy(told.astype(np.float32)),
        energy=torch.from_numpy(energy) if is_tile else None,
        moves=torch.tensor([float(e.energy is not None) for e in examples]),
    )


def training_set(
    rows: Sequence[Recording], variants: int, seed: int, progress: Callable[[float, str], None]
) -> TrainingSet:
    """Everything read, cut, computed and measured. `variants` computed sounds for each pair."""
    recorded: dict[str, list[TrainingSound]] = defaultdict(list)
    for place, row in enumerate(rows):
        for sound in sounds_of(row):
            for name in sound.sound_classes:
                recorded[name].append(sound)
        if place % 100 == 0:
            progress(place / len(rows), f"read {place} of {len(rows)} recordings")
    computed = computed_sounds(variants, seed)
    grids = [s.grid for bank in (recorded, computed) for sounds in bank.values() for s in sounds]
    mean, deviation = _statistics(grids)
    return TrainingSet(recorded, computed, mean, deviation)


def computed_sounds(variants: int, seed: int) -> dict[str, list[TrainingSound]]:
    """Procedural sounds of every class on every one of its materials."""
    bank: dict[str, list[TrainingSound]] = {}
    for place, known in enumerate(taxonomy().classes.values()):
        rng = np.random.default_rng((seed, place))
        is_action = known.kind == "action"
        compute = procedural_action if is_action else procedural_texture
        samples = (ACTION_TOKENS if is_action else TILE_TOKENS) * TOKEN_SAMPLES
        bank[known.name] = [
            TrainingSound(
                grid_at_level(compute(known.name, material, samples, rng), 0.0),
                (known.name,),
                material,
                True,
            )
            for material in known.materials or (None,)
            for _ in range(variants if is_action else max(1, variants // 2))
        ]
    return bank


def _statistics(grids: Sequence[F32]) -> tuple[F32, F32]:
    """Mean and deviation of each row; bounded below, as some rows hardly vary."""
    rows = np.concatenate([grid[:: max(1, len(grid) // 128)] for grid in grids])
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    least = np.full(ROWS, 0.2, np.float32)
    least[ENERGY], least[TONALITY], least[PITCH], least[VOICING] = 8.0, 0.15, 0.5, 0.2
    return mean.astype(np.float32), np.maximum(deviation, least).astype(np.float32)


assert TOKEN_SAMPLES == STEPS_PER_TOKEN * HOP

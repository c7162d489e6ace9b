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

PROCEDURAL_SHARE, PROCEDURAL_SHARE_OF_FEW = 0.25, 0.5
"""Share of computed sounds in classes that have recordings too; in those that have few."""
FEW_SOUNDS = 8
"""A class with fewer recorded sounds has few."""
MORE_COMPUTED = 3
"""Factor on the number of computed sounds of a class that has no recorded ones."""
DRAWN = {
    "instruments": 0.4,
    "animals": 1.5,
    "birds": 1.5,
    "voices": 1.5,
    "signals": 1.5,
    "bells": 1.2,
}
"""Rate at which a class of a group is drawn, 1 for the others. Voices have lines that take long to
learn; instruments are played by synthesisers of their own."""
DRAWN_FIRST = 0.6
"""Rate at which a class that the first weights knew is drawn, where its group does not say."""
BY_MATERIAL_SHARE = 0.5
"""Share of draws that choose the material before the sound, so that rare ones are learned too."""
LAYERED_SHARE = 0.15
"""Share of examples that are two sounds at once."""
MOTION_SHARE = 0.85
"""Share of examples of sustained classes without phrases that the network is told a motion for."""
MODULATED_SHARE = 0.6
"""Share of these whose level is made to come and go."""
UNTOLD_SHARE = 0.1
"""Share of examples of which the network is told nothing, for guidance."""
UNTOLD_STYLE_SHARE = 0.2
UNTOLD_MATERIAL_SHARE = 0.15

Bank = Mapping[str, Sequence[TrainingSound]]
"""Sounds by class."""


@dataclass(frozen=True, slots=True)
class SoundBatch:
    """A batch of sounds.

    Attributes:
        tokens: clean and standardised, `(B, K, TOKEN_WIDTH)`.
        conditions: what the network is told of them.
    """

    tokens: Tensor
    conditions: GridConditions


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """All sounds to train on.

    Attributes:
        recorded, computed: by class.
        mean, deviation: `(ROWS,)`, with which grids are standardised.
    """

    recorded: Bank
    computed: Bank
    mean: F32
    deviation: F32

    @property
    def heard(self) -> set[str]:
        """Classes that there are recorded sounds of."""
        return {name for name, sounds in self.recorded.items() if sounds}

    def batch(self, is_tile: bool, size: int, rng: Rng) -> SoundBatch:
        """Return a batch of actions, or of tiles, each class as likely as others of its group.

        Args:
            size: how many sounds.
        """
        kinds: tuple[ClassKind, ...] = ("sustained", "ambience") if is_tile else ("action",)
        known = [c for kind in kinds for c in taxonomy().of_kind(kind)]
        weights = np.array(
            [DRAWN.get(c.group, 1.0 if c.performed_as else DRAWN_FIRST) for c in known]
        )
        drawn = rng.choice(len(known), size, p=weights / weights.sum())
        examples = [self._example(known[place].name, is_tile, rng) for place in drawn]
        grids = (np.stack([e.grid for e in examples]) - self.mean) / self.deviation
        tokens = torch.from_numpy(grids.reshape(size, -1, TOKEN_WIDTH))
        return SoundBatch(tokens, _conditions(examples, is_tile, rng))

    def _example(self, name: str, is_tile: bool, rng: Rng) -> "_Example":
        """Return a random example of a class."""
        count = len(self.recorded.get(name, ()))
        share = PROCEDURAL_SHARE_OF_FEW if count < FEW_SOUNDS else PROCEDURAL_SHARE
        use_computed = not count or rng.random() < share
        bank = self.computed if use_computed else self.recorded
        sound = _random_sound(bank[name], rng)
        steps = (TILE_TOKENS if is_tile else ACTION_TOKENS) * STEPS_PER_TOKEN
        traits = random_traits(rng)
        grid = augmented(sound.grid, traits, steps, is_tile, rng)
        if rng.random() < LAYERED_SHARE:
            # Of the same material: two blows on wood are still wood.
            other = _random_sound([s for s in bank[name] if s.material == sound.material], rng)
            # Both are changed by the same traits, since the network is told only one set of them.
            second = augmented(other.grid, traits, steps, is_tile, rng)
            grid = layered(grid, second, float(rng.uniform(-12, -3)))
        known = taxonomy().classes[name]
        follows = known.kind == "sustained" and not known.is_phrased
        moves = follows and rng.random() < MOTION_SHARE
        if moves and rng.random() < MODULATED_SHARE:
            grid = modulated(grid, rng)
        energy = activity_of(grid, rng) if moves else None
        # The network is told that a sound is computed where it knows recordings of the class as
        # well. In use it is not told so, but for a few classes, and answers as recordings sound.
        crude = sound.procedural and bool(self.recorded.get(name))
        return _Example(grid, name, sound.material, crude, traits.values(), energy)


@dataclass(frozen=True, slots=True)
class _Example:
    """One example, and what the network may be told of it.

    Attributes:
        energy: motion energy `(TILE_MOTION_STEPS,)`, or None where motion shapes nothing.
    """

    grid: F32
    sound_class: str
    material: str | None
    procedural: bool
    traits: list[float]
    energy: F32 | None


def _random_sound(sounds: Sequence[TrainingSound], rng: Rng) -> TrainingSound:
    """Return a random sound; half of the time its material is drawn first."""
    if rng.random() < BY_MATERIAL_SHARE:
        materials = list(dict.fromkeys(sound.material for sound in sounds))
        material = materials[int(rng.integers(len(materials)))]
        sounds = [sound for sound in sounds if sound.material == material]
    return sounds[int(rng.integers(len(sounds)))]


def _conditions(examples: list[_Example], is_tile: bool, rng: Rng) -> GridConditions:
    """Return what the network is told: nothing of a tenth, and most of the rest."""
    size = len(examples)
    # Classifier-free guidance (Ho & Salimans, arXiv:2207.12598) asks one network with and without
    # its conditions, so it must have learned both. Styles and material are left out one by one too,
    # since a cue sheet seldom gives them all.
    knows = (rng.random(size) > UNTOLD_SHARE)[:, None]
    told = (rng.random((size, len(ATTRIBUTES))) > UNTOLD_STYLE_SHARE) & knows
    material_told = (rng.random(size) > UNTOLD_MATERIAL_SHARE) & knows[:, 0]
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
    """Read all recordings, compute sounds, and measure the statistics of their grids.

    Args:
        rows: recordings to train on.
        variants: computed sounds for each pair of class and material.
        seed: of the computed sounds.
        progress: told the share of recordings read and a sentence.
    """
    recorded: dict[str, list[TrainingSound]] = defaultdict(list)
    for place, row in enumerate(rows):
        for sound in sounds_of(row):
            for name in sound.sound_classes:
                recorded[name].append(sound)
        if place % 100 == 0:
            progress(place / len(rows), f"read {place} of {len(rows)} recordings")
    more = {
        name: variants * (1 if recorded[name] else MORE_COMPUTED) for name in taxonomy().learned
    }
    computed = computed_sounds(more, seed)
    grids = [s.grid for bank in (recorded, computed) for sounds in bank.values() for s in sounds]
    mean, deviation = _statistics(grids)
    return TrainingSet(recorded, computed, mean, deviation)


def computed_sounds(variants: Mapping[str, int], seed: int) -> dict[str, list[TrainingSound]]:
    """Return procedural sounds of classes on every one of their materials, by class.

    Args:
        variants: how many of each action, by class; of lasting sounds there are half as many.
    """
    bank: dict[str, list[TrainingSound]] = {}
    for place, name in enumerate(variants):
        known = taxonomy().classes[name]
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
            for _ in range(variants[name] if is_action else max(1, variants[name] // 2))
        ]
    return bank


def _statistics(grids: Sequence[F32]) -> tuple[F32, F32]:
    """Return mean and deviation `(ROWS,)` of each row; bounded below, as some rows hardly vary."""
    # At most some 128 steps of each sound, so that long ones do not decide.
    rows = np.concatenate([grid[:: max(1, len(grid) // 128)] for grid in grids])
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    # Divided by a tiny deviation, rows that hardly vary would count as much as energies.
    least = np.full(ROWS, 0.2, np.float32)
    least[ENERGY], least[TONALITY], least[PITCH], least[VOICING] = 8.0, 0.15, 0.5, 0.2
    return mean.astype(np.float32), np.maximum(deviation, least).astype(np.float32)


assert TOKEN_SAMPLES == STEPS_PER_TOKEN * HOP

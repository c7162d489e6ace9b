"""The network of the embedded generator in use: specifications of sounds to waveforms.

The network says what a sound is made of (a synthesiser grid), arithmetic renders it. All
classes come out equally loud at full intensity: where a class sits in the mix is not decided here.
Ambience has two channels of one grid with separate noise, so that it is wide and has no seam.

A class that the weights do not know is performed as its nearest relative, see the taxonomy.
What it cannot do: words, melodies, two sources in one cue, or sounds longer than
`longest_samples`, which the caller tiles.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from foley_core.cues.taxonomy import taxonomy
from foley_core.models.checkpoints import load_weights
from foley_core.models.embedded.grid_denoiser import (
    ACTION_TOKENS,
    ATTRIBUTES,
    TILE_MOTION_STEPS,
    TILE_TOKENS,
    GridConditions,
    attribute_values,
    class_index,
    material_index,
)
from foley_core.models.embedded.grid_sampler import GridSampler
from foley_core.models.embedded.grid_sounds import finished
from foley_core.models.embedded.weights_folder import EmbeddedWeights
from foley_core.models.precision import compute_on_one_thread
from foley_core.models.protocol import SoundSpec
from foley_core.types import F32, Quality, Tier

SAMPLER_STEPS: dict[Tier, dict[Quality, dict[int, int]]] = {
    "full": {
        "draft": {ACTION_TOKENS: 4, TILE_TOKENS: 4},
        "standard": {ACTION_TOKENS: 8, TILE_TOKENS: 10},
        "fine": {ACTION_TOKENS: 24, TILE_TOKENS: 24},
    },
    "light": {
        "draft": {ACTION_TOKENS: 2, TILE_TOKENS: 2},
        "standard": {ACTION_TOKENS: 12, TILE_TOKENS: 10},
        "fine": {ACTION_TOKENS: 24, TILE_TOKENS: 24},
    },
}
"""Steps along the path by tier, quality and number of tokens. Those of `light` in `standard` were
chosen, of 4 to 12 and 4 to 16, by a judge that learned from recordings of the training."""
GUIDANCE: dict[Tier, float] = {"full": 4.0, "light": 1.0}
"""Scales of guidance. That of `full` was chosen, of 2, 4 and 6, by a judge that learned from
recordings of the training. The light network learned from guided answers: it needs none."""
AS_COMPUTED = frozenset({"hand_clap"})
"""Classes whose recordings hold another thing, so that they sound like the computed sounds that the
network learned beside them: all recordings of claps in the training are rounds of applause."""


class CueSampler:
    """A generator of single cues: the network of a tier, in the steps of a quality."""

    def __init__(self, weights: EmbeddedWeights, device: str, quality: Quality, tier: Tier) -> None:
        """Load the network.

        Raises:
            CheckpointError: the weights are missing, damaged, or not those on record.
            StorageError: they cannot be fetched.
        """
        file = weights.generator_file(tier)
        tensors = load_weights(weights.local(file), weights.sha256(file))
        self._sampler = GridSampler(tensors, device)
        self._steps, self._guidance = SAMPLER_STEPS[tier][quality], GUIDANCE[tier]

    def generate(self, specs: Sequence[SoundSpec]) -> list[F32]:
        """Return one waveform `(C, N)` at 48 kHz for each sound, in order; see `Generator`.

        Raises:
            GenerationError: the audio is not finite or silent.
            ConfigError: there is no such class.
            ValueError: a sound is longer than its grid.
        """
        compute_on_one_thread()
        asked, specs = specs, [performed(spec, self._sampler.classes) for spec in specs]
        # Short and long grids have networks of different length: each kind is sampled at once.
        answers: dict[int, F32] = {}
        for tokens in (ACTION_TOKENS, TILE_TOKENS):
            places = [i for i, p in enumerate(specs) if _tokens_for(p.sound_class) == tokens]
            if not places:
                continue
            wanted = [specs[place] for place in places]
            grids = self._sampler.sample(
                [conditions_of(p) for p in wanted],
                [p.seed for p in wanted],
                self._steps[tokens],
                self._guidance,
                [p.kin for p in wanted],
            )
            names = [asked[place].sound_class for place in places]
            answers |= dict(zip(places, map(finished, wanted, grids, names), strict=True))
        return [answers[place] for place in range(len(specs))]


def performed(spec: SoundSpec, classes: int) -> SoundSpec:
    """Return a sound as the network can make it: a class that it does not know as its relative.

    Args:
        classes: how many of the taxonomy's `learned` classes the network knows.

    Raises:
        ConfigError: there is no such class.
    """
    known, material = taxonomy().performed(spec.sound_class, spec.material, classes)
    return replace(spec, sound_class=known.name, material=material)


def conditions_of(spec: SoundSpec) -> GridConditions:
    """Return what the network is told of one sound, as a batch of one."""
    is_tile = _tokens_for(spec.sound_class) == TILE_TOKENS
    energy = np.zeros(TILE_MOTION_STEPS, np.float32)
    given = spec.activity[:TILE_MOTION_STEPS]
    energy[: len(given)] = np.asarray(given, np.float32) / 255
    # A tile shorter than the grid goes on as it ends; what is beyond its end is cut off later.
    energy[len(given) :] = energy[len(given) - 1] if given else 0
    known = taxonomy().sound_class(spec.sound_class)
    # The network never met an ambience that follows a motion, even one that performs what does;
    # a cry told to follow a steady motion would be one long tone.
    moves = bool(given) and known.kind != "ambience" and not known.is_phrased
    values = torch.tensor([attribute_values(spec.intensity, spec.style)])
    return GridConditions(
        sound_class=torch.tensor([class_index(spec.sound_class)]),
        material=torch.tensor([material_index(spec.material)]),
        procedural=torch.tensor([int(spec.sound_class in AS_COMPUTED)]),
        attributes=values,
        told=torch.ones(1, len(ATTRIBUTES)),
        energy=torch.from_numpy(energy)[None] if is_tile else None,
        moves=torch.tensor([float(moves)]),
    )


def _tokens_for(sound_class: str) -> int:
    """Return the length of a class's grid in tokens."""
    kind = taxonomy().sound_class(sound_class).kind
    return ACTION_TOKENS if kind == "action" else TILE_TOKENS

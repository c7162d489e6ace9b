"""Training of the light generator: half a network that answers what the full one answers guided.

The light network has every second block of the full one and begins as these. It learns, on the
same augmented sounds and at random points of the path, the clean grid that the full network
predicts with guidance there (Meng et al., arXiv:2210.03142): so it is asked once a step, not twice,
and few steps do. What the full network does not know, the light one cannot know either.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from foley_core.errors import CheckpointError
from foley_core.models.checkpoints import load_weights, sha256_of
from foley_core.models.embedded.grid_denoiser import (
    GridConditions,
    GridDenoiser,
    joined,
    network_size_of,
)
from foley_core.models.embedded.grid_sampler import DEVIATION, GUIDED_UNTIL, MEAN
from foley_core.models.flow_matching import guided
from foley_core.models.precision import computes_in
from foley_core.training.generator_losses import random_path_points, weighted_error
from foley_core.training.generator_record import record_of
from foley_core.training.sound_corpus import (
    credits_of,
    is_listed,
    recordings,
    split_by_author,
)
from foley_core.training.train_generator import (
    BEGUN_PEAK_RATE,
    PEAK_RATE,
    VARIANTS,
    GeneratorTrainer,
    train_to,
)
from foley_core.training.training_set import SoundBatch, training_set
from foley_core.training.warm_start import begun_from
from foley_core.types import Progress

TEACHER_GUIDANCE = 4.0
"""Scale of the guidance with which the full network is asked."""
KEPT_SHARE = 2
"""Blocks of the full network for each one of the light network."""


def train_light(
    out: Path,
    sounds: Path,
    teacher: Path,
    *,
    steps: int,
    seed: int,
    progress: Progress,
    device: str = "cpu",
    begin: Path | None = None,
) -> dict[str, float]:
    """Train `out` (safetensors) to answer as the network in `teacher` does; see `train_generator`.

    Args:
        teacher: weights of a full generator.
        begin: weights of an earlier light generator to go on from; without, it begins as half of
            the teacher.

    Raises:
        ConfigError: `sounds` has no readable table.
        CheckpointError: the teacher's weights are not those of a generator, or the resumable state
            is damaged.
    """
    torch.set_num_threads(1)
    weights = load_weights(teacher, sha256_of(teacher))
    guide = Guide(weights, device)
    begun = None if begin is None else load_weights(begin, sha256_of(begin))
    network = None if begun is None else begun_from(begun, weights)
    training_rows, _ = split_by_author(recordings(sounds))
    rows = [row for row in training_rows if is_listed(row)]
    # Grids are standardised as the teacher learned them, whatever this corpus would give.
    standard = {name: weights[name].float() for name in (MEAN, DEVIATION)}
    material = replace(
        training_set(rows, VARIANTS, seed, progress),
        mean=standard[MEAN].numpy(),
        deviation=standard[DEVIATION].numpy(),
    )
    trainer = GeneratorTrainer(
        lambda: with_half_the_blocks(weights) if network is None else network,
        guide.loss_of,
        seed,
        steps,
        device,
        PEAK_RATE if network is None else BEGUN_PEAK_RATE,
    )
    figures, sha256 = train_to(out, trainer, material, standard, progress)
    out.with_name("ATTRIBUTION.md").write_text(credits_of(rows), encoding="utf-8")
    others = {"teacher_sha256": sha256_of(teacher)}
    if begin is not None:
        others["begin_sha256"] = sha256_of(begin)
    record = record_of(train_light, sha256, seed, rows, figures, others, material.heard)
    out.with_suffix(".toml").write_text(record, encoding="utf-8")
    return figures


class Guide:
    """The full network, which is asked with guidance for the data at the end of the path."""

    def __init__(self, weights: Mapping[str, Tensor], device: str) -> None:
        """Load the full network.

        Raises:
            CheckpointError: the tensors are not those of a generator.
        """
        rest = {n: tensor for n, tensor in weights.items() if n not in (MEAN, DEVIATION)}
        try:
            self._network = GridDenoiser(network_size_of(rest))
            self._network.load_state_dict(rest)
        except (KeyError, ValueError, RuntimeError) as error:
            raise CheckpointError(f"these weights are of another network: {error}") from error
        place = torch.device(device)
        self._network.to(place, computes_in(place)).eval()

    def loss_of(self, network: GridDenoiser, batch: SoundBatch, source: torch.Generator) -> Tensor:
        """Return the distance of a network from the guided answer, at random points of the path."""
        noisy, t = random_path_points(batch.tokens, source, network)
        conditions = batch.conditions.to(noisy.dtype, noisy.device)
        clean: Tensor = network(noisy, t, conditions).float()
        return weighted_error(clean, self.answer(noisy, t, conditions), t)

    @torch.no_grad()
    def answer(self, noisy: Tensor, t: Tensor, conditions: GridConditions) -> Tensor:
        """Return clean tokens, guided as far along the path as a sampler guides."""
        # Told and untold in one batch: one call instead of two.
        both = joined([conditions, conditions.told_nothing()])
        answers = self._network(torch.cat([noisy, noisy]), torch.cat([t, t]), both).float()
        told, untold = answers.chunk(2)
        # Late on the path a sampler does not guide, so there the plain answer is the goal.
        is_guided = (t < GUIDED_UNTIL)[:, None, None]
        return torch.where(is_guided, guided(told, untold, TEACHER_GUIDANCE), told)


def with_half_the_blocks(weights: Mapping[str, Tensor]) -> GridDenoiser:
    """Return a network with every second block of another, those with motion attention in turn.

    Blocks that attend to motion are the odd ones, so block `b` of the light network begins as the
    next block of its own kind at or after `2 · b`.
    """
    full = network_size_of(weights)
    network = GridDenoiser(replace(full, layers=full.layers // KEPT_SHARE))
    begun = {}
    for name in network.state_dict():
        kind, *rest = name.split(".", 2)
        if kind == "blocks":
            block = int(rest[0])
            # Full blocks 0, 3, 4, 7, …: even ones (without motion) and odd ones stay even and odd.
            begun[name] = weights[f"blocks.{KEPT_SHARE * block + block % 2}.{rest[1]}"]
        else:
            begun[name] = weights[name]
    network.load_state_dict({name: tensor.float() for name, tensor in begun.items()})
    return network

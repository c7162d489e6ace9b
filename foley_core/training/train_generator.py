"""Training of the embedded generator: flow matching on augmented grids, on one core or one GPU.

Gradients are computed in bfloat16, where that is faster (`computes_in`), on a copy of float32
master weights; what is shipped is an exponential moving average of the masters, in float16. A
checkpoint of everything (safetensors) is written every few minutes; the same call finds it and goes
on, with the same result as if it had never stopped: bit for bit on one kind of processor, up to
rounding elsewhere.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.optim import AdamW

from foley_core.audio.band_grid import PITCH
from foley_core.models.checkpoints import load_weights, save_weights, sha256_of
from foley_core.models.embedded.grid_denoiser import GridDenoiser
from foley_core.models.embedded.grid_sampler import DEVIATION, MEAN
from foley_core.models.precision import computes_in
from foley_core.training.generator_losses import loss_of
from foley_core.training.generator_record import record_of
from foley_core.training.sound_corpus import (
    credits_of,
    is_listed,
    recordings,
    split_by_author,
)
from foley_core.training.training_set import SoundBatch, TrainingSet, training_set
from foley_core.training.warm_start import CLASSES, GROUPS, begun_from
from foley_core.types import Progress

ACTION_BATCH, TILE_BATCH = 40, 8
"""Sounds in a batch; a tile has four times as many tokens as an action."""
PEAK_RATE, WARM_UP, DECAY = 8e-4, 200, 0.01
"""Highest learning rate, steps up to it, weight decay."""
BEGUN_PEAK_RATE = 7e-4
"""Highest learning rate of a training that begins as an earlier generator."""
TABLES, TABLE_RATE = frozenset({CLASSES, GROUPS}), 3.0
"""Embeddings of names, and how much faster they learn: a row moves only when its name is drawn."""
LEAST_RATE = 0.01
"""Share of the highest learning rate that is left at the last step."""
AVERAGE = 0.997
"""Share that the average of the weights keeps at each step: it reaches back some 300 steps."""
SAVE_EVERY = 250
VARIANTS = 6
"""Computed sounds of each action on each of its materials; of lasting sounds half as many."""
RECENT = 200
LOSS_NAMES = {False: "action_loss", True: "tile_loss"}
"""Names of the losses by whether a batch holds tiles."""

Objective = Callable[[GridDenoiser, SoundBatch, torch.Generator], Tensor]
"""The loss of a network on a batch, noise and times drawn from the generator."""


def train_generator(
    out: Path,
    sounds: Path,
    *,
    steps: int,
    seed: int,
    progress: Progress,
    device: str = "cpu",
    begin: Path | None = None,
) -> dict[str, float]:
    """Train and write `out` (safetensors), and its TOML record and `ATTRIBUTION.md` beside it.

    Args:
        out: where the weights go; `<out>.training` beside it holds the resumable state.
        sounds: folder with `sounds.csv` (see `sound_corpus`).
        steps: optimiser steps in all, those of earlier calls included.
        seed: of the start, the batches and the noise.
        progress: told a share 0..1 and a sentence, each time after the state was written.
        device: to train on, "cpu" or "cuda".
        begin: weights of an earlier generator to go on from, whatever classes they know.

    Returns:
        `steps`, and the mean training loss of actions and of tiles over the last 200 steps.

    Raises:
        ConfigError: `sounds` has no readable table.
        CheckpointError: the resumable state is damaged, or `begin` is not a generator's.
    """
    torch.set_num_threads(1)
    begun = {} if begin is None else load_weights(begin, sha256_of(begin))
    network = begun_from(begun) if begun else None
    training_rows, _ = split_by_author(recordings(sounds))
    rows = [row for row in training_rows if is_listed(row)]
    material = training_set(rows, VARIANTS, seed, progress)
    standard = {
        MEAN: torch.from_numpy(material.mean),
        DEVIATION: torch.from_numpy(material.deviation),
    }
    if network is None:
        trainer = GeneratorTrainer(GridDenoiser, loss_of, seed, steps, device)
    else:
        # Grids are standardised as the earlier network learned them, but for pitch and voicing,
        # which were measured otherwise before.
        for name, tensor in standard.items():
            tensor[:PITCH] = begun[name][:PITCH].float()
        material = replace(
            material, mean=standard[MEAN].numpy(), deviation=standard[DEVIATION].numpy()
        )
        trainer = GeneratorTrainer(lambda: network, loss_of, seed, steps, device, BEGUN_PEAK_RATE)
    figures, sha256 = train_to(out, trainer, material, standard, progress)
    out.with_name("ATTRIBUTION.md").write_text(credits_of(rows), encoding="utf-8")
    others = {} if begin is None else {"begin_sha256": sha256_of(begin)}
    record = record_of(train_generator, sha256, seed, rows, figures, others, material.heard)
    out.with_suffix(".toml").write_text(record, encoding="utf-8")
    return figures


def train_to(
    out: Path,
    trainer: "GeneratorTrainer",
    material: TrainingSet,
    standard: Mapping[str, Tensor],
    progress: Progress,
) -> tuple[dict[str, float], str]:
    """Go on to the trainer's last step, keeping its state and weights every few minutes.

    Args:
        standard: tensors that standardise grids, kept with the weights.

    Returns:
        Sizes of the batches and the figures of `train_generator`; the sha256 of the weights.

    Raises:
        CheckpointError: the resumable state is damaged.
    """
    state = out.with_name(out.name + ".training")
    if state.exists():
        trainer.restore(load_weights(state, None))
    while trainer.step < trainer.steps:
        # Batches of actions and of tiles in turn.
        trainer.advance(material, is_tile=trainer.step % 2 == 1)
        if trainer.step % SAVE_EVERY == 0 or trainer.step == trainer.steps:
            save_weights(state, trainer.state())
            save_weights(out, trainer.weights() | dict(standard))
            share = trainer.step / trainer.steps
            progress(share, f"step {trainer.step}, {_summary(trainer.losses)}")
    sha256 = save_weights(out, trainer.weights() | dict(standard))
    settings = {
        "computed_sounds_for_each_pair": VARIANTS,
        "action_batch": ACTION_BATCH,
        "tile_batch": TILE_BATCH,
        "steps": trainer.steps,
    }
    return settings | _recent(trainer.losses), sha256


class GeneratorTrainer:
    """Master weights, their average, the optimiser, and the network that computes.

    Attributes:
        step, steps: steps done, and steps in all.
        losses: those of the last `RECENT` steps on actions (False) and on tiles (True).
        average: the average of each tensor of weights, by name, float32.
    """

    def __init__(
        self,
        network: Callable[[], GridDenoiser],
        objective: Objective,
        seed: int,
        steps: int,
        device: str = "cpu",
        peak_rate: float = PEAK_RATE,
    ) -> None:
        """Begin a training; `network` makes the network, `objective` is its loss."""
        torch.manual_seed(seed)
        self.step, self.steps, self._peak_rate = 0, steps, peak_rate
        self.losses: dict[bool, list[float]] = {False: [], True: []}
        self._seed, self._objective, self._device = seed, objective, torch.device(device)
        self._network = network().to(self._device)
        self._masters = {n: p.detach().clone() for n, p in self._network.named_parameters()}
        self.average = {n: p.clone() for n, p in self._masters.items()}
        # The network itself may be rounded: it is copied from the masters after every step, so that
        # small steps are not lost in bfloat16.
        self._network.to(computes_in(self._device))
        groups = [
            {"params": [p for n, p in self._masters.items() if (n in TABLES) is is_table]}
            for is_table in (False, True)
        ]
        self._optimiser = AdamW(groups, betas=(0.9, 0.98), weight_decay=DECAY)

    def advance(self, material: TrainingSet, is_tile: bool) -> float:
        """Take one step on one batch and return its loss."""
        # Seed and step alone decide the batch: nothing random need be kept to go on.
        rng = np.random.default_rng((self._seed, self.step))
        batch = material.batch(is_tile, TILE_BATCH if is_tile else ACTION_BATCH, rng)
        source = torch.Generator().manual_seed(int(rng.integers(2**62)))
        self._network.zero_grad(set_to_none=True)
        loss = self._objective(self._network, batch, source)
        loss.backward()  # type: ignore[no-untyped-call]
        self._update()
        self.losses[is_tile] = [*self.losses[is_tile], float(loss.detach())][-RECENT:]
        return self.losses[is_tile][-1]

    def _update(self) -> None:
        """Move the masters by the network's gradients; network and average follow them."""
        with torch.no_grad():
            for name, parameter in self._network.named_parameters():
                gradient = parameter.grad
                self._masters[name].grad = None if gradient is None else gradient.float()
        torch.nn.utils.clip_grad_norm_(self._masters.values(), 1.0)
        rate = learning_rate(self.step, self.steps, self._peak_rate)
        for group, factor in zip(self._optimiser.param_groups, (1.0, TABLE_RATE), strict=True):
            group["lr"] = rate * factor
        self._optimiser.step()
        self.step += 1
        # The average of the first steps would be mostly the random beginning: it starts short.
        self._copy(min(AVERAGE, (1 + self.step) / (10 + self.step)))

    @torch.no_grad()
    def _copy(self, keep: float) -> None:
        """Move the average towards the masters, keeping a share of it; update the network."""
        for name, parameter in self._network.named_parameters():
            self.average[name].lerp_(self._masters[name], 1 - keep)
            parameter.copy_(self._masters[name])

    def weights(self) -> dict[str, Tensor]:
        """Return the averaged weights in float16, as they are shipped."""
        return {name: value.half() for name, value in self.average.items()}

    def state(self) -> dict[str, Tensor]:
        """Return everything that is needed to go on."""
        tensors = {"step": torch.tensor(self.step)}
        for is_tile, losses in self.losses.items():
            tensors[f"loss.{LOSS_NAMES[is_tile]}"] = torch.tensor(losses, dtype=torch.float64)
        for name, master in self._masters.items():
            tensors |= {f"master.{name}": master, f"average.{name}": self.average[name]}
            for kind, value in self._optimiser.state[master].items():
                tensors[f"optimiser.{kind}.{name}"] = value
        return tensors

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go on from what `state` returned."""
        self.step = int(tensors["step"])
        for is_tile, name in LOSS_NAMES.items():
            self.losses[is_tile] = tensors.get(f"loss.{name}", torch.empty(0)).tolist()
        for name, master in self._masters.items():
            master.copy_(tensors[f"master.{name}"])
            self.average[name].copy_(tensors[f"average.{name}"])
            kinds = ("step", "exp_avg", "exp_avg_sq")
            self._optimiser.state[master] = {
                kind: tensors[f"optimiser.{kind}.{name}"].to(
                    "cpu" if kind == "step" else self._device, copy=True
                )
                for kind in kinds
                if f"optimiser.{kind}.{name}" in tensors
            }
        # A share of 1 leaves the average as it is and fills the network.
        self._copy(1.0)


def learning_rate(step: int, steps: int, peak: float = PEAK_RATE) -> float:
    """Return the learning rate of a step: linear warm-up, then half a cosine to a hundredth."""
    if step < WARM_UP:
        return peak * (step + 1) / WARM_UP
    share = (step - WARM_UP) / max(1, steps - WARM_UP)
    return peak * (LEAST_RATE + (1 - LEAST_RATE) * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))


def _recent(losses: dict[bool, list[float]]) -> dict[str, float]:
    """Return the mean recent loss of each kind, by name."""
    return {LOSS_NAMES[k]: float(np.mean(values)) for k, values in losses.items() if values}


def _summary(losses: dict[bool, list[float]]) -> str:
    """Return the recent losses as text."""
    return ", ".join(f"{name} {value:.4f}" for name, value in _recent(losses).items())

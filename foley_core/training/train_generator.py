"""Training of the embedded generator: flow matching on augmented grids, on one core or one GPU.

Gradients are computed in bfloat16, where that is faster (`computes_in`), on a copy of float32
master weights; what is shipped is an exponential moving average of the masters, in float16. A
checkpoint of everything (safetensors) is written every few minutes; the same call finds it and goes
on, with the same result as if it had never stopped: bit for bit on one kind of processor, up to
rounding elsewhere.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.optim import AdamW

from foley_core.models.checkpoints import load_weights, save_weights
from foley_core.models.embedded.grid_denoiser import (
    GridDenoiser,
)
from foley_core.models.embedded.grid_sampler import DEVIATION, MEAN
from foley_core.models.precision import computes_in
from foley_core.training.generator_losses import loss_of
from foley_core.training.sound_corpus import (
    Recording,
    credits_of,
    is_listed,
    recordings,
    split_by_author,
)
from foley_core.training.training_set import SoundBatch, TrainingSet, training_set
from foley_core.types import Progress

ACTION_BATCH, TILE_BATCH = 40, 8
"""Sounds in a batch; a tile has four times as many tokens as an action."""
PEAK_RATE, WARM_UP, DECAY = 8e-4, 200, 0.01
"""Highest learning rate, steps up to it, weight decay."""
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
) -> dict[str, float]:
    """Train and write `out` (safetensors), and its TOML record and `ATTRIBUTION.md` beside it.

    Args:
        out: where the weights go; `<out>.training` beside it holds the resumable state.
        sounds: folder with `sounds.csv` (see `sound_corpus`).
        steps: optimiser steps in all, those of earlier calls included.
        seed: of the start, the batches and the noise.
        progress: told a share 0..1 and a sentence, each time after the state was written.
        device: to train on, "cpu" or "cuda".

    Returns:
        `steps`, and the mean training loss of actions and of tiles over the last 200 steps.

    Raises:
        ConfigError: `sounds` has no readable table.
        CheckpointError: the resumable state is damaged.
    """
    torch.set_num_threads(1)
    training_rows, _ = split_by_author(recordings(sounds))
    rows = [row for row in training_rows if is_listed(row)]
    material = training_set(rows, VARIANTS, seed, progress)
    trainer = GeneratorTrainer(GridDenoiser, loss_of, seed, steps, device)
    standard = {
        MEAN: torch.from_numpy(material.mean),
        DEVIATION: torch.from_numpy(material.deviation),
    }
    figures, sha256 = train_to(out, trainer, material, standard, progress)
    out.with_name("ATTRIBUTION.md").write_text(credits_of(rows), encoding="utf-8")
    record = record_of(train_generator, sha256, seed, rows, figures)
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
        The figures of `train_generator`, and the sha256 of the weights in `out`.

    Raises:
        CheckpointError: the resumable state is damaged.
    """
    state = out.with_name(out.name + ".training")
    if state.exists():
        trainer.restore(load_weights(state, None))
    while trainer.step < trainer.steps:
        # Two batches of actions, then one of tiles.
        trainer.advance(material, is_tile=trainer.step % 3 == 2)
        if trainer.step % SAVE_EVERY == 0 or trainer.step == trainer.steps:
            save_weights(state, trainer.state())
            save_weights(out, trainer.weights() | dict(standard))
            share = trainer.step / trainer.steps
            progress(share, f"step {trainer.step}, {_summary(trainer.losses)}")
    sha256 = save_weights(out, trainer.weights() | dict(standard))
    return {"steps": float(trainer.steps)} | _recent(trainer.losses), sha256


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
    ) -> None:
        """Begin a training; `network` makes the network, `objective` is its loss."""
        torch.manual_seed(seed)
        self.step, self.steps = 0, steps
        self.losses: dict[bool, list[float]] = {False: [], True: []}
        self._seed, self._objective, self._device = seed, objective, torch.device(device)
        self._network = network().to(self._device)
        self._masters = {n: p.detach().clone() for n, p in self._network.named_parameters()}
        self.average = {n: p.clone() for n, p in self._masters.items()}
        # The network itself may be rounded: it is copied from the masters after every step, so that
        # small steps are not lost in bfloat16.
        self._network.to(computes_in(self._device))
        self._optimiser = AdamW(self._masters.values(), betas=(0.9, 0.98), weight_decay=DECAY)

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
        self._optimiser.param_groups[0]["lr"] = learning_rate(self.step, self.steps)
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


def learning_rate(step: int, steps: int) -> float:
    """Return the learning rate of a step: linear warm-up, then half a cosine to a hundredth."""
    if step < WARM_UP:
        return PEAK_RATE * (step + 1) / WARM_UP
    share = (step - WARM_UP) / max(1, steps - WARM_UP)
    return PEAK_RATE * (
        LEAST_RATE + (1 - LEAST_RATE) * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))
    )


def record_of(
    recipe: Callable[..., object],
    sha256: str,
    seed: int,
    rows: Sequence[Recording],
    figures: Mapping[str, float],
) -> str:
    """Return the TOML record of weights: what they are, how they came about, from whose recordings.

    Args:
        recipe: the function that trained them.
        rows: the recordings.
        figures: names and values to write down.
    """
    licences = Counter(row.licence for row in rows)
    lines = [
        "# Written by the training; the measured quality is added after an evaluation.",
        f'sha256 = "{sha256}"',
        'credits = "ATTRIBUTION.md"',
        "",
        "[recipe]",
        f'function = "{recipe.__module__}.{recipe.__qualname__}"',
        f"seed = {seed}",
        f"recordings = {len(rows)}",
        f"computed_sounds_for_each_pair = {VARIANTS}",
        f"action_batch = {ACTION_BATCH}",
        f"tile_batch = {TILE_BATCH}",
        *(f"{name} = {value:.6g}" for name, value in figures.items()),
        "",
        "[recordings_by_licence]",
        *(f'"{licence}" = {count}' for licence, count in sorted(licences.items())),
    ]
    return "\n".join(lines) + "\n"


def _recent(losses: dict[bool, list[float]]) -> dict[str, float]:
    """Return the mean recent loss of each kind, by name."""
    return {LOSS_NAMES[k]: float(np.mean(values)) for k, values in losses.items() if values}


def _summary(losses: dict[bool, list[float]]) -> str:
    """Return the recent losses as text."""
    return ", ".join(f"{name} {value:.4f}" for name, value in _recent(losses).items())

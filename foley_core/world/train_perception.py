"""Training of perception on rendered worlds and recorded sounds, start to finish.

One run: render worlds (kept in shards), train all networks together, calibrate the onset threshold
on worlds whose seeds were never trained on, write weights and their record. A run that was stopped
goes on from its last checkpoint when it is started again with the same folder.
"""

from collections.abc import Callable
from dataclasses import fields
from math import cos, pi
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from foley_core.models.checkpoints import save_weights
from foley_core.models.embedded.detection import Thresholds
from foley_core.models.embedded.joint_space import (
    AudioEncoder,
    Recordings,
    contrast,
    contrasted,
    draw_recordings,
    load_recordings,
)
from foley_core.models.embedded.perception_net import (
    TOKENS_PER_SCENE,
    WIDTH,
    PerceptionNet,
    Readings,
)
from foley_core.models.embedded.sound_corpus import credits_of
from foley_core.timebase import STEPS_PER_SCENE
from foley_core.world.evaluate_perception import calibrate, evaluate_worlds
from foley_core.world.examples import STEPS, Examples, rendered_examples

Progress = Callable[[float, str], None]
Batch = dict[str, Tensor]

HELD_OUT_SEED = 1_000_000
HELD_OUT_WORLDS = 64
"""Half of them set the threshold, the other half give the figures."""

_BATCH = 16
_CROP_STEPS = 48
_LEARNING_RATE = 2e-3
_WARM_UP_STEPS = 40
_CHECKPOINT_STEPS = 50
_AVERAGE = 0.99


def train_perception(
    out: Path,
    sounds: Path | None,
    *,
    clips: int,
    steps: int,
    seed: int,
    progress: Progress,
    held_out_worlds: int = HELD_OUT_WORLDS,
) -> dict[str, float]:
    """Train, calibrate, and write `perception.safetensors` and `perception.toml` into `out`.

    Args:
        out: folder of the run; rendered worlds and checkpoints are kept there too.
        sounds: corpus of recordings, a folder with `sounds.csv`; without it the joint space is
            learned from class prototypes alone.
        clips: worlds to train on, 3.84 s each, at least 16.
        steps: optimiser steps with batches of 16 worlds.
        progress: told the share done and a sentence.

    Returns:
        Figures measured on held-out worlds; see `evaluate_worlds`.

    Raises:
        ConfigError: `sounds` is not a corpus.
    """
    torch.manual_seed(seed)
    worlds = out / "worlds"
    held_out = rendered_examples(
        worlds, range(HELD_OUT_SEED, HELD_OUT_SEED + held_out_worlds), progress
    )
    examples = rendered_examples(worlds, range(clips), progress)
    run = _Run(out, load_recordings(sounds) if sounds else None, steps, seed)
    while run.step < steps:
        loss = run.advance(examples)
        if run.step % _CHECKPOINT_STEPS == 0 or run.step == steps:
            run.save()
            progress(run.step / steps, f"step {run.step} of {steps}, loss {loss:.3f}")
    if sounds is not None:
        (out / "ATTRIBUTION.md").write_text(credits_of(contrasted(sounds)), encoding="utf-8")
    return _finish(out, run.averaged(), held_out, {"clips": clips, "steps": steps, "seed": seed})


def _finish(
    out: Path, net: PerceptionNet, held_out: Examples, recipe: dict[str, int]
) -> dict[str, float]:
    """Calibrate, measure, and write weights and record."""
    half = len(held_out) // 2
    thresholds = calibrate(net, held_out.rows(0, half))
    figures = evaluate_worlds(net, held_out.rows(half, len(held_out)), thresholds)
    weights = {name: value.half() for name, value in net.state_dict().items()}
    sha256 = save_weights(out / "perception.safetensors", weights)
    _write_record(out / "perception.toml", sha256, thresholds, figures, recipe)
    return figures


class _Run:
    """Networks, optimiser and an exponential average of the weights; all of it on disk."""

    def __init__(self, out: Path, recordings: Recordings | None, steps: int, seed: int) -> None:
        self.path = out / "checkpoint.safetensors"
        self.recordings, self.steps, self.seed = recordings, steps, seed
        self.net, self.audio = PerceptionNet(), AudioEncoder()
        self.trained = [*self.net.parameters(), *self.audio.parameters()]
        self.optimizer = torch.optim.AdamW(self.trained, _LEARNING_RATE, weight_decay=0.02)
        self.average = [parameter.detach().clone() for parameter in self.net.parameters()]
        self.step = 0
        if self.path.exists():
            self._load()

    def advance(self, examples: Examples) -> float:
        """One optimiser step on a batch drawn from seed and step."""
        rng = np.random.default_rng([self.seed, self.step])
        rows = rng.choice(len(examples), _BATCH, replace=False)
        batch = _batch(examples, rows, int(rng.integers(STEPS // _CROP_STEPS * 2 - 1)))
        if rng.random() < 0.5:
            batch = _mirrored(batch)
        generator = torch.Generator().manual_seed(self.seed + self.step)
        warm = min(1.0, (self.step + 1) / _WARM_UP_STEPS)
        cooled = 0.5 + 0.5 * cos(pi * self.step / self.steps)
        self.optimizer.param_groups[0]["lr"] = _LEARNING_RATE * warm * (0.02 + 0.98 * cooled)
        loss = self._loss(batch, generator)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.step += 1
        with torch.no_grad():
            for kept, parameter in zip(self.average, self.net.parameters(), strict=True):
                kept.lerp_(parameter, 1.0 - min(_AVERAGE, self.step / (self.step + 10.0)))
        return float(loss.detach())

    def averaged(self) -> PerceptionNet:
        """The network with averaged weights, for use."""
        net = PerceptionNet()
        with torch.no_grad():
            for parameter, kept in zip(net.parameters(), self.average, strict=True):
                parameter.copy_(kept)
        return net.eval()

    def _loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        readings, places = read_batch(self.net, batch)
        loss = onset_loss(readings, batch) + functional.cross_entropy(
            places, batch["ambience"].flatten()
        )
        at = batch["action"] >= 0
        if self.recordings is not None and at.any():
            actions = batch["action"][at]
            images, has = draw_recordings(self.recordings, actions, generator)
            heard = self.audio(images)
            loss = loss + 0.5 * contrast(readings.joint[at][has], heard, actions[has])
            drawn = functional.cross_entropy(self.net.head.classify(heard), actions[has])
            loss = loss + 0.1 * drawn
        return loss

    def save(self) -> None:
        """Write everything that the next step depends on."""
        states = [self.optimizer.state[parameter] for parameter in self.trained]
        tensors = {"step": torch.tensor([self.step])}
        for index, (parameter, state) in enumerate(zip(self.trained, states, strict=True)):
            tensors[f"weight.{index}"] = parameter.detach()
            tensors[f"first.{index}"] = state["exp_avg"] if state else torch.zeros_like(parameter)
            tensors[f"second.{index}"] = (
                state["exp_avg_sq"] if state else torch.zeros_like(parameter)
            )
        tensors |= {f"average.{index}": kept for index, kept in enumerate(self.average)}
        save_weights(self.path, tensors)

    def _load(self) -> None:
        tensors = load_file(self.path)
        self.step = int(tensors["step"][0])
        with torch.no_grad():
            for index, parameter in enumerate(self.trained):
                parameter.copy_(tensors[f"weight.{index}"])
                self.optimizer.state[parameter] = {
                    "step": torch.tensor(float(self.step)),
                    "exp_avg": tensors[f"first.{index}"].clone(),
                    "exp_avg_sq": tensors[f"second.{index}"].clone(),
                }
        self.average = [tensors[f"average.{index}"].clone() for index in range(len(self.average))]


def read_batch(net: PerceptionNet, batch: Batch) -> tuple[Readings, Tensor]:
    """Readings of whole examples, and ambience logits (B · S, ambiences)."""
    count, steps = batch["maps"].shape[:2]
    maps = batch["maps"].flatten(0, 1).float() / 127.0
    pictures = batch["scenes"].flatten(0, 1).permute(0, 3, 1, 2).float() / 127.5 - 1.0
    with torch.autocast("cpu", torch.bfloat16):
        motion = net.motion(maps, batch["camera"].flatten(0, 1)).float()
        scene = net.scene(pictures).float()
    motion = motion.view(count, steps, WIDTH)
    places = net.head.place(scene)
    whole = scene.view(count, -1, TOKENS_PER_SCENE, WIDTH).flatten(1, 2)
    valid = torch.ones(count, steps, dtype=torch.bool)
    seen = torch.ones(count, scene.shape[0] // count, dtype=torch.bool)
    return net.head(motion, whole, valid, seen), places


def onset_loss(readings: Readings, batch: Batch) -> Tensor:
    """When, what, of what and how loud: focal loss (Lin et al., 2017) on soft targets for when."""
    heat = batch["onset"]
    wrong = (heat - readings.onset.sigmoid()).abs().square()
    crossed = functional.binary_cross_entropy_with_logits(readings.onset, heat, reduction="none")
    at = batch["action"] >= 0
    onsets = at.sum().clamp(min=1)
    loss = 4.0 * (wrong * crossed).sum() / onsets
    loss = loss + functional.binary_cross_entropy_with_logits(readings.activity, batch["activity"])
    if not bool(at.any()):
        return loss
    loss = loss + functional.cross_entropy(readings.action[at], batch["action"][at])
    loss = loss + 0.5 * functional.cross_entropy(readings.material[at], batch["material"][at])
    loss = loss + (readings.shift[at] - batch["shift"][at]).abs().mean()
    return loss + (readings.intensity[at].sigmoid() - batch["intensity"][at]).abs().mean()


def _batch(examples: Examples, rows: "np.typing.NDArray[np.int64]", half: int) -> Batch:
    """A crop of 48 steps of the chosen examples, that begins `half` half crops in."""
    batch = {}
    for field in fields(Examples):
        length = _CROP_STEPS
        if field.name in ("scenes", "ambience"):
            length //= STEPS_PER_SCENE
        start = half * length // 2
        values = getattr(examples, field.name)[rows, start : start + length]
        batch[field.name] = torch.from_numpy(values)
    return batch


def _mirrored(batch: Batch) -> Batch:
    """Left and right exchanged."""
    maps = batch["maps"].flip(-1).clone()
    maps[:, :, [0, 2]] *= -1
    camera = batch["camera"].clone()
    camera[..., [0, 4, 5]] *= -1.0
    return batch | {"maps": maps, "camera": camera, "scenes": batch["scenes"].flip(-2)}


def _write_record(
    path: Path,
    sha256: str,
    thresholds: Thresholds,
    figures: dict[str, float],
    recipe: dict[str, int],
) -> None:
    def table(values: dict[str, float] | dict[str, int]) -> str:
        return "".join(f"{name} = {round(value, 4)}\n" for name, value in values.items())

    path.write_text(
        f'schema_version = 1\nsha256 = "{sha256}"\n\n[recipe]\n'
        'function = "foley_core.world.train_perception.train_perception"\n'
        f"{table(recipe)}\n[thresholds]\n"
        f"onset = {thresholds.onset:.2f}\nactivity = {thresholds.activity:.2f}\n\n"
        f"[measured_on_held_out_worlds]\n{table(figures)}",
        encoding="utf-8",
    )

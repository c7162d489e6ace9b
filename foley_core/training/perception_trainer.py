"""The training loop of perception: losses, optimiser, weight average, and all of it on disk.

A batch is determined by seed, step and worker alone, so a run that was stopped goes on from its
last checkpoint as if it had not stopped.
"""

from collections.abc import Mapping
from math import cos, pi
from pathlib import Path
from textwrap import shorten

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from foley_core.errors import CheckpointError
from foley_core.models.checkpoints import load_weights, save_weights
from foley_core.models.embedded.features import TOKENS_PER_SCENE
from foley_core.models.embedded.motion_encoder import WIDTH
from foley_core.models.embedded.perception_net import (
    AUDIO_PREFIX,
    PerceptionNet,
    Readings,
)
from foley_core.models.precision import computes_in
from foley_core.timebase import STEPS_PER_SCENE
from foley_core.training.distortion import WorldBatch, batch_of_worlds, distorted
from foley_core.training.examples import EXAMPLE_STEPS
from foley_core.training.joint_space import (
    AudioEncoder,
    Recordings,
    contrast,
    draw_recordings,
)
from foley_core.training.local_sgd import RENDEZVOUS_STEPS, SINGLE_WORKER, Workers
from foley_core.training.perception_losses import onset_loss
from foley_core.training.shards import RenderedWorlds

BATCH = 11
"""Worlds in a batch."""
CROP_STEPS = 72
"""Motion steps of each world in a batch (2.88 of its 3.84 s), from a random scene step on."""
_LEARNING_RATE = 1.5e-3
_LEARNING_RATE_BEGUN = 8e-4
"""Learning rate of networks that were trained before."""
_WARM_UP_STEPS = 100
_LEAST_RATE = 0.01
"""Share of the learning rate that is left at the last step."""
_AVERAGE = 0.998
"""Share that the average of the weights keeps at each step: it reaches back some 500 steps."""


class PerceptionTrainer:
    """Networks, optimiser and an exponential average of the weights.

    Attributes:
        net, audio: the networks in training; `audio` encodes recordings.
        trained: all parameters that are trained here.
        average: the average of each of them, in the same order; this is what is shipped.
        step, steps: steps done, and steps in all.
    """

    def __init__(
        self,
        path: Path,
        recordings: Recordings | None,
        steps: int,
        seed: int,
        device: str,
        begin: Path | None = None,
        workers: Workers = SINGLE_WORKER,
    ) -> None:
        """Go on from the checkpoint at `path` if there is one; else begin, anew or from weights.

        Args:
            path: where the checkpoint is kept.
            recordings: sounds for the joint space, or None to leave it to the class prototypes.
            steps: optimiser steps in all; they set the course of the learning rate.
            seed: of the batches.
            device: "cpu" or "cuda".
            begin: earlier weights to begin from; tensors that they lack begin anew.
            workers: the processes of this training.

        Raises:
            CheckpointError: `begin` does not hold weights of these networks.
        """
        self.path, self.device = path, torch.device(device)
        self.recordings, self.steps, self.seed = recordings, steps, seed
        self.workers = workers
        self.net, self.audio = PerceptionNet(), AudioEncoder()
        if begin is not None:
            begin_from(begin, self.net, self.audio)
        self.net.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.audio.to(self.device)
        self.trained = _trained_together(self.net, self.audio)
        self.rate = _LEARNING_RATE if begin is None else _LEARNING_RATE_BEGUN
        self.optimizer = torch.optim.AdamW(self.trained, self.rate, weight_decay=0.02)
        self.average = [parameter.detach().clone() for parameter in self.trained]
        self.step = 0
        if path.exists():
            self._load()

    def advance(self, worlds: RenderedWorlds, class_weights: Tensor) -> float:
        """Take one optimiser step on a batch drawn from seed, step and worker; return its loss.

        Args:
            worlds: to draw from, at least 11.
            class_weights: (actions,), see `class_weights_of`.
        """
        rng = np.random.default_rng([self.seed, self.step, self.workers.rank])
        rows = rng.choice(len(worlds), BATCH, replace=False)
        # A crop begins at a scene step, as windows do in use.
        first = STEPS_PER_SCENE * int(
            rng.integers((EXAMPLE_STEPS - CROP_STEPS) // STEPS_PER_SCENE + 1)
        )
        batch = batch_of_worlds(worlds.take(rows.tolist(), first, first + CROP_STEPS))
        batch = {name: value.to(self.device) for name, value in distorted(batch, rng).items()}
        # Recordings are drawn apart from the batch: workers and steps never share a seed.
        drawn = self.seed + self.step + self.workers.rank * self.steps
        generator = torch.Generator().manual_seed(drawn)
        # Warm-up for the optimiser's moments, then half a cosine down to a hundredth.
        warm = min(1.0, (self.step + 1) / _WARM_UP_STEPS)
        cooled = 0.5 + 0.5 * cos(pi * self.step / self.steps)
        self.optimizer.param_groups[0]["lr"] = (
            self.rate * warm * (_LEAST_RATE + (1.0 - _LEAST_RATE) * cooled)
        )
        loss = self._loss(batch, class_weights.to(self.device), generator)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.step += 1
        with torch.no_grad():
            # The average of the first steps would be mostly the random beginning: it starts short.
            share = 1.0 - min(_AVERAGE, self.step / (self.step + 10.0))
            for kept, parameter in zip(self.average, self.trained, strict=True):
                kept.lerp_(parameter, share)
        if self.step % RENDEZVOUS_STEPS == 0 or self.step == self.steps:
            self._average_workers()
        return float(loss.detach())

    def averaged(self) -> tuple[PerceptionNet, AudioEncoder]:
        """Return the networks with averaged weights, on the CPU, for use."""
        net, audio = PerceptionNet(), AudioEncoder()
        with torch.no_grad():
            for parameter, kept in zip(_trained_together(net, audio), self.average, strict=True):
                parameter.copy_(kept)
        return net.eval(), audio.eval()

    def _average_workers(self) -> None:
        """Replace weights, averages and the optimiser's moments by their means over all workers."""
        states = [self.optimizer.state[parameter] for parameter in self.trained]
        moments = [state[name] for state in states for name in ("exp_avg", "exp_avg_sq") if state]
        self.workers.average([*self.trained, *self.average, *moments])

    def _loss(self, batch: WorldBatch, class_weights: Tensor, generator: torch.Generator) -> Tensor:
        """Return the sum of all losses of a batch."""
        readings, places = read_batch(self.net, batch)
        loss = onset_loss(readings, batch, class_weights)
        loss = loss + functional.cross_entropy(places, batch["ambience"].flatten())
        # Sights are contrasted with sounds only where something truly sounds.
        at = batch["action"] >= 0
        if self.recordings is not None and at.any():
            loss = loss + self._joint_loss(readings.joint[at], batch["action"][at], generator)
        return loss

    def _joint_loss(self, sights: Tensor, actions: Tensor, generator: torch.Generator) -> Tensor:
        """Return the loss that draws sights near sounds that could have been made there.

        It also draws sounds near the prototypes of their classes.
        """
        assert self.recordings is not None
        chosen, has = draw_recordings(self.recordings, actions.cpu(), generator)
        if not len(chosen):
            # No recording fits: 0, but still connected to the weights.
            return sights.sum() * 0.0
        heard = self.audio(self.recordings.images[chosen].to(self.device))
        has = has.to(self.device)
        belong = self.recordings.may_be[actions[has].cpu()][:, chosen].to(self.device)
        drawn = functional.cross_entropy(self.net.head.classify(heard), actions[has])
        return 0.5 * contrast(sights[has], heard, belong) + 0.1 * drawn

    def save(self) -> None:
        """Write everything that the next step depends on."""
        tensors = {"step": torch.tensor([self.step])}
        for index, parameter in enumerate(self.trained):
            state = self.optimizer.state[parameter]
            tensors[f"weight.{index}"] = parameter.detach()
            for name, moment in (("first", "exp_avg"), ("second", "exp_avg_sq")):
                kept = state[moment] if state else torch.zeros_like(parameter)
                tensors[f"{name}.{index}"] = kept
            tensors[f"average.{index}"] = self.average[index]
        contiguous = {name: value.contiguous() for name, value in tensors.items()}
        save_weights(self.path, contiguous)

    def _load(self) -> None:
        """Read what `save` wrote."""
        tensors = load_file(self.path, device=str(self.device))
        self.step = int(tensors["step"][0])
        with torch.no_grad():
            for index, parameter in enumerate(self.trained):
                parameter.copy_(tensors[f"weight.{index}"])
                self.optimizer.state[parameter] = {
                    "step": torch.tensor(float(self.step)),
                    "exp_avg": torch.empty_like(parameter).copy_(tensors[f"first.{index}"]),
                    "exp_avg_sq": torch.empty_like(parameter).copy_(tensors[f"second.{index}"]),
                }
                self.average[index].copy_(tensors[f"average.{index}"])


def begin_from(path: Path, net: PerceptionNet, audio: AudioEncoder) -> None:
    """Put earlier weights into networks; what those lack stays as it is.

    Args:
        path: weights as they are shipped.
        net, audio: changed in place.

    Raises:
        CheckpointError: the file does not hold weights of these networks.
    """
    of_net, of_audio = {}, {}
    for name, value in load_weights(path, None).items():
        if name.startswith(AUDIO_PREFIX):
            of_audio[name.removeprefix(AUDIO_PREFIX)] = value.float()
        else:
            of_net[name] = value.float()
    try:
        net.load_state_dict(net.state_dict() | of_net)
        if of_audio:
            audio.load_state_dict(of_audio)
    except RuntimeError as error:
        why = shorten(str(error), 200)
        raise CheckpointError(f"{path} are not weights of perception ({why})") from error


def _trained_together(net: PerceptionNet, audio: AudioEncoder) -> list[nn.Parameter]:
    """Return all parameters but those of the plain reader, which is trained by itself."""
    parts = (net.motion, net.scene, net.head, audio)
    return [parameter for part in parts for parameter in part.parameters()]


def read_batch(
    net: PerceptionNet, batch: Mapping[str, Tensor], mixed: bool = True
) -> tuple[Readings, Tensor]:
    """Return the readings of whole examples, and ambience logits (B · S, ambiences).

    Args:
        mixed: see `tokens_of`.
    """
    motion, whole, places = tokens_of(net, batch, mixed)
    count, steps = motion.shape[:2]
    scenes = whole.shape[1] // TOKENS_PER_SCENE
    valid = torch.ones(count, steps, dtype=torch.bool, device=motion.device)
    seen = torch.ones(count, scenes, dtype=torch.bool, device=motion.device)
    return net.head(motion, whole, valid, seen), places


def tokens_of(
    net: PerceptionNet, batch: Mapping[str, Tensor], mixed: bool = True
) -> tuple[Tensor, Tensor, Tensor]:
    """Return motion tokens (B, T, 128), scene tokens (B, 16 · S, 128) and ambience logits.

    The logits are (B · S, ambiences).

    Args:
        batch: tensors of `batch_of_worlds`.
        mixed: compute convolutions in bfloat16 where that is faster (`computes_in`), as in
            training; in use everything is float32.
    """
    maps = batch["maps"]
    count, steps = maps.shape[:2]
    valid = torch.ones(count, steps, dtype=torch.bool, device=maps.device)
    pictures = batch["scenes"].flatten(0, 1).contiguous(memory_format=torch.channels_last)
    halves = mixed and computes_in(maps.device) == torch.bfloat16
    with torch.autocast(maps.device.type, torch.bfloat16, enabled=halves):
        motion = net.motion(maps, batch["glimpse"], batch["camera"], valid).float()
        scene = net.scene(pictures).float()
    places = net.head.place(scene)
    whole = scene.view(count, -1, TOKENS_PER_SCENE, WIDTH).flatten(1, 2)
    return motion, whole, places

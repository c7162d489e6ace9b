"""Training of perception on rendered worlds and recorded sounds, from start to finish.

One run: render worlds (kept in shards), train all networks at once, calibrate the thresholds on
worlds whose seeds were never trained on, write weights and their record. A run that was stopped
goes on from its last checkpoint when it is started again with the same folder.
"""

import multiprocessing
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from foley_core.errors import ConfigError
from foley_core.models.checkpoints import load_weights, save_weights, sha256_of
from foley_core.models.embedded.cue_detection import Thresholds
from foley_core.models.embedded.perception_net import AUDIO_PREFIX, PerceptionNet
from foley_core.training.calibration import calibrate
from foley_core.training.joint_space import AudioEncoder, contrasted_recordings, load_recordings
from foley_core.training.local_sgd import Workers
from foley_core.training.perception_losses import class_weights_of
from foley_core.training.perception_trainer import PerceptionTrainer, begin_from
from foley_core.training.shards import WorldSet, rendered_worlds
from foley_core.training.sound_corpus import credits_of
from foley_core.training.train_audio_encoder import train_audio_encoder
from foley_core.training.train_plain import train_plain
from foley_core.types import Progress

CALIBRATION_SEED = 1_000_000
"""First seed of the worlds that thresholds are chosen on; training takes seeds from 0 on."""
CALIBRATION_WORLDS = 128
_CHECKPOINT_STEPS = 100
_AUDIO_STEPS = 1500
"""Steps of the audio encoder at most."""
PLAIN_STEPS = 800
"""Steps of the plain reader at most: longer, and it finds less in filmed pictures."""
_LOSS_STEPS = 100
"""Steps over which the loss that people are told is averaged."""


def train_perception(
    out: Path,
    sounds: Path | None,
    *,
    clips: int,
    steps: int,
    seed: int,
    progress: Progress,
    device: str = "cpu",
    calibration_worlds: int = CALIBRATION_WORLDS,
    begin: Path | None = None,
    processes: int = 1,
) -> dict[str, float]:
    """Train, calibrate, and write `perception.safetensors` and `perception.toml` into `out`.

    Args:
        out: folder of the run; rendered worlds and checkpoints are kept there too.
        sounds: corpus of recordings, a folder with `sounds.csv`; without it the joint space is
            learned from class prototypes alone.
        clips: worlds to train on, 3.84 s each, at least 16.
        steps: optimiser steps with batches of 11 worlds; the plain reader takes at most 800.
        seed: of the weights and the batches.
        progress: told the share done and a sentence.
        device: to train on, "cpu" or "cuda".
        calibration_worlds: worlds to choose the thresholds on.
        begin: weights of an earlier training to begin from; a checkpoint in `out` comes first.
        processes: workers that train one set of networks, each with batches of its own (see
            `local_sgd`). A run that was stopped must go on with as many.

    Returns:
        `loss` (mean over the last 100 steps), and the thresholds `onset` and `activity`.

    Raises:
        ConfigError: `sounds` is not a corpus; several processes are to train on a GPU.
        CheckpointError: `begin` does not hold weights of these networks.
        RuntimeError: one of several processes is gone.
    """
    if processes > 1 and device != "cpu":
        raise ConfigError("several processes train on the CPU only; leave out device or processes")
    if begin is not None:
        # Weights that do not fit are refused now, not after an hour of rendering.
        begin_from(begin, PerceptionNet(), AudioEncoder())
    folder = out / "worlds"
    worlds = rendered_worlds(folder, WorldSet(range(clips)), progress)
    run = _Run(out, sounds, clips, steps, seed, begin)
    with _workers(run, processes) as workers:
        trainer = run.trainer(workers, device)
        weights, loss = class_weights_of(worlds), 0.0
        while trainer.step < steps:
            recent = trainer.advance(worlds, weights)
            # A running mean: of all steps at first, of the last hundred or so later.
            loss += (recent - loss) / min(_LOSS_STEPS, trainer.step)
            if trainer.step % _CHECKPOINT_STEPS == 0 or trainer.step == steps:
                trainer.save()
                progress(trainer.step / steps, f"step {trainer.step} of {steps}, loss {loss:.3f}")
    if sounds is not None:
        (out / "ATTRIBUTION.md").write_text(
            credits_of(contrasted_recordings(sounds)), encoding="utf-8"
        )
    net, audio = trainer.averaged()
    progress(1.0, "teaching the plain reader")
    # The plain reader and the audio encoder learn after the networks, each by itself.
    net.plain = train_plain(worlds, min(PLAIN_STEPS, steps), seed)
    recipe = {"clips": clips, "steps": steps, "seed": seed, "processes": processes}
    begun = {}
    if begin is not None:
        begun = {"begun_from": f'"{sha256_of(begin)}"'}
    if trainer.recordings is not None:
        progress(1.0, "teaching the audio encoder")
        train_audio_encoder(
            audio, net.head.prototypes, trainer.recordings, min(_AUDIO_STEPS, steps), seed
        )
    thresholds = _calibrated(net, folder, calibration_worlds, progress)
    tensors = dict(net.state_dict())
    if sounds is not None:
        tensors |= {AUDIO_PREFIX + name: value for name, value in audio.state_dict().items()}
    _write(out, tensors, thresholds, {**recipe, **begun})
    return {"loss": loss, "onset": thresholds.onset, "activity": thresholds.activity}


def retrain_plain(
    out: Path,
    weights: Path,
    *,
    clips: int,
    seed: int,
    progress: Progress,
    calibration_worlds: int = CALIBRATION_WORLDS,
    steps: int = PLAIN_STEPS,
) -> dict[str, float]:
    """Train the plain reader of earlier weights again, calibrate, and write weights and record.

    Args:
        out: folder of the run; rendered worlds are kept there too.
        weights: of an earlier training.
        clips: worlds to train on, at least 16.
        seed: of the reader.
        progress: told the share done and a sentence.
        calibration_worlds: worlds to choose the thresholds on.
        steps: optimiser steps of each member of the reader.

    Returns:
        The thresholds `onset` and `activity`.

    Raises:
        CheckpointError: `weights` are not those of these networks.
    """
    torch.set_num_threads(1)
    net = PerceptionNet()
    begin_from(weights, net, AudioEncoder())
    folder = out / "worlds"
    worlds = rendered_worlds(folder, WorldSet(range(clips)), progress)
    progress(1.0, "teaching the plain reader")
    net.plain = train_plain(worlds, steps, seed)
    thresholds = _calibrated(net.eval(), folder, calibration_worlds, progress)
    recipe = {"plain_clips": clips, "plain_seed": seed, "begun_from": f'"{sha256_of(weights)}"'}
    _write(out, load_weights(weights, None) | net.state_dict(), thresholds, recipe, "retrain_plain")
    credits = weights.with_name("ATTRIBUTION.md")
    if credits.exists() and not (out / credits.name).exists():
        shutil.copyfile(credits, out / credits.name)
    return {"onset": thresholds.onset, "activity": thresholds.activity}


@dataclass(frozen=True, slots=True)
class _Run:
    """The settings that all workers of a training have in common."""

    out: Path
    sounds: Path | None
    clips: int
    steps: int
    seed: int
    begin: Path | None

    @property
    def rendezvous(self) -> Path:
        """The file through which the workers find one another."""
        return self.out / "rendezvous"

    def trainer(self, workers: Workers, device: str = "cpu") -> PerceptionTrainer:
        """Return a trainer whose networks begin alike in all workers."""
        # One thread a worker: together they use all cores, and sums keep their order.
        torch.set_num_threads(1)
        # The same first weights everywhere, or their mean would be worth nothing.
        torch.manual_seed(self.seed)
        recordings = load_recordings(self.sounds) if self.sounds else None
        checkpoint = self.out / "checkpoint.safetensors"
        return PerceptionTrainer(
            checkpoint, recordings, self.steps, self.seed, device, self.begin, workers
        )


@contextmanager
def _workers(run: _Run, processes: int) -> Iterator[Workers]:
    """Start the other workers of a training, and wait for them after the last step."""
    # A file that a killed run left behind would keep the workers from finding one another.
    run.rendezvous.unlink(missing_ok=True)
    context = multiprocessing.get_context("spawn")
    others = [
        context.Process(target=_run_worker, args=(run, Workers(rank, processes)), daemon=True)
        for rank in range(1, processes)
    ]
    for other in others:
        other.start()
    workers = Workers(0, processes)
    workers.join(run.rendezvous)
    try:
        yield workers
    finally:
        workers.leave()
        for other in others:
            other.join()
        run.rendezvous.unlink(missing_ok=True)


def _run_worker(run: _Run, workers: Workers) -> None:
    """Train as a worker beside the first one, which alone writes."""
    workers.join(run.rendezvous)
    trainer = run.trainer(workers)
    everything = WorldSet(range(run.clips))
    # The first worker has rendered everything before it started this one.
    worlds = rendered_worlds(run.out / "worlds", everything, lambda share, text: None)
    weights = class_weights_of(worlds)
    while trainer.step < run.steps:
        trainer.advance(worlds, weights)
    workers.leave()


def _calibrated(net: PerceptionNet, folder: Path, worlds: int, progress: Progress) -> Thresholds:
    """Return thresholds chosen on worlds whose seeds are never trained on."""
    seeds = range(CALIBRATION_SEED, CALIBRATION_SEED + worlds)
    return calibrate(net, rendered_worlds(folder, WorldSet(seeds), progress))


def _write(
    out: Path,
    tensors: Mapping[str, Tensor],
    thresholds: Thresholds,
    recipe: Mapping[str, object],
    function: str = "train_perception",
) -> None:
    """Write weights in float16, and a record of what they are."""
    halves = {name: value.half().contiguous() for name, value in tensors.items()}
    sha256 = save_weights(out / "perception.safetensors", halves)
    of_recipe = "".join(f"{name} = {value}\n" for name, value in recipe.items())
    (out / "perception.toml").write_text(
        f'schema_version = 1\nsha256 = "{sha256}"\ncredits = "ATTRIBUTION.md"\n\n[recipe]\n'
        f'function = "foley_core.training.train_perception.{function}"\n'
        f"{of_recipe}\n[thresholds]\n"
        f"onset = {thresholds.onset:.2f}\nactivity = {thresholds.activity:.2f}\n",
        encoding="utf-8",
    )

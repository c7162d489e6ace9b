"""Training of perception on rendered worlds and recorded sounds, start to finish.

One run: render worlds (kept in shards), train all networks together, calibrate the thresholds on
worlds whose seeds were never trained on, write weights and their record. A run that was stopped
goes on from its last checkpoint when it is started again with the same folder.

A run that began from earlier weights ends somewhere between those and its own: networks that are
trained on from one place can be averaged, and the mean often knows what is new to both better than
either (Wortsman et al., "Robust fine-tuning of zero-shot models", arXiv:2109.01903).
"""

from collections.abc import Mapping
from pathlib import Path

import torch

from foley_core.models.checkpoints import load_weights, save_weights, sha256_of
from foley_core.models.embedded.detection import Thresholds
from foley_core.models.embedded.hearing import teach
from foley_core.models.embedded.joint_space import AudioEncoder, contrasted, load_recordings
from foley_core.models.embedded.perception_net import AUDIO_PREFIX, PerceptionNet
from foley_core.models.embedded.sound_corpus import credits_of
from foley_core.world.evaluate_perception import calibrate
from foley_core.world.perception_trainer import Trainer, class_weights_of
from foley_core.world.shards import Progress, WorldSet, rendered_worlds
from foley_core.world.train_plain import train_plain

CALIBRATION_SEED = 1_000_000
CALIBRATION_WORLDS = 128
OWN_SHARE = 0.4
"""Of 0.2, 0.4, 0.6 and 0.8 what did best, all in all, on evaluated worlds and real clips."""

_CHECKPOINT_STEPS = 100
_HEARING_STEPS = 1500
_PLAIN_STEPS = 1500


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
) -> dict[str, float]:
    """Train, calibrate, and write `perception.safetensors` and `perception.toml` into `out`.

    Args:
        out: folder of the run; rendered worlds and checkpoints are kept there too.
        sounds: corpus of recordings, a folder with `sounds.csv`; without it the joint space is
            learned from class prototypes alone.
        clips: worlds to train on, 3.84 s each, at least 16.
        steps: optimiser steps with batches of 11 worlds; the plain reader takes at most 1,500.
        progress: told the share done and a sentence.
        device: to train on, "cpu" or "cuda".
        begin: weights of an earlier training to begin from; a checkpoint in `out` wins.

    Returns:
        The last loss, the thresholds.

    Raises:
        ConfigError: `sounds` is not a corpus.
        CheckpointError: `begin` does not hold weights of these networks.
    """
    torch.manual_seed(seed)
    folder = out / "worlds"
    worlds = rendered_worlds(folder, WorldSet(range(clips)), progress)
    recordings = load_recordings(sounds) if sounds else None
    trainer = Trainer(out / "checkpoint.safetensors", recordings, steps, seed, device, begin)
    weights, loss = class_weights_of(worlds), 0.0
    while trainer.step < steps:
        recent = trainer.advance(worlds, weights)
        loss += (recent - loss) / min(100, trainer.step)
        if trainer.step % _CHECKPOINT_STEPS == 0 or trainer.step == steps:
            trainer.save()
            progress(trainer.step / steps, f"step {trainer.step} of {steps}, loss {loss:.3f}")
    if sounds is not None:
        (out / "ATTRIBUTION.md").write_text(credits_of(contrasted(sounds)), encoding="utf-8")
    seeds = range(CALIBRATION_SEED, CALIBRATION_SEED + calibration_worlds)
    net, audio = trainer.averaged()
    progress(1.0, "teaching the plain reader")
    net.plain = train_plain(worlds, min(_PLAIN_STEPS, steps), seed)
    recipe = {"clips": clips, "steps": steps, "seed": seed}
    begun = {}
    if begin is not None:
        blend(net, begin)
        begun = {"begun_from": f'"{sha256_of(begin)}"', "share_of_own": str(OWN_SHARE)}
    if recordings is not None:
        progress(1.0, "teaching the audio encoder")
        teach(audio, net.head.prototypes, recordings, min(_HEARING_STEPS, steps), seed)
    thresholds = calibrate(net, rendered_worlds(folder, WorldSet(seeds), progress))
    _write(out, net, audio if sounds else None, thresholds, {**recipe, **begun})
    return {"loss": loss, "onset": thresholds.onset, "activity": thresholds.activity}


def blend(net: PerceptionNet, begin: Path) -> None:
    """Move a network to `OWN_SHARE` of the way from the weights it began from to its own, in place.

    The plain reader, which begins anew, stays.
    """
    former, own = load_weights(begin, None), net.state_dict()
    moved = {
        name: former[name].float().lerp(value, OWN_SHARE)
        for name, value in own.items()
        if not name.startswith("plain.")
    }
    net.load_state_dict(own | moved)


def _write(
    out: Path,
    net: PerceptionNet,
    audio: AudioEncoder | None,
    thresholds: Thresholds,
    recipe: Mapping[str, object],
) -> None:
    """Weights, and a record of what they are."""
    tensors = dict(net.state_dict())
    if audio is not None:
        tensors |= {AUDIO_PREFIX + name: value for name, value in audio.state_dict().items()}
    halves = {name: value.half().contiguous() for name, value in tensors.items()}
    sha256 = save_weights(out / "perception.safetensors", halves)
    of_recipe = "".join(f"{name} = {value}\n" for name, value in recipe.items())
    (out / "perception.toml").write_text(
        f'schema_version = 1\nsha256 = "{sha256}"\ncredits = "ATTRIBUTION.md"\n\n[recipe]\n'
        'function = "foley_core.world.train_perception.train_perception"\n'
        f"{of_recipe}\n[thresholds]\n"
        f"onset = {thresholds.onset:.2f}\nactivity = {thresholds.activity:.2f}\n",
        encoding="utf-8",
    )

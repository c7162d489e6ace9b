"""Perception that learned from people's corrections, written as a folder of weights."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from foley_core.errors import CheckpointError
from foley_core.models.checkpoints import load_weights, save_weights
from foley_core.models.embedded.perception import Perception
from foley_core.models.embedded.weights_folder import (
    PERCEPTION_FILE,
    EmbeddedWeights,
    find_weights,
    shipped_folder,
)
from foley_core.training.feedback_examples import Lesson, taught

_ENCODERS = ("motion.", "scene.")


def train_feedback(
    out: Path,
    lessons: Sequence[Lesson],
    *,
    steps: int,
    seed: int,
    weights: EmbeddedWeights | None = None,
) -> dict[str, float]:
    """Write the taught perception to `out`, a folder for `model_path`.

    Args:
        lessons: at least one, with features of the encoder that `weights` have.
        steps: optimiser steps.
        seed: of the batches.
        weights: to begin from; None for those of the package.

    Returns:
        `lessons`: how many there were.

    Raises:
        CheckpointError: the weights to begin from are missing or damaged, or their encoder is not
            the one that their record states.
        StorageError: they cannot be fetched.
    """
    begun = weights or find_weights()
    sha256 = begun.sha256(PERCEPTION_FILE)
    # Only the head's tensors change; those of no network (the audio encoder) are copied.
    tensors = load_weights(begun.local(PERCEPTION_FILE), sha256)
    _check_encoder(begun, tensors)
    reader = Perception(begun).load()
    better = taught(reader.net, lessons, steps, seed).state_dict()
    halves = {name: better.get(name, value).half().contiguous() for name, value in tensors.items()}
    out.mkdir(parents=True, exist_ok=True)
    taught_sha256 = save_weights(out / PERCEPTION_FILE, halves)
    # The thresholds stay: calibrating them anew needs rendered worlds.
    (out / PERCEPTION_FILE).with_suffix(".toml").write_text(
        f'schema_version = 1\nsha256 = "{taught_sha256}"\n'
        f'encoder_sha256 = "{begun.encoder_sha256()}"\ncredits = "ATTRIBUTION.md"\n\n[recipe]\n'
        f'function = "foley_core.training.train_feedback.train_feedback"\n'
        f'begun_from_sha256 = "{sha256}"\nlessons = {len(lessons)}\nsteps = {steps}\n'
        f"seed = {seed}\n\n[thresholds]\nonset = {reader.thresholds.onset}\n"
        f"activity = {reader.thresholds.activity}\n",
        encoding="utf-8",
    )
    shutil.copyfile(shipped_folder() / "ATTRIBUTION.md", out / "ATTRIBUTION.md")
    return {"lessons": float(len(lessons))}


def _check_encoder(begun: EmbeddedWeights, tensors: Mapping[str, Tensor]) -> None:
    """Refuse weights whose record states the package's encoder and whose tensors are others."""
    shipped = find_weights()
    if begun.encoder_sha256() != shipped.encoder_sha256():
        return
    own = load_weights(shipped.local(PERCEPTION_FILE), None)
    for name, value in own.items():
        if name.startswith(_ENCODERS) and not (
            name in tensors and torch.equal(tensors[name], value)
        ):
            raise CheckpointError(
                f"{begun.local(PERCEPTION_FILE)} has another encoder than the package ({name} "
                "differs), though its record states the package's; begin from the package's "
                "weights, or from weights that `foley train feedback` made of them"
            )

"""Perception that has learned from people's corrections, as a folder of weights of one's own."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from foley_core.errors import CheckpointError
from foley_core.models.checkpoints import load_weights, read_record, save_weights
from foley_core.models.embedded.perception import WEIGHTS, Perception
from foley_core.models.embedded.shipped import GENERATOR_FILES, PERCEPTION_FILE, shipped_folder
from foley_core.training.feedback_examples import Lesson, taught

_ENCODERS = ("motion.", "scene.")


def train_feedback(
    out: Path, lessons: Sequence[Lesson], *, steps: int, seed: int, weights: Path | None = None
) -> dict[str, float]:
    """Write `out`, a folder for `model_path`: the taught perception, and the package's generators.

    Args:
        weights: perception to begin from; the package's without one.

    Returns:
        How many lessons there were.

    Raises:
        CheckpointError: the weights to begin from are missing or damaged, or their encoder is not
            the one that made the features of the lessons, which is the package's.
    """
    begun = weights or WEIGHTS
    record = read_record(begun.with_suffix(".toml"))
    tensors = load_weights(begun, str(record["sha256"]))
    _check_encoder(begun, tensors)
    better = taught(Perception(begun).net, lessons, steps, seed).state_dict()
    halves = {name: better.get(name, value).half().contiguous() for name, value in tensors.items()}
    out.mkdir(parents=True, exist_ok=True)
    sha256 = save_weights(out / PERCEPTION_FILE, halves)
    thresholds = record["thresholds"]
    assert isinstance(thresholds, dict)
    (out / PERCEPTION_FILE).with_suffix(".toml").write_text(
        f'schema_version = 1\nsha256 = "{sha256}"\ncredits = "ATTRIBUTION.md"\n\n[recipe]\n'
        f'function = "foley_core.training.train_feedback.train_feedback"\n'
        f'begun_from_sha256 = "{record["sha256"]}"\nlessons = {len(lessons)}\nsteps = {steps}\n'
        f"seed = {seed}\n\n[thresholds]\nonset = {thresholds['onset']}\n"
        f"activity = {thresholds['activity']}\n",
        encoding="utf-8",
    )
    for file in ("ATTRIBUTION.md", *GENERATOR_FILES.values()):
        for path in (shipped_folder() / file, (shipped_folder() / file).with_suffix(".toml")):
            if path.exists():
                shutil.copyfile(path, out / path.name)
    return {"lessons": float(len(lessons))}


def _check_encoder(begun: Path, tensors: Mapping[str, Tensor]) -> None:
    own = load_weights(WEIGHTS, None)
    for name, value in own.items():
        if name.startswith(_ENCODERS) and not (
            name in tensors and torch.equal(tensors[name], value)
        ):
            raise CheckpointError(
                f"{begun} has another encoder than the package ({name} differs), which the lessons "
                "mean nothing to; begin from the package's weights or from ones taught from them"
            )

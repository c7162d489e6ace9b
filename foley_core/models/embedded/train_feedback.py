"""Perception that has learned from people's corrections, as a folder of weights of one's own."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from foley_core.models.checkpoints import load_weights, read_record, save_weights
from foley_core.models.embedded.feedback import Lesson, taught
from foley_core.models.embedded.perception import WEIGHTS, Perception
from foley_core.models.embedded.shipped import GENERATOR_FILES, PERCEPTION_FILE, shipped_folder


def train_feedback(
    out: Path, lessons: Sequence[Lesson], *, steps: int, seed: int, weights: Path | None = None
) -> dict[str, float]:
    """Write `out`, a folder for `model_path`: the taught perception, and the package's generators.

    Args:
        weights: perception to begin from; the package's without one.

    Returns:
        How many lessons there were.

    Raises:
        CheckpointError: the weights to begin from are missing or damaged.
    """
    begun = weights or WEIGHTS
    record = read_record(begun.with_suffix(".toml"))
    tensors = load_weights(begun, str(record["sha256"]))
    better = taught(Perception(begun).net, lessons, steps, seed).state_dict()
    halves = {name: better.get(name, value).half().contiguous() for name, value in tensors.items()}
    out.mkdir(parents=True, exist_ok=True)
    sha256 = save_weights(out / PERCEPTION_FILE, halves)
    thresholds = record["thresholds"]
    assert isinstance(thresholds, dict)
    (out / PERCEPTION_FILE).with_suffix(".toml").write_text(
        f'schema_version = 1\nsha256 = "{sha256}"\ncredits = "ATTRIBUTION.md"\n\n[recipe]\n'
        f'function = "foley_core.models.embedded.train_feedback.train_feedback"\n'
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

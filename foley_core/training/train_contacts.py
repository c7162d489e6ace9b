"""Training of the reader of contacts: ten minutes on one core, most of them to render worlds.

It learns neither long nor from all numbers at once: the better it knows rendered worlds, the less
it finds in filmed pictures. Its members begin with different weights and see the worlds in
different orders. No filmed picture is trained on.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from foley_core.models.embedded.contact_reader import TRAININGS, ContactNet, ContactTraining
from foley_core.models.embedded.weights_folder import CONTACTS_FILE
from foley_core.training.contact_examples import ContactExamples, contact_examples
from foley_core.training.descent import descend
from foley_core.training.perception_losses import focal_sum
from foley_core.training.reader_record import keep_reader
from foley_core.types import Progress

STEPS = 600
"""Optimiser steps of each member."""

LEVEL, LAG_S = 0.4, 0.04
"""Least probability of an onset, and time by which recorded sound follows its picture (seconds), as
chosen on real clips for the weights of the package."""

_BATCH = 24
_CROP_ROWS = 90
_LEARNING_RATE = 2e-3
_WARM_UP_STEPS = 50
# Share of the numbers that are left out at random in each example, and noise on all of them.
_LEFT_OUT = 0.2
_NOISE = 0.1


def train_contacts(
    out: Path, *, worlds: int, seed: int, progress: Progress, steps: int = STEPS
) -> dict[str, float]:
    """Train the reader of contacts, and write weights and record.

    The record states the level and lag that the recipe of the package found on real clips; measure
    others with `foley evaluate`.

    Args:
        out: folder of the run; rendered worlds are kept there too.
        worlds: how many to train on, at least 32.
        seed: of the first training; the others have the next ones.
        progress: told the share done and a sentence.
        steps: optimiser steps of each member.

    Returns:
        `loss` of the last hundred steps, mean over the members.
    """
    torch.set_num_threads(1)
    examples = contact_examples(out / "contact_worlds", worlds, progress)
    progress(1.0, "teaching the reader of contacts")
    return teach_and_keep(out / CONTACTS_FILE, examples, steps, seed, (LEVEL, LAG_S))


def teach_and_keep(
    path: Path, examples: ContactExamples, steps: int, seed: int, reading: tuple[float, float]
) -> dict[str, float]:
    """Teach a reader, and write its weights and record; return its `loss` in the end.

    Args:
        path: of the weights; without its ending it names the training.
        steps: optimiser steps of each member.
        seed: of the first training; the others have the next ones.
        reading: level and lag (seconds) for the record, see `ContactReading`.
    """
    net, loss = taught(examples, steps, seed)
    keep_reader(path, net, path.stem, worlds=len(examples.rows), steps=steps, seed=seed)
    level, lag_s = reading
    with path.with_suffix(".toml").open("a") as record:
        record.write(f"\n[reading]\nlevel = {level}\nlag_s = {lag_s}\n")
    return {"loss": round(loss, 4)}


def taught(examples: ContactExamples, steps: int, seed: int) -> tuple[ContactNet, float]:
    """Return a net taught on examples, and its loss in the end; each training has its seed."""
    net = ContactNet()
    taught_ones = [_training(examples, steps, seed + n) for n in range(TRAININGS)]
    for place, (training, _) in enumerate(taught_ones):
        net.trainings[place] = training
    return net.eval(), float(np.mean([loss for _, loss in taught_ones]))


def _training(examples: ContactExamples, steps: int, seed: int) -> tuple[ContactTraining, float]:
    """Return one training, and its loss in the end."""
    torch.manual_seed(seed)
    net = ContactTraining()
    rows, heat = torch.from_numpy(examples.rows), torch.from_numpy(examples.heat)
    losses: list[float] = []
    for number, member in enumerate(net.members):
        rng = np.random.default_rng([seed, number])

        def loss(member: nn.Module = member, rng: np.random.Generator = rng) -> Tensor:
            seen, hot = _batch(rows, heat, rng)
            return focal_sum(member(seen), hot) / (hot >= 1.0).sum().clamp(min=1)

        losses += descend(member, loss, steps, _LEARNING_RATE, _WARM_UP_STEPS)[-100:]
    return net, float(np.mean(losses))


def _batch(rows: Tensor, heat: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Return crops of random worlds, (24, 90, numbers) and their heat (24, 90), made harder."""
    chosen = rng.choice(len(rows), min(_BATCH, len(rows)), replace=False)
    begins = rng.integers(0, rows.shape[1] - _CROP_ROWS + 1, len(chosen))
    pairs = list(zip(chosen.tolist(), begins.tolist(), strict=True))
    seen = torch.stack([rows[world, begin : begin + _CROP_ROWS] for world, begin in pairs])
    hot = torch.stack([heat[world, begin : begin + _CROP_ROWS] for world, begin in pairs])
    # A number is left out at all rows of an example: no single number must carry the answer.
    kept = torch.rand(len(seen), 1, seen.shape[2]) >= _LEFT_OUT
    return seen * kept + _NOISE * torch.randn_like(seen), hot

"""Training of the reader of contacts for slow videos: fifteen minutes on one core.

As `train_contacts`, from the same kinds of worlds, shown with 7 to 13 pictures a second. Readers
that learned from faster pictures find half as much in slow footage, and place it less well.
"""

from pathlib import Path

import torch

from foley_core.models.embedded.filmed_onsets import SLOW_CONTACTS_FILE
from foley_core.training.contact_examples import contact_examples
from foley_core.training.train_contacts import teach_and_keep
from foley_core.types import Progress

STEPS = 700
"""Optimiser steps of each member."""

LEVEL, LAG_S = 0.31, 0.06
"""Least probability of an onset, and time by which recorded sound follows its picture (seconds), as
chosen on real clips for the weights of the package."""


def train_slow_contacts(
    out: Path, *, worlds: int, seed: int, progress: Progress, steps: int = STEPS
) -> dict[str, float]:
    """Train the reader, and write weights and record.

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
    examples = contact_examples(out / "slow_contact_worlds", worlds, progress, slow=True)
    progress(1.0, "teaching the reader of contacts for slow videos")
    return teach_and_keep(out / SLOW_CONTACTS_FILE, examples, steps, seed, (LEVEL, LAG_S))

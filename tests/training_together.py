"""A worker of a training of two, in a module that a process of its own can import.

Its name is not `tests.…`: libraries exist that install a package called `tests`.
"""

from pathlib import Path

import torch

from foley_core.training.local_sgd import Workers


def attend(rendezvous: Path, rank: int) -> None:
    """Join another worker, and check that both go on from the mean."""
    workers = Workers(rank, 2)
    workers.join(rendezvous)
    values = [torch.full((2, 3), float(rank)), torch.tensor([4.0 * rank])]
    workers.average(values)
    workers.leave()
    assert bool((values[0] == 0.5).all())
    assert values[1].tolist() == [2.0]

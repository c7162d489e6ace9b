"""Local SGD: several processes (workers) train one set of networks.

Each worker takes its own batches and its own steps; every `RENDEZVOUS_STEPS` steps all go on from
the mean of what they have (Stich, "Local SGD Converges Fast and Communicates Little",
arXiv:1805.09767). On a CPU the cores exchange nothing but those means, so that a slow worker costs
the others little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import torch
from torch import Tensor, distributed

RENDEZVOUS_STEPS = 25
"""Steps that a worker takes alone between two means."""

_PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Workers:
    """The workers of one training, seen from one of them.

    Attributes:
        rank: number of this worker, 0 to `count` - 1.
        count: how many there are; a single one never waits.
    """

    rank: int = 0
    count: int = 1

    def join(self, rendezvous: Path) -> None:
        """Wait until all workers have joined.

        Args:
            rendezvous: a file that does not exist yet, the same for all workers; through it they
                find one another.

        Raises:
            RuntimeError: they do not come within ten minutes.
        """
        if self.count > 1:
            distributed.init_process_group(
                "gloo",
                init_method=rendezvous.resolve().as_uri(),
                rank=self.rank,
                world_size=self.count,
                timeout=_PATIENCE,
            )

    def leave(self) -> None:
        """Part from the other workers after the last mean."""
        if self.count > 1:
            distributed.destroy_process_group()

    @torch.no_grad()
    def average(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its mean over all workers, in place.

        Raises:
            RuntimeError: one of the workers is gone.
        """
        if self.count == 1:
            return
        # One long tensor is exchanged instead of hundreds of short ones.
        joined = torch.cat([tensor.flatten() for tensor in tensors])
        distributed.all_reduce(joined)
        means = torch.split(joined / self.count, [tensor.numel() for tensor in tensors])
        for tensor, mean in zip(tensors, means, strict=True):
            tensor.copy_(mean.view_as(tensor))


SINGLE_WORKER = Workers()

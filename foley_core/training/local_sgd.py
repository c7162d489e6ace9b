"""Several processes train one set of networks: local SGD.

Each takes its own batches and its own steps, and every so often all meet and go on from the mean
of what they have (Stich, "Local SGD Converges Fast and Communicates Little", arXiv:1805.09767).
On a CPU the cores share nothing but those meetings, so that a slow one costs the others little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import torch
from torch import Tensor, distributed

RENDEZVOUS_STEPS = 25

_PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Workers:
    """The processes of one training, and which of them this is."""

    rank: int = 0
    count: int = 1

    def join(self, rendezvous: Path) -> None:
        """Wait until all are there.

        Args:
            meeting: a file that is not there yet; the same for all.

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
        """After the last meeting."""
        if self.count > 1:
            distributed.destroy_process_group()

    @torch.no_grad()
    def average(self, tensors: Sequence[Tensor]) -> None:
        """Put the mean of all in place of each one's own.

        Raises:
            RuntimeError: one of them is gone.
        """
        if self.count == 1:
            return
        joined = torch.cat([tensor.flatten() for tensor in tensors])
        distributed.all_reduce(joined)
        means = torch.split(joined / self.count, [tensor.numel() for tensor in tensors])
        for tensor, mean in zip(tensors, means, strict=True):
            tensor.copy_(mean.view_as(tensor))


SINGLE_WORKER = Workers()

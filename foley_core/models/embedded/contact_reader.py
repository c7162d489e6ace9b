"""The reader of contacts: onsets in filmed pictures, from contact numbers.

It learned from rendered worlds alone, and it can: where a hand or a tool stops on a surface, the
numbers of a filmed picture behave as those of a rendered one, if each is taken against what is
usual around it (`contact_grid`). Its networks are small and know little: better ones know rendered
worlds better and filmed pictures worse. They are trained from different initial weights and their
logits are averaged: eight make a training, and four trainings the reader. The trainings are kept
apart, so that an evaluation can say how much its figures depend on one.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from foley_core.models.embedded.contact_grid import GRID_NUMBERS

TRAININGS = 4
MEMBERS = 8
"""Networks of a training."""

_WIDTH = 32
# Three convolutions of 5 taps at these dilations reach 14 rows, 0.47 s, before and after.
_DILATIONS = (1, 2, 4)
_DROPPED = 0.2


class ContactMember(nn.Module):
    """One network of the reader: dilated convolutions along time."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = _convolution(GRID_NUMBERS, _DILATIONS[0])
        self.along = nn.ModuleList(_convolution(_WIDTH, d) for d in _DILATIONS[1:])
        self.onset = nn.Linear(_WIDTH, 1)
        # Onsets are rare: start from a probability of 5 % (logit -3).
        nn.init.constant_(self.onset.bias, -3.0)

    def forward(self, rows: Tensor) -> Tensor:
        """Return onset logits (B, n) of rows (B, n, `GRID_NUMBERS`), see `contact_grid`."""
        steps = functional.dropout(
            functional.gelu(self.enter(rows.transpose(1, 2))), _DROPPED, self.training
        )
        for convolution in self.along:
            more = functional.gelu(convolution(steps))
            steps = steps + functional.dropout(more, _DROPPED, self.training)
        logits: Tensor = self.onset(steps.transpose(1, 2))[..., 0]
        return logits


class ContactTraining(nn.Module):
    """The mean of the logits of its members."""

    def __init__(self) -> None:
        super().__init__()
        self.members = nn.ModuleList(ContactMember() for _ in range(MEMBERS))

    def forward(self, rows: Tensor) -> Tensor:
        """Return onset logits (B, n) of rows (B, n, `GRID_NUMBERS`)."""
        return torch.stack([member(rows) for member in self.members]).mean(dim=0)


class ContactNet(nn.Module):
    """All trainings."""

    def __init__(self) -> None:
        super().__init__()
        self.trainings = nn.ModuleList(ContactTraining() for _ in range(TRAININGS))

    def forward(self, rows: Tensor) -> Tensor:
        """Return onset logits (`TRAININGS`, B, n) of rows (B, n, `GRID_NUMBERS`)."""
        return torch.stack([training(rows) for training in self.trainings])


def _convolution(width: int, dilation: int) -> nn.Conv1d:
    return nn.Conv1d(width, _WIDTH, 5, padding=2 * dilation, dilation=dilation)

"""The reader of places: a small network that says in which column of the picture a sound is."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from foley_core.models.embedded.place_inputs import PROFILE_NUMBERS, WINDOW_NUMBERS

_NARROW, _WIDE = 24, 48
_DROPPED = 0.1


class PlaceNet(nn.Module):
    """Convolutions over time and columns, which become convolutions over columns alone."""

    def __init__(self) -> None:
        super().__init__()
        # 33 steps become 17, 9 and 5; the last convolution reads these at once.
        self.shorten = nn.ModuleList(
            [
                nn.Conv2d(WINDOW_NUMBERS, _NARROW, (5, 5), stride=(2, 1), padding=(2, 2)),
                nn.Conv2d(_NARROW, _NARROW, (3, 5), stride=(2, 1), padding=(1, 2)),
                nn.Conv2d(_NARROW, _NARROW, (3, 5), stride=(2, 1), padding=(1, 2)),
            ]
        )
        self.gather = nn.Conv2d(_NARROW, _WIDE, (5, 1))
        self.profile = nn.Conv1d(PROFILE_NUMBERS, _WIDE, 1)
        self.beside = nn.ModuleList(
            nn.Conv1d(_WIDE, _WIDE, taps, padding=taps // 2) for taps in (5, 5, 9)
        )
        self.column = nn.Conv1d(_WIDE, 1, 1)

    def forward(self, windows: Tensor, profiles: Tensor) -> Tensor:
        """Return logits (n, 32) of the columns, see `PlaceInputs`."""
        seen = windows
        for convolution in self.shorten:
            seen = functional.gelu(convolution(seen))
        columns = functional.gelu(self.gather(seen)[:, :, 0] + self.profile(profiles))
        for convolution in self.beside:
            columns = functional.dropout1d(columns, _DROPPED, self.training)
            columns = columns + functional.gelu(convolution(columns))
        logits: Tensor = self.column(columns)[:, 0]
        return logits


def chances(net: PlaceNet, windows: Tensor, profiles: Tensor) -> Tensor:
    """Return the probability (n, 32) of each column."""
    return torch.softmax(net(windows, profiles), dim=1)

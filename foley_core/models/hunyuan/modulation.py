"""The modulation of blocks: shifts, scales and gates that a condition makes of its network."""

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

# The published code's value for blocks of three streams; blocks of one stream have another.
TRIPLE_EPS = 1e-6


class ShiftScaleGate(NamedTuple):
    """The modulation of one part of a block, in the published order.

    The normed input of the part is scaled by `1 + scale` and shifted; its output is multiplied by
    the gate.
    """

    shift: Tensor
    scale: Tensor
    gate: Tensor


class Modulation(nn.Module):
    """Shifts, scales and gates from an activated condition (adaLN, as in DiT, arXiv:2212.09748)."""

    def __init__(self, width: int, chunks: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, chunks * width)

    def forward(self, activated: Tensor) -> Tensor:
        """Return `(…, chunks · D)` from SiLU(condition) `(…, D)`."""
        return self.linear(activated)  # type: ignore[no-any-return]


def modulations_of_parts(numbers: Tensor) -> tuple[ShiftScaleGate, ShiftScaleGate, ShiftScaleGate]:
    """Return `numbers (B, 9, D)` for self-attention, cross-attention and perceptron.

    Each tensor is `(B, 1, D)`: it holds for all tokens of a clip.
    """
    nine = numbers.unsqueeze(2).unbind(1)
    return ShiftScaleGate(*nine[:3]), ShiftScaleGate(*nine[3:6]), ShiftScaleGate(*nine[6:])


def modulated(x: Tensor, numbers: ShiftScaleGate, eps: float = TRIPLE_EPS) -> Tensor:
    """Return `x (B, K, D)`, normed without weights of its own, scaled and shifted."""
    normed = functional.layer_norm(x.float(), x.shape[-1:], eps=eps)
    return (normed * (1 + numbers.scale) + numbers.shift).to(x.dtype)

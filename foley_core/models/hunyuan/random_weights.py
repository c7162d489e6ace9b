"""Random weights of reasonable size: for tests of tiny networks and benchmarks of full ones.

Matrices keep the variance of their input, norms are near one, and nothing is zero, so that every
weight has an effect on the result. Weights are made on the device and in the data type asked for.
"""

import math

import torch
from torch import Tensor, nn

# The golden vectors of the tests were made with matrices of this kind.
_MODULATION_GAIN = 0.6


def random_state(
    module: nn.Module,
    seed: int,
    device: torch.device | None = None,
    dtype: torch.dtype = torch.float32,
) -> dict[str, Tensor]:
    """Return weights for every key of a module, which may be on the `meta` device.

    Load them with `module.load_state_dict(…, assign=True)`. Buffers of whole numbers are left out.

    Args:
        device: to make them on; the CPU where None.
    """
    device = device or torch.device("cpu")
    generator = torch.Generator(device).manual_seed(seed)
    return {
        name: _weight(name, value.shape, generator).to(dtype)
        for name, value in module.state_dict().items()
        if value.is_floating_point()
    }


def _weight(name: str, shape: torch.Size, generator: torch.Generator) -> Tensor:
    """Return a weight by the kind that its name says: Snake, bias, norm, matrix, or other."""
    kind = name.rpartition(".")[2]
    # Snake divides by alpha, so it must not be near zero.
    if kind == "alpha":
        return torch.rand(shape, generator=generator, device=generator.device) * 1.7 + 0.3
    values = torch.randn(shape, generator=generator, device=generator.device)
    if kind.endswith("bias"):
        return values * 0.15
    if kind == "weight_g" or (kind == "weight" and len(shape) == 1):
        return values * 0.25 + 1
    if "weight" in kind:
        gain = _MODULATION_GAIN if "mod" in name else 1.0
        return values * (gain / math.sqrt(shape[1:].numel()))
    return values * 0.5

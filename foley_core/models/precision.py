"""The data type in which networks compute: the one that a device multiplies fastest."""

import torch


def computes_in(device: torch.device) -> torch.dtype:
    """Return bfloat16 for GPUs and for processors with units for it, else float32.

    Measured: with such units bfloat16 is several times faster; a processor without them (AVX2) took
    eight times as long in bfloat16 as in float32.
    """
    if device.type != "cpu":
        return torch.bfloat16
    units = torch.cpu.get_capabilities()
    fast = any(units.get(name) for name in ("amx_bf16", "avx512_bf16", "bf16"))
    return torch.bfloat16 if fast else torch.float32

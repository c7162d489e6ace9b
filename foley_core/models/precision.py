"""The numbers in which networks compute: those that a device multiplies fastest."""

import torch


def computes_in(device: torch.device) -> torch.dtype:
    """bfloat16 on GPUs and on processors with units for it, several times faster there.

    Elsewhere float32: a processor without such units (AVX2) took eight times as long in bfloat16.
    """
    if device.type != "cpu":
        return torch.bfloat16
    units = torch.cpu.get_capabilities()
    fast = any(units.get(name) for name in ("amx_bf16", "avx512_bf16", "bf16"))
    return torch.bfloat16 if fast else torch.float32

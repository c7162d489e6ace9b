"""Computing of networks: the data type that a device multiplies fastest, and one thread."""

import torch

from foley_core.one_thread import multiply_on_one_thread


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


def compute_on_one_thread() -> None:
    """Let the calling thread compute alone, so that a sum is always added up in the same order.

    OpenMP holds the number for each thread apart. So whatever asks a network calls this in the
    thread that asks, not only in the one that loaded the network.
    """
    torch.set_num_threads(1)
    multiply_on_one_thread()

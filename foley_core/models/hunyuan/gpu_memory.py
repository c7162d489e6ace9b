"""The memory that the public networks need, estimated before they are loaded."""

from functools import cache
from pathlib import Path

import torch

from foley_core.errors import CheckpointError
from foley_core.models.hunyuan.denoiser import Denoiser
from foley_core.models.hunyuan.network_config import DenoiserConfig

_OTHER_NETWORKS_BYTES = 2 << 30
# A clip of 15 s has 752 latent steps and 121 pictures.
_TOKENS = 900
_KEPT_PER_TOKEN = 24


def memory_needed(config: DenoiserConfig, dtype: torch.dtype, clips: int) -> int:
    """Estimate the bytes that generating so many clips of 15 s at once needs.

    Counted are the weights; two gigabytes for encoders and decoder, which takes 30 s at once; and,
    for each of `2 · clips` rows (with guidance) of 900 tokens, 24 values for each channel of the
    width. That covers the peak of a block: its inner width of four, queries, keys and values of
    both streams, modulations and residuals.
    """
    active = 2 * clips * _TOKENS * _KEPT_PER_TOKEN * config.width
    return (_parameters(config) + active) * dtype.itemsize + _OTHER_NETWORKS_BYTES


@cache
def _parameters(config: DenoiserConfig) -> int:
    """Return the count of a denoiser's parameters, without memory for any of them."""
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in Denoiser(config).parameters())


def require_memory(needed_bytes: int, device: torch.device) -> None:
    """Raise an error if a device has too little memory, before anything is loaded.

    Raises:
        CheckpointError: less than `needed_bytes` are free; the message says what to do.
    """
    free_bytes = _free_bytes(device)
    if needed_bytes <= free_bytes:
        return
    needed, free = (f"{count / (1 << 30):.1f} GiB" for count in (needed_bytes, free_bytes))
    raise CheckpointError(
        f"this model needs about {needed} of memory, {device} has {free} free; use a larger "
        "device, the smaller model hunyuan-xl, fewer actors a GPU, or the embedded model"
    )


def _free_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return _available_bytes()


def _available_bytes() -> int:
    """Return the memory that a process can get; the system's file cache counts as free."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    amounts = dict(line.split(":", 1) for line in lines)
    return int(amounts["MemAvailable"].split()[0]) << 10

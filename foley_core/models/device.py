"""The torch device that networks of one process run on."""

import torch

from foley_core.errors import ConfigError


def usable_device(device: str | None) -> str:
    """Return a device of this machine; None takes its GPU, where there is one that torch can use.

    Args:
        device: `cpu`, `cuda`, or one GPU of several, such as `cuda:1`.

    Raises:
        ConfigError: there is no such device.
    """
    if device is None:
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        asked = torch.device(device)
    except (RuntimeError, TypeError):
        asked = None
    if asked is None or asked.type not in ("cpu", "cuda"):
        raise ConfigError(f"there is no device {device!r}; give cpu, cuda or, of several, cuda:1")
    if asked.type == "cuda" and (asked.index or 0) >= _gpus():
        raise ConfigError(
            f"device {device!r} cannot be used: torch finds {_gpus() or 'no'} "
            f"GPU{'s' * (_gpus() > 1)} here; give cpu, or leave it out to take what there is"
        )
    return device


def _gpus() -> int:
    return torch.cuda.device_count() if torch.cuda.is_available() else 0

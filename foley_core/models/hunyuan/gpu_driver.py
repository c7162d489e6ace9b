"""The NVIDIA driver of this machine, and the one that the build of torch in use needs."""

import re
from pathlib import Path

import torch

from foley_core.errors import CheckpointError

# The oldest branch of drivers for each major version of CUDA, from NVIDIA's table of compatibility:
# minor versions of CUDA need no newer one.
_LEAST_DRIVERS = {11: 450, 12: 525, 13: 580}
_STATEMENT = Path("/proc/driver/nvidia/version")


def driver_version() -> str:
    """Return the version of this machine's NVIDIA driver, such as `580.65.06`; "" without one."""
    try:
        text = _STATEMENT.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    found = re.search(r"\b\d{3,}\.\d+(\.\d+)?\b", text)
    return found[0] if found else ""


def build_of_torch() -> str:
    """Return a sentence about the build of torch: its CUDA, and the driver that needs."""
    cuda = torch.version.cuda
    if cuda is None:
        return f"torch {torch.__version__} here is a build for CPUs and uses no GPU"
    least = _LEAST_DRIVERS.get(int(cuda.split(".")[0]))
    needs = f", which needs an NVIDIA driver of version {least} or newer" if least else ""
    return f"torch {torch.__version__} here is a build for CUDA {cuda}{needs}"


def gpu_fault() -> str:
    """Return why torch cannot use a GPU of this machine, in a sentence; "" where it can."""
    built, driver, cuda = build_of_torch(), driver_version(), torch.version.cuda
    if cuda is None:
        return f"{built}; install a build for CUDA, as cluster/Dockerfile does"
    if not driver:
        return f"{built}; this machine has no NVIDIA driver"
    if int(driver.split(".")[0]) < _LEAST_DRIVERS.get(int(cuda.split(".")[0]), 0):
        return (
            f"{built}; this machine has {driver}: update the driver, or install torch for its CUDA"
        )
    if not torch.cuda.is_available():
        return f"{built}; driver {driver} is new enough, yet torch sees no GPU: is one assigned?"
    return ""


def require_gpu() -> None:
    """Raise an error unless torch can use a GPU of this machine.

    Raises:
        CheckpointError: it cannot; the message says which driver and which build there are.
    """
    if fault := gpu_fault():
        raise CheckpointError(fault)

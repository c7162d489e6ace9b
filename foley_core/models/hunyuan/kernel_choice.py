"""The choice of kernels on a device, and the settings of torch under which they give the same bits.

One kernel of attention is tried against float64 and then used throughout, so that its name can be
part of the name of what is generated. The compiler is tried too, for the same reason. Settings of
the process hold only while something is generated.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from os import environ

import torch

from foley_core.models.hunyuan.attention import as_scores, attend
from foley_core.models.hunyuan.compiling import compiling_fault
from foley_core.models.hunyuan.gpu_driver import require_gpu
from foley_core.models.hunyuan.kernels import AttentionKernel, Kernels, cpu_kernels
from foley_core.storage.local_copies import cache_folder

_HOPPER = (9, 0)
# A kernel may be as far from the truth as bfloat16 is.
_MOST_ERROR = 2e-2


def find_kernels(device: str) -> Kernels:
    """Return the kernels to use on a device of this machine.

    Raises:
        CheckpointError: it is a GPU that torch cannot use, by its driver or its build.
    """
    place = torch.device(device)
    if place.type != "cuda":
        return cpu_kernels()
    require_gpu()
    lacking = compiler_lacking() or compiling_fault(place, cache_folder() / "kernels")
    return Kernels(
        torch=cpu_kernels().torch,
        libraries=_libraries(),
        attention=_attention_on(place),
        compiled=not lacking,
        remark=f"public checkpoints computed without compiled kernels: {lacking}"
        if lacking
        else "",
    )


def compiler_lacking() -> str:
    """Return what kernels cannot be compiled without and this machine lacks; "" for nothing."""
    if find_spec("triton") is None:
        return "Triton is not installed"
    named = environ.get("CC")
    if not any(shutil.which(name) for name in ([named] if named else ["gcc", "clang", "cc"])):
        return "there is no C compiler (install gcc, or name one in CC)"
    return ""


@contextmanager
def repeatable() -> Iterator[None]:
    """Let convolutions take the same algorithm every time, inside."""
    before = torch.backends.cudnn.deterministic
    torch.backends.cudnn.deterministic = True
    try:
        yield
    finally:
        torch.backends.cudnn.deterministic = before


@contextmanager
def pinned(kernels: Kernels) -> Iterator[None]:
    """Get the same bits from these kernels every time, inside.

    What is compiled there takes its configurations by rule, not by a race on the device.
    """
    if not kernels.compiled:
        with repeatable():
            yield
        return
    from torch._inductor import config

    with repeatable(), config.patch(deterministic=True):
        yield


def _libraries() -> str:
    cudnn = torch.backends.cudnn.version()  # type: ignore[no-untyped-call]
    found = f"cuda{torch.version.cuda}-cudnn{cudnn}"
    with suppress(PackageNotFoundError):
        found += f"-triton{version('triton')}"
    return found


def _attention_on(device: torch.device) -> AttentionKernel:
    # From Hopper on cuDNN's kernel is up to twice as fast; before, slower than the other.
    newer = torch.cuda.get_device_capability(device) >= _HOPPER
    order: tuple[AttentionKernel, ...] = ("cudnn", "efficient") if newer else ("efficient",)
    return next((kernel for kernel in order if attends_rightly(kernel, device)), "")


def attends_rightly(kernel: AttentionKernel, device: torch.device) -> bool:
    """Return True for a kernel that runs on a device, and is right there in masked attention."""
    generator = torch.Generator().manual_seed(0)
    query, key, value = (
        torch.randn(2, count, 4, 128, generator=generator).to(device, torch.bfloat16)
        for count in (96, 112, 112)
    )
    mask = (torch.arange(112) < torch.tensor([[57], [112]]))[:, None, None].to(device)
    try:
        found = attend(query, key, value, as_scores(mask, torch.bfloat16), kernel)
    except RuntimeError:
        return False
    expected = attend(query.double(), key.double(), value.double(), mask)
    return bool((found.double() - expected).abs().max() < _MOST_ERROR)

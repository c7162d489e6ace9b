"""The kernels that compute the public networks, by name: all of a machine that shapes bits.

Imports no torch, so that whoever only needs names does not load it. Which kernels a GPU has is
found out once in a job, by `kernel_choice`, and holds for all of its workers: parts of one video
must agree on the names of their clips.
"""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

AttentionKernel = Literal["", "cudnn", "efficient"]


@dataclass(frozen=True, slots=True)
class Kernels:
    """Kernels that compute on one kind of device.

    Attributes:
        torch: version of torch.
        libraries: versions of CUDA, cuDNN and Triton, as one word; empty on a CPU.
        attention: kernel of attention; empty where torch is left to choose, as on a CPU.
        compiled: whether the blocks of the denoiser are compiled.
        remark: a sentence for people; empty where all is as it should be.
    """

    torch: str
    libraries: str = ""
    attention: AttentionKernel = ""
    compiled: bool = False
    remark: str = ""

    @property
    def name(self) -> str:
        """All of it that shapes bits, as one word."""
        way = "inductor" if self.compiled else "eager"
        return "-".join(filter(None, (f"torch{self.torch}", self.libraries, self.attention, way)))


def cpu_kernels() -> Kernels:
    """Return the kernels of a CPU, where nothing is compiled."""
    return Kernels(version("torch").split("+")[0])

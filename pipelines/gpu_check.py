"""A look at the cluster's GPUs before a job takes any: usable, and computing with which kernels.

The driver may have no GPU and another build of torch, so a worker looks. One look holds for all
workers: the parts of one video meet under names that hold the kernels' name. So the GPUs of a
cluster should be of one kind; another kind takes the same kernels.
"""

import logging

import ray

from foley_core.errors import CheckpointError, ConfigError
from foley_core.models.hunyuan.kernels import Kernels, cpu_kernels
from pipelines.pools import PoolSizes

LOG = logging.getLogger("foley")


def find_cluster_kernels(pools: PoolSizes) -> Kernels:
    """Return the kernels of the workers that generate.

    Raises:
        ConfigError: their GPUs cannot be used, such as by an old driver.
    """
    if pools.device == "cpu":
        return cpu_kernels()
    asked = ray.remote(num_gpus=min(1.0, pools.generate.gpus), num_cpus=1)(look_at_gpu)
    found = ray.get(asked.remote())
    if isinstance(found, str):
        raise ConfigError(f"a worker's GPU cannot be used: {found}")
    kernels, said = found
    print(f"GPU workers: {said}")
    if kernels.remark:
        LOG.warning(kernels.remark)
    return kernels


def look_at_gpu() -> tuple[Kernels, str] | str:
    """Return this worker's kernels and a sentence about its GPU, or why it cannot be used."""
    import torch

    from foley_core.models.hunyuan.gpu_driver import driver_version
    from foley_core.models.hunyuan.kernel_choice import find_kernels

    try:
        kernels = find_kernels("cuda")
    except CheckpointError as error:
        return str(error)
    return kernels, f"{torch.cuda.get_device_name()}, driver {driver_version()}, {kernels.name}"

"""How many actors of each stage fit the cluster.

Ray stalls without a word when actor pools hold every CPU, since reading tasks then never start. So
the sizes are decided here, before anything starts, and leave a CPU for tasks. A laptop with two
cores gets four logical CPUs: its stages wait for each other more than for the processor.
"""

import os
from dataclasses import dataclass

from foley_core.errors import ConfigError
from pipelines.config import Job

LOGICAL_CPUS_AT_LEAST = 4
ROWS_PER_BLOCK_SMALL = 1
ROWS_PER_BLOCK_LARGE = 16
LARGE_CATALOGUE = 20_000


@dataclass(frozen=True, slots=True)
class Pool:
    """Actors of one stage and what each of them holds."""

    actors: int
    cpus: float = 1.0
    gpus: float = 0.0


@dataclass(frozen=True, slots=True)
class Placement:
    """Pools of all stages, and how many rows travel together."""

    perceive: Pool
    generate: Pool
    mix: Pool
    task_cpus: float
    rows_per_block: int
    device: str


def local_cpus() -> int:
    """Logical CPUs of a cluster that the job starts for itself."""
    return max(LOGICAL_CPUS_AT_LEAST, os.cpu_count() or 1)


def place(job: Job, videos: int, cpus: float, gpus: float) -> Placement:
    """Pools for a cluster of `cpus` and `gpus`; numbers in the job file win.

    Raises:
        ConfigError: the pools of the job file do not fit the cluster.
    """
    share = job.pools.generate_gpus or (1.0 if gpus else 0.0)
    spare = max(3, int(cpus) - 1)
    mix = job.pools.mix or max(1, spare // 6)
    most = max(1, spare - mix - 1)
    generate = job.pools.generate or (
        max(1, min(most, int(gpus / share))) if share else max(1, (spare - mix) // 2)
    )
    perceive = job.pools.perceive or max(1, spare - mix - generate)
    needed = perceive + generate + mix
    if needed + 1 > cpus or generate * share > gpus:
        raise ConfigError(
            f"the pools need {needed + 1} CPUs and {generate * share:g} GPUs (one CPU is kept for "
            f"reading), the cluster has {cpus:g} and {gpus:g}; lower [pools] in the job file"
        )
    rows = job.rows_per_block or (
        ROWS_PER_BLOCK_LARGE if videos > LARGE_CATALOGUE else ROWS_PER_BLOCK_SMALL
    )
    return Placement(
        perceive=Pool(perceive),
        generate=Pool(generate, gpus=share),
        mix=Pool(mix),
        task_cpus=0.25,
        rows_per_block=rows,
        device="cuda" if share else "cpu",
    )

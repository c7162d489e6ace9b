"""The numbers of actors of each stage that fit the cluster.

Ray stalls without a word when actor pools hold every CPU, since reading tasks then never start. So
the sizes are decided here, before anything starts, and leave a CPU for tasks. A laptop with two
cores gets five logical CPUs: its stages wait for each other more than for the processor, and two of
its actors look at videos, which is the slowest stage (with one, a light job used 0.68 of the
cores).
"""

import os
from dataclasses import dataclass

from foley_core.errors import ConfigError
from pipelines.config import Job

LOGICAL_CPUS_AT_LEAST = 5
LOOK_GPUS, GENERATE_GPUS = 0.51, 0.49
"""Shares of a GPU of public checkpoints: one of each fits on a GPU and two that look do not, else
Ray puts all of those on the first GPU, and the generator finds no place."""
CLIPS_MEMORY = 0.75
"""Share of a GPU's memory for the generator of clips: the networks that look are small."""
CLIPS_BATCH = 8
"""Rows whose clips are generated together: two batches' worth."""
# A row is minutes of work in a small catalogue: one row a block keeps every actor busy to the end.
# In a large one the cost of a block counts, and there are blocks enough for all.
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
class PoolSizes:
    """Pools of all stages, and how many rows travel together."""

    perceive: Pool
    look: Pool | None
    generate: Pool
    mix: Pool
    task_cpus: float
    rows_per_block: int
    generate_batch: int
    device: str


def local_cpus() -> int:
    """Logical CPUs of a cluster that a job starts for itself."""
    return max(LOGICAL_CPUS_AT_LEAST, os.cpu_count() or 1)


def size_pools(job: Job, videos: int, cpus: float, gpus: float) -> PoolSizes:
    """Pools for a cluster of `cpus` and `gpus`; numbers in the job file win.

    Raises:
        ConfigError: the pools of the job file do not fit the cluster.
    """
    public, pools = bool(job.public_model), job.pools
    share = pools.generate_gpus or ((GENERATE_GPUS if public else 1.0) if gpus else 0.0)
    look_share = (pools.look_gpus or (LOOK_GPUS if gpus else 0.0)) if public else 0.0
    # One CPU stays free for reading tasks; three actors, one a stage, must start anywhere.
    spare = max(3, int(cpus) - 1)
    # Mixing is about a sixth of the work of a video, looking and generating share the rest.
    mix = pools.mix or max(1, spare // 6)
    # Public checkpoints need two actors for a place on a GPU: one looks, one generates.
    most = max(1, (spare - mix - 1) // (2 if public else 1))
    # As many generators as the GPUs hold beside their lookers; without a GPU half of the CPUs left.
    whole = share + look_share
    generate = pools.generate or (
        max(1, min(most, int(gpus / whole))) if share else max(1, (spare - mix) // 2)
    )
    look = (pools.look or (generate if look_share else 1)) if public else 0
    # Decoding and optical flow take what remains: on a laptop they are the slowest stage.
    perceive = pools.perceive or max(1, spare - mix - generate - look)
    needed, needed_gpus = perceive + look + generate + mix, generate * share + look * look_share
    if needed + 1 > cpus or needed_gpus > gpus:
        raise ConfigError(
            f"the pools need {needed + 1} CPUs and {needed_gpus:g} GPUs (one CPU is kept for "
            f"reading), the cluster has {cpus:g} and {gpus:g}; lower [pools] in the job file"
        )
    rows = job.rows_per_block or (
        ROWS_PER_BLOCK_LARGE if videos > LARGE_CATALOGUE else ROWS_PER_BLOCK_SMALL
    )
    return PoolSizes(
        perceive=Pool(perceive),
        look=Pool(look, gpus=look_share) if public else None,
        generate=Pool(generate, gpus=share),
        mix=Pool(mix),
        task_cpus=0.25,
        rows_per_block=rows,
        generate_batch=pools.generate_batch or (CLIPS_BATCH if public and share else 1),
        device="cuda" if share else "cpu",
    )

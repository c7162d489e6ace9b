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
LOOK_GPUS, GENERATE_GPUS = (0.51, 0.34), (0.49, 0.32)
"""Shares of a GPU of public checkpoints, where one looks beside one that generates, and where two
do. So many fit on a GPU and no more of those that look, which Ray places first: else it would put
all of them on the first GPU, and the generator would find no place."""
LOOKERS = 2
"""Actors that look for each GPU: a card that waits for one decoder idles most of the time."""
CLIPS_MEMORY = 0.75
"""Share of a GPU's memory for the generator of clips: the networks that look are small."""
CLIPS_BATCH = 48
"""Rows whose clips are generated together: enough that most batches of one length are full, and
less than that where each generator would have fewer than two such batches."""
LOOK_BATCH = 8
"""Rows that an actor looks at together, by several threads."""
# A row is minutes of work in a small catalogue: one row a block keeps every actor busy to the end.
# In a large one the cost of a block counts, and there are blocks enough for all.
ROWS_PER_BLOCK_SMALL = 1
ROWS_PER_BLOCK_LARGE = 16
LARGE_CATALOGUE = 20_000
_ROUNDING = 1e-6


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
    look_batch: int
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
    # One CPU stays free for reading tasks; three actors, one a stage, must start anywhere.
    spare = max(3, int(cpus) - 1)
    # Mixing is about a sixth of the work of a video, looking and generating share the rest. Where
    # the picture is seen twice and a GPU generates, it is a fortieth.
    mix = pools.mix or max(1, spare // (24 if public and gpus else 6))
    # Two look for a GPU where four can perceive besides: otherwise these are what it waits for.
    lookers = LOOKERS if public and spare - mix >= (LOOKERS + 4) * gpus > 0 else 1
    # Beside a GPU a generator waits most of the time, and so does what mixes.
    generate_cpus = mix_cpus = 0.5 if public and gpus else 1.0
    share = pools.generate_gpus or (
        (GENERATE_GPUS[lookers - 1] if public else 1.0) if gpus else 0.0
    )
    look_share = (pools.look_gpus or (LOOK_GPUS[lookers - 1] if gpus else 0.0)) if public else 0.0
    if look_share:
        lookers = max(1, min(lookers, int((1 - share) / look_share + _ROUNDING)))
    # Each generator of public checkpoints stands beside those that look for it.
    most = max(1, (spare - mix - 1) // (1 + lookers if public else 1))
    # As many generators as the GPUs hold beside their lookers; without a GPU half of the CPUs left.
    whole = share + lookers * look_share
    generate = pools.generate or (
        max(1, min(most, int(gpus / whole + _ROUNDING))) if share else max(1, (spare - mix) // 2)
    )
    look = (pools.look or (lookers * generate if look_share else 1)) if public else 0
    # Decoding and optical flow take what remains: on a laptop they are the slowest stage.
    besides = look + generate_cpus * generate + mix_cpus * mix
    perceive = pools.perceive or max(1, int(spare - besides))
    needed, needed_gpus = perceive + besides, generate * share + look * look_share
    if needed + 1 > cpus or needed_gpus > gpus + _ROUNDING:
        raise ConfigError(
            f"the pools need {needed + 1:g} CPUs and {needed_gpus:g} GPUs (one CPU is kept for "
            f"reading), the cluster has {cpus:g} and {gpus:g}; lower [pools] in the job file"
        )
    rows = job.rows_per_block or (
        ROWS_PER_BLOCK_LARGE if videos > LARGE_CATALOGUE else ROWS_PER_BLOCK_SMALL
    )
    return PoolSizes(
        perceive=Pool(perceive),
        look=Pool(look, gpus=look_share) if public else None,
        generate=Pool(generate, generate_cpus, share),
        mix=Pool(mix, mix_cpus),
        task_cpus=0.25,
        rows_per_block=rows,
        look_batch=max(rows, min(LOOK_BATCH, videos // (4 * max(1, look)))),
        generate_batch=pools.generate_batch
        or (min(CLIPS_BATCH, -(-videos // (2 * generate)) or 1) if public and share else 1),
        device="cuda" if share else "cpu",
    )

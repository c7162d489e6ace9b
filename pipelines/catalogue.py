"""The job: a manifest of videos in, one track and one metadata row for each video and region out.

`soundtracks` is the list of what happens, top to bottom, with the placement beside each step.
`run_catalogue` is what surrounds it: plan, commit, tidy up, report.

Why no group-by: a shuffle waits for the whole catalogue before the first track (`gather.py`).
Why the driver commits: it sees every finished row exactly once, whatever Ray repeated, and writes
metadata in files of a useful size. A row that is lost with the driver costs one mix, no generation.
"""

from typing import Any

import ray
from ray.data import ActorPoolStrategy, Dataset

from foley_core.models.hunyuan.kernels import Kernels
from pipelines.plan import Plan, read_shard
from pipelines.pools import CLIPS_MEMORY, Pool, PoolSizes
from pipelines.resolved_job import ResolvedJob
from pipelines.stage_arguments import stage_arguments
from pipelines.stages.generate import Generate
from pipelines.stages.look import Look
from pipelines.stages.mix import Mix
from pipelines.stages.perceive import Perceive
from pipelines.stages.split import Split


def soundtracks(resolved: ResolvedJob, plan: Plan, pools: PoolSizes, kernels: Kernels) -> Dataset:
    """Return the finished rows of a plan's shards, as a dataset that computes when it is read."""
    job = resolved.job
    clips_memory = min(1.0, job.pools.generate_gpus) or CLIPS_MEMORY
    made = stage_arguments(resolved, plan, pools.device, clips_memory, kernels)
    batch: dict[str, Any] = {"batch_format": "pyarrow", "batch_size": pools.rows_per_block}

    def actors(pool: Pool) -> dict[str, Any]:
        return {"compute": ActorPoolStrategy(size=pool.actors), "num_cpus": pool.cpus, **batch}

    def apart(rows: Dataset) -> Dataset:
        """Rows that came out of one row in blocks of their own: a block goes to one actor whole."""
        return rows.repartition(target_num_rows_per_block=pools.rows_per_block)

    # One row per video, read shard by shard; small blocks, since a row is minutes of work.
    listed: Dataset = ray.data.from_items([{"shard": shard} for shard in plan.shards])
    read: Any = read_shard
    videos = apart(
        listed.map_batches(read, fn_args=(job.output,), batch_size=1, batch_format="pyarrow")
    )

    # 1 video : N clips. Headers only.
    split: Any = Split(*made.split)
    clips = apart(videos.map_batches(split.__call__, num_cpus=pools.task_cpus, **batch))

    # Public checkpoints alone: decode, their visual encoders. Beside the denoiser on its GPU.
    if made.look and pools.look:
        clips = clips.map_batches(
            Look,
            fn_constructor_args=made.look,
            num_gpus=pools.look.gpus,
            **{**actors(pools.look), "batch_size": pools.look_batch},
        )

    # Decode, optical flow, visual encoder; the last clip of a video detects its cue sheet and
    # fans out to regions. CPU.
    seen = apart(
        clips.map_batches(
            Perceive,
            fn_constructor_args=made.perceive,
            **actors(pools.perceive),
        )
    )

    # Style pack, filters, then the stems that are not stored yet. GPU where there is one.
    generated = seen.map_batches(
        Generate,
        fn_constructor_args=made.generate,
        num_gpus=pools.generate.gpus,
        **{**actors(pools.generate), "batch_size": pools.generate_batch},
    )

    # Mix, master, write; the track first, its metadata row from the driver.
    return generated.map_batches(
        Mix,
        fn_constructor_args=made.mix,
        **actors(pools.mix),
    )

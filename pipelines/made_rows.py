"""The finished rows of a plan, made in this process or on a Ray cluster.

Ray is imported where a cluster is needed, and not before: `foley one` starts without it.
"""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from foley_core.storage.store import Storage
from pipelines.begun_stages import phases_told
from pipelines.ending import End
from pipelines.in_process import soundtracks_here
from pipelines.plan import Plan
from pipelines.pools import size_pools
from pipelines.progress import ProgressDisplay
from pipelines.resolved_job import ResolvedJob
from pipelines.stages.row import Row, rows_of

if TYPE_CHECKING:
    from ray.data import Dataset


@contextmanager
def made_rows(
    resolved: ResolvedJob, plan: Plan, end: End, here: str | None, progress: ProgressDisplay
) -> Iterator[Iterator[Row]]:
    """The rows of a plan, each when it is finished.

    Args:
        end: told when a cluster dies.
        here: torch device of generators in this process; None for a cluster.
        progress: gets a few words on what is done.

    Raises:
        BrokeOffError: a private cluster does not start.
        ConfigError: the pools of the job file do not fit the cluster.
    """
    if here:
        progress.begin("loading models")
        with closing(soundtracks_here(resolved, plan, here, progress.say, progress.begin)) as rows:
            yield rows
        return
    progress.begin("starting workers")
    from pipelines.catalogue import soundtracks
    from pipelines.gpu_check import find_cluster_kernels
    from pipelines.ray_cluster import cluster

    job = resolved.job
    with cluster(job, end, plan.remote) as (cpus, gpus):
        pools = size_pools(job, plan.videos, cpus, gpus)
        tracks = soundtracks(resolved, plan, pools, find_cluster_kernels(pools))
        progress.begin("loading models")
        # Closed while the cluster is there: closed later, Ray would start another for it.
        told = phases_told(Storage(job.output), resolved.run_id, progress.begin)
        with closing(finished_rows(tracks)) as rows, told:
            yield rows


def finished_rows(tracks: "Dataset") -> Generator[Row, None, None]:
    """Rows as they leave the last stage; to be closed."""
    options: dict[str, Any] = {"batch_format": "pyarrow", "prefetch_batches": 0}
    generator: Any = iter(tracks.iter_batches(batch_size=None, **options))
    with closing(generator) as tables:
        for table in tables:
            yield from rows_of(table)

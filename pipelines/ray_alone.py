"""Ray Data without the three processes that it starts for what one machine alone has no use of.

One asks for more machines, one collects figures for the dashboard, which a private cluster has not,
one tracks on which machine a worker is. Each takes more than a second of a core to start, and Ray
Data begins no work before the first of them answers.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import ray
from ray.data._internal import stats
from ray.data._internal.cluster_autoscaler import ClusterAutoscaler
from ray.data._internal.execution import streaming_executor
from ray.data._internal.execution.interfaces import ExecutionResources
from ray.data._internal.execution.operators import actor_pool_map_operator

from pipelines.ray_start import replaced

_FIGURES = (
    "update_execution_metrics",
    "update_iteration_metrics",
    "register_dataset_to_stats_actor",
)


@contextmanager
def one_machine() -> Iterator[None]:
    """Datasets that are computed in the block use the machine of a private cluster as it is."""
    with ExitStack() as held:
        for owner, name, value in (
            (streaming_executor, "create_cluster_autoscaler", _AsItIs),
            (actor_pool_map_operator, "get_or_create_actor_location_tracker", _Untracked),
            (actor_pool_map_operator, "get_actor_locations", _no_news),
            *((stats._StatsManager, name, staticmethod(_nothing)) for name in _FIGURES),
        ):
            held.enter_context(replaced(owner, name, value))
        yield


class _AsItIs(ClusterAutoscaler):
    """What Ray Data asks for machines: it asks nobody, and has all that is there."""

    def __init__(self, *_: object, **named: object) -> None:
        found: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        self._all: ExecutionResources = ExecutionResources.from_resource_dict(found)

    def try_trigger_scaling(self) -> None:
        """Ask for nothing."""

    def on_executor_shutdown(self) -> None:
        """Give nothing back."""

    def get_total_resources(self) -> ExecutionResources:
        """Return all of the machine."""
        return self._all


class _Untracked:
    """What a worker tells its place to, as to an actor; nobody asks for it."""

    @property
    def update_actor_location(self) -> "_Untracked":
        """The method of the actor that this stands for."""
        return self

    def remote(self, worker: str, node: str) -> None:
        """Keep nothing."""


def _no_news(workers: Sequence[str]) -> dict[str, str]:
    """Return no place: Ray Data then goes by what each worker said when it was ready."""
    return {}


def _nothing(*_: Any, **named: Any) -> None:
    """Tell nobody."""

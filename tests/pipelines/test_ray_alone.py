"""Ray Data finds what stands in for its three actors, in the block and nowhere else.

That a job then runs without them is in `tests/end_to_end/test_kill.py`.
"""

import inspect

import pytest
from ray.data._internal import stats
from ray.data._internal.execution import streaming_executor
from ray.data._internal.execution.operators import actor_pool_map_operator

from pipelines.ray_alone import one_machine


def found() -> dict[str, object]:
    """What Ray Data would call now, by its name."""
    told = inspect.getmembers(stats._StatsManager, inspect.isfunction)
    return {
        "autoscaler": streaming_executor.create_cluster_autoscaler,
        "tracker": actor_pool_map_operator.get_or_create_actor_location_tracker,
        "places": actor_pool_map_operator.get_actor_locations,
        **{name: one for name, one in told if name.startswith(("update", "register"))},
    }


def test_only_in_the_block_is_anything_replaced() -> None:
    before = found()
    with one_machine():
        inside = found()
    assert found() == before
    assert inside.keys() == before.keys()
    assert [name for name in before if inside[name] is before[name]] == []


def test_a_machine_alone_asks_for_none_and_has_what_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ray.cluster_resources", lambda: {"CPU": 5.0, "GPU": 1.0, "memory": 9.0})
    with one_machine():
        scaler = streaming_executor.create_cluster_autoscaler(None, None, None, execution_id="a")  # type: ignore[arg-type]
    scaler.try_trigger_scaling()
    scaler.on_executor_shutdown()
    everything = scaler.get_total_resources()
    assert (everything.cpu, everything.gpu, everything.memory) == (5.0, 1.0, 9.0)

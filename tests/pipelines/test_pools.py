"""Pools always leave a CPU for reading, or say that they cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foley_core.errors import ConfigError
from pipelines.config import Job, Pools
from pipelines.pools import local_cpus, size_pools


def job(**pools: float) -> Job:
    return Job(manifest="m.csv", output="out", pools=Pools(**pools))  # type: ignore[arg-type]


def public_job() -> Job:
    return Job(manifest="m.csv", output="out", model="hunyuan-xxl", model_path="weights")


@given(cpus=st.integers(4, 500), gpus=st.integers(0, 16))
def test_automatic_pools_fit_any_cluster(cpus: int, gpus: int) -> None:
    placement = size_pools(job(), 100, cpus, gpus)
    pools = (placement.perceive, placement.generate, placement.mix)
    assert all(pool.actors >= 1 for pool in pools)
    assert sum(pool.actors * pool.cpus for pool in pools) + 1 <= cpus
    assert placement.generate.actors * placement.generate.gpus <= gpus
    assert placement.device == ("cuda" if gpus else "cpu")


@given(cpus=st.integers(5, 500), gpus=st.integers(0, 16))
def test_looking_and_performing_share_the_gpus_of_any_cluster(cpus: int, gpus: int) -> None:
    placement = size_pools(public_job(), 100, cpus, gpus)
    assert placement.look is not None
    pools = (placement.perceive, placement.look, placement.generate, placement.mix)
    assert all(pool.actors >= 1 for pool in pools)
    assert sum(pool.actors * pool.cpus for pool in pools) + 1 <= cpus
    assert sum(pool.actors * pool.gpus for pool in pools) <= gpus
    assert placement.generate_batch == (8 if gpus else 1)


def test_two_that_look_never_share_a_gpu_so_that_each_gpu_has_one_that_performs() -> None:
    placement = size_pools(public_job(), 100, 64, 2)
    assert placement.look is not None
    look, generate = placement.look, placement.generate
    assert (look.actors, generate.actors) == (2, 2)
    assert look.gpus + generate.gpus <= 1 < 2 * look.gpus


def test_a_local_cluster_has_cpus_for_what_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert local_cpus() == 5
    assert size_pools(job(), 100, 5, 0).perceive.actors == 2
    public = size_pools(public_job(), 100, 5, 0)
    assert (public.device, public.generate.actors) == ("cpu", 1)


def test_a_gpu_may_be_shared() -> None:
    placement = size_pools(job(generate_gpus=0.5), 100, 64, 2)
    assert placement.generate.actors == 4


def test_pools_that_do_not_fit_are_refused_before_anything_hangs() -> None:
    with pytest.raises(ConfigError, match="lower"):
        size_pools(job(perceive=8), 100, 4, 0)


def test_rows_travel_alone_until_a_catalogue_is_large() -> None:
    assert size_pools(job(), 100, 4, 0).rows_per_block == 1
    assert size_pools(job(), 1_000_000, 4, 0).rows_per_block > 1


def test_gpus_that_the_cluster_lacks_are_refused() -> None:
    with pytest.raises(ConfigError, match="GPUs"):
        size_pools(job(generate_gpus=1), 100, 16, 0)

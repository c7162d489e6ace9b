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
    assert sum(pool.actors * pool.gpus for pool in pools) <= gpus + 1e-6
    assert placement.generate_batch == (min(48, -(-50 // placement.generate.actors)) if gpus else 1)


@given(cpus=st.integers(5, 500), gpus=st.integers(1, 16))
def test_wherever_those_that_look_are_put_each_gpu_has_room_for_one_that_performs(
    cpus: int, gpus: int
) -> None:
    placement = size_pools(public_job(), 100, cpus, gpus)
    assert placement.look is not None
    look, generate = placement.look, placement.generate
    on_one_gpu = int(1 / look.gpus)
    assert look.actors == on_one_gpu * generate.actors
    assert on_one_gpu * look.gpus + generate.gpus <= 1


def test_each_gpu_is_fed_by_two_that_look_and_four_that_perceive_where_there_are_eight_cores() -> (
    None
):
    for cards in (1, 2, 8):
        placement = size_pools(public_job(), 100, 8 * cards, cards)
        assert placement.look is not None
        assert (placement.look.actors, placement.generate.actors) == (2 * cards, cards)
        assert placement.perceive.actors >= 4 * cards
    few = size_pools(public_job(), 100, 5, 1)
    assert (few.look.actors if few.look else 0, few.perceive.actors) == (1, 2)


def test_few_videos_are_spread_and_many_travel_together() -> None:
    few, many = (size_pools(public_job(), videos, 16, 2) for videos in (4, 1000))
    assert (few.look_batch, few.generate_batch) == (1, 1)
    assert (many.look_batch, many.generate_batch) == (8, 48)


def test_shares_of_the_job_file_win() -> None:
    chosen = size_pools(
        Job(
            manifest="m.csv",
            output="out",
            model="hunyuan-xxl",
            model_path="weights",
            pools=Pools(look_gpus=0.51, generate_gpus=0.49),
        ),
        100,
        16,
        2,
    )
    assert chosen.look is not None
    assert (chosen.look.actors, chosen.generate.actors) == (2, 2)


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

"""An estimate is arithmetic on counts, a sample and rates."""

from collections import Counter

import pytest

from pipelines.config import Job
from pipelines.estimates.estimate import Estimate, estimate
from pipelines.estimates.machine_rates import MachineRates
from pipelines.estimates.price_table import MachinePrice, Prices, StoragePrice
from pipelines.estimates.sample import Sampled
from pipelines.plan import Plan

RATES = MachineRates(
    machine="m", cpus=4, start_s=20, load_s=0, busy=0.5, split_s=0.1, perceive_s=0.2,
    generate_s=0.4, mix_s=0.05, further_region=0.25, features_bytes=1000, stems_bytes=2000,
)  # fmt: skip
TEN = Sampled(videos=10, seconds=100.0, picture_s=100.0, clips=10, size_bytes=50_000_000)


def job(**more: object) -> Job:
    return Job.model_validate({"manifest": "m.csv", "output": "out", **more})


def planned(**tracks: int) -> Plan:
    """A plan of 100 videos; the first region bears what is done once."""
    first = next(iter(tracks))
    return Plan(
        videos=100,
        jobs=sum(tracks.values()),
        tracks=Counter(tracks),
        first_tracks=Counter({first: 100}),
    )


def taken(plan: Plan, sampled: Sampled = TEN, **more: object) -> Estimate:
    return estimate(job(**more), plan, sampled, RATES)


def test_ten_second_videos_take_what_the_rates_say() -> None:
    one = taken(planned(neutral=100)).regions["neutral"]
    assert one.work_s == pytest.approx(
        {"split": 10, "look": 0, "perceive": 200, "generate": 400, "mix": 50}
    )
    assert (one.picture_s, one.clips) == (1000, 100)
    assert one.read_bytes == 500e6
    assert one.written_bytes == pytest.approx(1000 * (1000 + 2000 + 192_000))
    assert one.kept_bytes == one.written_bytes


def test_a_further_region_decodes_nothing() -> None:
    found = taken(planned(neutral=100, japan=100))
    japan = found.regions["japan"]
    assert japan.work_s["perceive"] == japan.read_bytes == 0
    assert japan.work_s["generate"] == pytest.approx(100)
    assert found.cpu_s == pytest.approx(660 + 100 + 50 + 10)


def test_what_was_seen_before_is_not_decoded_again() -> None:
    known = Sampled(videos=10, seconds=100.0, picture_s=100.0, clips=10, fresh=10, known=10)
    one = taken(planned(japan=100), known).regions["japan"]
    assert one.work_s["perceive"] == 0
    assert one.work_s["generate"] == pytest.approx(100)


def test_unreadable_videos_take_nothing() -> None:
    half = Sampled(
        videos=20, unreadable=["x"] * 10, seconds=100.0, picture_s=100.0, clips=10, size_bytes=0
    )
    assert taken(planned(neutral=100), half).regions["neutral"].picture_s == 500
    none = Sampled(videos=2, unreadable=["x"] * 2)
    assert taken(planned(neutral=100), none).regions["neutral"].cpu_s == 0


def test_larger_pictures_and_longer_tracks() -> None:
    large = Sampled(videos=10, seconds=100.0, picture_s=225.0, clips=10)
    one = taken(planned(neutral=100), large).regions["neutral"]
    assert one.work_s["perceive"] == pytest.approx(200 * (0.75 + 0.25 * 2.25))
    long = Sampled(videos=10, seconds=600.0, picture_s=600.0, clips=10)
    one = taken(planned(neutral=100), long).regions["neutral"]
    assert one.work_s["generate"] == pytest.approx(400 * 4.5)


def test_time_and_machines_for_a_deadline() -> None:
    found = taken(planned(neutral=100))
    assert found.wall_s() == pytest.approx(20 + 660 / (4 * 0.5))
    assert found.wall_s(machines=2, cpus=8) == pytest.approx(20 + 660 / (16 * 0.5))
    assert found.machines_for(20 + 660 / 2) == 1
    assert found.machines_for(20 + 110) == 3
    assert found.machines_for(19) is None


def test_public_checkpoints_take_a_card() -> None:
    public = {"model": "hunyuan-xxl", "model_path": "weights"}
    found = taken(planned(neutral=100), **public)
    assert found.card_s == pytest.approx(1000 * 5.3 / 60)
    assert found.regions["neutral"].work_s["look"] > 0
    assert found.wall_s(cpus=1000, gpus=1) == pytest.approx(20 + found.card_s / 0.9)
    assert found.machines_for(3600, cpus=1000, gpus=1) == 1
    assert found.machines_for(3600, cpus=1000) is None


def test_money() -> None:
    prices = Prices(
        schema_version=1,
        currency="EUR",
        machine=MachinePrice(name="c4", cpus=4, hour=36.0),
        storage=StoragePrice(gb_month=1.0, months=2.0, gb_read=0.1, put_1000=1.0),
    )
    found = taken(planned(neutral=100))
    costs = found.money(prices)
    assert costs["machines"] == pytest.approx(36 * found.wall_s() / 3600)
    assert costs["storage"] == pytest.approx(found.regions["neutral"].kept_bytes / 1e9 * 2)
    assert costs["reading"] == pytest.approx(0.05)
    assert costs["requests"] > 0


def test_features_that_expire_are_not_kept() -> None:
    one = taken(planned(neutral=100), privacy={"retain_features_days": 0}).regions["neutral"]
    assert one.written_bytes - one.kept_bytes == pytest.approx(1_000_000)

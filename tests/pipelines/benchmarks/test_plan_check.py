"""A plan is compared with what came, quantity by quantity."""

import pytest

from pipelines.benchmarks.plan_check import KINDS, compared_with
from pipelines.benchmarks.whole_job import JobFigures, with_number
from pipelines.config import Job
from pipelines.dry_run import Rehearsal
from pipelines.estimates.estimate import Estimate, RegionEstimate
from pipelines.estimates.machine_rates import MachineRates
from pipelines.estimates.sample import Sampled
from pipelines.plan import Plan


def test_it_says_by_which_share_the_plan_was_over() -> None:
    work = {"split": 1.0, "look": 0.0, "perceive": 20.0, "generate": 60.0, "mix": 3.0}
    region = RegionEstimate(4, 40.0, 4, work, 0.0, 1e9, 2e9, 1.5e9, {})
    takes = Estimate({"neutral": region}, MachineRates(cpus=2, load_s=16.0, start_s=30.0, busy=1.0))
    found = Rehearsal(Job(manifest="m.csv", output="out"), Plan(), Sampled(), takes)
    tally = {"cpu.split": 1.0, "cpu.perceive": 16.0, "cpu.generate": 80.0, "cpu.mix": 3.0}
    told = compared_with(found, JobFigures(130.0, 100.0, 100.0, 20.0, 90.0, tally), 1.0)
    assert told["CPU s"] == (100.0, 100.0, 0.0)
    assert told["CPU s of perceive"] == (20.0, 16.0, 0.25)
    assert told["CPU s of generate"] == (60.0, 80.0, -0.25)
    assert told["wall s"] == pytest.approx((80.0, 100.0, -0.2))
    assert told["GB kept"] == (1.5, 1.0, 0.5)


def test_the_videos_are_of_several_lengths_and_sizes() -> None:
    assert len({seconds for seconds, _, _ in KINDS}) > 1
    assert len({height for _, _, height in KINDS}) > 1
    assert with_number(b"", 3)[:8] == b"\0\0\0\x0cfree"

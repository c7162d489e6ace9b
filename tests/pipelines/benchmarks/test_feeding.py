"""The card of public checkpoints is fed: by simulation, with measured costs of processors."""

from dataclasses import replace
from functools import cache

import pytest
from documents import CLUSTER_README, section, table

from pipelines.benchmarks.feeding import FULL_HD, HD, XL_DENOISE, Costs, busy

PICTURES = {"720p": HD, "1080p": FULL_HD}
CORES = (5, 6, 8, 10, 12, 16)


@cache
def card(costs: Costs, cores: int) -> float:
    return min(busy(costs, cores, row_s).card for row_s in (10.0, 60.0))


def test_eight_cores_feed_a_card() -> None:
    assert card(HD, 8) >= 0.9


@pytest.mark.parametrize("model", ["XXL", "XL"])
@pytest.mark.parametrize("column", [1, 2])
def test_the_readme_states_the_fewest_cores_that_feed_a_card(model: str, column: int) -> None:
    text = section(CLUSTER_README, "Sizing")
    rows = table(text[text.index("**Public checkpoints**") :])
    (said,) = [int(row[column]) for row in rows if row[0] == model]
    costs = list(PICTURES.values())[column - 1]
    costs = costs if model == "XXL" else replace(costs, denoise=XL_DENOISE)
    assert said == next(cores for cores in CORES if card(costs, cores) >= 0.9)


def test_a_core_never_does_more_than_a_cores_work_and_what_waits_costs_nothing() -> None:
    found = busy(HD, 8, 10.0, batches=4)
    assert 0 < found.card <= 1
    assert 0 < found.cores <= 1
    slow = busy(replace(HD, perceive=100.0), 8, 10.0, batches=4)
    assert slow.card < 0.5 * found.card

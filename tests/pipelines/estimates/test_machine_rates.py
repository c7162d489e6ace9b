"""Rates come from the last benchmark here, from a file, or are a stated default."""

from pathlib import Path

import pytest

from foley_core.errors import ConfigError
from pipelines.benchmarks.whole_job import JobFigures, rates_of
from pipelines.estimates.machine_rates import (
    DEFAULTS,
    MachineRates,
    keep_rates,
    rates_of_machine,
    read_rates,
)


def test_the_last_benchmark_of_a_tier_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLEY_CACHE", str(tmp_path / "cache"))
    assert rates_of_machine("full") == DEFAULTS["full"]
    kept = MachineRates(machine="here", measured="2026-11-30", perceive_s=0.5)
    assert read_rates(keep_rates(kept)) == kept
    assert rates_of_machine("full") == kept
    assert rates_of_machine("light") == DEFAULTS["light"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no json", "holds no figures"),
        ('{"perceive": 1}', "unknown key 'perceive'; did you mean 'perceive_s'?"),
        ('{"busy": 2}', "busy"),
    ],
)
def test_a_file_of_something_else(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "rates.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_rates(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_rates(tmp_path / "none.json")


def figures(videos: int, wall_s: float) -> JobFigures:
    """A job whose stages load for 4 s, and take 5 s a video."""
    tally = {
        "cpu.split": 0.1 * videos,
        "cpu.perceive": 1.0 + 2.0 * videos,
        "cpu.generate": 3.0 + 2.8 * videos,
        "cpu.mix": 0.1 * videos,
    }
    return JobFigures(0.0, sum(tally.values()), wall_s, 0.0, wall_s, tally)


def test_rates_of_two_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "a").write_bytes(bytes(1200))
    # 14 s of work in 10 + 14 / (2 cores, half of the time), 64 s in 10 + 64.
    rates = rates_of(figures(2, 24.0), figures(12, 74.0), 12, "full", tmp_path)
    assert rates
    assert (rates.start_s, rates.load_s, rates.busy) == (10.0, 4.0, 0.5)
    assert (rates.perceive_s, rates.generate_s) == (0.2, 0.28)
    assert (rates.split_s, rates.mix_s, rates.features_bytes) == (0.1, 0.01, 10)


def test_jobs_too_near_to_tell(tmp_path: Path) -> None:
    assert rates_of(figures(2, 24.0), figures(4, 34.0), 4, "full", tmp_path) is None
    assert rates_of(figures(2, 24.0), figures(12, 20.0), 12, "full", tmp_path) is None

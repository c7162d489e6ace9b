"""A price table is read whole, and its faults are listed."""

from pathlib import Path

import pytest

from foley_core.errors import ConfigError
from pipelines.estimates.price_table import read_prices


def test_a_table(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(
        'schema_version = 1\ncurrency = "USD"\n[machine]\nname = "x"\ncpus = 16\nhour = 0.7\n'
    )
    prices = read_prices(path)
    assert (prices.machine.cpus, prices.machine.gpus, prices.storage.gb_month) == (16, 0, 0.0)


def test_every_fault_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(
        'schema_version = 1\ncurrency = "USD"\n[machine]\nname = "x"\ncpus = 0\nhours = 0.7\n'
    )
    with pytest.raises(ConfigError) as caught:
        read_prices(path)
    assert "cpus" in str(caught.value)
    assert "did you mean 'hour'?" in str(caught.value)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_prices(tmp_path / "none.toml")

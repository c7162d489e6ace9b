"""Few short tracks are made in this process; many, long or large ones on a cluster."""

import pytest

from pipelines.in_process import LONGEST_HERE_S, fits_here


def test_what_is_short_is_made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    assert fits_here([60.0, 60.0], public=False)
    assert not fits_here([LONGEST_HERE_S, 1.0], public=False)
    assert not fits_here([1.0], public=True)
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    assert not fits_here([1.0], public=False)

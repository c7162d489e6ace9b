"""Impulse responses: they die away as their data say, and both sides are independent."""

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from foley_core.mixing.impulse_response import impulse_response
from foley_core.mixing.spaces import BANDS_HZ, spaces
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32


def decay_s(response: F32, hz: float) -> float:
    """RT60 by Schroeder's backward integration, from -5 to -25 dB."""
    band = butter(2, [hz / 2**0.5, hz * 2**0.5], "bandpass", fs=SAMPLE_RATE, output="sos")
    energy = np.square(sosfiltfilt(band, response, axis=1)).sum(axis=0)
    left_db = 10 * np.log10(np.cumsum(energy[::-1])[::-1] / energy.sum() + 1e-20)
    first, last = (int(np.argmax(left_db < level)) for level in (-5.0, -25.0))
    return 3.0 * (last - first) / SAMPLE_RATE


@pytest.mark.parametrize("name", ["small_room", "hall", "sports_hall"])
def test_each_band_falls_by_60_db_in_its_time(name: str) -> None:
    space = spaces()[name]
    for hz, wanted_s in zip(BANDS_HZ, space.rt60_s, strict=True):
        assert decay_s(impulse_response(space), hz) == pytest.approx(wanted_s, rel=0.25)


@pytest.mark.parametrize("name", sorted(spaces()))
def test_energy_is_as_stated_and_no_side_is_louder_or_the_other_ones_mirror(name: str) -> None:
    response = impulse_response(spaces()[name]).astype(np.float64)
    energies_db = 10 * np.log10(np.square(response).sum(axis=1))
    assert 10 * np.log10(np.square(response).sum() / 2) == pytest.approx(spaces()[name].wet_db)
    assert abs(energies_db[0] - energies_db[1]) < 3
    assert abs(np.corrcoef(response)[0, 1]) < 0.75
    mono = np.square(response.mean(axis=0)).sum() * 2
    assert 10 * np.log10(mono / np.square(response).sum()) > -4.5


def test_nothing_answers_before_the_first_reflection() -> None:
    space = spaces()["street_canyon"]
    before = round(space.pre_delay_s * SAMPLE_RATE) - 10
    response = impulse_response(space)
    assert np.abs(response[:, :before]).max() < 1e-3 * np.abs(response).max()

"""Facts of ITU-R BS.1770-4 and the synthetic cases of EBU Tech 3341 and Tech 3342."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from foley_core.audio.loudness import LoudnessMeter, TruePeakMeter
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32


def _sine(level_db: float, seconds: float, hz: float = 1000.0, phase: float = 0.0) -> F32:
    angle = 2 * np.pi * hz * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE + phase
    return (10 ** (level_db / 20) * np.sin(angle)).astype(np.float32)


def _stereo(*parts: tuple[float, float]) -> F32:
    mono = np.concatenate([_sine(level_db, seconds) for level_db, seconds in parts])
    return np.stack([mono, mono])


def _measured(waveform: F32) -> LoudnessMeter:
    meter = LoudnessMeter(waveform.shape[0])
    meter.add(waveform)
    return meter


def _lufs(waveform: F32) -> float:
    lufs = _measured(waveform).integrated_lufs()
    assert lufs is not None
    return lufs


def _peak(waveform: F32) -> float:
    meter = TruePeakMeter(waveform.shape[0])
    meter.add(waveform)
    peak = meter.true_peak_dbtp()
    assert peak is not None
    return peak


def test_full_scale_sine_in_one_channel_is_3_01_below() -> None:
    sine = _sine(0.0, 5, hz=997)
    silent = np.zeros_like(sine)
    assert _lufs(sine[None]) == pytest.approx(-3.01, abs=0.01)
    assert _lufs(np.stack([sine, silent])) == pytest.approx(-3.01, abs=0.01)
    assert _lufs(np.stack([sine, sine])) == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(
    ("parts", "lufs"),
    [
        ([(-23.0, 20)], -23.0),
        ([(-33.0, 20)], -33.0),
        ([(-36.0, 10), (-23.0, 60), (-36.0, 10)], -23.0),
        ([(-72.0, 10), (-36.0, 10), (-23.0, 60), (-36.0, 10), (-72.0, 10)], -23.0),
        ([(-26.0, 20), (-20.0, 20.1), (-26.0, 20)], -23.0),
    ],
    ids=["case 1", "case 2", "case 3", "case 4", "case 5"],
)
def test_integrated_loudness_of_tech_3341(parts: list[tuple[float, float]], lufs: float) -> None:
    assert _lufs(_stereo(*parts)) == pytest.approx(lufs, abs=0.1)


@pytest.mark.parametrize("low_frequency", [False, True])
def test_surround_channels_weigh_more_and_the_low_frequency_channel_nothing(
    low_frequency: bool,
) -> None:
    channels = [_sine(level, 20) for level in (-28.0, -28.0, -24.0, -30.0, -30.0)]
    if low_frequency:
        channels.insert(3, _sine(0.0, 20, hz=60))
    assert _lufs(np.stack(channels)) == pytest.approx(-23.0, abs=0.1)


def test_only_known_layouts_are_measured() -> None:
    with pytest.raises(ValueError, match="3 channels"):
        LoudnessMeter(3)


@pytest.mark.parametrize(
    ("parts", "lu"),
    [
        ([(-20.0, 20), (-30.0, 20)], 10.0),
        ([(-20.0, 20), (-15.0, 20)], 5.0),
        ([(-40.0, 20), (-20.0, 20)], 20.0),
        ([(-50.0, 20), (-35.0, 20), (-20.0, 20), (-35.0, 20), (-50.0, 20)], 15.0),
    ],
    ids=["case 1", "case 2", "case 3", "case 4"],
)
def test_loudness_range_of_tech_3342(parts: list[tuple[float, float]], lu: float) -> None:
    assert _measured(_stereo(*parts)).range_lu() == pytest.approx(lu, abs=1.0)


def test_what_is_too_short_or_too_quiet_has_no_loudness() -> None:
    assert _measured(_stereo((-20.0, 0.399))).integrated_lufs() is None
    assert _measured(_stereo((-20.0, 0.4))).integrated_lufs() is not None
    assert _measured(_stereo((-71.0, 5))).integrated_lufs() is None
    assert _measured(np.zeros((2, SAMPLE_RATE), np.float32)).integrated_lufs() is None
    assert LoudnessMeter(2).integrated_lufs() is None
    assert _measured(_stereo((-20.0, 2.9))).range_lu() is None


# Tech 3341, table 1: frequency as a divisor of the sample rate, phase in degrees, level, answer.
@pytest.mark.parametrize(
    ("divisor", "degrees", "amplitude", "dbtp"),
    [
        (4, 0.0, 0.50, -6.0),
        (4, 45.0, 0.50, -6.0),
        (6, 60.0, 0.50, -6.0),
        (8, 67.5, 0.50, -6.0),
        (4, 45.0, 1.41, 3.0),
    ],
    ids=["case 15", "case 16", "case 17", "case 18", "case 19"],
)
def test_true_peak_of_sines(divisor: int, degrees: float, amplitude: float, dbtp: float) -> None:
    level_db = 20 * np.log10(amplitude)
    sine = _sine(level_db, 1, hz=SAMPLE_RATE / divisor, phase=np.radians(degrees))
    rise = np.minimum(1.0, np.arange(len(sine)) / 4800)
    shaped = (sine * rise * rise[::-1]).astype(np.float32)
    assert dbtp - 0.4 <= _peak(np.stack([shaped, shaped])) <= dbtp + 0.2


@pytest.mark.parametrize("offset", [0, 1, 2, 3])
def test_true_peak_between_samples(offset: int) -> None:
    """Cases 20 to 23: a burst made at four times the rate, decimated at each of four offsets."""
    fine = np.arange(4 * 4800)
    burst = 0.5 * np.sin(2 * np.pi * fine / 24 + np.pi / 3) * np.hanning(len(fine)) ** 0.25
    sampled = resample_poly(np.roll(burst, offset), 1, 4).astype(np.float32)
    assert -6.4 <= _peak(sampled[None]) <= -5.8


def test_true_peak_counts_every_channel_and_the_end_of_the_stream() -> None:
    lone = np.zeros((2, 5000), np.float32)
    lone[1, -1] = -0.5
    assert _peak(lone) == pytest.approx(-6.02, abs=0.1)
    assert TruePeakMeter(2).true_peak_dbtp() is None
    silent = TruePeakMeter(2)
    silent.add(np.zeros((2, 100_000), np.float32))
    assert silent.true_peak_dbtp() is None


def test_asking_does_not_disturb_a_meter() -> None:
    noise = np.random.default_rng(2).normal(0, 0.1, (2, 120_000)).astype(np.float32)
    asked, quiet = TruePeakMeter(2), TruePeakMeter(2)
    for block in np.array_split(noise, 7, axis=1):
        asked.add(block)
        asked.true_peak_dbtp()
        quiet.add(block)
    assert asked.true_peak_dbtp() == quiet.true_peak_dbtp()


def test_true_peak_is_what_full_interpolation_finds() -> None:
    noise = np.random.default_rng(4).normal(0, 0.1, (1, 100_000)).astype(np.float32)
    noise *= np.linspace(0.1, 1.0, 100_000, dtype=np.float32)
    fine = resample_poly(noise[0].astype(np.float64), 4, 1)
    assert _peak(noise) == pytest.approx(20 * np.log10(np.abs(fine).max()), abs=0.6)


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 192_000), max_size=5))
def test_measures_do_not_depend_on_how_the_stream_is_cut(cuts: list[int]) -> None:
    noise = np.random.default_rng(5).normal(0, 0.1, (2, 192_000)).astype(np.float32)
    meter, peak = LoudnessMeter(2), TruePeakMeter(2)
    for first, last in pairwise([0, *sorted(cuts), 192_000]):
        meter.add(noise[:, first:last])
        peak.add(noise[:, first:last])
    assert meter.integrated_lufs() == _lufs(noise)
    assert meter.range_lu() == _measured(noise).range_lu()
    assert peak.true_peak_dbtp() == _peak(noise)

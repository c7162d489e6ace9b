"""Facts about the synthesiser grid and its rendering."""

import numpy as np
import pytest

from foley_core.audio.band_grid import (
    BANDS,
    ENERGY,
    FLOOR_DB,
    GRAIN,
    HOP,
    PITCH,
    ROWS,
    TONALITY,
    VOICING,
    analyse,
    band_centres_hz,
    band_weights,
)
from foley_core.audio.band_synthesis import render_grid
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32

SECOND = np.arange(SAMPLE_RATE) / SAMPLE_RATE


def noise(seed: int = 0) -> F32:
    return (0.1 * np.random.default_rng(seed).standard_normal(SAMPLE_RATE)).astype(np.float32)


def sine(hz: float) -> F32:
    return (0.5 * np.sin(2 * np.pi * hz * SECOND)).astype(np.float32)


def silent_grid(steps: int) -> F32:
    grid = np.zeros((steps, ROWS), np.float32)
    grid[:, ENERGY] = FLOOR_DB
    return grid


def test_bands_cover_the_spectrum_once() -> None:
    sums = band_weights()[1:].sum(axis=1)
    assert np.allclose(sums, 1, atol=1e-5)
    assert band_centres_hz()[-1] > 20_000
    assert np.all(np.diff(band_centres_hz()) > 0)


@pytest.mark.parametrize("samples", [1, HOP, HOP + 1, 5_000])
def test_grid_covers_every_sample(samples: int) -> None:
    grid = analyse(np.ones(samples, np.float32))
    assert grid.shape == (-(-samples // HOP), ROWS)
    assert np.isfinite(grid).all()


@pytest.mark.parametrize("hz", [200.0, 1_000.0, 12_000.0])
def test_a_sine_lies_in_its_band_at_its_level(hz: float) -> None:
    middle = analyse(sine(hz))[100]
    loudest = int(np.argmax(middle[ENERGY]))
    assert abs(band_centres_hz()[loudest] - hz) < 0.06 * hz + 30
    total = 10 * np.log10(np.sum(10 ** (middle[ENERGY] / 10)))
    assert total == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.5)


def test_a_hoarse_voice_is_voiced_and_coloured_noise_is_not() -> None:
    # A pitch of 390 to 410 Hz over noise 25 dB below; wind is noise that falls with frequency.
    pitch_hz = 400 + 10 * np.sin(2 * np.pi * 5 * SECOND)
    turn = 2 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE
    voice = sum(np.sin(n * turn) / n for n in range(1, 12))
    hoarse = analyse((0.1 * voice + 0.05 * noise()).astype(np.float32))[20:-20]
    assert hoarse[:, VOICING].mean() > 0.5
    assert abs(np.median(hoarse[:, PITCH]) - 2) < 0.05
    spectrum = np.fft.rfft(noise())
    spectrum[1:] *= np.arange(1, len(spectrum)) ** -0.5
    wind = np.fft.irfft(spectrum).astype(np.float32)
    assert analyse(0.1 * wind / wind.std())[:, VOICING].mean() < 0.15


def test_tonality_and_voicing_tell_noise_lines_and_harmonics_apart() -> None:
    harmonic = np.sum([sine(220.0 * k) / k for k in range(1, 20)], axis=0).astype(np.float32)
    of_noise, of_harmonics = analyse(noise())[50:150], analyse(harmonic)[50:150]
    assert of_noise[:, TONALITY].mean() < 0.2
    assert of_harmonics[:, TONALITY][:, :5].mean() > 0.7
    assert of_noise[:, VOICING].mean() < 0.1
    assert of_harmonics[:, VOICING].mean() > 0.7
    assert np.median(of_harmonics[:, PITCH]) == pytest.approx(np.log2(2.2), abs=0.05)


def test_grain_shows_a_click_to_the_quarter_step() -> None:
    clicked = noise() * np.float32(0.01)
    clicked[24_000] = 0.9
    grain = analyse(clicked)[:, GRAIN].reshape(-1)
    assert abs(int(np.argmax(grain)) - 24_000 // 60) <= 1


def test_rendering_keeps_band_energies() -> None:
    shaped = (noise() * np.exp(-3 * SECOND) + 0.3 * sine(900.0)).astype(np.float32)
    grid = analyse(shaped)
    again = analyse(render_grid(grid, np.random.default_rng(1)))
    loud = grid[:, ENERGY] > -55
    difference = (again - grid)[:, ENERGY][loud]
    assert np.abs(difference).mean() < 3.0
    assert abs(difference.mean()) < 1.0


def test_rendering_is_decided_by_the_generator() -> None:
    grid = analyse(noise())[:40]
    first, same, other = (render_grid(grid, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, same)
    assert len(first) == 40 * HOP
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.2


def test_things_ring_with_the_same_modes_in_every_take() -> None:
    grid = silent_grid(200)
    grid[:, ENERGY], grid[:, TONALITY] = -30, 1.0

    def spectrum(own: int, modes: int) -> F32:
        rngs = (np.random.default_rng(seed) for seed in (own, modes))
        wave = render_grid(grid, next(rngs), modes=next(rngs))
        return np.log(np.abs(np.fft.rfft(wave)) + 1e-3)

    one, same, other = spectrum(1, 5), spectrum(2, 5), spectrum(2, 6)
    assert np.corrcoef(one, same)[0, 1] > np.corrcoef(one, other)[0, 1] + 0.2
    assert not np.array_equal(one, same)


def test_a_harmonic_grid_sounds_at_its_pitch() -> None:
    grid = silent_grid(100)
    grid[:, ENERGY] = -30
    grid[:, TONALITY], grid[:, VOICING], grid[:, PITCH] = 1.0, 1.0, 2.0
    spectrum = np.abs(np.fft.rfft(render_grid(grid, np.random.default_rng(0))))
    hz = np.fft.rfftfreq(100 * HOP, 1 / SAMPLE_RATE)
    at_harmonic = spectrum[np.abs(hz - 1200) < 10].max()
    between = spectrum[np.abs(hz - 1400) < 10].max()
    assert at_harmonic > 10 * between


def test_a_lively_voice_has_its_harmonics_whatever_the_energies_say() -> None:
    grid = silent_grid(100)
    grid[:, ENERGY] = -30
    grid[:, TONALITY], grid[:, VOICING], grid[:, PITCH] = 0.5, 1.0, 2.0
    hz = np.fft.rfftfreq(100 * HOP, 1 / SAMPLE_RATE)

    def contrast(liveliness: float | F32) -> float:
        wave = render_grid(grid, np.random.default_rng(0), liveliness)
        spectrum = np.abs(np.fft.rfft(wave)) ** 2
        places = 400 * np.arange(2, 8)
        at, between = (
            np.mean([spectrum[np.abs(hz - place - off) < 60].mean() for place in places])
            for off in (0, 200)
        )
        return float(at / between)

    assert contrast(grid[:, VOICING]) > 1.5 * contrast(0.0)


def test_silence_stays_silent() -> None:
    assert np.abs(render_grid(silent_grid(20), np.random.default_rng(0))).max() < 1e-3
    assert analyse(np.zeros(4_800, np.float32))[:, :BANDS].max() == FLOOR_DB


def test_lively_noise_fluctuates_around_the_grid() -> None:
    steady = silent_grid(400)
    steady[:, ENERGY] = -30
    still, lively = (
        analyse(render_grid(steady, np.random.default_rng(0), liveliness))[20:-20, ENERGY]
        for liveliness in (0.0, 1.0)
    )
    assert lively[:, :40].std() > 1.3 * still[:, :40].std()
    power = [np.mean(10 ** (energy / 10)) for energy in (still, lively)]
    assert power[1] == pytest.approx(power[0], rel=0.25)

"""Facts about engines, motors and rhythms."""

import numpy as np
import pytest
from scipy.ndimage import uniform_filter1d

from foley_core.audio.band_grid import ENERGY, analyse
from foley_core.timebase import SAMPLE_RATE
from foley_core.training.procedural import procedural_texture
from foley_core.training.procedural_machines import EnginePart, HumPart, RhythmPart
from foley_core.types import F32, F64

SAMPLES = 2 * SAMPLE_RATE


def line_hz(sound: F64, low: float, high: float) -> float:
    """Frequency of the strongest line within two limits."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 2**17))
    hertz = np.fft.rfftfreq(2**17, 1 / SAMPLE_RATE)
    inside = (hertz > low) & (hertz < high)
    return float(hertz[inside][spectrum[inside].argmax()])


def beat_hz(sound: F32, low: float, high: float) -> float:
    """Rate at which the level repeats, within two limits."""
    level = uniform_filter1d(np.abs(sound.astype(np.float64)), 240)[::48]
    level = np.diff(level)
    correlation = np.correlate(level, level, "full")[len(level) - 1 :]
    lags = np.arange(int(1_000 / high), int(1_000 / low) + 1)
    return float(1_000 / lags[correlation[lags].argmax()])


def test_four_cylinders_fire_twice_a_turn() -> None:
    part = EnginePart((3_000, 3_000), (3_001, 3_001), uneven=(0, 0), noise_db=(-60, -60))
    sound = part.sound(SAMPLES, None, np.random.default_rng(0))
    assert line_hz(sound, 60, 140) == pytest.approx(100, rel=0.02)


def test_an_engine_is_louder_and_higher_at_once() -> None:
    part = EnginePart(
        (1_200, 1_200), (5_000, 5_000), uneven=(0, 0), moves_s=(1, 1), drive=(0.5, 0.5)
    )
    sound = part.sound(3 * SAMPLE_RATE, None, np.random.default_rng(2))
    pieces = np.split(sound, 30)
    levels = np.array([np.log(piece.std()) for piece in pieces])
    # The middle of the spectrum's lower half moves as the firing does.
    pitches = np.array([np.log(line_hz(piece, 35, 190)) for piece in pieces])
    assert np.corrcoef(levels, pitches)[0, 1] > 0.7


def test_a_motor_slows_down_under_load() -> None:
    free, loaded = (
        HumPart((400, 400), load=(load, load), harmonics=(1, 1)).sound(
            SAMPLES, None, np.random.default_rng(1)
        )
        for load in (0.0, 0.4)
    )
    turns = [np.count_nonzero(np.diff(np.signbit(sound))) for sound in (free, loaded)]
    assert turns[1] < 0.98 * turns[0]


def test_a_rhythm_keeps_its_rate() -> None:
    part = RhythmPart((8, 8), ((0, 0, 900, 0.005, 0.5),), changes=(0, 0), late=0.0)
    sound = part.sound(SAMPLES, None, np.random.default_rng(0)).astype(np.float32)
    assert beat_hz(sound, 5, 13) == pytest.approx(8, rel=0.03)


@pytest.mark.parametrize("seed", range(3))
def test_a_sewing_machine_stitches_five_to_fifteen_times_a_second(seed: int) -> None:
    sound = procedural_texture("sewing_machine", "metal", SAMPLES, np.random.default_rng(seed))
    assert 4 < beat_hz(sound, 3, 20) < 17


def test_a_passing_car_comes_and_goes() -> None:
    sound = procedural_texture("car_pass", "metal", 61_440, np.random.default_rng(0))
    level = analyse(sound)[:, ENERGY].mean(axis=1)
    loudest = int(uniform_filter1d(level, 20).argmax())
    assert 30 < loudest < 170
    assert level[loudest - 10 : loudest + 10].mean() > level[-20:].mean() + 4

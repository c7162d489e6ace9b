"""Facts about noise, bursts, grains and strokes."""

import numpy as np
import pytest
from scipy.ndimage import uniform_filter1d

from foley_core.timebase import SAMPLE_RATE
from foley_core.training.procedural_airs import BurstPart, GrainPart, NoisePart, StrokePart
from foley_core.training.procedural_parts import coloured, ring, with_tail
from foley_core.types import F64

FLAT = ((50.0, 0.0), (20_000.0, 0.0))


def octave_db(sound: F64, centre_hz: float) -> float:
    power = np.square(np.abs(np.fft.rfft(sound)))
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    inside = (hertz > centre_hz / 2**0.5) & (hertz < centre_hz * 2**0.5)
    return float(10 * np.log10(power[inside].sum()))


def test_points_are_levels_of_octaves() -> None:
    noise = coloured(96_000, FLAT, np.random.default_rng(0), vary_db=0.0)
    levels = [octave_db(noise, hz) for hz in (125, 500, 2_000, 8_000)]
    assert np.ptp(levels) < 2


def test_a_bubble_rises_and_its_damping_follows_from_its_size() -> None:
    bubble = ring(500.0, 0.03, 0.0, 0.2, np.random.default_rng(0))
    early, late = (np.diff(np.signbit(part)).sum() for part in np.split(bubble[:4_800], 2))
    assert late > early
    part = GrainPart((10, 10), (200, 4_000), bubbles=True)
    kinds = sorted(part._kinds(np.random.default_rng(0)), key=len)
    assert len(kinds[-1]) > 5 * len(kinds[0])


def test_a_burst_begins_at_once_and_dies_away() -> None:
    sound = BurstPart(FLAT, (0.05, 0.05)).sound(24_000, None, np.random.default_rng(0))
    assert np.abs(sound[:96]).max() > 0.3 * np.abs(sound).max()
    assert np.abs(sound[-2_400:]).max() < 0.01 * np.abs(sound).max()


def test_a_low_exponent_gives_few_loud_grains_among_many() -> None:
    crumpled, even = (
        GrainPart((300, 300), (3_000, 3_000), power=(power, power), cluster=(0, 0)).sound(
            96_000, None, np.random.default_rng(0)
        )
        for power in (1.1, 8.0)
    )
    crest = [float(np.abs(sound).max() / sound.std()) for sound in (crumpled, even)]
    assert crest[0] > 1.5 * crest[1]


def test_strokes_go_to_and_fro_at_their_rate() -> None:
    part = StrokePart(FLAT, rate_hz=(2, 2), back_db=(-20, -20), grain=(0, 0))
    sound = part.sound(4 * SAMPLE_RATE, None, np.random.default_rng(0))
    level = np.sqrt(uniform_filter1d(np.square(sound), 480))[::480]
    spectrum = np.abs(np.fft.rfft(level - level.mean()))
    assert float(spectrum.argmax()) / 4 == pytest.approx(2, abs=0.3)


def test_wind_swells() -> None:
    calm, gusty = (
        NoisePart(FLAT, swell_db=(db, db), bright_db=(0, 0)).sound(
            4 * SAMPLE_RATE, None, np.random.default_rng(0)
        )
        for db in (0.1, 8.0)
    )
    deviations = [
        float(np.log(np.square(sound).reshape(40, -1).mean(axis=1)).std())
        for sound in (calm, gusty)
    ]
    assert deviations[1] > 3 * deviations[0]


def test_a_room_answers_after_the_sound() -> None:
    click = np.zeros(48_000)
    click[0] = 1
    heard = with_tail(click, 1.0, -20.0, np.random.default_rng(0))
    assert heard[0] == 1
    energy = np.square(heard[2_000:])
    assert energy[:9_600].sum() > 30 * energy[-9_600:].sum()

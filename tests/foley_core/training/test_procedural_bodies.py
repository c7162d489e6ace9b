"""Facts about struck bodies."""

import numpy as np
import pytest
from scipy.signal import find_peaks

from foley_core.evaluation.evaluate_sound import rise_time_ms
from foley_core.timebase import SAMPLE_RATE
from foley_core.training.procedural import procedural_action
from foley_core.training.procedural_bodies import BlowPart, ModePart, struck
from foley_core.types import F64

SAMPLES = 48_000
IMPACTS = (
    "footstep_walk", "door_knock", "tap", "strike", "drop", "impact_soft", "hammer_nail",
    "keyboard_keys", "typewriter_keys", "clock_tick", "tennis_hit", "bat_hit", "billiard_hit",
    "drum_snare", "marimba",
)  # fmt: skip


def partials_hz(sound: F64, count: int) -> F64:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    peaks, found = find_peaks(spectrum, height=0.003 * spectrum.max(), distance=20)
    loudest = peaks[np.argsort(found["peak_heights"])[-count:]]
    return np.sort(loudest) * SAMPLE_RATE / len(sound)


def rung(ratios: tuple[float, ...]) -> F64:
    part = ModePart(
        (400, 400), ratios, decay_s=(0.5, 0.5), tilt_db=(-3, -3), detune=0.0, click_db=(-60, -60)
    )
    return part.sound(SAMPLES, None, np.random.default_rng(0))


@pytest.mark.parametrize(
    "ratios", [(0.5, 1, 1.2, 1.5, 2), (1, 2.756, 5.404), (1, 1.593, 2.135, 2.653)]
)
def test_partials_stand_in_the_stated_ratios(ratios: tuple[float, ...]) -> None:
    assert partials_hz(rung(ratios), len(ratios)) / 400 == pytest.approx(ratios, rel=0.01)


def test_a_stiff_string_is_sharp_in_its_high_partials() -> None:
    part = ModePart(
        (200, 200), string=8, stiffness=(0.001, 0.001), detune=0.0, damping=(0.1, 0.1),
        click_db=(-60, -60), pluck=(0.13, 0.13), decay_s=(0.6, 0.6),
    )  # fmt: skip
    found = partials_hz(part.sound(SAMPLES, None, np.random.default_rng(0)), 8)
    assert found[0] == pytest.approx(200, rel=0.01)
    assert found[-1] > 8 * 200 * 1.02


def test_a_marimba_bar_has_a_partial_two_octaves_up() -> None:
    sound = procedural_action("marimba", "wood", SAMPLES, np.random.default_rng(5))
    low, high = partials_hz(sound.astype(np.float64), 2)
    assert high / low == pytest.approx(4, rel=0.02)


def test_a_short_contact_excites_high_modes() -> None:
    hertz = np.array([100.0, 8_000.0])
    assert (struck(hertz, 0.0001) > 0.4).all()
    assert struck(hertz, 0.005)[1] < 0.05


@pytest.mark.parametrize("name", IMPACTS)
def test_impacts_rise_within_five_milliseconds(name: str) -> None:
    rises = [
        rise_time_ms(procedural_action(name, None, 12_000, np.random.default_rng(seed)))
        for seed in range(3)
    ]
    assert np.median(rises) <= 5


def test_a_second_contact_follows_the_first() -> None:
    once = BlowPart("wood").sound(12_000, None, np.random.default_rng(3))
    part = BlowPart("wood", again_s=(0.1, 0.1), again_db=(0, 0))
    twice = part.sound(12_000, None, np.random.default_rng(3))
    gap = SAMPLE_RATE // 10
    assert np.array_equal(once[:gap], twice[:gap])
    assert np.abs(twice[gap:]).max() > 5 * np.abs(once[gap:]).max()

"""Facts about the measures of a sound: each sees what it is named after, and nothing else."""

import numpy as np
import pytest

from foley_core.evaluation.evaluate_sound import (
    attack_time_ms,
    centroid_hz,
    dc_offset_db,
    decay_time_ms,
    edge_click_db,
    high_db,
    hum_db,
    likeness,
    loop_correlation,
    rise_time_ms,
    seam_db,
)
from foley_core.training.sound_corpus import grid_at_level
from foley_core.types import F32

RATE = 48_000


def noise(seconds: float, seed: int = 0) -> F32:
    rng = np.random.default_rng(seed)
    return (0.1 * rng.standard_normal(int(seconds * RATE))).astype(np.float32)


def hit(rise_ms: float, decay_s: float, seed: int = 0) -> F32:
    t = np.arange(RATE // 2) / RATE
    ramp = np.clip(t * 1000 / max(rise_ms, 1e-3), 0, 1)
    return (noise(0.5, seed) * ramp * np.exp(-t / decay_s)).astype(np.float32)


def test_a_slow_rise_takes_longer() -> None:
    times = [np.median([rise_time_ms(hit(r, 0.1, s)) for s in range(5)]) for r in (0, 5, 20)]
    assert times[0] < 5
    assert times[0] < times[1] < times[2]


def test_half_of_a_short_burst_comes_early() -> None:
    assert attack_time_ms(hit(0, 0.005)) < attack_time_ms(hit(0, 0.1)) < 30


def test_decay_is_that_of_an_exponential() -> None:
    decays = [decay_time_ms(hit(0, 0.1, seed)) for seed in range(5)]
    assert np.mean(decays) == pytest.approx(1000 * 0.1 * np.log(100) / 2, rel=0.1)


def test_centroid_of_a_sine_is_its_frequency() -> None:
    sine = np.sin(2 * np.pi * 3_000 * np.arange(RATE) / RATE).astype(np.float32)
    assert abs(centroid_hz(sine) - 3_000) < 5


def test_a_constant_part_is_seen() -> None:
    assert dc_offset_db(noise(1) + np.float32(0.01)) == pytest.approx(-40, abs=1)
    assert dc_offset_db(noise(1) - noise(1).mean()) < -100


def test_hum_is_a_line_over_its_surroundings() -> None:
    t = np.arange(4 * RATE) / RATE
    mains = (0.02 * np.sin(2 * np.pi * 50 * t)).astype(np.float32)
    assert hum_db(noise(4) + mains) > 15
    assert hum_db(noise(4)) < 6


def test_a_cut_end_clicks() -> None:
    smooth = noise(0.2)
    smooth[-480:] *= np.linspace(1, 0, 480, dtype=np.float32)
    smooth[:24] *= np.linspace(0, 1, 24, dtype=np.float32)
    cut = np.concatenate([np.zeros(10), np.sin(np.arange(9_000) / 40)]).astype(np.float32)
    assert edge_click_db(smooth) < 0
    assert edge_click_db(cut) > 10


def test_high_share_of_white_noise_is_nearly_half() -> None:
    assert high_db(grid_at_level(noise(0.5), 0.0)) == pytest.approx(-3.4, abs=0.6)


def test_a_copy_is_like_its_original_and_a_typical_sound_is_not() -> None:
    known = [grid_at_level(hit(0, 0.02 * (s + 1), s), 0.0) for s in range(6)]
    typical = np.zeros_like(known[0])
    typical[:, :80] = np.mean([grid[: len(typical), :80] for grid in known], axis=0)
    near = likeness([known[2], typical], known)
    assert near[0].argmax() == 2
    assert near[0, 2] == pytest.approx(1)
    assert near[1].max() < 0.9


def test_a_loop_is_heard() -> None:
    piece = noise(3)
    assert loop_correlation(np.concatenate([piece] * 4)) > 0.9
    assert loop_correlation(noise(12)) < 0.3


def test_a_loop_of_levels_is_heard_under_fresh_noise() -> None:
    rng = np.random.default_rng(1)
    levels = np.tile(rng.random(60), 5).repeat(2_400)
    assert loop_correlation((noise(15) * levels).astype(np.float32)) > 0.7


def test_a_step_at_the_seams_is_seen() -> None:
    bed = noise(40)
    seams = [10 * RATE, 20 * RATE, 30 * RATE]
    assert seam_db(bed, seams) < 0
    stepped = bed.copy()
    for number, seam in enumerate(seams):
        stepped[seam:] *= np.float32(2.0 if number % 2 else 0.5)
    assert seam_db(stepped, seams) > 3

"""Facts about the augmentation of grids."""

from dataclasses import replace

import numpy as np
import pytest

from foley_core.audio.band_grid import BANDS, ENERGY, FLOOR_DB, band_centres_hz
from foley_core.training.augmentation import (
    Traits,
    activity_of,
    augmented,
    layered,
    modulated,
    random_traits,
)
from foley_core.training.procedural import procedural_action, procedural_texture
from foley_core.training.sound_corpus import grid_at_level, loudest_db
from foley_core.types import F32

PLAIN = Traits(1.0, 0.0, 0.0, 0.0, 0.0)


@pytest.fixture
def blow() -> F32:
    sound = procedural_action("strike", "wood", 24_000, np.random.default_rng(0))
    return grid_at_level(sound, 0.0)


@pytest.fixture
def rain() -> F32:
    sound = procedural_texture("rain", None, 96_000, np.random.default_rng(0))
    return grid_at_level(sound, 0.0)


def centroid(grid: F32) -> float:
    power = 10 ** (grid[:40, ENERGY] / 10)
    return float((power @ band_centres_hz()).sum() / power.sum())


def changed(grid: F32, **traits: float) -> F32:
    rng = np.random.default_rng(5)
    return augmented(grid, replace(PLAIN, **traits), 256, False, rng)


def test_result_is_levelled_and_bounded(blow: F32, rain: F32) -> None:
    for grid, is_tile, steps in ((blow, False, 256), (rain, True, 1024)):
        for seed in range(5):
            rng = np.random.default_rng(seed)
            result = augmented(grid.copy(), random_traits(rng), steps, is_tile, rng)
            assert result.shape == (steps, grid.shape[1])
            assert np.isfinite(result).all()
            assert loudest_db(result) == pytest.approx(0, abs=0.2)
            assert result[:, ENERGY].min() >= FLOOR_DB


def test_source_is_left_alone(blow: F32) -> None:
    before = blow.copy()
    changed(blow, brightness=1.0)
    assert np.array_equal(blow, before)


def test_brightness_and_size_move_the_spectrum(blow: F32) -> None:
    assert centroid(changed(blow, brightness=1.0)) > 1.5 * centroid(changed(blow, brightness=-1.0))
    assert centroid(changed(blow, size=1.0)) < centroid(changed(blow, size=-1.0))
    assert centroid(changed(blow, intensity=0.1)) < centroid(changed(blow))


def test_wetness_lengthens_and_dryness_shortens(blow: F32) -> None:
    late = [changed(blow, wetness=w)[30:60, ENERGY].mean() for w in (-1.0, 0.0, 1.0)]
    assert late == sorted(late)


def test_hardness_lifts_the_attack(blow: F32) -> None:
    contrast = [
        changed(blow, hardness=h)[0, ENERGY].mean() - changed(blow, hardness=h)[15, ENERGY].mean()
        for h in (-1.0, 1.0)
    ]
    assert contrast[1] > contrast[0] + 5


def test_layers_add_energy_where_the_second_is_louder(blow: F32) -> None:
    second = blow.copy()
    second[:, ENERGY] = np.roll(blow[:, ENERGY], 20, axis=0)
    both = layered(blow, second, -3.0)
    assert both[20, :BANDS].max() > blow[20, :BANDS].max()


def test_activity_is_high_where_the_sound_is(rain: F32) -> None:
    rng = np.random.default_rng(1)
    grid = modulated(augmented(rain, PLAIN, 1024, True, rng), rng)
    level = 10 * np.log10((10 ** (grid[:, ENERGY] / 10)).sum(axis=1)).reshape(128, 8).mean(axis=1)
    activity = activity_of(grid, rng)
    assert activity.shape == (128,)
    assert 0 <= activity.min() <= activity.max() <= 1
    assert np.corrcoef(level, activity)[0, 1] > 0.7

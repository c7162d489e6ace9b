"""Facts about computed sounds."""

import numpy as np
import pytest

from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import ConfigError
from foley_core.training.procedural import (
    procedural_action,
    procedural_texture,
    sound_recipes,
)
from foley_core.training.procedural_bodies import bodies
from foley_core.types import F32

SAMPLES = 24_000


def decay_db(sound: F32) -> float:
    early, late = np.square(sound[:2_400]).sum(), np.square(sound[-6_000:]).sum()
    return float(10 * np.log10(early / (late + 1e-12)))


@pytest.mark.parametrize("name", taxonomy().classes)
def test_every_class_has_a_sound_at_full_scale(name: str) -> None:
    known = taxonomy().classes[name]
    compute = procedural_action if known.kind == "action" else procedural_texture
    material = known.materials[-1] if known.materials else None
    sound = compute(name, material, SAMPLES, np.random.default_rng(0))
    assert sound.shape == (SAMPLES,)
    assert np.abs(sound).max() == pytest.approx(1.0, abs=1e-3)
    assert np.isfinite(sound).all()


def test_every_material_has_a_body() -> None:
    assert set(bodies()) == set(taxonomy().materials)


def test_metal_rings_longer_than_stone() -> None:
    metal, stone = (
        procedural_action("strike", material, SAMPLES, np.random.default_rng(1))
        for material in ("metal", "stone")
    )
    assert decay_db(metal) < decay_db(stone) - 10


def test_a_blow_begins_at_once_and_seeds_differ() -> None:
    first, other = (
        procedural_action("strike", "wood", SAMPLES, np.random.default_rng(seed)) for seed in (1, 2)
    )
    assert np.abs(first[:240]).max() > 0.3
    assert not np.array_equal(first, other)


def test_every_recipe_is_of_a_class() -> None:
    assert set(sound_recipes()) == set(taxonomy().classes)


def test_a_class_without_a_recipe_is_named() -> None:
    with pytest.raises(ConfigError, match="'kazoo'"):
        procedural_action("kazoo", None, SAMPLES, np.random.default_rng(0))


def test_the_same_seed_gives_the_same_samples() -> None:
    for name in ("car_engine", "speech_murmur", "paper_rustle", "bird_song"):
        first, again = (
            procedural_texture(name, None, SAMPLES, np.random.default_rng(4)) for _ in range(2)
        )
        assert np.array_equal(first, again)


@pytest.mark.parametrize("name", ["helicopter", "drum_kit", "explosion", "sea", "underwater"])
def test_nothing_stands_still(name: str) -> None:
    compute = procedural_action if taxonomy().classes[name].kind == "action" else procedural_texture
    sound = compute(name, None, SAMPLES, np.random.default_rng(0))
    assert abs(sound.mean().item()) < 0.01


def test_a_group_of_layers_gives_one_of_them() -> None:
    pitches = set()
    for seed in range(12):
        sound = procedural_action("horn", "metal", SAMPLES, np.random.default_rng(seed))
        spectrum = np.abs(np.fft.rfft(sound))
        pitches.add(bool(spectrum[: 300 // 2].sum() > 0.2 * spectrum[: 1_000 // 2].sum()))
    assert pitches == {True, False}

"""Facts about the judge and the measures."""

import numpy as np

from foley_core.models.embedded.evaluate_generator import (
    Judge,
    brightness_correlation,
    centroid_hz,
    features,
)
from foley_core.models.embedded.procedural import procedural_action
from foley_core.models.embedded.sound_corpus import grid_at_level
from foley_core.types import F32


def take(name: str, material: str, seed: int) -> F32:
    return procedural_action(name, material, 24_000, np.random.default_rng(seed))


def test_judge_tells_plain_classes_apart() -> None:
    kinds = {"strike": "metal", "whoosh": "air", "drip": "water", "gunshot": "metal"}
    examples = {
        name: [features(grid_at_level(take(name, kinds[name], seed), 0.0)) for seed in range(8)]
        for name in kinds
    }
    judge = Judge({name: items[:5] for name, items in examples.items()})
    first, third = judge.accuracy({name: items[5:] for name, items in examples.items()})
    assert first > 0.7
    assert third >= first


def test_centroid_of_a_sine_is_its_frequency() -> None:
    sine = np.sin(2 * np.pi * 3_000 * np.arange(48_000) / 48_000).astype(np.float32)
    assert abs(centroid_hz(sine) - 3_000) < 5


def test_brightness_that_tilts_correlates_fully() -> None:
    def perform(name: str, brightness: float, seed: int) -> F32:
        sine = np.sin(2 * np.pi * (2_000 + 1_000 * brightness) * np.arange(4_800) / 48_000)
        return sine.astype(np.float32)

    assert brightness_correlation(perform, ["strike", "tap"]) > 0.99

"""Whether regions can be told apart: the classifier, its figures, and a small whole run."""

import numpy as np
import pytest
from fakes import ToneGenerator

from foley_core.evaluation.evaluate_regions import RegionConfusion, evaluate_regions
from foley_core.evaluation.region_classifier import (
    CLASSIFIER_BANDS,
    RegionClassifier,
    track_features,
)
from foley_core.styles.pack import load_pack
from foley_core.timebase import SAMPLE_RATE


def noise(seed: int, hum_hz: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    hum = 0.05 * np.sin(2 * np.pi * hum_hz * np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE)
    return (0.01 * rng.standard_normal((2, 2 * SAMPLE_RATE)) + hum).astype(np.float32)


def test_features_do_not_depend_on_level() -> None:
    one, louder = track_features(noise(1, 500)), track_features(4 * noise(1, 500))
    assert one.shape == (3 * CLASSIFIER_BANDS,)
    np.testing.assert_allclose(one, louder, atol=1e-3)


def test_loud_moments_do_not_count() -> None:
    plain = noise(1, 500)
    struck = plain.copy()
    for start in range(10_000, 90_000, 24_000):
        blow = np.random.default_rng(start).standard_normal((2, 4000))
        struck[:, start : start + 4000] += blow.astype(np.float32)
    other = track_features(noise(1, 3000)) - track_features(plain)
    moved = track_features(struck) - track_features(plain)
    assert np.linalg.norm(moved) < 0.5 * np.linalg.norm(other)


def test_a_hum_is_told_from_another_beneath_noise() -> None:
    hums = {"low": 200.0, "high": 3000.0}
    labels = [name for name in hums for _ in range(4)]
    features = np.stack([track_features(noise(i, hums[name])) for i, name in enumerate(labels)])
    classifier = RegionClassifier.trained(features, labels)
    asked = np.stack([track_features(noise(99, hums[name])) for name in hums])
    assert classifier.confusion(asked, list(hums)).tolist() == [[1, 0], [0, 1]]


def test_figures_say_who_is_mistaken_for_whom() -> None:
    figures = RegionConfusion(("a", "b"), np.array([[3, 1], [0, 4]], np.int32)).figures
    assert figures["region_accuracy"] == pytest.approx(7 / 8)
    assert figures["region_accuracy_chance"] == 0.5
    assert figures["region_accuracy_worst"] == figures["region_accuracy[a]"] == 0.75
    assert figures["region_confused[a as b]"] == 0.25
    assert "region_confused[b as a]" not in figures


def test_a_small_run_asks_about_every_video_for_every_region() -> None:
    packs = [load_pack(name) for name in ("japan", "north-america-city")]
    shares: list[float] = []
    told = evaluate_regions(
        packs,
        ToneGenerator(),
        3,
        lambda share, _: shares.append(share),
        scenes=("room",),
        videos=1,
    )
    assert told.regions == ("japan", "north-america-city")
    assert told.confusion.sum(axis=1).tolist() == [1, 1]
    assert shares == sorted(shares)

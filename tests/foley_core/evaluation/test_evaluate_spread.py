"""Facts about the spread of takes: of things that each sound like themselves, and of others."""

from collections.abc import Sequence

import numpy as np
import pytest
from fakes import FunctionGenerator

from foley_core.evaluation import evaluate_spread
from foley_core.evaluation.evaluate_spread import hits_of, spread_ratio
from foley_core.ids import seed_of
from foley_core.models.protocol import SoundSpec
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three things, hit three times each."""
    monkeypatch.setattr(evaluate_spread, "THINGS", evaluate_spread.THINGS[:3])
    monkeypatch.setattr(evaluate_spread, "FORCES", evaluate_spread.FORCES[:3])


def tone(height_oct: float, spec: SoundSpec) -> F32:
    times_s = np.arange(spec.samples) / SAMPLE_RATE
    level = 0.5 * spec.intensity * np.exp(-12 * times_s)
    sound = level * np.sin(2 * np.pi * 200 * 2**height_oct * times_s)
    return np.tile(sound.astype(np.float32), (spec.channels, 1))


def drawn(*parts: object) -> float:
    """A number from 0 to 4 that follows from some parts."""
    return 4 * (seed_of(*parts) % 997) / 997


@FunctionGenerator
def alike(asked: Sequence[SoundSpec]) -> list[F32]:
    return [tone(drawn(one.sound_class, one.material), one) for one in asked]


@FunctionGenerator
def unlike(asked: Sequence[SoundSpec]) -> list[F32]:
    return [tone(drawn(one.seed), one) for one in asked]


def test_takes_of_one_thing_are_nearer_than_things() -> None:
    assert spread_ratio(alike, 0) < 0.1
    assert spread_ratio(unlike, 0) > 0.8


def test_each_hit_is_heard_alone_and_as_hard_as_it_was_asked_for() -> None:
    hits = list(hits_of(alike, "strike", "wood", 0))
    peaks = [float(np.abs(hit).max()) for hit in hits]
    assert np.argsort(peaks).tolist() == np.argsort(evaluate_spread.FORCES).tolist()

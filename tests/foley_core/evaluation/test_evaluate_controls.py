"""Facts about the measures of obedience, with performers whose sounds are known."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from fakes import FunctionGenerator, ToneGenerator

from foley_core.cues.sheet import Style
from foley_core.evaluation import evaluate_controls
from foley_core.evaluation.evaluate_controls import (
    activity_correlation,
    bed_of,
    longest_sound,
    measured_controls,
    repeated,
    style_correlation,
)
from foley_core.models.protocol import SoundSpec
from foley_core.timebase import SAMPLES_PER_STEP
from foley_core.types import F32, F64

RATE = 48_000


@FunctionGenerator
def obedient(asked: Sequence[SoundSpec]) -> list[F32]:
    """Decaying noise whose styles do what they say; lasting where motion or a bed is asked for."""
    return [_take(one) for one in asked]


def _take(one: SoundSpec) -> F32:
    lasting = bool(one.activity) or one.sound_class in evaluate_controls.BED_CLASSES
    rng = np.random.default_rng(one.seed % 2**32)
    samples = 128 * SAMPLES_PER_STEP if lasting else RATE
    t = np.arange(samples) / RATE
    hz = 2_000 * 2 ** (one.style.brightness - one.style.size)
    sound = np.sin(2 * np.pi * hz * t + rng.random()) + 0.01 * rng.standard_normal(samples)
    if one.activity:
        return _shaped(sound * np.repeat(np.array(one.activity) / 255, SAMPLES_PER_STEP))
    if lasting:
        return _shaped(rng.standard_normal(samples))
    decay_s = 0.1 * 2**one.style.wetness
    attack = 1 + 20 * 4**one.style.hardness * np.exp(-t / 0.003)
    return _shaped(sound * np.exp(-t / decay_s) * attack)


def _shaped(sound: F64) -> F32:
    scaled: F32 = (0.1 * sound / np.abs(sound).max()).astype(np.float32)
    return scaled[None]


@FunctionGenerator
def deaf(asked: Sequence[SoundSpec]) -> list[F32]:
    """Performs the same whatever is asked for."""
    return [
        _take(replace(one, sound_class="tap", material=None, style=Style(), activity=(), seed=3))
        for one in asked
    ]


@pytest.mark.parametrize("style", ["brightness", "hardness", "wetness", "size"])
def test_a_style_that_does_what_it_says_correlates(style: str) -> None:
    assert style_correlation(obedient, style, ["strike"], 0) > 0.95
    assert style_correlation(deaf, style, ["strike"], 0) == 0


def test_repetition_and_variety() -> None:
    assert repeated(obedient, ["strike", "tap"], 0) == {
        "deterministic": 1.0,
        "other_seed_differs": 1.0,
    }
    assert repeated(deaf, ["strike"], 0)["other_seed_differs"] == 0
    rng = np.random.default_rng(0)

    @FunctionGenerator
    def moody(asked: Sequence[SoundSpec]) -> list[F32]:
        return [rng.standard_normal((1, 99)).astype(np.float32) for _ in asked]

    assert repeated(moody, ["strike"], 0)["deterministic"] == 0


def test_motion_that_shapes_the_level_correlates() -> None:
    assert activity_correlation(obedient, 0) > 0.7

    @FunctionGenerator
    def unmoved(asked: Sequence[SoundSpec]) -> list[F32]:
        rng = np.random.default_rng(0)
        return [_shaped(rng.standard_normal(128 * SAMPLES_PER_STEP)) for _ in asked]

    assert abs(activity_correlation(unmoved, 0)) < 0.3


def test_a_bed_has_no_gap() -> None:
    bed, joints = bed_of(obedient, "rain", 20 * RATE, 0)
    assert len(bed) >= 20 * RATE
    level = np.square(bed[: 20 * RATE].reshape(-1, RATE // 10)).mean(axis=1)
    assert level.min() > 0.5 * level.max()
    assert joints[0] == 128 * SAMPLES_PER_STEP - RATE // 4


def test_all_controls_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate_controls, "BED_S", 30)
    monkeypatch.setattr(evaluate_controls, "SEEDS", 1)
    monkeypatch.setattr(evaluate_controls, "STYLED_CLASSES", ("strike",))
    figures = measured_controls(obedient, 0)
    assert figures["ambience_seam_db"] < 1
    assert figures["ambience_loop_correlation"] < 0.6
    assert {f"style_{s}_spearman" for s in ("brightness", "hardness", "wetness", "size")} <= set(
        figures
    )


def test_a_sound_is_asked_for_as_long_as_the_class_allows() -> None:
    generator = ToneGenerator()
    strike = longest_sound(generator, "strike", 3, Style(brightness=0.5), intensity=0.5)
    rain = longest_sound(generator, "rain", 4, activity=(9, 255))
    assert [w.shape for w in generator.generate([strike, rain])] == [(1, 61_440), (1, 245_760)]
    assert (strike.material, strike.style.brightness, strike.seed) == ("wood", 0.5, 3)
    assert (strike.intensity, rain.material, rain.activity) == (0.5, None, (9, 255))

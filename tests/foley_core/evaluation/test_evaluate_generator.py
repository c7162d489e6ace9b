"""Facts about the figures of a generator, of one that performs as well as real recordings."""

from collections.abc import Sequence

import numpy as np
import pytest
from fakes import FunctionGenerator
from judged import small_reference, sound_of

from foley_core.evaluation import evaluate_controls, evaluate_generator
from foley_core.models.protocol import SoundSpec
from foley_core.types import F32


def silent(share: float, message: str) -> None:
    assert 0 <= share <= 1
    assert message


@FunctionGenerator
def as_real(asked: Sequence[SoundSpec]) -> list[F32]:
    return [sound_of(one.sound_class, 1_000 + one.seed % 2**31)[None] for one in asked]


def test_a_perfect_performer_is_as_good_as_real(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = small_reference()
    monkeypatch.setattr(evaluate_controls, "BED_S", 1)
    monkeypatch.setattr(evaluate_generator, "TAKES", 6)
    monkeypatch.setattr(
        evaluate_generator, "measured_controls", lambda generator, seed: {"controls": 1.0}
    )
    monkeypatch.setattr(evaluate_generator, "spread_ratio", lambda generator, seed: 0.3)
    found = evaluate_generator.evaluate_generator(as_real, reference, 0, silent)
    figures = found.figures
    assert figures["judge_classes"] >= 2
    assert figures["judge_relative_top1_impacts"] > 0.7
    assert "judge_relative_top1_impacts_baseline_noise" in figures
    assert figures["judge_relative_top3_impacts"] == 1
    assert figures["rise_time_error_ms"] < 3
    assert figures["edge_click_db"] < 20
    assert figures["controls"] == 1
    assert figures["take_spread_ratio"] == 0.3
    assert [one.name for one in found.classes] == sorted(reference.jury.classes)
    assert all(len(one.made) == 6 for one in found.classes)
    assert all(np.isfinite(value) for value in figures.values())


def test_instruments_are_played_on_each_of_their_materials() -> None:
    specs = evaluate_generator._asked(as_real, [], "woodwind", 0)
    assert {spec.material for spec in specs} == {"metal", "wood"}
    played = evaluate_generator._played(specs[0])
    assert played.shape == (1, specs[0].samples)
    assert np.abs(played).max() > 0.01

"""Facts about the figures of a generator, of one that performs as well as real recordings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fakes import FunctionGenerator

from foley_core.evaluation import evaluate_controls, evaluate_generator
from foley_core.evaluation.generated_sound import mel_distance_ratio, novelty
from foley_core.evaluation.judge_reference import Reference, read_reference
from foley_core.models.protocol import SoundSpec
from foley_core.training.procedural import procedural_action
from foley_core.types import F32

KINDS = {
    "impact_metal": ("drop", "metal"),
    "whoosh": ("whoosh", "air"),
    "dog_bark": ("dog_bark", None),
}
MATERIALS = {name: material for name, material in KINDS.values()}


def sound_of(name: str, seed: int) -> F32:
    rng = np.random.default_rng(seed)
    return 0.5 * procedural_action(name, MATERIALS.get(name, "wood"), 24_000, rng)


def silent(share: float, message: str) -> None:
    assert 0 <= share <= 1
    assert message


@FunctionGenerator
def as_real(asked: Sequence[SoundSpec]) -> list[F32]:
    return [sound_of(one.sound_class, 1_000 + one.seed % 2**31)[None] for one in asked]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    folder = tmp_path_factory.mktemp("sounds")
    lines = ["file,class,licence,author_attribution,bandwidth_hz"]
    for recorded, (name, _) in KINDS.items():
        for number in range(24):
            soundfile.write(folder / f"{recorded}{number}.flac", sound_of(name, number), 48_000)
            lines.append(f"{recorded}{number}.flac,{recorded},CC0-1.0,{recorded} {number},")
    (folder / "sounds.csv").write_text("\n".join(lines))
    return read_reference(folder)


def test_a_reference_keeps_held_out_recordings_apart(reference: Reference) -> None:
    assert reference.jury.classes.keys() <= {name for name, _ in KINDS.values()}
    for name in reference.jury.classes:
        held = {Path(e.file) for e in reference.held[name]}
        assert held.isdisjoint(Path(e.file) for e in reference.training[name])
    assert set(reference.rises_ms) <= {"drop"}


def test_a_perfect_performer_is_as_good_as_real(
    reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
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


def test_mel_statistics_of_real_recordings_are_near(reference: Reference) -> None:
    held = {name: reference.held[name] for name in reference.jury.classes}
    same = {name: [e.grid for e in held[name]] for name in held}
    away = {name: [np.roll(g, 40, axis=1) for g in grids] for name, grids in same.items()}
    assert mel_distance_ratio(same, held, 0) == 0
    assert mel_distance_ratio(away, held, 0) > 1.5


def test_a_copyist_is_found_out(reference: Reference) -> None:
    copies = {name: [e.grid for e in reference.training[name]] for name in reference.jury.classes}
    figures = novelty(copies, reference)
    assert figures["novelty_generated_p95"] == pytest.approx(1)
    assert figures["novelty_real_p95"] < 0.999

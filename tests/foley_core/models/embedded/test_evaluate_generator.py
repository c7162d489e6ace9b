"""Facts about the judge and the measures."""

from pathlib import Path

import numpy as np
import soundfile

from foley_core.models.embedded.evaluate_generator import (
    Example,
    Examples,
    Judge,
    apart,
    brightness_correlation,
    centroid_hz,
    evaluate_generator,
    features,
    leave_one_out,
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


def held(name: str, recordings: int, *, strokes: int = 1, seed: int = 0) -> Examples:
    """Examples of noise that differs between recordings and repeats within each."""
    rng = np.random.default_rng(seed)
    grids = [grid_at_level(rng.standard_normal(4_800).astype(np.float32), 0.0) for _ in range(9)]
    return {
        name: [
            Example(grids[number], Path(f"{name}{number}"))
            for number in range(recordings)
            for _ in range(strokes)
        ]
    }


def test_classes_of_the_judge_have_enough_recordings_and_share_none() -> None:
    found = held("tap", 4) | held("set_down", 4) | held("splash", 3, strokes=3) | held("rain", 5)
    assert apart(found) == ["tap", "rain"]


def test_the_judge_is_not_helped_by_strokes_of_the_same_recording() -> None:
    names = ("tap", "splash", "rain", "wind")
    noise = {n: held(n, 6, strokes=3, seed=s)[n] for s, n in enumerate(names)}
    first, third = leave_one_out(noise)
    assert first < 0.6
    assert first <= third <= 1


def test_a_perfect_performer_is_as_good_as_real(tmp_path: Path) -> None:
    lines = ["file,class,licence,author_attribution,bandwidth_hz"]
    kinds = {"impact_metal": ("strike", "metal"), "whoosh": ("whoosh", "air")}
    for recorded, (name, material) in kinds.items():
        for number in range(20):
            sound = take(name, material, number)
            soundfile.write(tmp_path / f"{recorded}{number}.flac", 0.5 * sound, 48_000)
            lines.append(f"{recorded}{number}.flac,{recorded},CC0-1.0,{recorded} {number},")
    (tmp_path / "sounds.csv").write_text("\n".join(lines))

    def perform(name: str, brightness: float, seed: int) -> F32:
        sound = take(name, "air" if name == "whoosh" else "metal", 100 + seed)
        return sound + np.float32(0.2 * brightness) * np.diff(sound, append=sound[-1:])

    figures = evaluate_generator(perform, tmp_path)
    assert figures["judge_classes"] == 2
    assert figures["judge_relative_accuracy"] > 0.7
    assert figures["judge_relative_top3"] == 1
    assert 0 < figures["novelty_generated"] < 0.999
    assert figures["novelty_real"] < 0.999


def test_centroid_of_a_sine_is_its_frequency() -> None:
    sine = np.sin(2 * np.pi * 3_000 * np.arange(48_000) / 48_000).astype(np.float32)
    assert abs(centroid_hz(sine) - 3_000) < 5


def test_brightness_that_tilts_correlates_fully() -> None:
    def perform(name: str, brightness: float, seed: int) -> F32:
        sine = np.sin(2 * np.pi * (2_000 + 1_000 * brightness) * np.arange(4_800) / 48_000)
        return sine.astype(np.float32)

    assert brightness_correlation(perform, ["strike", "tap"]) > 0.99

"""Facts about the judge: what it tells, and what may not help it."""

import numpy as np
from judged import KINDS, noise, real, take

from foley_core.evaluation.evaluate_judge import (
    Accuracy,
    DescribedClass,
    Judge,
    Jury,
    described,
    jury_of,
    mean_accuracy,
)
from foley_core.evaluation.judge_examples import Example


def known(examples: list[Example]) -> DescribedClass:
    return DescribedClass(described(e.grid for e in examples), tuple(e.source for e in examples))


def test_judge_tells_plain_classes_apart() -> None:
    judge = Judge({name: known(real(name, material)) for name, material in KINDS.items()})
    for name, material in KINDS.items():
        rows = described(take(name, material, 50 + seed) for seed in range(4))
        accuracy = judge.accuracy(name, rows)
        assert accuracy.third >= accuracy.first >= 0.5
        assert sum(accuracy.guesses.values()) == 1
        assert accuracy.guesses[name] == accuracy.first


def test_every_source_counts_alike() -> None:
    bright, dark = take("strike", "glass", 0), take("strike", "cloth", 1)
    few = [Example(bright, "a", "a"), Example(dark, "b", "b")]
    many = [*[Example(bright, "a", "a")] * 20, Example(dark, "b", "b")]
    others = {"drip": known(real("drip", "water"))}
    asked = described(take("strike", "wood", seed) for seed in range(5))
    once, often = (Judge({"strike": known(items)} | others) for items in (few, many))
    assert once.rankings(asked) == often.rankings(asked)


def test_the_judge_is_not_helped_by_siblings() -> None:
    names = ("tap", "splash", "rain", "wind")
    alike = {n: known(noise(n, 6, strokes=3, seed=s)) for s, n in enumerate(names)}
    assert np.mean([accuracy.first for accuracy in Jury(alike).real.values()]) < 0.6


def test_generated_sounds_meet_the_judges_of_real_ones() -> None:
    examples = {name: real(name, material) for name, material in KINDS.items()}
    jury = jury_of(examples)
    copies = {name: jury.accuracy(name, [e.grid for e in examples[name]]) for name in jury.classes}
    # A copy of what a judge learned from is told; each judge lacks one source in five.
    assert all(copies[name].first >= accuracy.first for name, accuracy in jury.real.items())


def test_of_classes_that_real_recordings_do_not_tell_apart_one_stays_at_most() -> None:
    found = {name: real(name, material) for name, material in KINDS.items()}
    found |= {"rain": noise("rain", 5, seed=1), "wind": noise("wind", 5, seed=1)}
    jury = jury_of(found)
    assert {"strike", "drip"} <= jury.classes.keys()
    assert len({"rain", "wind"} & jury.classes.keys()) < 2
    assert all(accuracy.first > 0.3 for accuracy in jury.real.values())


def test_a_mean_of_accuracies_means_their_guesses_too() -> None:
    mean = mean_accuracy([Accuracy(1, 1, {"a": 1.0}), Accuracy(0, 1, {"b": 1.0})])
    assert mean == Accuracy(0.5, 1, {"a": 0.5, "b": 0.5})
    assert mean_accuracy([]) == Accuracy(0, 0)


def test_no_recordings_no_judge() -> None:
    assert jury_of({}).real == {}

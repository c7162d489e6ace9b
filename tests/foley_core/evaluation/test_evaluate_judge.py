"""Facts about the judge: what it tells, and what may not help it."""

import numpy as np

from foley_core.evaluation.evaluate_judge import (
    EXCERPT_STEPS,
    Example,
    Judge,
    comparable_classes,
    examples_of,
    family_of,
    independent_classes,
    leave_one_author_out,
    noise_like,
    pieces_of,
)
from foley_core.training.procedural import procedural_action
from foley_core.training.sound_corpus import grid_at_level
from foley_core.types import F32


def take(name: str, material: str, seed: int) -> F32:
    sound = procedural_action(name, material, 24_000, np.random.default_rng(seed))
    return grid_at_level(sound, 0.0)


def real(name: str, material: str, authors: int = 5) -> list[Example]:
    return [
        Example(take(name, material, seed), f"{name}{seed}", f"{seed}") for seed in range(authors)
    ]


def noise(name: str, authors: int, *, strokes: int = 1, seed: int = 0) -> list[Example]:
    """Examples of noise that differs between authors and repeats within each."""
    rng = np.random.default_rng(seed)
    grids = [grid_at_level(rng.standard_normal(4_800).astype(np.float32), 0.0) for _ in range(9)]
    return [
        Example(grids[number], f"{name}{number}", f"{name}{number}")
        for number in range(authors)
        for _ in range(strokes)
    ]


KINDS = {"strike": "metal", "whoosh": "air", "drip": "water", "gunshot": "metal"}


def test_judge_tells_plain_classes_apart() -> None:
    judge = Judge({name: real(name, material) for name, material in KINDS.items()})
    for name, material in KINDS.items():
        accuracy = judge.accuracy(name, [take(name, material, 50 + seed) for seed in range(4)])
        assert accuracy.third >= accuracy.first >= 0.5


def test_every_author_counts_alike() -> None:
    bright, dark = take("strike", "glass", 0), take("strike", "cloth", 1)
    few = [Example(bright, "a", "a"), Example(dark, "b", "b")]
    many = [*[Example(bright, "a", "a")] * 20, Example(dark, "b", "b")]
    others = {"drip": real("drip", "water")}
    asked = [take("strike", "wood", seed) for seed in range(5)]
    once, often = Judge({"strike": few} | others), Judge({"strike": many} | others)
    assert [once.ranking(g) for g in asked] == [often.ranking(g) for g in asked]


def test_classes_of_the_judge_have_enough_authors_and_share_no_recording() -> None:
    found = {
        "set_down": noise("set_down", 4),
        "tap": noise("tap", 5),
        "splash": noise("splash", 2, strokes=9),
        "rain": noise("rain", 4),
    }
    assert independent_classes(found) == ["tap", "rain"]


def test_the_judge_is_not_helped_by_siblings() -> None:
    names = ("tap", "splash", "rain", "wind")
    alike = {n: noise(n, 6, strokes=3, seed=s) for s, n in enumerate(names)}
    accuracies = leave_one_author_out(alike).values()
    assert np.mean([a.first for a in accuracies]) < 0.6


def test_classes_that_are_not_told_in_real_recordings_are_left_out() -> None:
    found = {name: real(name, material) for name, material in KINDS.items()}
    found |= {"rain": noise("rain", 5, seed=1), "wind": noise("wind", 5, seed=1)}
    told = comparable_classes(found)
    assert {"strike", "drip"} <= told.keys()
    assert all(accuracy.first > 0.3 for accuracy in told.values())


def test_families() -> None:
    assert family_of("strike") == family_of("footstep_walk") == "impacts"
    assert family_of("rain") == family_of("whoosh") == family_of("engine") == "textures"
    assert family_of("dog_bark") == "tonal"


def test_an_action_is_judged_once_a_texture_in_pieces() -> None:
    grid = np.zeros((900, 96), np.float32)
    assert len(list(pieces_of(grid, "strike"))) == 1
    pieces = list(pieces_of(grid, "rain"))
    assert [len(piece) for piece in pieces] == [EXCERPT_STEPS] * 3


def test_noise_of_a_class_has_its_spectrum_and_no_attack() -> None:
    grids = [take("strike", "metal", seed) for seed in range(3)]
    (made,) = noise_like(grids, 1, np.random.default_rng(0))
    level = made[:, :80].max(axis=1)
    assert level[10:-10].std() < 5
    means = [np.mean(10 ** (g[:, :80] / 10), axis=0) for g in (made, grids[0])]
    assert np.corrcoef(np.log10(means[0] + 1e-9), np.log10(means[1] + 1e-9))[0, 1] > 0.6


def test_no_recordings_no_examples() -> None:
    assert examples_of([]) == {}
    assert comparable_classes({}) == {}

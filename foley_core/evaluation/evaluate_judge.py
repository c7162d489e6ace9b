"""A judge of generated sounds that shares no recording with the generator.

A linear discriminant on log-band statistics of 1.28 s, trained on held-out recordings alone, so
that a copied training recording earns nothing. Every author counts alike, and its accuracy on real
recordings is measured with the author of what is judged left out (leave one author out). Classes
that it cannot recognise even in real recordings are left out of the comparison. It is small and the
recordings are few: differences below 0.1 are noise.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np

from foley_core.audio.band_grid import ENERGY, FLOOR_DB, ROWS, TONALITY, VOICING
from foley_core.audio.band_synthesis import render_grid
from foley_core.cues.taxonomy import taxonomy
from foley_core.training.sound_corpus import Recording, grid_at_level, sounds_of
from foley_core.types import F32, F64

SoundFamily = Literal["textures", "impacts", "tonal"]

LEAST_AUTHORS = 3
LEAST_REAL_ACCURACY = 0.3
"""A class that is recognised less often in real recordings says nothing of generated ones."""
EXCERPTS = 3
"""Pieces taken of a lasting sound; of an action it is one."""
EXCERPT_STEPS = 256
"""Grid steps of a piece: 1.28 s."""

_AIRY_GROUPS, _TONAL_GROUPS = frozenset({"air", "cloth"}), frozenset({"animals"})
_SHRINKAGE = 0.1
"""Share of a sphere in the covariance: there are more features than recordings of a class."""
_COARSE_BANDS = 20
_ATTACK_STEPS = 6
"""Grid steps of the attack: 30 ms."""
_SHAPE_PARTS = 16
"""Parts of the course over time, 80 ms each."""


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of a sound: a grid `(T, ROWS)` of at most 1.28 s, its author, file and material."""

    grid: F32
    author: str
    file: str
    material: str | None = None


JudgeExamples = Mapping[str, Sequence[Example]]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Shares of examples that are named rightly at the first guess, and among the first three."""

    first: float
    third: float


def family_of(sound_class: str) -> SoundFamily:
    """Return the family of a class: lasting noise, an impact or step, or a voice."""
    known = taxonomy().sound_class(sound_class)
    if known.group in _TONAL_GROUPS:
        return "tonal"
    is_texture = known.kind != "action" or known.group in _AIRY_GROUPS
    return "textures" if is_texture else "impacts"


class Judge:
    """A linear discriminant with one shrunk covariance; every author of a class counts alike."""

    def __init__(self, examples: JudgeExamples) -> None:
        """Learn from examples of each class, at least one each."""
        self.names = sorted(examples)
        described = [np.stack([features(e.grid) for e in examples[n]]) for n in self.names]
        shares = [_author_shares(examples[n]) for n in self.names]
        stacked, weight = np.concatenate(described), np.concatenate(shares) / len(self.names)
        self._mean = weight @ stacked
        self._deviation = np.sqrt(weight @ np.square(stacked - self._mean)) + 1e-3
        scaled = [self._scaled(part) for part in described]
        self._centres = np.stack([s @ part for s, part in zip(shares, scaled, strict=True)])
        # Deviations from the centre of the class; one covariance for all classes, as each has few
        # examples.
        within = np.concatenate([p - c for p, c in zip(scaled, self._centres, strict=True)])
        covariance = (within * weight[:, None]).T @ within
        # A sphere of the same total variance: without it the inverse would follow chance.
        sphere = np.eye(len(covariance)) * np.trace(covariance) / len(covariance)
        self._inverse = np.linalg.inv((1 - _SHRINKAGE) * covariance + _SHRINKAGE * sphere)

    def ranking(self, grid: F32) -> list[str]:
        """Return the names of the classes, the likeliest first."""
        offset = self._centres - self._scaled(features(grid))
        # Mahalanobis distance to the centre of each class.
        distance = np.einsum("cd,de,ce->c", offset, self._inverse, offset)
        return [self.names[place] for place in np.argsort(distance)]

    def accuracy(self, name: str, grids: Sequence[F32]) -> Accuracy:
        """Return how often sounds of one class are named rightly."""
        rankings = [self.ranking(grid) for grid in grids]
        return Accuracy(
            float(np.mean([ranking[0] == name for ranking in rankings])),
            float(np.mean([name in ranking[:3] for ranking in rankings])),
        )

    def _scaled(self, described: F64) -> F64:
        """Return features with the mean and deviation of the training examples taken out."""
        scaled: F64 = (described - self._mean) / self._deviation
        return scaled


def features(grid: F32) -> F64:
    """Return log-band statistics `(76,)` of a sound, in decibels.

    Of 20 bands: mean, deviation over time and spectrum of the attack; then the course of the
    loudest band over 16 parts.
    """
    energy = np.full((EXCERPT_STEPS, ENERGY.stop), FLOOR_DB)
    energy[: len(grid)] = grid[:EXCERPT_STEPS, ENERGY]
    coarse = energy.reshape(EXCERPT_STEPS, _COARSE_BANDS, -1).mean(axis=2)
    shape = coarse.max(axis=1).reshape(_SHAPE_PARTS, -1).mean(axis=1)
    attack = coarse[:_ATTACK_STEPS].mean(axis=0)
    return np.concatenate([coarse.mean(axis=0), coarse.std(axis=0), attack, shape])


def examples_of(rows: Sequence[Recording]) -> dict[str, list[Example]]:
    """Return examples by class; a recording that may stand for several classes counts for each."""
    answer: dict[str, list[Example]] = defaultdict(list)
    for row in rows:
        for sound in sounds_of(row):
            for name in sound.sound_classes:
                answer[name] += [
                    Example(grid, row.author, str(row.path), sound.material)
                    for grid in pieces_of(sound.grid, name)
                ]
    return answer


def pieces_of(grid: F32, name: str) -> Iterator[F32]:
    """Yield the beginning of an action, or evenly spread pieces of a lasting sound."""
    last = max(0, len(grid) - EXCERPT_STEPS)
    is_action = taxonomy().sound_class(name).kind == "action"
    count = 1 if is_action else min(EXCERPTS, 1 + last // EXCERPT_STEPS)
    for place in np.linspace(0, 0 if is_action else last, count).astype(int):
        yield grid[place : place + EXCERPT_STEPS]


def comparable_classes(held: JudgeExamples) -> dict[str, Accuracy]:
    """Return the classes to compare by, each with the judge's accuracy on real recordings of it.

    They have enough authors, and no two share a class of recordings; of these only those stay that
    the judge can recognise at all.
    """
    candidates = {name: held[name] for name in independent_classes(held)}
    # Judged twice: once to see which classes can be recognised, then among these alone.
    recognised = [
        n for n, a in leave_one_author_out(candidates).items() if a.first > LEAST_REAL_ACCURACY
    ]
    return leave_one_author_out({name: held[name] for name in recognised})


def independent_classes(held: JudgeExamples) -> list[str]:
    """Return the classes with enough authors, of which no two share a class of recordings.

    If two classes were recorded alike, naming one for the other would be no mistake.
    """
    authors = {name: len({e.author for e in examples}) for name, examples in held.items()}
    chosen: list[str] = []
    taken: set[str] = set()
    # Classes with many authors first: they make the more reliable figures.
    for name in sorted(authors, key=lambda n: (-authors[n], n)):
        kinds = taxonomy().sound_class(name).recordings
        if authors[name] >= LEAST_AUTHORS and taken.isdisjoint(kinds):
            chosen.append(name)
            taken.update(kinds)
    return chosen


def leave_one_author_out(held: JudgeExamples) -> dict[str, Accuracy]:
    """Return the accuracy by class on recordings of authors that the judge was not trained on."""
    answer = {}
    for name, examples in held.items():
        by_author = []
        for author in dict.fromkeys(e.author for e in examples):
            rest = {n: [e for e in held[n] if e.author != author] for n in held}
            judge = Judge({n: items for n, items in rest.items() if items})
            judged_now = [e.grid for e in examples if e.author == author]
            by_author.append(judge.accuracy(name, judged_now))
        answer[name] = mean_accuracy(by_author)
    return answer


def mean_accuracy(parts: Sequence[Accuracy]) -> Accuracy:
    """Return the mean of each share; 0 of none."""
    if not parts:
        return Accuracy(0.0, 0.0)
    return Accuracy(
        float(np.mean([part.first for part in parts])),
        float(np.mean([part.third for part in parts])),
    )


def noise_like(grids: Sequence[F32], takes: int, rng: np.random.Generator) -> list[F32]:
    """Return the baseline: `takes` grids of steady noise through the average spectrum of sounds."""
    power = np.mean([np.mean(10 ** (grid[:, ENERGY] / 10), axis=0) for grid in grids], axis=0)
    steady = np.zeros((EXCERPT_STEPS, ROWS), np.float32)
    steady[:, ENERGY] = 10 * np.log10(power + 1e-12)
    steady[:, TONALITY], steady[:, VOICING] = 0, 0
    return [grid_at_level(render_grid(steady, rng), 0.0) for _ in range(takes)]


def _author_shares(examples: Sequence[Example]) -> F64:
    """Return the weight of each example, sum 1: all examples of an author weigh as one."""
    counts = Counter(e.author for e in examples)
    weight = np.array([1 / counts[e.author] for e in examples])
    return cast(F64, weight / weight.sum())

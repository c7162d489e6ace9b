"""A judge of generated sounds that shares no recording with the generator.

A linear discriminant on log-band statistics of 1.28 s, trained on held-out recordings alone, so
that a copied training recording earns nothing. Every author counts alike, and its accuracy on real
recordings is measured with the author of what is judged left out (leave one author out). Classes
that it does not tell even in real recordings are left out of the comparison. It is small and the
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
"""Below this a class is not told in real recordings, and says nothing of generated ones."""
EXCERPTS = 3
"""Pieces taken of a lasting sound; of an action it is one."""
EXCERPT_STEPS = 256

_AIRY_GROUPS, _TONAL_GROUPS = frozenset({"air", "cloth"}), frozenset({"animals"})
_SHRINKAGE = 0.1


@dataclass(frozen=True, slots=True)
class Example:
    """A grid `(T, ROWS)` of at most 1.28 s, whose it is, and of which file."""

    grid: F32
    author: str
    file: str
    material: str | None = None


JudgeExamples = Mapping[str, Sequence[Example]]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Shares of examples named rightly at the first, and among the first three, guesses."""

    first: float
    third: float


def family_of(sound_class: str) -> SoundFamily:
    """What kind of sound a class is: lasting noise, an impact or step, or a voice."""
    known = taxonomy().sound_class(sound_class)
    if known.group in _TONAL_GROUPS:
        return "tonal"
    is_texture = known.kind != "action" or known.group in _AIRY_GROUPS
    return "textures" if is_texture else "impacts"


class Judge:
    """Linear discriminant with a shrunk common covariance, every author of a class alike."""

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
        within = np.concatenate([p - c for p, c in zip(scaled, self._centres, strict=True)])
        covariance = (within * weight[:, None]).T @ within
        sphere = np.eye(len(covariance)) * np.trace(covariance) / len(covariance)
        self._inverse = np.linalg.inv((1 - _SHRINKAGE) * covariance + _SHRINKAGE * sphere)

    def ranking(self, grid: F32) -> list[str]:
        """Class names, the likeliest first."""
        offset = self._centres - self._scaled(features(grid))
        distance = np.einsum("cd,de,ce->c", offset, self._inverse, offset)
        return [self.names[place] for place in np.argsort(distance)]

    def accuracy(self, name: str, grids: Sequence[F32]) -> Accuracy:
        """How often sounds of one class are named rightly."""
        rankings = [self.ranking(grid) for grid in grids]
        return Accuracy(
            float(np.mean([ranking[0] == name for ranking in rankings])),
            float(np.mean([name in ranking[:3] for ranking in rankings])),
        )

    def _scaled(self, described: F64) -> F64:
        scaled: F64 = (described - self._mean) / self._deviation
        return scaled


def features(grid: F32) -> F64:
    """Log-band statistics of a sound: mean, deviation and attack spectrum, 20 bands, and shape."""
    energy = np.full((EXCERPT_STEPS, ENERGY.stop), FLOOR_DB)
    energy[: len(grid)] = grid[:EXCERPT_STEPS, ENERGY]
    coarse = energy.reshape(EXCERPT_STEPS, 20, -1).mean(axis=2)
    shape = coarse.max(axis=1).reshape(16, -1).mean(axis=1)
    return np.concatenate([coarse.mean(axis=0), coarse.std(axis=0), coarse[:6].mean(axis=0), shape])


def examples_of(rows: Sequence[Recording]) -> dict[str, list[Example]]:
    """Examples by class; a recording that may pass for several counts for each."""
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
    """The beginning of an action; evenly spread pieces of a lasting sound."""
    last = max(0, len(grid) - EXCERPT_STEPS)
    is_action = taxonomy().sound_class(name).kind == "action"
    count = 1 if is_action else min(EXCERPTS, 1 + last // EXCERPT_STEPS)
    for place in np.linspace(0, 0 if is_action else last, count).astype(int):
        yield grid[place : place + EXCERPT_STEPS]


def judged(held: JudgeExamples) -> dict[str, Accuracy]:
    """Classes to compare by, each with the judge's accuracy on real recordings of it.

    Those with enough authors, of which no two share a class of recordings; then those of them that
    the judge tells at all.
    """
    candidates = {name: held[name] for name in apart(held)}
    told = [n for n, a in leave_one_author_out(candidates).items() if a.first > LEAST_REAL_ACCURACY]
    return leave_one_author_out({name: held[name] for name in told})


def apart(held: JudgeExamples) -> list[str]:
    """Classes with enough authors, of which no two share a class of recordings."""
    authors = {name: len({e.author for e in examples}) for name, examples in held.items()}
    chosen: list[str] = []
    taken: set[str] = set()
    for name in sorted(authors, key=lambda n: (-authors[n], n)):
        recordings = taxonomy().sound_class(name).recordings
        if authors[name] >= LEAST_AUTHORS and taken.isdisjoint(recordings):
            chosen.append(name)
            taken.update(recordings)
    return chosen


def leave_one_author_out(held: JudgeExamples) -> dict[str, Accuracy]:
    """By class: accuracy on recordings of authors that the judge was not trained on."""
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
    """The mean of each share; 0 of none."""
    if not parts:
        return Accuracy(0.0, 0.0)
    return Accuracy(
        float(np.mean([part.first for part in parts])),
        float(np.mean([part.third for part in parts])),
    )


def noise_like(grids: Sequence[F32], takes: int, rng: np.random.Generator) -> list[F32]:
    """The baseline: grids of steady noise through the average spectrum of sounds."""
    power = np.mean([np.mean(10 ** (grid[:, ENERGY] / 10), axis=0) for grid in grids], axis=0)
    steady = np.zeros((EXCERPT_STEPS, ROWS), np.float32)
    steady[:, ENERGY] = 10 * np.log10(power + 1e-12)
    steady[:, TONALITY], steady[:, VOICING] = 0, 0
    return [grid_at_level(render_grid(steady, rng), 0.0) for _ in range(takes)]


def _author_shares(examples: Sequence[Example]) -> F64:
    """Weight of each example, sum 1: every author's examples weigh alike together."""
    counts = Counter(e.author for e in examples)
    weight = np.array([1 / counts[e.author] for e in examples])
    return cast(F64, weight / weight.sum())

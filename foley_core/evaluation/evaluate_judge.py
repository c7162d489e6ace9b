"""A judge of generated sounds that shares no recording with the generator.

A linear discriminant on features of 1.28 s, trained on held-out recordings alone, so that a copied
training recording earns nothing. Every source counts alike. Generated sounds are named by the same
judges as real ones: each was trained without one of the sources of recordings. Classes that it
cannot recognise even in real recordings are left out of the comparison. It is small and the
recordings are few: differences below 0.1 are noise.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from foley_core.evaluation.judge_examples import JudgeExamples
from foley_core.evaluation.judge_features import features
from foley_core.types import F32, F64

LEAST_REAL_ACCURACY = 0.3
"""A class that is recognised less often in real recordings says nothing of generated ones."""
_LEFT_OUT_AT_ONCE = 3
"""One in so many of the classes that are not told is left out before the others are asked again."""
_SHRINKAGE = 0.35
"""Share of a sphere in the covariance: there are more features than recordings of a class."""
_PULL_SOURCES = 1.0
"""Sources that the mean of all classes counts for in the centre of each: few sources err."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Shares of sounds that are named rightly at the first guess, and among the first three.

    Attributes:
        guesses: shares of what was guessed first.
    """

    first: float
    third: float
    guesses: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DescribedClass:
    """Features `(n, F)` of the examples of one class, and the source of each."""

    rows: F64
    sources: tuple[str, ...]

    def of(self, source: str) -> F64:
        """Return the rows of one source."""
        return self.rows[[one == source for one in self.sources]]

    def without(self, source: str) -> "DescribedClass":
        """Return the same less the rows of one source."""
        kept = [one != source for one in self.sources]
        return DescribedClass(self.rows[kept], tuple(one for one in self.sources if one != source))

    def weights(self) -> F64:
        """Return the weight of each row `(n,)`, sum 1: all rows of a source weigh as one."""
        counts = Counter(self.sources)
        return np.array([1 / counts[one] / len(counts) for one in self.sources])


class Judge:
    """A linear discriminant with one shrunk covariance; every source of a class counts alike."""

    def __init__(self, classes: Mapping[str, DescribedClass]) -> None:
        """Learn from examples of each class, at least one each."""
        self.names = sorted(classes)
        shares = [classes[name].weights() for name in self.names]
        stacked = np.concatenate([classes[name].rows for name in self.names])
        weight = np.concatenate(shares) / len(self.names)
        self._mean = weight @ stacked
        self._deviation = np.sqrt(weight @ np.square(stacked - self._mean)) + 1e-3
        scaled = [self._scaled(classes[name].rows) for name in self.names]
        means = np.stack([s @ rows for s, rows in zip(shares, scaled, strict=True)])
        sources = np.array([[len(set(classes[name].sources))] for name in self.names])
        # The mean of all classes is 0 in these features.
        self._centres = means * sources / (sources + _PULL_SOURCES)
        # Deviations from the mean of the class; one covariance for all classes, as each has few
        # examples.
        within = np.concatenate([r - mean for r, mean in zip(scaled, means, strict=True)])
        covariance = (within * weight[:, None]).T @ within
        # A sphere of the same total variance: without it the inverse would follow chance.
        sphere = np.eye(len(covariance)) * np.trace(covariance) / len(covariance)
        self._inverse = np.linalg.inv((1 - _SHRINKAGE) * covariance + _SHRINKAGE * sphere)

    def rankings(self, rows: F64) -> list[list[str]]:
        """Return for each row of features the names of the classes, the likeliest first."""
        # Mahalanobis distances to the centres, less the part that is the same for all of them.
        pulls = self._centres @ self._inverse
        distance = np.einsum("cf,cf->c", pulls, self._centres) - 2 * self._scaled(rows) @ pulls.T
        return [[self.names[place] for place in row] for row in np.argsort(distance, axis=1)]

    def accuracy(self, name: str, rows: F64) -> Accuracy:
        """Return how often sounds of one class, told by their features, are named rightly."""
        rankings = self.rankings(rows)
        counts = Counter(ranking[0] for ranking in rankings)
        return Accuracy(
            float(np.mean([ranking[0] == name for ranking in rankings])),
            float(np.mean([name in ranking[:3] for ranking in rankings])),
            {guess: count / len(rankings) for guess, count in counts.items()},
        )

    def _scaled(self, rows: F64) -> F64:
        """Return features with the mean and deviation of the training examples taken out."""
        return cast(F64, (rows - self._mean) / self._deviation)


class Jury:
    """Judges of the same classes, each trained without one of the sources of recordings.

    Attributes:
        classes: what they learned from.
        real: accuracy by class on recordings of the source that the judge was not trained on.
    """

    def __init__(self, classes: Mapping[str, DescribedClass]) -> None:
        """Train one judge for each source, and ask it about that source's recordings."""
        self.classes = classes
        sources = dict.fromkeys(one for known in classes.values() for one in known.sources)
        self._judges = {source: _judge_without(classes, source) for source in sources}
        self.real = {name: self._accuracy(name, None) for name in classes}

    def accuracy(self, name: str, grids: Sequence[F32]) -> Accuracy:
        """Return the accuracy on generated sounds of a class, by the judges of its real ones."""
        return self._accuracy(name, described(grids))

    def _accuracy(self, name: str, made: F64 | None) -> Accuracy:
        known = self.classes[name]
        return mean_accuracy(
            [
                self._judges[source].accuracy(name, known.of(source) if made is None else made)
                for source in dict.fromkeys(known.sources)
            ]
        )


def jury_of(held: JudgeExamples) -> Jury:
    """Return the jury of the classes that can be told apart in real recordings."""
    classes = {
        name: DescribedClass(described(e.grid for e in items), tuple(e.source for e in items))
        for name, items in held.items()
    }
    while True:
        jury = Jury(classes)
        real = {name: accuracy.first for name, accuracy in jury.real.items()}
        untold = sorted((n for n in real if real[n] <= LEAST_REAL_ACCURACY), key=real.__getitem__)
        if not untold:
            return jury
        # The worst third at a time: without these, others are told that were taken for them.
        gone = untold[: -(-len(untold) // _LEFT_OUT_AT_ONCE)]
        classes = {name: known for name, known in classes.items() if name not in gone}


def described(grids: Iterable[F32]) -> F64:
    """Return the features `(n, F)` of sounds."""
    return np.stack([features(grid) for grid in grids])


def mean_accuracy(parts: Sequence[Accuracy]) -> Accuracy:
    """Return the mean of each share; 0 of none."""
    if not parts:
        return Accuracy(0.0, 0.0)
    names = dict.fromkeys(name for part in parts for name in part.guesses)
    return Accuracy(
        float(np.mean([part.first for part in parts])),
        float(np.mean([part.third for part in parts])),
        {n: float(np.mean([part.guesses.get(n, 0.0) for part in parts])) for n in names},
    )


def _judge_without(classes: Mapping[str, DescribedClass], source: str) -> Judge:
    """Return a judge that never met a source; nor a class that has no other."""
    rest = {name: known.without(source) for name, known in classes.items()}
    return Judge({name: known for name, known in rest.items() if known.sources})

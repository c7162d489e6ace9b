"""How good the embedded generator is, measured against recordings it never saw.

The judge is a linear discriminant on log-band statistics of 1.28 s, trained on the validation
recordings alone, so that a copied training recording earns nothing. Its accuracy on generated
sounds is given relative to its accuracy on real ones (leave one recording out). The judge is small
and the recordings few: differences below 0.1 are noise.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from scipy.stats import spearmanr

from foley_core.audio.band_grid import ENERGY, FLOOR_DB, band_centres_hz
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.sound_corpus import (
    Recording,
    grid_at_level,
    recordings,
    sounds_of,
    split_by_author,
)
from foley_core.types import F32, F64

Perform = Callable[[str, float, int], F32]
"""Class, brightness and seed to a mono waveform `(N,)`."""

LEAST_RECORDINGS = 4
TAKES = 8
EXCERPTS = 3
"""Pieces taken of a lasting sound; of an action it is one."""
HIGH_HZ = 12_000.0

_STEPS = 256
_LIKENESS_STEPS = 128


@dataclass(frozen=True, slots=True)
class Example:
    """A grid `(T, ROWS)` of at most 1.28 s, and the recording that it was cut from."""

    grid: F32
    recording: Path


Examples = dict[str, list[Example]]


def evaluate_generator(perform: Perform, sounds: Path) -> dict[str, float]:
    """Measured quality of a generator, over the classes with enough held-out recordings.

    Returns:
        `judge_relative_accuracy` and `judge_relative_top3`; `judge_real_accuracy` and
        `judge_classes`; `brightness_spearman` of the style latent with the spectral centroid;
        `novelty_generated` and `novelty_real`, mean cosine to the nearest training sound of the
        class, the second for held-out recordings; `above_12khz_db_generated` and `_real`, share
        of energy up there.
    """
    training_rows, held_rows = split_by_author(recordings(sounds))
    found = _examples(held_rows)
    held = {name: found[name] for name in apart(found)}
    heard = {kind for name in held for kind in taxonomy().classes[name].recordings}
    known = _examples([row for row in training_rows if row.recorded_class in heard])
    training = {name: [e.grid for e in known[name]] for name in held}
    real = {name: [e.grid for e in examples] for name, examples in held.items()}
    made = {name: _performed(perform, name) for name in held}
    real_first, real_third = leave_one_out(held)
    judge = Judge({name: [features(g) for g in grids] for name, grids in real.items()})
    first, third = judge.accuracy({name: [features(g) for g in made[name]] for name in made})
    return {
        "judge_classes": float(len(held)),
        "judge_real_accuracy": real_first,
        "judge_relative_accuracy": first / max(real_first, 1e-6),
        "judge_relative_top3": third / max(real_third, 1e-6),
        "brightness_spearman": brightness_correlation(perform, list(held)),
        "novelty_generated": _nearest(made, training),
        "novelty_real": _nearest(real, training),
        "above_12khz_db_generated": _mean_high_db(made),
        "above_12khz_db_real": _mean_high_db(real),
    }


class Judge:
    """Linear discriminant with a shrunk common covariance, over log-band statistics."""

    def __init__(self, examples: dict[str, list[F64]]) -> None:
        self.names = sorted(examples)
        stacked = np.concatenate([np.stack(examples[n]) for n in self.names])
        self._mean, self._deviation = stacked.mean(axis=0), stacked.std(axis=0) + 1e-3
        centres = [self._scaled(np.stack(examples[n])) for n in self.names]
        self._centres = np.stack([c.mean(axis=0) for c in centres])
        within = np.concatenate([c - c.mean(axis=0) for c in centres])
        covariance = within.T @ within / len(within)
        sphere = np.eye(len(covariance)) * np.trace(covariance) / len(covariance)
        self._inverse = np.linalg.inv(0.5 * covariance + 0.5 * sphere)

    def ranking(self, example: F64) -> list[str]:
        """Class names, the likeliest first."""
        offset = self._centres - self._scaled(example)
        distance = np.einsum("cd,de,ce->c", offset, self._inverse, offset)
        return [self.names[place] for place in np.argsort(distance)]

    def accuracy(self, examples: dict[str, list[F64]]) -> tuple[float, float]:
        """Mean over classes of top-1 and top-3 accuracy."""
        first, third = [], []
        for name, items in examples.items():
            rankings = [self.ranking(item) for item in items]
            first.append(np.mean([r[0] == name for r in rankings]))
            third.append(np.mean([name in r[:3] for r in rankings]))
        return float(np.mean(first)), float(np.mean(third))

    def _scaled(self, examples: F64) -> F64:
        return cast(F64, (examples - self._mean) / self._deviation)


def features(grid: F32) -> F64:
    """Log-band statistics of a sound: mean, deviation and attack spectrum, 20 bands, and shape."""
    energy = np.full((_STEPS, ENERGY.stop), FLOOR_DB)
    energy[: len(grid)] = grid[:_STEPS, ENERGY]
    coarse = energy.reshape(_STEPS, 20, -1).mean(axis=2)
    shape = coarse.max(axis=1).reshape(16, -1).mean(axis=1)
    return np.concatenate([coarse.mean(axis=0), coarse.std(axis=0), coarse[:6].mean(axis=0), shape])


def brightness_correlation(perform: Perform, names: Sequence[str]) -> float:
    """Mean Spearman correlation of the brightness latent with the spectral centroid."""
    latents = np.linspace(-1, 1, 9)
    values = []
    for name in names:
        centroids = [centroid_hz(perform(name, float(b), 1)) for b in latents]
        values.append(float(spearmanr(latents, centroids).statistic))
    return float(np.mean(values))


def centroid_hz(waveform: F32) -> float:
    """Centre of gravity of the amplitude spectrum."""
    amplitude = np.abs(np.fft.rfft(waveform))
    return float(amplitude @ np.fft.rfftfreq(len(waveform), 1 / 48_000) / amplitude.sum())


def apart(found: Examples) -> list[str]:
    """Classes with enough recordings, of which no two share a class of recordings."""
    chosen: list[str] = []
    taken: set[str] = set()
    for known in taxonomy().classes.values():
        count = len({example.recording for example in found.get(known.name, [])})
        if count >= LEAST_RECORDINGS and taken.isdisjoint(known.recordings):
            chosen.append(known.name)
            taken.update(known.recordings)
    return chosen


def leave_one_out(held: Examples) -> tuple[float, float]:
    """Mean over classes of the judge's top-1 and top-3 on recordings it was not trained on."""
    described = {n: [(features(e.grid), e.recording) for e in held[n]] for n in held}
    scores: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for name, examples in described.items():
        for left_out in dict.fromkeys(recording for _, recording in examples):
            rest = {n: [f for f, r in items if r != left_out] for n, items in described.items()}
            judge = Judge(rest)
            rankings = [judge.ranking(f) for f, r in examples if r == left_out]
            scores[name] += [(ranking[0] == name, name in ranking[:3]) for ranking in rankings]
    means = np.array([np.mean(scores[name], axis=0) for name in held])
    return float(means[:, 0].mean()), float(means[:, 1].mean())


def _examples(rows: Sequence[Recording]) -> Examples:
    """Examples by class; a recording that may pass for several counts for each."""
    answer: Examples = defaultdict(list)
    for row in rows:
        for sound in sounds_of(row):
            for name in sound.sound_classes:
                answer[name] += [Example(g, row.path) for g in _pieces(sound.grid, name)]
    return answer


def _performed(perform: Perform, name: str) -> list[F32]:
    """Pieces of several takes of a class."""
    takes = (grid_at_level(perform(name, 0.0, take), 0.0) for take in range(TAKES))
    return [piece for grid in takes for piece in _pieces(grid, name)]


def _pieces(grid: F32, name: str) -> Iterator[F32]:
    """The beginning of an action; evenly spread pieces of a lasting sound."""
    last = max(0, len(grid) - _STEPS)
    is_action = taxonomy().classes[name].kind == "action"
    count = 1 if is_action else min(EXCERPTS, 1 + last // _STEPS)
    for place in np.linspace(0, 0 if is_action else last, count).astype(int):
        yield grid[place : place + _STEPS]


def _nearest(sounds: dict[str, list[F32]], training: dict[str, list[F32]]) -> float:
    """Mean cosine between time-band pictures and the nearest of the training sounds."""
    values = []
    for name, grids in sounds.items():
        known = np.stack([_picture(g) for g in training[name]])
        values += [float(np.max(known @ _picture(g))) for g in grids]
    return float(np.mean(values))


def _picture(grid: F32) -> F64:
    energy = np.full((_LIKENESS_STEPS, ENERGY.stop), FLOOR_DB)
    energy[: len(grid)] = grid[:_LIKENESS_STEPS, ENERGY]
    halved = energy.reshape(_LIKENESS_STEPS // 2, 2, ENERGY.stop // 2, 2).mean(axis=(1, 3))
    picture = halved.reshape(-1) - FLOOR_DB
    return cast(F64, picture / (np.linalg.norm(picture) + 1e-9))


def _mean_high_db(sounds: dict[str, list[F32]]) -> float:
    high = band_centres_hz() > HIGH_HZ
    shares = []
    for grids in sounds.values():
        for grid in grids:
            power = 10 ** (grid[:, ENERGY] / 10)
            shares.append(10 * np.log10(power[:, high].sum() / power.sum() + 1e-9))
    return float(np.mean(shares))

"""How good the embedded generator is, measured against recordings it never saw.

The judge is a linear discriminant on log-band statistics, trained on the validation recordings
alone, so that a copied training recording earns nothing. Its accuracy on generated sounds is given
relative to its accuracy on real ones (leave one recording out). The judge is small and the
recordings few: differences below 0.1 are noise.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
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

LEAST_REAL = 4
TAKES = 8
HIGH_HZ = 12_000.0


def evaluate_generator(perform: Perform, sounds: Path) -> dict[str, float]:
    """Measured quality of a generator of actions.

    Returns:
        `judge_relative_accuracy` and `judge_relative_top3`; `judge_classes`; `brightness_spearman`
        of the style latent with the spectral centroid; `novelty_generated` and `novelty_real`,
        mean cosine to the nearest training sound of the class, the second for held-out recordings;
        `above_12khz_db_generated` and `_real`, share of energy up there.
    """
    training_rows, held_rows = split_by_author(recordings(sounds))
    found = _grids(held_rows)
    held = {n: found[n] for n in _apart(found)}
    training = {n: g for n, g in _grids(training_rows).items() if n in held}
    made = {
        name: [grid_at_level(perform(name, 0.0, take), 0.0) for take in range(TAKES)]
        for name in held
    }
    names = sorted(held)
    real_first, real_third = _leave_one_out(held, names)
    judge = Judge({name: [features(g) for g in held[name]] for name in names})
    first, third = judge.accuracy({n: [features(g) for g in made[n]] for n in names})
    return {
        "judge_classes": float(len(names)),
        "judge_real_accuracy": real_first,
        "judge_relative_accuracy": first / max(real_first, 1e-6),
        "judge_relative_top3": third / max(real_third, 1e-6),
        "brightness_spearman": brightness_correlation(perform, names),
        "novelty_generated": _nearest(made, training),
        "novelty_real": _nearest(held, training),
        "above_12khz_db_generated": _mean_high_db(made),
        "above_12khz_db_real": _mean_high_db(held),
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
        shrunk = 0.5 * covariance + 0.5 * np.eye(len(covariance)) * np.trace(covariance) / len(
            covariance
        )
        self._inverse = np.linalg.inv(shrunk)

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
    energy = np.full((200, ENERGY.stop), FLOOR_DB)
    energy[: len(grid)] = grid[:200, ENERGY]
    coarse = energy.reshape(200, 20, -1).mean(axis=2)
    level = coarse.max(axis=1)
    shape = level.reshape(10, 20).mean(axis=1)
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


def _grids(rows: Sequence[Recording]) -> dict[str, list[F32]]:
    """Grids of actions by class; a recording that may pass for several counts for each."""
    answer: dict[str, list[F32]] = defaultdict(list)
    for row in rows:
        for sound in sounds_of(row):
            for name in sound.sound_classes:
                if taxonomy().classes[name].kind == "action":
                    answer[name].append(sound.grid)
    return answer


def _apart(found: dict[str, list[F32]]) -> list[str]:
    """Classes with enough sounds of which no two share a recording."""
    chosen: list[str] = []
    taken: set[str] = set()
    for known in taxonomy().of_kind("action"):
        enough = len(found.get(known.name, [])) >= LEAST_REAL
        if enough and taken.isdisjoint(known.recordings):
            chosen.append(known.name)
            taken.update(known.recordings)
    return chosen


def _leave_one_out(held: dict[str, list[F32]], names: Sequence[str]) -> tuple[float, float]:
    examples = {name: [features(g) for g in held[name]] for name in names}
    scores = defaultdict(list)
    for name in names:
        for place in range(len(examples[name])):
            rest = examples[name][:place] + examples[name][place + 1 :]
            rank = Judge(examples | {name: rest}).ranking(examples[name][place])
            scores[name].append((rank[0] == name, name in rank[:3]))
    means = np.array([np.mean(scores[name], axis=0) for name in names])
    return float(means[:, 0].mean()), float(means[:, 1].mean())


def _nearest(sounds: dict[str, list[F32]], training: dict[str, list[F32]]) -> float:
    """Mean cosine between time-band pictures and the nearest of the training sounds."""
    values = []
    for name, grids in sounds.items():
        known = np.stack([_picture(g) for g in training[name]])
        values += [float(np.max(known @ _picture(g))) for g in grids]
    return float(np.mean(values))


def _picture(grid: F32) -> F64:
    energy = np.full((128, ENERGY.stop), FLOOR_DB)
    energy[: len(grid)] = grid[:128, ENERGY]
    picture = energy.reshape(64, 2, 40, 2).mean(axis=(1, 3)).reshape(-1) - FLOOR_DB
    return cast(F64, picture / (np.linalg.norm(picture) + 1e-9))


def _mean_high_db(sounds: dict[str, list[F32]]) -> float:
    high = band_centres_hz() > HIGH_HZ
    shares = []
    for grids in sounds.values():
        for grid in grids:
            power = 10 ** (grid[:, ENERGY] / 10)
            shares.append(10 * np.log10(power[:, high].sum() / power.sum() + 1e-9))
    return float(np.mean(shares))

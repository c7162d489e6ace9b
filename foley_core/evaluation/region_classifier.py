"""A classifier of regions: it reads from a finished track alone for which region it was made.

Deliberately simple: the spectrum of the quietest fifth of the moments, where ambience is not hidden
behind footsteps, and a linear discriminant. What it can tell apart can be heard.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64, I32

CLASSIFIER_BANDS = 96
_WINDOW, _HOP = 8192, 2048
"""Samples: 171 ms and 43 ms."""
_LOWEST_HZ, _HIGHEST_HZ = 40.0, 16_000.0
_EDGE_STEPS = 2
"""Steps at either end whose windows reach beyond the track."""
_NEIGHBOURS = 15
"""Bands of the median against which a band stands out."""
_QUIET_SHARE = 0.2
_RANGE_DB = 40.0
"""Levels further from the median are held, so that silence does not outweigh everything."""
_SHRINKAGE = 0.3
"""Share of the diagonal in the shrunk covariance."""


def track_features(waveform: F32) -> F64:
    """Return features `(3 · 96,)` of a track `(C, N)` of some seconds; its level does not count.

    Of the quietest fifth of the moments, for each band on a logarithmic axis: its level against the
    median of all, how far it stands out from its neighbours, and how much that changes.
    """
    levels = _band_levels(waveform)
    loudness = np.square(10.0 ** (levels / 20.0)).sum(axis=0)
    count = max(3, round(_QUIET_SHARE * len(loudness)))
    quiet = levels[:, np.sort(np.argsort(loudness, kind="stable")[:count])]
    # What stands out of its neighbours is a tone: a bird, a horn, the hum of a machine.
    standing_out = quiet - median_filter(quiet, size=(_NEIGHBOURS, 1), mode="nearest")
    spectrum = quiet.mean(axis=1)
    held = np.clip(spectrum - np.median(spectrum), -_RANGE_DB, _RANGE_DB)
    return np.concatenate([held, standing_out.mean(axis=1), standing_out.std(axis=1)])


def _band_levels(waveform: F32) -> F64:
    """Return decibels `(96, T)`, 43 ms a step, without the steps that reach beyond the track."""
    transform = ShortTimeFFT(hann(_WINDOW), _HOP, SAMPLE_RATE)
    power = np.square(np.abs(transform.stft(waveform.mean(axis=0).astype(np.float64))))
    edges = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, CLASSIFIER_BANDS + 1) * _WINDOW / SAMPLE_RATE
    # Running sums over bins give the power of a band as one difference; edges between two bins take
    # their share of the bin, so that narrow low bands are not empty.
    total = np.vstack([np.zeros(power.shape[1]), np.cumsum(power, axis=0)])
    whole = edges.astype(np.int64)
    part = (edges - whole)[:, None]
    below = (1 - part) * total[whole] + part * total[whole + 1]
    levels: F64 = 10 * np.log10(np.diff(below, axis=0) / np.diff(edges)[:, None] + 1e-12)
    return levels[:, _EDGE_STEPS : -_EDGE_STEPS - 1]


@dataclass(frozen=True, slots=True)
class RegionClassifier:
    """A linear discriminant with equal priors: `scores = features @ weights + offsets`.

    Attributes:
        regions: names.
        weights: (features, regions).
        offsets: (regions,).
    """

    regions: tuple[str, ...]
    weights: F64
    offsets: F64

    @classmethod
    def trained(cls, features: F64, labels: Sequence[str]) -> "RegionClassifier":
        """Fit a classifier to features `(K, D)` of tracks whose regions are known.

        The pooled covariance is shrunk towards its diagonal, since there are few tracks and many
        features (Friedman 1989).
        """
        regions = tuple(dict.fromkeys(labels))
        names = np.array(labels)
        means = np.stack([features[names == region].mean(axis=0) for region in regions])
        within = features - means[[regions.index(label) for label in labels]]
        covariance = within.T @ within / max(1, len(features) - len(regions))
        # One decibel² is added, so that features that never vary do not get infinite weight.
        spread = np.diag(np.diag(covariance) + 1.0)
        shrunk = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * spread
        weights = np.linalg.solve(shrunk, means.T)
        return cls(regions, weights, -0.5 * np.einsum("rd,dr->r", means, weights))

    def confusion(self, features: F64, labels: Sequence[str]) -> I32:
        """Return counts `(regions, regions)`: the true region down, the answer across."""
        answers = (features @ self.weights + self.offsets).argmax(axis=1)
        counts = np.zeros((len(self.regions), len(self.regions)), np.int32)
        np.add.at(counts, ([self.regions.index(label) for label in labels], answers), 1)
        return counts

"""Moments at which the hits of a sheet are heard in the finished track.

Each short cue is looked for by its own sound: the first 50 ms of it, as its stem holds it, are
compared with the track around the moment that the sheet says (a matched filter). So it is found
beneath beds and beside other hits, and what another sound covers is not judged. Added to that is
the time until its attack is heard in the stem.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft

from foley_core.cues.sheet import Cue
from foley_core.mixing.placement import Placement
from foley_core.music.played_instruments import is_played
from foley_core.soundtrack.mix_plan import MixPlan
from foley_core.soundtrack.sound_check import attack_samples
from foley_core.soundtrack.stems import gain_db_of, group_of, short_groups
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

LOOKED_FOR_SAMPLES = SAMPLE_RATE // 20
"""Length of the beginning of a sound by which it is looked for."""
REACH_SAMPLES = SAMPLE_RATE * 3 // 100
"""Distance before and after its moment within which it is looked for."""

# Less alike than this, another sound covers it: nothing is said of it.
_LEAST_LIKENESS = 0.5
# Of -80 dB to full scale nothing is heard.
_SILENT = 1e-4
_WINDOW = LOOKED_FOR_SAMPLES + 2 * REACH_SAMPLES
_HELD_STEMS = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """A short cue in the track.

    Attributes:
        cue: the cue.
        late: samples after its moment at which it is heard, below 0 before it; None where it is
            covered or silent.
        is_silent: whether its stem holds nothing where it should be.
    """

    cue: Cue
    late: int | None
    is_silent: bool = False


class HitFinder:
    """Finder of the hits of a plan in a track that streams by."""

    def __init__(self, plan: MixPlan, load: Callable[[str], F32]) -> None:
        """Find which stem holds which hit.

        Args:
            plan: as it was mixed.
            load: returns the stem of a key, `(C, N)`.
        """
        self.found: list[Hit] = []
        self._load = lru_cache(maxsize=_HELD_STEMS)(load)
        self._waiting = sorted(hits_of(plan), key=lambda pair: pair[0].onset, reverse=True)
        self._held: F32 = np.zeros((2, 0), np.float32)
        self._first = 0

    def watched(self, blocks: Iterable[F32]) -> Iterator[F32]:
        """Yield the blocks `(2, n)` of the track, and look for hits in them."""
        for block in blocks:
            self._add(block)
            yield block
        # Nothing follows: the last hits are looked for in what there is.
        self._add(np.zeros((2, _WINDOW), np.float32))

    def _add(self, block: F32) -> None:
        self._held = np.concatenate([self._held, block], axis=1)
        end = self._first + self._held.shape[1]
        while self._waiting and self._waiting[-1][0].onset + _WINDOW <= end:
            cue, placement = self._waiting.pop()
            begin = cue.onset - REACH_SAMPLES - self._first
            window = self._held[:, max(begin, 0) : begin + _WINDOW]
            window = np.pad(window, ((0, 0), (_WINDOW - window.shape[1], 0)))
            self.found.append(_looked_for(cue, placement, self._load(placement.stem), window))
        kept = min(self._held.shape[1], 2 * _WINDOW)
        self._held = self._held[:, self._held.shape[1] - kept :]
        self._first = end - kept


def hits_of(plan: MixPlan) -> list[tuple[Cue, Placement]]:
    """Return the short cues of a plan, each with the placement of the stem that holds it.

    Those of clip-wise generators have none, nor have notes of instruments.
    """
    places: dict[tuple[int, str, float], list[Placement]] = defaultdict(list)
    for one in plan.placements:
        places[one.start, one.group, one.gain_db].append(one)
    pairs = []
    for cues in short_groups(plan.sheet):
        start = min(cue.onset for cue in cues)
        found = places[start, group_of(cues[0]), gain_db_of(cues[0])]
        # Of two classes that begin together nobody can tell which is which.
        if len(found) == 1 and not is_played(cues[0].sound_class):
            pairs += [(cue, found[0]) for cue in cues]
    return pairs


def _looked_for(cue: Cue, placement: Placement, stem: F32, window: F32) -> Hit:
    """Return where in a window of the track `(2, n)` a hit is heard."""
    offset = cue.onset - placement.start
    own = stem[:, offset : offset + LOOKED_FOR_SAMPLES].mean(axis=0)
    heard = stem[:, offset : offset + SAMPLE_RATE * 3 // 10]
    if np.abs(heard).max(initial=0.0) < _SILENT:
        return Hit(cue, None, is_silent=True)
    likeness = _likeness(own, window.mean(axis=0))
    best = int(likeness.argmax())
    if likeness[best] < _LEAST_LIKENESS:
        return Hit(cue, None)
    return Hit(cue, best - REACH_SAMPLES + attack_samples(heard))


def _likeness(own: F32, track: F32) -> F64:
    """Return the correlation coefficient of a sound with each part of a track as long as it."""
    length = fft.next_fast_len(len(track), real=True)
    spectrum = fft.rfft(track, length) * np.conj(fft.rfft(own, length))
    products = fft.irfft(spectrum, length)[: len(track) - len(own) + 1]
    energy = np.concatenate([[0.0], np.cumsum(np.square(track, dtype=np.float64))])
    local = np.sqrt(np.maximum(energy[len(own) :] - energy[: -len(own)], 1e-12))
    coefficients: F64 = products / (local * max(float(np.linalg.norm(own)), 1e-9))
    return coefficients

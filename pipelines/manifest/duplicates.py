"""Duplicates among many keys, found in 16 bytes of memory a key."""

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]


class SeenIds:
    """First numbers by 64-bit hash, in sorted runs of growing size.

    Two of a million keys share a hash with a chance of 3 in 100 million.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Hashes, Numbers]] = []

    def add(self, hashes: Hashes, numbers: Numbers) -> Numbers:
        """The number under which each key was seen first, its own if it is new. Shapes `(K,)`."""
        order = np.argsort(hashes, kind="stable")
        unique, start, inverse = np.unique(hashes[order], return_index=True, return_inverse=True)
        firsts = numbers[order][start]
        known = np.zeros(len(unique), dtype=bool)
        for run_hashes, run_numbers in self._runs:
            place = np.minimum(np.searchsorted(run_hashes, unique), len(run_hashes) - 1)
            hit = run_hashes[place] == unique
            firsts[hit] = run_numbers[place[hit]]
            known |= hit
        self._keep(unique[~known], firsts[~known])
        answer = np.empty_like(numbers)
        answer[order] = firsts[inverse]
        return answer

    def _keep(self, hashes: Hashes, numbers: Numbers) -> None:
        while self._runs and len(self._runs[-1][0]) <= 2 * len(hashes):
            other_hashes, other_numbers = self._runs.pop()
            hashes = np.concatenate([other_hashes, hashes])
            numbers = np.concatenate([other_numbers, numbers])
            order = np.argsort(hashes, kind="stable")
            hashes, numbers = hashes[order], numbers[order]
        if len(hashes):
            self._runs.append((hashes, numbers))

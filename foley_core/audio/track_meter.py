"""Measuring of a finished track by itself: levels over time, samples at full scale, clicks.

A track streams through the meter while it is written; of it stays one number a tenth of a second.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from foley_core.audio.loudness import KWeighting, step_powers
from foley_core.audio.step_levels import level_db
from foley_core.audio.waveform import cut_blocks
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

_CELL_SAMPLES = SAMPLE_RATE // 1000
# A click is one millisecond whose steps from sample to sample have 15 dB more energy than those
# before it and those after it, and are larger than 0.003 of full scale: softer ones are not heard.
_CLICK_RATIO, _LEAST_STEP = 10.0**1.5, 0.003
# Cells beside a click that are part of it, and cells after them that say what is usual.
_OWN_CELLS, _USUAL_CELLS = 2, 3
_REACH_CELLS = _OWN_CELLS + _USUAL_CELLS - 1


class TrackMeter:
    """A meter of a stream of `(2, n)` blocks at 48 kHz.

    Attributes:
        samples: length so far.
        clipped: samples at full scale or beyond it.
    """

    def __init__(self) -> None:
        self.samples = 0
        self.clipped = 0
        self._weighting = KWeighting(2)
        self._powers: list[F64] = []
        self._clicks: list[int] = []
        self._last: F32 | None = None
        self._cells: F64 = np.zeros(0)
        self._first_cell = 0

    def metered(self, blocks: Iterable[F32]) -> Iterator[F32]:
        """Yield a stream in blocks of one second, the last shorter, and measure it."""
        for block in cut_blocks(blocks, 2, SAMPLE_RATE):
            self._add(block)
            yield block

    @property
    def levels_db(self) -> F64:
        """K-weighted level of each whole tenth of a second `(steps,)`, decibels to full scale."""
        return level_db(np.concatenate([np.zeros(0), *self._powers]))

    @property
    def clicks(self) -> list[int]:
        """Samples at which the track clicks, to the millisecond."""
        return list(self._clicks)

    def _add(self, block: F32) -> None:
        self._powers.append(step_powers(block, self._weighting))
        self.clipped += int(np.count_nonzero(np.abs(block) >= 1.0))
        self._look_for_clicks(block)
        self.samples += block.shape[1]

    def _look_for_clicks(self, block: F32) -> None:
        before = block[:, :1] if self._last is None else self._last
        self._last = block[:, -1:].copy()
        energy = np.square(np.diff(block, axis=1, prepend=before), dtype=np.float64).sum(axis=0)
        energy = np.pad(energy, (0, -len(energy) % _CELL_SAMPLES))
        cells = np.concatenate([self._cells, energy.reshape(-1, _CELL_SAMPLES).sum(axis=1)])
        if len(cells) <= 2 * _REACH_CELLS:
            self._cells = cells
            return
        means = np.convolve(cells, np.full(_USUAL_CELLS, 1 / _USUAL_CELLS), "valid")
        inner = cells[_REACH_CELLS : len(cells) - _REACH_CELLS]
        usual = np.maximum(means[: len(inner)], means[_REACH_CELLS + _OWN_CELLS :][: len(inner)])
        is_click = (inner > _CLICK_RATIO * usual) & (inner > _LEAST_STEP**2)
        found = np.flatnonzero(is_click) + _REACH_CELLS + self._first_cell
        self._clicks += [int(cell) * _CELL_SAMPLES for cell in found]
        kept = cells[-2 * _REACH_CELLS :]
        self._first_cell += len(cells) - len(kept)
        self._cells = kept

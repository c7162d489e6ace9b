"""Rendering: the gain of a master and its limiter applied to a mix, or to a part of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from foley_core.audio.waveform import cut_blocks, db_to_gain
from foley_core.mixing.curves import CELL_SAMPLES, GRID_SAMPLES
from foley_core.types import F32, F64, Blocks


@dataclass(frozen=True, slots=True)
class Rendering:
    """A mix with a gain and a limiter applied.

    Attributes:
        mix: starts the stream of the mix, or of a part of it, `(C, n)` blocks.
        gain_db: gain before the limiter.
        limiter_db: gain of the limiter by the cell, see `Curves.limiter_db`.
        channels: of the mix.
    """

    mix: Blocks
    gain_db: float
    limiter_db: F32
    channels: int = 2

    def blocks(self) -> Iterator[F32]:
        """Yield the sound in blocks of one second, `(C, n)`; the last may be shorter."""
        # Blocks of a fixed length, whatever those of the mix: every sample is computed alike.
        factor = db_to_gain(self.gain_db)
        for index, block in enumerate(cut_blocks(self.mix(), self.channels, GRID_SAMPLES)):
            gains = self._limiter(index * GRID_SAMPLES, block.shape[1])
            yield (block * (gains * factor)).astype(np.float32)

    def _limiter(self, first: int, samples: int) -> F64:
        """Return the limiter's gain for `samples` samples from `first` on, as factors.

        `first` is a multiple of `CELL_SAMPLES`. Between the middles of the cells the gains lie on
        straight lines, so that no step is heard.
        """
        # One cell more on each side: the first and last samples lie outside the middles.
        begin = first // CELL_SAMPLES
        cells = np.arange(begin - 1, begin + samples // CELL_SAMPLES + 2)
        middles = (cells - begin) * CELL_SAMPLES + (CELL_SAMPLES - 1) / 2
        levels = self.limiter_db[np.clip(cells, 0, len(self.limiter_db) - 1)]
        gains: F64 = np.interp(np.arange(samples), middles, 10.0 ** (levels / 20.0))
        return gains

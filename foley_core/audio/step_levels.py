"""Levels over time: one for each tenth of a second, or for each cell of another length.

K-weighted ones come from `loudness`; nothing here imports a library of signal processing.
"""

import numpy as np

from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

STEP_SAMPLES = SAMPLE_RATE // 10
"""Gating blocks of 400 ms start every 100 ms (75 % overlap, ITU-R BS.1770-4)."""
TINY_POWER = 1e-12
"""Mean square of -120 dB to full scale, which stands for silence."""


def cell_powers(waveform: F32 | F64, samples: int) -> F64:
    """Return the mean square of each whole cell of some samples of a sound `(C, N)`, `(cells,)`."""
    squares = np.square(waveform, dtype=np.float64).mean(axis=0)
    whole = len(squares) - len(squares) % samples
    powers: F64 = squares[:whole].reshape(-1, samples).mean(axis=1)
    return powers


def level_db(power: F64 | float) -> F64:
    """Return mean squares as decibels to full scale; silence gives -120."""
    levels: F64 = 10 * np.log10(np.asarray(power, np.float64) + TINY_POWER)
    return levels

"""Air: what is far away is duller."""

from functools import lru_cache

import numpy as np
from scipy.signal import sosfilt

from foley_core.audio.waveform import db_to_gain
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

# Corner of the shelf: consonants and clicks lie above it.
_CORNER_HZ = 4_000.0


def aired(sound: F32, air_db: float) -> F32:
    """Return a sound `(C, N)` with its high frequencies lowered by so many dB.

    The filter is causal: nothing comes before the attack.
    """
    if air_db == 0.0:
        return sound
    return np.asarray(sosfilt(_shelf(air_db), sound, axis=1), np.float32)


@lru_cache(maxsize=256)
def _shelf(air_db: float) -> F64:
    """Return a first-order high shelf, as a second-order section.

    Gain 1 at 0 Hz, that of `air_db` at the highest frequency; the bilinear transform of
    `(g s + w) / (s + w)`, bent so that the corner stays where it is.
    """
    gain = db_to_gain(air_db)
    corner = np.tan(np.pi * _CORNER_HZ / SAMPLE_RATE)
    norm = 1.0 + corner
    section = [(gain + corner) / norm, (corner - gain) / norm, 0.0, 1.0, (corner - 1) / norm, 0.0]
    return np.array([section])

"""Ducking: music steps back where foley sounds.

A curve in dB, a value for every 10 ms: the depth over each action, reached before it and given back
slowly. It follows the cue sheet at the levels that hold without sound filters, never the sound, so
that a gain on footsteps moves footsteps and not the music. Beds and motifs do not duck.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

DEPTH_DB = 9.0
"""How far music steps back under foley of a footstep's level or above."""
SILENT_DB = -24.0
"""Level of a cue, against a footstep's, that no longer ducks; between the two, in proportion."""
SHORTEST_S = 0.2

_CELL_SAMPLES = SAMPLE_RATE // 100
_ATTACK_DB = 1.5
_RELEASE_DB = 0.15


@dataclass(frozen=True, slots=True)
class Ducking:
    """The curve in dB, 0 or below, `(cells,)`."""

    curve_db: F32

    def gains(self, first: int, last: int) -> F64:
        """Gains of samples `[first, last)`, on straight lines between the cells' beginnings."""
        begin, end = first // _CELL_SAMPLES, last // _CELL_SAMPLES + 2
        cells = np.arange(begin, end)
        levels = self.curve_db[np.clip(cells, 0, len(self.curve_db) - 1)].astype(np.float64)
        at = (np.arange(first, last) - begin * _CELL_SAMPLES) / _CELL_SAMPLES
        gains: F64 = np.interp(at, cells - begin, 10.0 ** (levels / 20.0))
        return gains


def ducking(sheet: CueSheet) -> Ducking:
    """How music steps back under the actions of a sheet: in 60 ms, and back in 0.6 s."""
    needed = np.zeros(sheet.samples // _CELL_SAMPLES + 2)
    for first, last, depth_db in _spans(sheet.cues):
        part = slice(first // _CELL_SAMPLES, -(-last // _CELL_SAMPLES) + 1)
        np.minimum(needed[part], -depth_db, out=needed[part])
    return Ducking(_sloped(_sloped(needed, _RELEASE_DB)[::-1], _ATTACK_DB)[::-1].astype(np.float32))


def _sloped(needed: F64, rise_db: float) -> F64:
    """The highest curve below another that rises by no more than so much a cell."""
    ramp = rise_db * np.arange(len(needed))
    sloped: F64 = np.minimum.accumulate(needed - ramp) + ramp
    return sloped


def _spans(cues: Iterable[Cue]) -> Iterable[tuple[int, int, float]]:
    """First sample, end and depth of all that ducks."""
    for cue in cues:
        if cue.kind == "action":
            level_db = taxonomy().sound_class(cue.sound_class).level_db
            heard_db = level_db + cue.gain_db - cue.filter_db
            depth_db = DEPTH_DB * min(1.0, max(0.0, 1.0 - heard_db / SILENT_DB))
            shortest = cue.onset + round(SHORTEST_S * SAMPLE_RATE)
            yield cue.onset, max(cue.offset, shortest), depth_db

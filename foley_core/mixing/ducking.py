"""Ducking: music becomes softer while actions sound.

The result is a curve in dB, one value for every 10 ms. It falls before an action, stays down for as
long as the action lasts, and rises slowly afterwards. It is computed from the cue sheet, not from
the sound, and from levels without sound filters: so a gain on footsteps changes the footsteps and
not the music. Ambience beds and motifs do not duck music. While an instrument is seen to play, the
music is silent.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from foley_core.cues.seen_instruments import is_instrument
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

DEPTH_DB = 9.0
"""Reduction of the music under actions as loud as a footstep or louder."""
INSTRUMENT_DEPTH_DB = 40.0
"""Reduction while an instrument is seen to play: two pieces of music at once would be noise."""
INSTRUMENT_PAUSE_S = 2.0
"""Pause of an instrument in which the music does not return yet."""
SILENT_DB = -24.0
"""Level of an action, relative to a footstep, at which it no longer ducks. Between this and 0 dB
the reduction grows in proportion."""
SHORTEST_S = 0.2
"""Least time in seconds for which an action holds the music down."""

_CELL_SAMPLES = SAMPLE_RATE // 100
# Steepest fall and rise in dB per cell of 10 ms: 9 dB down in 60 ms, up again in 0.6 s.
_ATTACK_DB = 1.5
_RELEASE_DB = 0.15


@dataclass(frozen=True, slots=True)
class Ducking:
    """The gain of the music over time.

    Attributes:
        curve_db: dB, 0 or below, one value for every 10 ms, `(cells,)`.
    """

    curve_db: F32

    def gains(self, first: int, last: int) -> F64:
        """Return the gains of the samples `[first, last)` as factors, `(last - first,)`.

        Between the beginnings of the cells the gains lie on straight lines. Any part of the curve
        gives the same values as that part of the whole.
        """
        # Counted from the part's own first cell: small numbers keep their precision in long films.
        begin, end = first // _CELL_SAMPLES, last // _CELL_SAMPLES + 2
        cells = np.arange(begin, end)
        levels = self.curve_db[np.clip(cells, 0, len(self.curve_db) - 1)].astype(np.float64)
        at = (np.arange(first, last) - begin * _CELL_SAMPLES) / _CELL_SAMPLES
        gains: F64 = np.interp(at, cells - begin, 10.0 ** (levels / 20.0))
        return gains


def ducking(sheet: CueSheet) -> Ducking:
    """Return the ducking under the actions of a sheet: down in 60 ms, up again in 0.6 s."""
    needed = np.zeros(sheet.samples // _CELL_SAMPLES + 2)
    for first, last, depth_db in _spans(sheet.cues):
        part = slice(first // _CELL_SAMPLES, -(-last // _CELL_SAMPLES) + 1)
        np.minimum(needed[part], -depth_db, out=needed[part])
    # Forwards in time the slope limits the rise after an action; on the reversed curve it limits
    # the fall before one, which therefore begins early enough to be complete at the onset.
    return Ducking(_sloped(_sloped(needed, _RELEASE_DB)[::-1], _ATTACK_DB)[::-1].astype(np.float32))


def _sloped(needed: F64, rise_db: float) -> F64:
    """Return the highest curve at or below `needed` that rises by at most `rise_db` a cell."""
    # Tilt the curve down by that slope, take the running minimum, tilt it back.
    ramp = rise_db * np.arange(len(needed))
    sloped: F64 = np.minimum.accumulate(needed - ramp) + ramp
    return sloped


def _spans(cues: Iterable[Cue]) -> Iterable[tuple[int, int, float]]:
    """Yield first sample, end and reduction in dB of every action."""
    for cue in cues:
        if cue.kind == "action":
            # The level in the mix without what sound filters added, relative to a footstep.
            written = cue.composition is not None
            known = taxonomy().sound_class(cue.sound_class, composed=written)
            heard_db = known.level_db + cue.gain_db - cue.filter_db
            plays = is_instrument(cue)
            most_db = INSTRUMENT_DEPTH_DB if plays else DEPTH_DB
            depth_db = most_db * min(1.0, max(0.0, 1.0 - heard_db / SILENT_DB))
            shortest = cue.onset + round(SHORTEST_S * SAMPLE_RATE)
            pause = round(INSTRUMENT_PAUSE_S * SAMPLE_RATE) if plays else 0
            yield cue.onset, max(cue.offset, shortest) + pause, depth_db

"""Faults that the levels of a track and its stems show over time: silence, holes, jumps."""

from collections.abc import Mapping, Sequence

import numpy as np

from foley_core.audio.loudness import step_powers
from foley_core.audio.step_levels import TINY_POWER, cell_powers, level_db
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

JUMP_DB = 12.0
"""Change within 0.1 s that no lasting sound makes by itself."""
JUMP_RANGE_DB = 40.0
"""Levels further below the loudest moment of a sound count as no lower than this."""
EDGE_S = 0.3
"""Beginning and end of a lasting sound, where it may swell and die away."""
_SAME_FAULT_S = 0.5
"""Jumps nearer than this are one fault: down and up again, or a jump seen in several windows."""
_CELL_SAMPLES = SAMPLE_RATE // 20
"""50 ms; jumps are looked for between windows of two cells, 0.1 s apart."""
_SILENT = 0.5 / 2**15
"""Half of the smallest step of a 16-bit file."""
_SILENCE_CELL_SAMPLES = SAMPLE_RATE // 100
"""10 ms: a shorter silence is a zero that the wave goes through, or the first sample of a fade."""


def master_gains(track: F32, stems: Mapping[str, F32]) -> F64:
    """Return by how much mastering raised the power of each step `(steps,)`, limiter included.

    Where the mix is silent it is the median of the others; 1 if all of it is silent.
    """
    mixed = step_powers(np.sum(list(stems.values()), axis=0, dtype=np.float32))
    finished, heard = step_powers(track), mixed > TINY_POWER
    gains = np.ones(len(mixed))
    if heard.any():
        gains[heard] = finished[heard] / mixed[heard]
        gains[~heard] = np.median(gains[heard])
    return gains


def longest_silence_ms(track: F32) -> float:
    """Return the longest time in which a 16-bit file of a track `(C, N)` holds zeros alone."""
    whole = track.shape[1] - track.shape[1] % _SILENCE_CELL_SAMPLES
    cells = np.abs(track[:, :whole]).max(axis=0).reshape(-1, _SILENCE_CELL_SAMPLES)
    longest = run = 0
    for silent in (cells.max(axis=1) < _SILENT).tolist():
        run = run + 1 if silent else 0
        longest = max(longest, run)
    return 1000.0 * longest * _SILENCE_CELL_SAMPLES / SAMPLE_RATE


def breaks_s(stem: F32, spans: Sequence[tuple[int, int]]) -> list[float]:
    """Return the moments at which lasting sounds jump by more than 12 dB within 0.1 s, seconds.

    A hole has two such jumps, and is counted once where it is shorter than half a second.

    Args:
        stem: the sounds `(C, N)`, alone.
        spans: first and last sample of each.
    """
    cells = cell_powers(stem, _CELL_SAMPLES)
    windows = (cells[1:] + cells[:-1]) / 2
    return [moment for span in spans for moment in _jumps_s(windows, *span)]


def _jumps_s(windows: F64, first: int, last: int) -> list[float]:
    """Return the moments of jumps in one span of samples; `windows` begin every 50 ms."""
    edge = round(EDGE_S * SAMPLE_RATE)
    begin, end = -(-(first + edge) // _CELL_SAMPLES), (last - edge) // _CELL_SAMPLES - 1
    levels = level_db(windows[begin : max(begin, end)])
    if len(levels) < 3:
        return []
    audible = np.maximum(levels, levels.max() - JUMP_RANGE_DB)
    jumps = np.flatnonzero(np.abs(audible[2:] - audible[:-2]) > JUMP_DB)
    moments = (begin + jumps + 1) * _CELL_SAMPLES / SAMPLE_RATE
    apart = np.diff(moments, prepend=-1.0) > _SAME_FAULT_S
    return [float(moment) for moment in moments[apart]]

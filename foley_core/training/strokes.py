"""The single sounds of a recording, each with its attack at sample 0."""

from collections.abc import Iterator
from typing import cast

import numpy as np

from foley_core.audio.band_grid import HOP
from foley_core.models.embedded.grid_denoiser import ACTION_TOKENS, TOKEN_SAMPLES
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32

MAX_STROKES = 8
"""Strokes that are taken of one recording, so that no long recording outweighs the others."""
_ENVELOPE = SAMPLE_RATE // 200
"""Samples of one step of the level (5 ms)."""
_LEAST_GAP = SAMPLE_RATE * 4 // 25
"""Samples between two strokes at least (160 ms): nearer ones are parts of one stroke."""


def strokes(waveform: F32, repeats: bool) -> Iterator[F32]:
    """Yield the single sounds of a recording, each with its attack at sample 0.

    Args:
        waveform: `(N,)` at 48 kHz.
        repeats: where strokes repeat, each ends before the next; otherwise only silence parts them.
    """
    level = _levels(waveform)
    found = _rises(level) if repeats else _after_silence(level)
    attacks = [_first_loud_sample(waveform, step * _ENVELOPE) for step in found]
    starts = _spaced(attacks)[:MAX_STROKES]
    if not starts:
        return
    longest = ACTION_TOKENS * TOKEN_SAMPLES
    for start, following in zip(starts, [*starts[1:], len(waveform)], strict=True):
        # One grid step before the next attack, whose rise would else be heard at the end.
        stroke = waveform[start : min(following - HOP, start + longest)].copy()
        # Less than 40 ms is a fragment.
        if len(stroke) < SAMPLE_RATE // 25:
            continue
        fade = min(HOP, len(stroke))
        stroke[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
        yield stroke


def _levels(waveform: F32) -> F32:
    """Return decibels, 200 a second."""
    count = len(waveform) // _ENVELOPE
    energy = np.square(waveform[: count * _ENVELOPE]).reshape(count, _ENVELOPE).mean(axis=1)
    return cast(F32, 10 * np.log10(energy + 1e-7))


def _rises(level: F32) -> list[int]:
    """Return the steps that rise 9 dB over the quietest of the 40 ms before, and are loud."""
    before = np.pad(level, (8, 0), constant_values=-70.0)
    quietest = np.min([before[shift : shift + len(level)] for shift in range(8)], axis=0)
    # Not more than 24 dB below the loudest moment: quieter rises may be noise.
    loud = level > level.max(initial=-70.0) - 24
    return [int(step) for step in np.flatnonzero((level - quietest > 9) & loud)]


def _after_silence(level: F32) -> list[int]:
    """Return the steps at which sound begins after a third of a second without."""
    loud = np.flatnonzero(level > level.max(initial=-70.0) - 26)
    return [int(s) for s, gap in zip(loud, np.diff(loud, prepend=-1000), strict=True) if gap > 66]


def _spaced(samples: list[int]) -> list[int]:
    """Return ascending samples at least `_LEAST_GAP` apart."""
    kept: list[int] = []
    for sample in samples:
        if not kept or sample - kept[-1] > _LEAST_GAP:
            kept.append(sample)
    return kept


def _first_loud_sample(waveform: F32, about: int) -> int:
    """Return the sample near `about` at which the attack begins."""
    first = max(0, about - _ENVELOPE)
    near = np.abs(waveform[first : about + 8 * _ENVELOPE])
    # 12 samples (0.25 ms) before the first that reaches 15 % of the peak, so that the attack is
    # whole.
    return first + max(0, int(np.argmax(near > 0.15 * near.max())) - 12)

"""Arithmetic on waveforms: decibels, equal-power fades, and streams cut to fixed blocks.

A waveform is `(C, N)` float32 at 48 kHz, full scale at ±1. Nothing here knows files, cues or time
beyond counts of samples.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import log10

import numpy as np

from foley_core.types import F32, F64


def db_to_gain(db: float) -> float:
    """Return the amplitude factor of a level in decibels: `10^(db / 20)`."""
    return float(10.0 ** (db / 20.0))


def gain_to_db(gain: float) -> float:
    """Return the level in decibels of an amplitude factor; minus infinity for 0 and less."""
    return 20.0 * log10(gain) if gain > 0.0 else float("-inf")


@lru_cache(maxsize=32)
def equal_power_fade(samples: int) -> F64:
    """Return the rising half of an equal-power cross-fade, `(samples,)`, read-only.

    It is a quarter of a sine, taken at the middle of each sample. The squares of the curve and of
    its reverse sum to 1, so two unrelated sounds keep their power while one replaces the other.
    """
    curve: F64 = np.sin(np.pi / 2 * (np.arange(samples) + 0.5) / max(samples, 1))
    curve.flags.writeable = False
    return curve


def envelope(first: int, last: int, samples: int, fade_in: int, fade_out: int) -> F64:
    """Return gains `(last - first,)`: a part of the envelope of a sound that fades in and out.

    Fades are equal-power; where they overlap they multiply. Any part has the same values, bit for
    bit, as the same part of the whole.

    Args:
        first, last: the part, samples from the beginning of the sound; `last` is not included.
        samples, fade_in, fade_out: length of the sound and of its fades, in samples.
    """
    gains = np.ones(last - first)
    if (end := min(last, fade_in)) > first:
        gains[: end - first] *= equal_power_fade(fade_in)[first:end]
    fall = samples - fade_out
    if (begin := max(first, fall)) < last:
        gains[begin - first :] *= equal_power_fade(fade_out)[::-1][begin - fall : last - fall]
    return gains


class BlockCutter:
    """Cutter of a stream that comes in pieces of any length into blocks of one length.

    Results that are computed from such blocks do not depend on the lengths of the pieces.
    """

    def __init__(self, channels: int, block_samples: int) -> None:
        self._size = block_samples
        self._rest: F32 = np.zeros((channels, 0), np.float32)

    @property
    def rest(self) -> F32:
        """Samples after the last whole block, `(C, n)` with n below the block length."""
        return self._rest

    def add(self, piece: F32) -> Iterator[F32]:
        """Yield the blocks `(C, block_samples)` that `piece (C, n)` completes.

        The caller must take them all.

        Raises:
            ValueError: the piece is not `(C, n)` with the channels of the stream.
        """
        if piece.ndim != 2 or piece.shape[0] != self._rest.shape[0]:
            raise ValueError(f"expected ({self._rest.shape[0]}, n) samples, got {piece.shape}")
        held = np.concatenate([self._rest, piece], axis=1) if self._rest.size else piece
        whole = held.shape[1] - held.shape[1] % self._size
        self._rest = held[:, whole:].astype(np.float32, copy=True)
        for start in range(0, whole, self._size):
            yield held[:, start : start + self._size]


def cut_blocks(pieces: Iterable[F32], channels: int, block_samples: int) -> Iterator[F32]:
    """Yield a stream in blocks `(C, block_samples)`; the last may be shorter, none is empty.

    Args:
        pieces: `(C, n)` each, of any length.
    """
    cutter = BlockCutter(channels, block_samples)
    for piece in pieces:
        yield from cutter.add(piece)
    if cutter.rest.shape[1]:
        yield cutter.rest
